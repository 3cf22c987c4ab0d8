// A faulty connector beside a healthy one: its own pipeline alone stops, what it had read is kept, and once it is mended
// nothing is missing and nothing was sent twice.
import { createServer } from "node:http"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Record from "effect/Record"
import { applied } from "../replay/Databox.ts"
import { link } from "../support/Cycling.ts"
import { world } from "../support/World.ts"
import { install, keysOf, type Name } from "./Faulty.ts"

const SECRET = "bad_canary_0c4e7b21"

/** What its error says of each. */
const SAID: { readonly [fault in Exclude<Name, "healthy" | "prints">]: RegExp } = {
  "throws-on-load": /cannot be loaded/,
  "hangs-on-load": /did nothing for 5s/,
  "spins-on-load": /for 5s/,
  "throws-in-read": /failed \(Error at .*index\.js/,
  "throws-its-secret": /failed \(Error at .*index\.js/,
  "rejects-unhandled": /left an error to nobody/,
  exits: /ended its own process \(exit code 0\)/,
  disconnects: /ended its own process/,
  hangs: /did nothing for 5s/,
  spins: /did not answer for 5s/,
  "spins-in-mapping": /did not answer for 5s/,
  "throws-in-mapping": /mapping of items failed/,
  // A heap that is nearly full is searched for what can go, for longer than a connector may be silent.
  "eats-heap": /memory|did not answer/,
  "eats-buffers": /memory, of which it may take 256 MB/,
  "extra-column": /extra is no column/,
  "wrong-type": /amount is no number/,
  "date-for-text": /updated_at is no datetime/,
  "null-cell": /amount is no number/,
  "cursor-back": /cursor went back/,
  "endless-listing": /back to a place/,
  "ten-million-rows": /10000000 records/,
  "ten-million-rows-unsaid": /memory|did not answer|said to have 50 records/,
  claims: /said to have 60 records and has 50/,
  "duplicate-keys": /does not tell its records apart/,
  "random-keys": /another row the second time/,
  "counted-keys": /another row the second time/,
  "foreign-host": /127\.0\.0\.1, which is not among the hosts/,
  unserializable: /cursor is no JSON/
}

/** A host that nobody declared, and what it was asked. */
const elsewhere = Effect.acquireRelease(
  Effect.promise(async () => {
    const asked: Array<string> = []
    const server = createServer((request, response) => {
      asked.push(request.url ?? "")
      response.end("{}")
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const address = server.address()
    return { asked, server, url: `http://127.0.0.1:${Predicate.isRecord(address) ? address.port : 0}` }
  }),
  ({ server }) => Effect.promise(() => new Promise((resolve) => server.close(() => resolve(undefined))))
)

/** A source `bad` with the fault and a source `good` without one. */
const beside = (fault: Name) =>
  Effect.gen(function* () {
    const it = yield* world({
      databox: { behaviour: { rateLimit: null, recordApplied: true } },
      env: { BAD_TOKEN: SECRET, GOOD_TOKEN: "good_4f1d" }
    })
    const foreign = yield* elsewhere
    yield* link(it.cwd)
    yield* install(it.cwd, "bad", fault, foreign.url)
    yield* install(it.cwd, "good", "healthy")
    yield* it.write(
      "inlet.yaml",
      `databox:
  apiKey: \${DATABOX_API_KEY}
  baseUrl: ${it.databox.url}
  settle: 1s
  limits: { records: 100, bytes: 8MB, perSecond: 10000, perHour: 10000000 }
connectors: { memory: 256MB, silence: 5s }
sources:
  bad: { connector: ./bad, config: { token: "\${BAD_TOKEN}" } }
  good: { connector: ./good, config: { token: "\${GOOD_TOKEN}" } }
`
    )
    return {
      ...it,
      asked: foreign.asked,
      mend: install(it.cwd, "bad", "healthy"),
      /** All rows of a source are at Databox, and each was applied once. */
      complete: Effect.fnUntraced(function* (source: string) {
        const expected = keysOf(source).toSorted()
        const rows = yield* it.rows(`${source}_items`)
        assert.deepStrictEqual([...rows.keys()].toSorted(), expected)
        const times = (yield* applied(it)).map(({ key }) => key).filter((key) => key.startsWith(`"${source}-`))
        assert.deepStrictEqual(
          times.toSorted(),
          expected.map((key) => JSON.stringify(key))
        )
      })
    }
  })

describe("beside a faulty connector", () => {
  for (const [fault, said] of Record.toEntries(SAID)) {
    it.scopedLive(
      `that ${fault}, a healthy one is complete`,
      () =>
        Effect.gen(function* () {
          const it = yield* beside(fault)
          const { code, runs, stderr, ...report } = yield* it.report("sync")
          assert.strictEqual(code, 50, JSON.stringify(runs))
          const [bad] = runs.filter(({ source }) => source === "bad")
          const [good] = runs.filter(({ source }) => source === "good")
          assert.deepInclude(good, { outcome: "completed", error: null })
          assert.deepInclude(good?.counts, { read: 150, sent: 150, quarantined: 0, pending: 0 })
          yield* it.complete("good")
          assert.strictEqual(bad?.error?.code, "E_CONNECTOR", JSON.stringify(bad))
          assert.match(bad?.error?.message ?? "", said)
          assert.match(bad?.error?.kept ?? "", /^Everything read so far is recorded/)
          assert.match(bad?.error?.fix ?? "", /the connector's author/)
          assert.notInclude(JSON.stringify([runs, report]) + stderr, SECRET)
          assert.deepStrictEqual(it.asked, [])

          assert.strictEqual((yield* it.run(["verify"])).code, 0)

          yield* it.mend
          const again = yield* it.report("sync")
          assert.strictEqual(again.code, 0, JSON.stringify(again.runs))
          yield* it.complete("bad")
          yield* it.complete("good")
        }),
      60_000
    )
  }

  it.scopedLive("that prints its secret, the report is as ever, without it", () =>
    Effect.gen(function* () {
      const it = yield* beside("prints")
      const { code, stderr, stdout } = yield* it.run(["sync", "--json"])
      assert.strictEqual(code, 0, stdout)
      assert.isTrue(Predicate.isRecord(JSON.parse(stdout)))
      assert.notInclude(stdout + stderr, SECRET)
      assert.notInclude(stdout, "PRINTED")
      yield* it.complete("bad")
    })
  )
})
