// A past trace on its way to a collector, as the built program sends it.
import { mkdir, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { folder, inlet, type Options } from "../support/Inlet.ts"
import { decodeRefusal } from "../support/World.ts"
import { hangs, nobody, one, receiver } from "../telemetry/Receiver.ts"
import { lines, small, spans, TRACE } from "./Spans.ts"

const Sent = Schema.Struct({
  traceId: Schema.String,
  collector: Schema.String,
  accepted: Schema.Number,
  rejected: Schema.Number,
  message: Schema.NullOr(Schema.String),
  jaeger: Schema.String,
  rebuilt: Schema.Boolean
})
const decodeSent = Schema.decodeUnknownSync(Schema.parseJson(Sent), { onExcessProperty: "error" })

const ALL = spans(small)
const CONFIGURATION = "sources: {}\n"

/** A folder with a trace in it, that no store is beside of. */
const place = (configuration = CONFIGURATION) =>
  Effect.gen(function* () {
    const cwd = yield* folder({ "inlet.yaml": configuration })
    const traces = join(cwd, ".inlet", "traces")
    const file = join(traces, `${TRACE}.jsonl`)
    yield* Effect.promise(async () => {
      await mkdir(traces, { recursive: true })
      await writeFile(
        file,
        lines(ALL)
          .map((line) => `${line}\n`)
          .join("")
      )
    })
    return {
      file,
      run: (args: ReadonlyArray<string>, env: Options["env"] = {}) =>
        inlet(["trace", TRACE, ...args], { cwd, env: { INLET_TRACE_FILE: "", ...env } })
    }
  })

describe("inlet trace --export", () => {
  it.scopedLive("sends each line as it is in the file", () =>
    Effect.gen(function* () {
      const { file, run } = yield* place()
      const { requests, url } = yield* receiver()
      const { code, stderr, stdout } = yield* run(["--export", "--json"], { OTEL_EXPORTER_OTLP_ENDPOINT: url })
      assert.strictEqual(stderr, "")
      assert.strictEqual(code, 0)
      assert.deepStrictEqual(decodeSent(stdout), {
        traceId: TRACE,
        collector: `${url}/v1/traces`,
        accepted: ALL.length,
        rejected: 0,
        message: null,
        jaeger: `http://127.0.0.1:16686/trace/${TRACE}`,
        rebuilt: false
      })
      const ours = requests.filter(({ body }) => body.includes(TRACE))
      const kept = yield* Effect.promise(() => readFile(file, "utf8"))
      assert.strictEqual(ours.map(({ body }) => `${body}\n`).join(""), kept)
      for (const { headers, path } of ours) {
        assert.strictEqual(path, "/v1/traces")
        assert.strictEqual(headers["content-type"], "application/json")
        for (const name of ["traceparent", "b3", "baggage"]) assert.notProperty(headers, name)
      }
    })
  )

  it.scopedLive("sends to where inlet.yaml says, with the headers and the compression of the variables", () =>
    Effect.gen(function* () {
      const { requests, url } = yield* receiver()
      const { run } = yield* place(`telemetry: { otlp: "${url}" }\n`)
      const { code, stdout } = yield* run(["--export"], {
        OTEL_TRACES_EXPORTER: "none",
        OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20canary-header",
        OTEL_EXPORTER_OTLP_COMPRESSION: "gzip",
        INLET_JAEGER_URL: "https://jaeger.example/ui/"
      })
      assert.strictEqual(code, 0)
      assert.include(stdout, `${ALL.length} spans accepted by ${url}/v1/traces.`)
      assert.include(stdout, `Jaeger: https://jaeger.example/ui/trace/${TRACE}`)
      assert.notInclude(stdout, "canary-header")
      assert.strictEqual(requests[0]?.headers.authorization, "Bearer canary-header")
      assert.strictEqual(requests[0]?.headers["content-encoding"], "gzip")
      assert.strictEqual(requests.map(({ body }) => body).join("\n"), lines(ALL).join("\n"))
    })
  )

  it.scopedLive("waits as long as a busy collector asks for, and sends the same again", () =>
    Effect.gen(function* () {
      const { run } = yield* place()
      const { requests, url } = yield* receiver(one(503, 429))
      const { code, stdout } = yield* run(["--export", "--json"], { OTEL_EXPORTER_OTLP_ENDPOINT: url })
      assert.strictEqual(code, 0)
      assert.strictEqual(decodeSent(stdout).accepted, ALL.length)
      const [first, second, third] = requests
      assert.strictEqual(second?.body, first?.body)
      assert.strictEqual(third?.body, first?.body)
    })
  )

  it.scopedLive("does not wait for one that asks for too long", () =>
    Effect.gen(function* () {
      const { run } = yield* place()
      const { requests, url } = yield* receiver(one({ status: 503, headers: { "retry-after": "3600" } }))
      const { code, stdout } = yield* run(["--export", "--json"], { OTEL_EXPORTER_OTLP_ENDPOINT: url })
      const { error } = decodeRefusal(stdout)
      assert.strictEqual(code, 21)
      assert.deepInclude(error, { code: "E_COLLECTOR_UNAVAILABLE", kept: "The trace is kept." })
      assert.include(error.message, "(503) and asks to wait 1 h 00 m")
      assert.lengthOf(
        requests.filter(({ body }) => body.includes(TRACE)),
        1
      )
    })
  )

  it.scopedLive("tells of a collector that is down", () =>
    Effect.gen(function* () {
      const { run } = yield* place()
      const url = yield* nobody
      const { code, stdout } = yield* run(["--export", "--json"], { OTEL_EXPORTER_OTLP_ENDPOINT: url })
      const { error } = decodeRefusal(stdout)
      assert.strictEqual(code, 21)
      assert.strictEqual(error.code, "E_COLLECTOR_UNAVAILABLE")
      assert.strictEqual(error.message, `The collector at ${url}/v1/traces does not answer (ECONNREFUSED).`)
    })
  )

  it.scopedLive("tells of one that hangs", () =>
    Effect.gen(function* () {
      const { run } = yield* place()
      const { url } = yield* receiver(hangs)
      const { code, stdout } = yield* run(["--export", "--json"], {
        OTEL_EXPORTER_OTLP_ENDPOINT: url,
        OTEL_EXPORTER_OTLP_TIMEOUT: "200"
      })
      assert.strictEqual(code, 21)
      assert.include(decodeRefusal(stdout).error.message, "no answer within 200 ms")
    })
  )

  it.scopedLive("tells how far it came", () =>
    Effect.gen(function* () {
      const { run } = yield* place()
      const { url } = yield* receiver(one(200, 400))
      const { code, stdout } = yield* run(["--export", "--json"], {
        OTEL_TRACES_EXPORTER: "none",
        OTEL_EXPORTER_OTLP_ENDPOINT: url
      })
      const { error } = decodeRefusal(stdout)
      assert.strictEqual(code, 31)
      assert.deepInclude(error, {
        code: "E_COLLECTOR_REFUSED",
        message: `The collector at ${url}/v1/traces answered 400 and takes nothing.`,
        kept: `The trace is kept; 3 of its ${ALL.length} spans were accepted.`
      })
    })
  )

  it.scopedLive("goes nowhere else, and tells where the collector is not", () =>
    Effect.gen(function* () {
      const { run } = yield* place()
      const { requests, url: other } = yield* receiver()
      const { url } = yield* receiver(one({ status: 307, headers: { location: `${other}/v1/traces` } }))
      const { code, stdout } = yield* run(["--export", "--json"], {
        OTEL_TRACES_EXPORTER: "none",
        OTEL_EXPORTER_OTLP_ENDPOINT: url
      })
      assert.strictEqual(code, 31)
      assert.include(decodeRefusal(stdout).error.message, "answers from another place")
      assert.lengthOf(requests, 0)
    })
  )

  it.scopedLive("tells what of it was not accepted, in the collector's words without their spell", () =>
    Effect.gen(function* () {
      const { run } = yield* place()
      const body = JSON.stringify({
        partialSuccess: { rejectedSpans: "2", errorMessage: "\u001b[31mtoo old, canary-header\n" }
      })
      const { url } = yield* receiver(one({ status: 200, body }))
      const env = {
        OTEL_TRACES_EXPORTER: "none",
        OTEL_EXPORTER_OTLP_ENDPOINT: url,
        OTEL_EXPORTER_OTLP_HEADERS: "x-key=canary-header"
      }
      const { code, stdout } = yield* run(["--export", "--json"], env)
      const { error } = decodeRefusal(stdout)
      assert.strictEqual(code, 31)
      assert.strictEqual(
        error.message,
        `The collector at ${url}/v1/traces refused 2 of ${ALL.length} spans: [31mtoo old, [REDACTED]`
      )
    })
  )

  it.scopedLive("is refused where no collector is configured", () =>
    Effect.gen(function* () {
      const { run } = yield* place()
      const { code, stdout } = yield* run(["--export", "--json"])
      const { error } = decodeRefusal(stdout)
      assert.strictEqual(code, 2)
      assert.include(error.fix, "OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318")
      const grpc = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1", OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" }
      const other = yield* run(["--export", "--json"], grpc)
      assert.strictEqual(other.code, 2)
      assert.include(decodeRefusal(other.stdout).error.message, "gRPC")
    })
  )
})

