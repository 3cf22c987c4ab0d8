// The demo, end to end, as the first thing a newcomer runs.
import { readdirSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { folder, inlet } from "./support/Inlet.ts"
import { Run } from "./support/World.ts"

const Document = Schema.Struct({
  command: Schema.Literal("demo"),
  exitCode: Schema.Number,
  traceId: Schema.String.pipe(Schema.pattern(/^[0-9a-f]{32}$/)),
  runs: Schema.Array(Schema.Struct({ sync: Schema.Literal(1, 2), ...Run.fields }))
})

const decode = Schema.decodeUnknown(Schema.parseJson(Document), { onExcessProperty: "error" })

describe("inlet demo", () => {
  it.scopedLive("sends everything once and nothing twice, and leaves nothing behind", () =>
    Effect.gen(function* () {
      const TMPDIR = yield* folder()
      const { code, stderr, stdout } = yield* inlet(["demo", "--json"], { env: { TMPDIR, HOME: TMPDIR } })
      assert.deepStrictEqual([code, stderr], [0, ""])
      const { exitCode, runs } = yield* decode(stdout)
      assert.strictEqual(exitCode, 0)
      assert.strictEqual(runs.length, 32)
      for (const { counts, error, requests, run, sync } of runs) {
        const { pending, quarantined, read, sent, superseded, unchanged } = counts
        assert.isNull(error)
        assert.strictEqual(read, sent + unchanged + superseded + quarantined + pending)
        assert.strictEqual(pending + quarantined, 0)
        assert.isAbove(requests.source, 0)
        if (sync === 1) assert.isAbove(sent, 0)
        if (sync === 2) assert.deepStrictEqual([run, read, requests.sink], [null, 0, 0])
      }
      assert.deepStrictEqual(readdirSync(TMPDIR), [])
    })
  )

  it.scopedLive("shows people the numbers and the send log, whatever their environment says", () =>
    Effect.gen(function* () {
      const TMPDIR = yield* folder()
      const env = { TMPDIR, COLUMNS: "80", DATABOX_API_KEY: "pak_mine", INLET_STORE: "/nowhere/inlet.db" }
      const { code, stdout } = yield* inlet(["demo"], { env })
      assert.strictEqual(code, 0)
      assert.match(stdout, /Databox confirmed every row \([\d,]+ rows sent\)\./)
      assert.match(stdout, /It sent 0 rows and appended 0 events to the \d+ of the first\./)
      assert.match(stdout, /(github|strava)_\w+ +\d+ +\d+ +confirmed/)
      assert.isTrue(stdout.split("\n").every((line) => line.length <= 80))
    })
  )
})
