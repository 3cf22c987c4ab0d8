// Traces on their way to a collector: to the right one, all of it, and no matter to the command where it is in trouble.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { world } from "../support/World.ts"
import { files, LIST, place, STATUS, spans, warnings } from "./Commands.ts"
import * as Otlp from "./Otlp.ts"
import * as Receiver from "./Receiver.ts"

const byId = (read: ReadonlyArray<Otlp.Read>) =>
  Object.fromEntries([...read].map((span) => [span.spanId, span] as const).sort())

/** Whoever waits for the SDK to give up waits for ten minutes. */
const patient = { OTEL_EXPORTER_OTLP_TIMEOUT: "600000", OTEL_BSP_EXPORT_TIMEOUT: "600000" }

describe("a trace", () => {
  it.scopedLive("of a sync arrives as it is kept: one root, nothing without its parent", () =>
    Effect.gen(function* () {
      const { requests, url } = yield* Receiver.receiver()
      const env = { OTEL_EXPORTER_OTLP_ENDPOINT: url }
      const it = yield* world({ repositories: ["acme/app"], streams: ["issues"], env })
      const { code, stderr, traceId } = yield* it.report("sync")
      assert.strictEqual(code, 0, stderr)
      assert.strictEqual(stderr, "")
      const arrived = Otlp.spans(Receiver.taken(requests))
      const kept = spans(`${it.cwd}/.inlet/traces`)
      assert.deepStrictEqual(byId(arrived), byId(kept))
      assert.strictEqual(arrived.length, kept.length)
      assert.deepStrictEqual([...new Set(arrived.map((span) => span.traceId))], [traceId])
      const ids = new Set(arrived.map(({ spanId }) => spanId))
      const tops = arrived.filter(({ parent }) => parent === undefined || !ids.has(parent))
      assert.deepStrictEqual(
        tops.map(({ name, parent }) => ({ name, parent })),
        [{ name: "inlet sync", parent: undefined }]
      )
      for (const { headers, path } of requests) {
        assert.strictEqual(path, "/v1/traces")
        assert.strictEqual(headers["content-type"], "application/json")
        assert.notProperty(headers, "traceparent")
        assert.notProperty(headers, "b3")
      }
    })
  )

  it.scopedLive("goes where inlet.yaml says, and elsewhere where a variable says otherwise", () =>
    Effect.gen(function* () {
      const [file, variable, exact] = [
        yield* Receiver.receiver(),
        yield* Receiver.receiver(),
        yield* Receiver.receiver()
      ]
      const { run } = yield* place({ "inlet.yaml": `telemetry: { otlp: "\${COLLECTOR}/" }\nsources: [broken` })
      const written = yield* place({ "inlet.yaml": 'telemetry: { otlp: "${COLLECTOR}/" }\nsources: 7\n' })
      const paths = (receiver: typeof file) => receiver.requests.map(({ path }) => path)
      // A file that is no YAML names nothing.
      assert.deepInclude(yield* run(STATUS, { COLLECTOR: file.url }), { code: 40 })
      assert.deepStrictEqual(paths(file), [])
      // What is wrong in it otherwise does not matter.
      assert.deepInclude(yield* written.run(STATUS, { COLLECTOR: file.url }), { code: 40 })
      assert.deepStrictEqual(paths(file), ["/v1/traces"])
      const base = { COLLECTOR: file.url, OTEL_EXPORTER_OTLP_ENDPOINT: `${variable.url}/base` }
      const { code } = yield* written.run(STATUS, {
        ...base,
        OTEL_EXPORTER_OTLP_HEADERS: "x-tenant=a%20b,authorization=Basic%20c2VjcmV0",
        OTEL_EXPORTER_OTLP_COMPRESSION: "gzip"
      })
      assert.strictEqual(code, 40)
      assert.deepStrictEqual(paths(variable), ["/base/v1/traces"])
      const [{ body, headers } = { body: "", headers: {} }] = variable.requests
      assert.deepInclude(headers, { "x-tenant": "a b", authorization: "Basic c2VjcmV0", "content-encoding": "gzip" })
      assert.strictEqual(Otlp.spans([body])[0]?.name, "inlet status")
      yield* written.run(STATUS, { ...base, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${exact.url}/here` })
      assert.deepStrictEqual(paths(exact), ["/here"])
      assert.strictEqual(file.requests.length + variable.requests.length, 2)
    })
  )

  it.scopedLive("arrives at a collector that is busy at first, without a word", () =>
    Effect.gen(function* () {
      const { requests, url } = yield* Receiver.receiver(Receiver.busy(2))
      const { run, traces } = yield* place()
      assert.deepInclude(yield* run(LIST, { OTEL_EXPORTER_OTLP_ENDPOINT: url }), { code: 0, stderr: "" })
      assert.deepStrictEqual(
        requests.map(({ status }) => status),
        [503, 503, 200]
      )
      assert.deepStrictEqual(Otlp.spans(Receiver.taken(requests)), spans(traces))
    })
  )

  for (const [what, collector, why] of [
    ["hangs", Effect.map(Receiver.receiver(Receiver.hangs), ({ url }) => url), "no answer in time"],
    ["refuses", Effect.map(Receiver.receiver(Receiver.refuses), ({ url }) => url), "the collector answered 400"],
    ["is not there", Receiver.nobody, "connection refused"],
    ["has no known host", Effect.succeed("http://collector.invalid:4318"), "host not found"]
  ] as const) {
    it.scopedLive(`that a collector which ${what} does not take costs one warning, and nothing else`, () =>
      Effect.gen(function* () {
        const { run, traces } = yield* place()
        const url = yield* collector
        const without = yield* run([...STATUS, "--json"])
        const { code, stderr, stdout } = yield* run([...STATUS, "--json"], {
          ...patient,
          OTEL_EXPORTER_OTLP_ENDPOINT: url
        })
        assert.strictEqual(code, without.code)
        assert.deepStrictEqual(
          { ...JSON.parse(stdout).error, reference: null },
          { ...JSON.parse(without.stdout).error, reference: null }
        )
        const { reference } = JSON.parse(stdout).error
        const kept = files(traces).find(({ name }) => name === `${reference}.jsonl`)
        assert.strictEqual(
          stderr,
          `warning: traces not delivered (${why}); kept in ${kept?.path}, send later with "inlet trace ${reference} --export"\n`
        )
        assert.strictEqual(Otlp.spans(kept?.requests ?? [])[0]?.name, "inlet status")
        // Where it is not kept, nothing is said of a file.
        const env = { ...patient, OTEL_EXPORTER_OTLP_ENDPOINT: url, INLET_TRACE_FILE: "off" }
        assert.strictEqual((yield* run(LIST, env)).stderr, `warning: traces not delivered (${why})\n`)
      })
    )
  }

  for (const [what, env, said] of [
    ["by gRPC", { OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" }, /^warning: traces are not sent: gRPC .*\n$/],
    ["nowhere", { OTEL_TRACES_EXPORTER: "none" }, /^$/],
    ["somehow", { OTEL_TRACES_EXPORTER: "zipkin" }, /^warning: OTEL_TRACES_EXPORTER is none of .*\n$/],
    ["to no address", { OTEL_EXPORTER_OTLP_ENDPOINT: "localhost:4318" }, /^warning: traces are not sent: .*\n$/]
  ] as const) {
    it.scopedLive(`that is to go ${what} is kept only`, () =>
      Effect.gen(function* () {
        const { requests, url } = yield* Receiver.receiver()
        const { run, traces } = yield* place()
        const { code, stderr } = yield* run(LIST, { OTEL_EXPORTER_OTLP_ENDPOINT: url, ...env })
        assert.strictEqual(code, 0)
        assert.match(stderr, said)
        assert.deepStrictEqual(requests, [])
        assert.strictEqual(spans(traces).length, 1)
      })
    )
  }

  it.scopedLive("is sent by http/json where http/protobuf is asked for", () =>
    Effect.gen(function* () {
      const { requests, url } = yield* Receiver.receiver()
      const { run } = yield* place()
      const env = { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf" }
      assert.deepInclude(yield* run(LIST, env), { code: 0, stderr: "" })
      assert.strictEqual(Otlp.spans(Receiver.taken(requests)).length, 1)
    })
  )

  it.scopedLive("is shown on standard error, as lines of OTLP, where somebody wants to see it", () =>
    Effect.gen(function* () {
      const { run } = yield* place()
      const { code, stderr, stdout } = yield* run([...LIST, "--json"], { OTEL_TRACES_EXPORTER: "console" })
      assert.strictEqual(code, 0)
      assert.strictEqual(Otlp.spans(stderr.split("\n").slice(0, -1))[0]?.name, "inlet connector list")
      assert.notInclude(stdout, "resourceSpans")
    })
  )

  it.scopedLive("is not made at all where telemetry is switched off; what refers to it has an id all the same", () =>
    Effect.gen(function* () {
      const { requests, url } = yield* Receiver.receiver()
      const { run, traces } = yield* place()
      const env = { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_SDK_DISABLED: "true" }
      const { stderr, stdout } = yield* run([...STATUS, "--json"], env)
      assert.strictEqual(stderr, "")
      assert.match(JSON.parse(stdout).error.reference, /^[0-9a-f]{32}$/)
      assert.deepStrictEqual(requests, [])
      assert.deepStrictEqual(files(traces), [])
    })
  )

  it.scopedLive("has no warning of the program's own that is not about it", () =>
    Effect.gen(function* () {
      const { run } = yield* place()
      const { stderr } = yield* run(LIST, { INLET_TRACE_PAGES: "many" })
      assert.deepStrictEqual(warnings(stderr), [
        "warning: INLET_TRACE_PAGES is no whole number from 0 on; 200 is taken."
      ])
    })
  )
})
