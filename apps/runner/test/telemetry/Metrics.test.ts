// What a command measures, as a collector gets it: once, at the end, and only where it is wanted.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { world } from "../support/World.ts"
import { LIST, place } from "./Commands.ts"
import * as Otlp from "./Otlp.ts"
import * as Receiver from "./Receiver.ts"

type Point = { readonly attributes: Readonly<Record<string, unknown>>; readonly value: number }

/** The points of all metrics that were sent, by name; of a histogram the number of what was measured. */
const measured = (requests: ReadonlyArray<Receiver.Request>): ReadonlyMap<string, ReadonlyArray<Point>> =>
  new Map(
    requests
      .filter(({ path }) => path === "/v1/metrics")
      .flatMap(({ body }) => Otlp.metrics(body))
      .map(({ name, points }) => [name, points] as const)
  )

const sum = (points: ReadonlyArray<Point> | undefined) => (points ?? []).reduce((sum, { value }) => sum + value, 0)

describe("metrics", () => {
  it.scopedLive("of a sync say what its report says", () =>
    Effect.gen(function* () {
      const { requests, url } = yield* Receiver.receiver()
      const env = { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_METRICS_EXPORTER: "otlp" }
      const it = yield* world({ repositories: ["acme/app"], streams: ["issues"], env })
      yield* it.githubFaults([
        { match: { path: "/issues\\?" }, times: 1, action: { type: "status", status: 502 } },
        { match: { path: "/issues\\?" }, times: 1, action: { type: "rate-limit", retryAfter: 1 } }
      ])
      const { code, runs, stderr } = yield* it.report("sync")
      assert.strictEqual(code, 0, stderr)
      assert.strictEqual(stderr, "")
      assert.strictEqual(requests.filter(({ path }) => path === "/v1/metrics").length, 1)
      const found = measured(requests)
      const read = runs[0]?.counts.read ?? 0
      assert.isAbove(read, 0)
      const pipeline = { "inlet.connection": "github", "inlet.stream": "issues" }
      const dataset = { "inlet.dataset.key": "github_issues" }
      assert.deepStrictEqual(found.get("inlet.rows.extracted"), [{ attributes: pipeline, value: read }])
      assert.deepStrictEqual(found.get("inlet.rows.sent"), [{ attributes: dataset, value: read }])
      assert.deepStrictEqual(found.get("inlet.rows.confirmed"), [{ attributes: dataset, value: read }])
      assert.deepStrictEqual(found.get("inlet.rows.rejected"), [{ attributes: dataset, value: 0 }])
      assert.deepStrictEqual(found.get("inlet.outbox.pending"), [{ attributes: dataset, value: 0 }])
      assert.deepStrictEqual(found.get("inlet.run.duration"), [
        { attributes: { ...pipeline, "inlet.run.outcome": "ok" }, value: 1 }
      ])
      assert.deepStrictEqual(found.get("inlet.http.retries"), [
        { attributes: { "peer.service": "github", reason: "502" }, value: 1 }
      ])
      const waits = found.get("inlet.ratelimit.wait")
      assert.deepStrictEqual(
        waits?.map(({ attributes }) => attributes),
        [{ "peer.service": "github" }]
      )
      assert.isAbove(sum(waits), 0)
      const { sink, source } = runs[0]?.requests ?? { sink: 0, source: 0 }
      assert.strictEqual(sum(found.get("http.client.request.duration")), sink + source)
      const failed = found.get("http.client.request.duration")?.filter(({ attributes }) => "error.type" in attributes)
      assert.deepStrictEqual(failed?.map(({ attributes }) => attributes["error.type"]).sort(), ["429", "502"])
      assert.isAbove(sum(found.get("inlet.ingestion.confirm.duration")), 0)
      assert.deepStrictEqual(sum(found.get("inlet.telemetry.spans.dropped")), 0)
      const others = [...found.keys()].filter((name) => !/^(inlet|http\.client)\./.test(name))
      assert.deepStrictEqual(others, [])
    })
  )

  it.scopedLive("are not sent where nobody wants them, and cost a word where they do not arrive", () =>
    Effect.gen(function* () {
      const { requests, url } = yield* Receiver.receiver()
      const { run } = yield* place()
      yield* run(LIST, { OTEL_EXPORTER_OTLP_ENDPOINT: url })
      assert.deepStrictEqual(
        requests.map(({ path }) => path),
        ["/v1/traces"]
      )
      const nobody = yield* Receiver.nobody
      const wanted = { OTEL_METRICS_EXPORTER: "otlp", OTEL_EXPORTER_OTLP_ENDPOINT: nobody }
      const lost = yield* run(LIST, { ...wanted, OTEL_TRACES_EXPORTER: "none" })
      assert.deepInclude(lost, { code: 0, stderr: "warning: metrics not delivered (connection refused)\n" })
      // One word about one collector is enough.
      const { stderr } = yield* run(LIST, wanted)
      assert.match(stderr, /^warning: traces not delivered \(connection refused\); kept in .*\n$/)
    })
  )
})
