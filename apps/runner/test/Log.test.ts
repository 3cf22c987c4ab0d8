// The log as those see it who run the program: on standard error, in the form that suits who reads it.
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { Format, Level } from "../src/cli/Globals.ts"
import * as Log from "../src/output/Log.ts"
import * as Secrets from "../src/telemetry/Secrets.ts"
import { atTerminal, notes, signIn } from "./login/Notes.ts"
import { folder, inlet, type Options } from "./support/Inlet.ts"
import { decodeReport, type World, world } from "./support/World.ts"

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

/** Standard error, where every line has to be an entry of the log. */
const entries = (stderr: string) =>
  stderr
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => decodeLine(line))

const small = world({ repositories: ["acme/app"], streams: ["releases"] })

const sync = (it: World, args: ReadonlyArray<string>, options: Options = {}) =>
  Effect.map(it.run(["sync", "--json", ...args], options), (ended) => {
    const { runs, traceId } = decodeReport(ended.stdout)
    return { ...ended, traceId, run: runs[0] }
  })

const INFO = ["--log-level", "info"]
const DEBUG = ["--log-level", "debug"]
const TEXT = ["--log-format", "text"]

describe("the log of a run", () => {
  it.scopedLive("is JSON, a line an entry, where nobody sits at a terminal, with trace and run", () =>
    Effect.gen(function* () {
      const it = yield* small
      const { code, run, stderr, traceId } = yield* sync(it, INFO)
      assert.strictEqual(code, 0, stderr)
      const found = entries(stderr)
      assert.deepStrictEqual(
        found.map(({ msg }) => msg.replace(/\d+/g, "N")),
        [
          "the run begins",
          "created the data source at Databox",
          "created the dataset github_releases at Databox",
          "the run ends: completed, N read, N sent"
        ]
      )
      for (const entry of found) {
        assert.strictEqual(entry.trace_id, traceId)
        assert.strictEqual(entry["inlet.run.id"], run?.run)
        assert.strictEqual(entry["inlet.connection"], "github")
        assert.strictEqual(entry["inlet.stream"], "releases")
      }
      assert.include(stderr, `the run ends: completed, ${run?.counts.read} read`)
    })
  )

  it.scopedLive("is plain sentences at a terminal, or on request, without the names of levels", () =>
    Effect.gen(function* () {
      const it = yield* small
      for (const way of [
        yield* sync(it, INFO, atTerminal),
        yield* sync(it, [...INFO, ...TEXT]),
        yield* sync(it, [], { env: { INLET_LOG_LEVEL: "info", INLET_LOG_FORMAT: "text" } })
      ]) {
        assert.match(way.stderr, /^github\/releases: the run begins\ngithub\/releases: /)
        assert.match(way.stderr, /^github\/releases: the run ends: completed, \d+ read/m)
        assert.notMatch(way.stderr, /info|\{/)
      }
      const debug = yield* sync(it, [...DEBUG, ...TEXT])
      assert.match(debug.stderr, /^info: github\/releases: the run begins$/m)
      assert.match(debug.stderr, /^debug: (github\/releases: )?GET /m)
    })
  )

  it.scopedLive("goes by the option before the variable, and by nothing that is no level or form", () =>
    Effect.gen(function* () {
      const it = yield* small
      const loud = { env: { INLET_LOG_LEVEL: "debug", INLET_LOG_FORMAT: "text" } }
      const { stderr } = yield* sync(it, ["--log-level", "info", "--log-format", "json"], loud)
      assert.isAbove(entries(stderr).length, 1)
      assert.strictEqual((yield* sync(it, [])).stderr, "")
      const cwd = yield* folder()
      for (const [args, env, word] of [
        [["--log-format", "xml"], {}, "--log-format"],
        [[], { INLET_LOG_FORMAT: "xml" }, "INLET_LOG_FORMAT"],
        [[], { INLET_LOG_LEVEL: "loud" }, "INLET_LOG_LEVEL"]
      ] as const) {
        const refused = yield* inlet(["status", ...args], { cwd, env })
        assert.strictEqual(refused.code, 2)
        assert.include(refused.stderr, word)
      }
    })
  )

  it.scopedLive("tells each request at debug, with status and time, and nothing of its address or its contents", () =>
    Effect.gen(function* () {
      const it = yield* small
      const { code, stderr, traceId } = yield* sync(it, DEBUG)
      assert.strictEqual(code, 0)
      const requests = entries(stderr).filter(({ msg }) => /^(GET|POST) /.test(msg))
      for (const name of ["GET /repos/{owner}/{repo}/releases", "POST /v1/datasets/{id}/data"]) {
        const told = requests.filter(({ msg }) => msg.startsWith(`${name}: 200 after `))
        assert.isAbove(told.length, 0, name)
        for (const { level, msg, trace_id } of told) {
          assert.match(msg, /: 200 after \d+ ms$/)
          assert.deepStrictEqual([level, trace_id], ["debug", traceId])
        }
      }
      for (const word of ["acme", "per_page", "127.0.0.1", it.github.token, it.databox.apiKey]) {
        assert.notInclude(requests.map(({ msg }) => msg).join("\n"), word)
      }
      // A second time nothing has changed, which an HTTP client takes for a failure inside.
      const again = yield* sync(it, DEBUG)
      assert.include(again.stderr, "GET /repos/{owner}/{repo}/releases: 304 after ")
      assert.notMatch(stderr + again.stderr, /https?:\/\/|unhandled/)
      assert.notInclude(stderr, it.databox.apiKey)
      assert.notInclude(stderr, it.github.token)
    })
  )

  it.scopedLive("tells of waits for rate limits and of repetitions on both sides, each with its time", () =>
    Effect.gen(function* () {
      const it = yield* small
      const limited = (retryAfter: number) => ({ action: { type: "rate-limit", retryAfter }, times: 1 })
      const broken = { action: { type: "status", status: 502 }, times: 1 }
      yield* it.githubFaults([limited(1), broken])
      yield* it.databoxFaults([{ match: { method: "POST", path: "/data$" }, ...limited(1) }])
      const { code, run, stderr } = yield* sync(it, INFO)
      assert.strictEqual(code, 0, stderr)
      const waits = entries(stderr).filter(({ msg }) => /^(waits|asks)/.test(msg))
      assert.deepStrictEqual(waits.map(({ msg }) => msg.replace(/ [\d.]+ s\b/, " N s")).sort(), [
        "asks the source again in N s: 502",
        "waits N s for the rate limit of Databox",
        "waits N s for the rate limit of the source"
      ])
      for (const { level, until, ...entry } of waits) {
        assert.strictEqual(level, "info")
        assert.match(String(until), /^\d{4}-.*Z$/)
        assert.strictEqual(entry["inlet.run.id"], run?.run)
      }
    })
  )

  it.scopedLive("is not needed to hear of a wait for a rate limit where there is no terminal", () =>
    Effect.gen(function* () {
      const it = yield* small
      yield* it.githubFaults([{ action: { type: "rate-limit", retryAfter: 3 }, times: 1 }])
      const { code, stderr } = yield* it.run(["sync"])
      assert.strictEqual(code, 0)
      const told = stderr.split("\n").filter((line) => line.includes("waits"))
      assert.lengthOf(told, 1, stderr)
      assert.match(
        told.join(),
        /^github\/releases waits for the rate limit of GitHub: goes on in 3 s, at \d{2}:\d{2} UTC$/
      )
    })
  )

  it.scopedLive("tells that what a source signs in with was renewed, and not what it is", () =>
    Effect.gen(function* () {
      const it = yield* notes()
      yield* signIn(it)
      yield* it.expire
      const { stderr } = yield* it.run(["sync", "notes", "--json", ...INFO])
      const [renewed] = entries(stderr).filter(({ msg }) => msg === "what it signs in with was renewed")
      assert.strictEqual(renewed?.["inlet.connection"], "notes")
    })
  )
})

/** What an entry of the log looks like. */
const written = (effect: Effect.Effect<void>, format: Format, level: Level = "info") =>
  Effect.suspend(() => {
    const lines: Array<string> = []
    const line = (text: string) => {
      lines.push(text)
    }
    return Effect.as(Effect.provide(effect, Log.layer({ format, level, line })), lines)
  })

describe("an entry of the log", () => {
  it.effect("names its level to people where it is worth a second look", () =>
    Effect.gen(function* () {
      const all = Effect.all([Effect.logInfo("a"), Effect.logWarning("b"), Effect.logError("c")], { discard: true })
      assert.deepStrictEqual(yield* written(all, "text"), ["a", "warning: b", "error: c"])
      assert.deepStrictEqual(yield* written(all, "text", "debug"), ["info: a", "warning: b", "error: c"])
      assert.deepStrictEqual(yield* written(all, "text", "error"), ["error: c"])
      assert.deepStrictEqual(yield* written(all, "json", "none"), [])
    })
  )

  it.effect("is one line, whatever it is told, and a terminal obeys none of it", () =>
    Effect.gen(function* () {
      const foreign = Effect.logInfo("a\u001b[31m\nb").pipe(Effect.annotateLogs({ deep: { a: [1] }, size: 3 }))
      assert.deepStrictEqual(yield* written(foreign, "text"), ["a [31m b"])
      const [line = ""] = yield* written(foreign, "json")
      assert.deepInclude(JSON.parse(line), { msg: "a\u001b[31m\nb", deep: '{"a":[1]}', size: 3, level: "info" })
      const cause = Cause.die(new Error("it broke"))
      const [told = ""] = yield* written(Effect.logDebug("a bug", cause), "json", "debug")
      assert.include(JSON.parse(told).cause, "it broke")
      const leaking = Cause.die(new Error("broken (GET https://me:pw@x.example/a?key=canary#canary) and on"))
      const [bare = ""] = yield* written(Effect.logDebug("a bug", leaking), "text", "debug")
      assert.include(bare, "broken (GET https://x.example/a) and on")
    })
  )

  it.effect("holds no secret: neither one that is marked, nor one that is known and slipped in", () =>
    Effect.gen(function* () {
      const token = Redacted.make("tok_canary_1f2e")
      const careless = Effect.logInfo(`asked with ${Redacted.value(token)}`, token).pipe(
        Effect.annotateLogs("header", token),
        (line) => Effect.zipRight(Secrets.learn(token), line),
        Effect.provideService(Secrets.Secrets, new Set())
      )
      for (const format of ["text", "json"] as const) {
        const [line = ""] = yield* written(careless, format, "debug")
        assert.notInclude(line, "canary")
        assert.include(line, "asked with [REDACTED] <redacted>")
      }
    })
  )

  it.effect("belongs to the nearest span that is in the trace, and repeats what that may say", () =>
    Effect.gen(function* () {
      const within = Effect.logInfo("a").pipe(
        Effect.withSpan("page"),
        Effect.withTracerEnabled(false),
        Effect.withSpan("extract issues", { attributes: { "inlet.stream": "issues", token: "tok_canary" } })
      )
      const [line = ""] = yield* written(within, "json")
      const entry = decodeLine(line)
      assert.strictEqual(entry["inlet.stream"], "issues")
      assert.notProperty(entry, "token")
    })
  )
})