describe("inlet trace", () => {
  it.scopedLive("shows a trace that no store is beside of", () =>
    Effect.gen(function* () {
      const { run } = yield* place()
      const { code, stderr, stdout } = yield* run([], { COLUMNS: "80" })
      assert.strictEqual(stderr, "")
      assert.strictEqual(code, 0)
      const shown = stdout.split("\n")
      assert.strictEqual(shown[0], `trace ${TRACE}, 2026-11-24 22:55:01 UTC, ${ALL.length} spans`)
      assert.strictEqual(shown[1], "inlet sync ✗ E_SINK_REFUSED  exit 31                       42.0 s  ━━━━━━━━━━━━━")
      assert.include(stdout, `\nevents: inlet events --trace ${TRACE}\n`)
      assert.include(stdout, `\nJaeger: http://localhost:16686/trace/${TRACE}\n`)
      for (const line of shown) assert.isAtMost([...line].length, 80)
      assert.notInclude(stdout, "\u001b")
    })
  )

  it.scopedLive("finds no trace, and says where it looked", () =>
    Effect.gen(function* () {
      const { run } = yield* place()
      const cwd = yield* folder()
      const none = yield* inlet(["trace", "f".repeat(32), "--json"], { cwd })
      assert.strictEqual(none.code, 2)
      assert.include(decodeRefusal(none.stdout).error.message, "neither a file of it nor an event")
      const wrong = yield* run(["--json"], { INLET_JAEGER_URL: "nowhere" })
      assert.strictEqual(wrong.code, 0, "with --json no address is told")
      const told = yield* run([], { INLET_JAEGER_URL: "nowhere" })
      assert.strictEqual(told.code, 2)
      assert.include(told.stderr, "INLET_JAEGER_URL")
    })
  )
})
