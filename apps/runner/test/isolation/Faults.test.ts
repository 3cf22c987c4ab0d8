// Faulty connectors beside healthy ones: their own pipelines alone stop, what they had read is kept, and once they are mended
// nothing is missing and nothing was sent twice.
import { createServer } from "node:http"
import { assert, describe, it } from "@effect/vitest"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Record from "effect/Record"
import { FAULTS, type Name } from "./Faulty.ts"
import { configured, SECRET } from "./Sources.ts"

/** The first and the last source of each sync; one of them prints its secret. */
const HEALTHY = ["healthy", "prints"] as const

/** What the error says of each. */
const SAID: { readonly [fault in Exclude<Name, (typeof HEALTHY)[number]>]: RegExp } = {
  "throws-on-load": /cannot be loaded/,
  "hangs-on-load": /did nothing for 3s/,
  "spins-on-load": /for 3s/,
  "throws-in-read": /failed \(Error at .*index\.js/,
  "throws-its-secret": /failed \(Error at .*index\.js/,
  "rejects-unhandled": /left an error to nobody/,
  exits: /ended its own process \(exit code 0\)/,
  disconnects: /ended its own process/,
  hangs: /did nothing for 3s/,
  spins: /did not answer for 3s/,
  "spins-in-mapping": /did not answer for 3s/,
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

describe("beside faulty connectors", () => {
  // Side by side, so that what is waited for them overlaps.
  for (const group of Arr.chunksOf(Record.toEntries(SAID), 10)) {
    const faults = group.map(([name]) => name)
    it.scopedLive(
      `healthy ones are complete: ${faults.join(", ")}`,
      () =>
        Effect.gen(function* () {
          const [first, last] = HEALTHY
          const foreign = yield* elsewhere
          const sources = Object.fromEntries([first, ...faults, last].map((name) => [name, FAULTS[name]]))
          const it = yield* configured(sources, { elsewhere: foreign.url, silence: "3s" })
          const { code, runs, stderr, ...report } = yield* it.report("sync")
          assert.strictEqual(code, 50, JSON.stringify(runs))
          // The report could be parsed, although one of them printed.
          assert.notInclude(JSON.stringify([runs, report]) + stderr, SECRET)
          assert.deepStrictEqual(foreign.asked, [])
          const runOf = (name: Name) => runs.find(({ source }) => source === name)
          for (const name of HEALTHY) {
            const run = runOf(name)
            assert.deepInclude(run, { outcome: "completed", error: null }, JSON.stringify(run))
            assert.deepInclude(run?.counts, { read: 150, sent: 150, quarantined: 0, pending: 0 })
            yield* it.complete(name)
          }
          for (const [name, said] of group) {
            const run = runOf(name)
            assert.strictEqual(run?.error?.code, "E_CONNECTOR", JSON.stringify(run))
            assert.match(run?.error?.message ?? "", said, name)
            assert.match(run?.error?.kept ?? "", /^Everything read so far is recorded/, name)
            assert.match(run?.error?.fix ?? "", /the connector's author/, name)
          }

          assert.strictEqual((yield* it.run(["verify"])).code, 0)

          yield* Effect.forEach(faults, it.mend)
          const again = yield* it.report("sync")
          assert.strictEqual(again.code, 0, JSON.stringify(again.runs))
          for (const name of [...HEALTHY, ...faults]) yield* it.complete(name)
        }),
      120_000
    )
  }
})
