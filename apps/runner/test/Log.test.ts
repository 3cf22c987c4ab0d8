// The log as those see it who run the program: on standard error, in the form that suits who reads it.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { inlet } from "./support/Inlet.ts"
import { type World, world } from "./support/World.ts"

const Line = Schema.Struct(
  {
    ts: Schema.String.pipe(Schema.pattern(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/)),
    level: Schema.Literal("debug", "info", "warning", "error"),
    msg: Schema.NonEmptyString,
    trace_id: Schema.String.pipe(Schema.pattern(/^[0-9a-f]{32}$/)),
    span_id: Schema.String.pipe(Schema.pattern(/^[0-9a-f]{16}$/))
  },
  { key: Schema.String, value: Schema.Union(Schema.String, Schema.Number, Schema.Boolean) }
)
const decodeLine = Schema.decodeUnknownSync(Schema.parseJson(Line))

const linesOf = (stderr: string) => stderr.split("\n").filter((line) => line !== "")

/** Standard error, where every line has to be an entry of the log. */
const entries = (stderr: string) => linesOf(stderr).map((line) => decodeLine(line))

const small = world({ repositories: ["acme/app"], streams: ["releases"] })

const sync = (it: World, ...args: ReadonlyArray<string>) => it.run(["sync", "--json", ...args])

describe("the log", () => {
  it.scopedLive("is JSON, a line an entry, where nobody sits at a terminal, with trace and run", () =>
    Effect.gen(function* () {
      const it = yield* small
      const { code, stderr, stdout } = yield* sync(it, "--log-level", "info")
      assert.strictEqual(code, 0, stderr)
      const report: { readonly traceId: string; readonly runs: ReadonlyArray<{ readonly run: string }> } =
        JSON.parse(stdout)
      const found = entries(stderr)
      assert.deepStrictEqual(new Set(found.map(({ trace_id }) => trace_id)), new Set([report.traceId]))
      const ofRun = found.filter((entry) => entry["inlet.run.id"] === report.runs[0]?.run)
      const words = ofRun.map(({ msg }) => msg)
      assert.include(words, "the run begins")
      assert.match(words.join("\n"), /^the run ends: completed, \d+ read, \d+ sent$/m)
      for (const entry of ofRun) {
        assert.strictEqual(entry["inlet.connection"], "github")
        assert.strictEqual(entry["inlet.stream"], "releases")
      }
    })
  )

  it.scopedLive("is plain sentences on request, without the names of levels", () =>
    Effect.gen(function* () {
      const it = yield* small
      const { stderr } = yield* sync(it, "--log-level", "info", "--log-format", "text")
      assert.match(stderr, /^github\/releases: the run begins$/m)
      assert.match(stderr, /^github\/releases: the run ends: completed, \d+ read, \d+ sent$/m)
      assert.notMatch(stderr, /info|debug|\{/)
    })
  )
})

void inlet
