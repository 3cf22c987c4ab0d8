// The kit against a connector that keeps to all laws, and against those that break one each.
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { pathToFileURL } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { type Connector, Contracts } from "../../src/index.ts"
import { check, type Law, laws, type Options, record } from "../../src/testing/conformance.ts"
import * as Broken from "./Broken.ts"
import * as Shop from "./Shop.ts"

const folder = new URL("./shop/", import.meta.url)

const cassette = Effect.runSync(
  Effect.cached(Effect.provide(record(Shop.connector, Shop.configured, { pages: 10 }), Shop.services()))
)

const checked = (connector: Connector.Connector, options: Partial<Options> = {}) =>
  Effect.flatMap(cassette, (cassette) =>
    check(connector, { config: Shop.config, cassette, folder, name: "shop", ...options })
  )

/** Those whose notes are broken. The others' are right, as are these ones' orders: that takes no time here. */
const OF_NOTES = [Broken.cursorWithDate, Broken.stopsAtKnown, Broken.asksAtOnce, Broken.hangs]
const aside = (connector: Connector.Connector): Partial<Options> => ({
  without: { [OF_NOTES.includes(connector) ? "orders" : "notes"]: "it is right" }
})

/** Which law each breaks, and what its message tells. */
const broken: ReadonlyArray<readonly [string, Connector.Connector, Law, RegExp]> = [
  ["repeats a value of its configuration", Broken.repeatsValues, "config-errors", /apiKey.*repeats the value/],
  [
    "has a column that is not in its contract",
    Broken.unknownColumn,
    "records-decode",
    /surprise is not in the contract/
  ],
  ["rejects a record", Broken.rejects, "records-decode", /wrong_type at total\s[\s\S]*record \d .*GET \/v1\/orders/],
  ["gives records the same key", Broken.sharedKeys, "keys-unique", /\["\d"\]: record \d .* and record \d/],
  ["lets its cursor fall", Broken.fallingCursor, "cursor-forward", /updatedAt is lower .*listed nothing/],
  ["has a date in its position", Broken.cursorWithDate, "cursor-forward", /next of a page is no JSON/],
  ["loses a page where it goes on", Broken.forgetsAPage, "resume", /after page 1 .*missing/],
  [
    "takes a repeated item for the end",
    Broken.stopsAtKnown,
    "boundary-duplicates",
    /GET \/v1\/notes\?page=1, then .*page=2/
  ],
  ["counts what it knows as fresh", Broken.alwaysFresh, "unchanged-second-run", /1 of its 1 records as fresh/],
  ["asks at the same time", Broken.asksAtOnce, "limits", /2 requests are under way/],
  ["does not wait", Broken.hasty, "limits", /leaves 5 seconds later/],
  ["carries its key elsewhere", Broken.trusting, "limits", /elsewhere\.invalid, with the credentials/],
  ["takes a failure for the end", Broken.endsSilently, "failure-status", /status 404 passes for the end of the list/],
  ["dies of a failure", Broken.dies, "failure-status", /it died of TypeError/],
  ["waits for ever", Broken.hangs, "failure-status", /does not end: it waits for something/],
  ["tells a wrong reason", Broken.blamesWrongly, "failure-status", /reason NotFound, which is none of Unauthorized/],
  ["repeats the words of the service", Broken.repeatsWords, "no-secret", /detail of a SourceError, where a 400/],
  ["logs its key", Broken.logsKey, "no-secret", /in a log, in a usual run/],
  ["marks its records", Broken.marksRecords, "pure-mapping", /changes the page/],
  ["goes by the time", Broken.countsYears, "pure-mapping", /a year later, the rows are others/],
  ["has a recipe that nobody can make", Broken.wrongRecipe, "contract", /dimension total is no text/],
  ["has hosts that its manifest lacks", Broken.undeclaredHost, "manifest", /cdn\.shop\.example/]
]

describe("a connector", () => {
  it.effect("that is right breaks no law", () =>
    Effect.map(checked(Shop.connector), (violations) => assert.deepStrictEqual(violations, []))
  )

  for (const [what, connector, law, message] of broken) {
    it.effect(`that ${what} breaks ${law}`, () =>
      Effect.map(checked(connector, aside(connector)), (violations) => {
        assert.deepStrictEqual(
          [...new Set(violations.map((one) => one.law))],
          [law],
          violations[0]?.message ?? "no violation"
        )
        assert.match(violations[0]?.message ?? "", message)
        for (const { message, stream } of violations) {
          assert.match(message, new RegExp(`^${law}${stream === null ? "" : `, stream ${stream}`}: `))
          for (const part of ["expected: ", "what to do: "]) assert.include(message, part)
          assert.notInclude(message, Shop.KEY)
        }
      })
    )
  }

  it.scoped("whose contracts are written down otherwise breaks contract", () =>
    Effect.gen(function* () {
      const schemas = yield* Effect.acquireRelease(
        Effect.sync(() => fs.mkdtempSync(path.join(os.tmpdir(), "inlet-schemas-"))),
        (folder) => Effect.sync(() => fs.rmSync(folder, { recursive: true }))
      )
      const contracts = [...Shop.connector.streams.values()].map(({ contract }) => contract)
      const files = Contracts.files([{ name: "shop", package: Shop.connector.name, contracts }])
      for (const [file, text] of files) {
        fs.mkdirSync(path.dirname(path.join(schemas, file)), { recursive: true })
        fs.writeFileSync(path.join(schemas, file), text)
      }
      const without = { orders: "not looked at", notes: "not looked at" }
      const options = { contracts: pathToFileURL(schemas), without }
      assert.deepStrictEqual(yield* checked(Shop.connector, options), [])
      fs.appendFileSync(path.join(schemas, "shop", "orders.md"), "by hand")
      const [violation] = yield* checked(Shop.connector, options)
      assert.match(violation?.message ?? "", /^contract: shop\/orders\.md is out of date/)
    })
  )

  it("of each law is broken by one of them", () => {
    assert.deepStrictEqual(new Set(broken.map(([, , law]) => law)), new Set(Object.keys(laws)))
  })
})
