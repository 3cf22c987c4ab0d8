// The demo, end to end, as the first thing a newcomer runs.
import type { ChildProcess } from "node:child_process"
import { readdirSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { folder, inlet, jsonLines } from "./support/Inlet.ts"
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

  it.scopedLive("kept up has a whole trace of what it did, and ends at Ctrl-C", () =>
    Effect.gen(function* () {
      const TMPDIR = yield* folder()
      const env = { TMPDIR, HOME: TMPDIR, COLUMNS: "100" }
      const up = yield* Deferred.make<{ readonly file: string; readonly stop: () => void }>()
      let said = ""
      const seen = (text: string, child: ChildProcess) => {
        said += text
        const [, file] = /inlet trace last --config (\S+).*_emulator\/datasets/s.exec(said) ?? []
        if (file !== undefined) Deferred.unsafeDone(up, Exit.succeed({ file, stop: () => child.kill("SIGINT") }))
      }
      const demo = yield* Effect.fork(inlet(["demo", "--serve"], { env, seen }))
      const { file, stop } = yield* Deferred.await(up)
      // Its file is written every other second.
      const trace = yield* Effect.repeat(inlet(["trace", "last", "--config", file], { env }), {
        until: ({ stdout }) => !stdout.includes("Its file has no end")
      })
      assert.strictEqual(trace.code, 0, trace.stderr)
      assert.match(trace.stdout, /^inlet demo {2,}/m)
      stop()
      assert.strictEqual((yield* Fiber.join(demo)).code, 130)
      const after = yield* inlet(["trace", "last", "--config", file, "--json"], { env })
      const roots = jsonLines(after.stdout).filter((span) => Predicate.isRecord(span) && span.parentSpanId === null)
      assert.lengthOf(roots, 1)
    })
  )
})
