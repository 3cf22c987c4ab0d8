// A listing of ten thousand pages, as fast as a connector can hand them over: nothing of what is to be in the trace is lost, in
// the file or at a collector.
import { mkdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { link } from "../support/Cycling.ts"
import { type Settings, world } from "../support/World.ts"
import type * as Otlp from "./Otlp.ts"
import { spans as read } from "./Otlp.ts"
import * as Receiver from "./Receiver.ts"
import { spansOf } from "./Story.ts"

const PAGES = 10_000

/** Pages without news, so that nothing but reading them takes time. */
const module = `
import { Column, Connector, Dataset } from "@inlet/sdk"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

const meaning = "What it is."
const laps = {
  ...Dataset.make({ stream: "laps", version: 1, primaryKey: "lap_id", time: "at", meaning: "Laps." }, {
    lap_id: Column.id("id", { meaning }),
    at: Column.timestamp("at", { meaning })
  }),
  records: (body) => body
}
const page = (number) => ({
  request: { method: "GET", url: "/laps", key: "/laps?page=" + number, query: {}, status: 304, etag: null, requestId: null },
  body: new Uint8Array(),
  records: 0,
  fresh: 0,
  shape: { fingerprint: "laps", lines: [] },
  next: number === ${PAGES} ? null : number + 1,
})
export default Connector.define({
  name: "@acme/inlet-connector-laps",
  version: "1.0.0",
  hosts: [],
  config: Schema.Struct({}),
  streams: { laps },
  make: () => Effect.succeed({ laps: () => Stream.map(Stream.range(1, ${PAGES}), page) })
})
`

const laps = (settings: Settings = {}) =>
  Effect.gen(function* () {
    const it = yield* world(settings)
    yield* link(it.cwd)
    yield* Effect.promise(async () => {
      const at = join(it.cwd, "laps")
      const inlet = { api: 1, connector: "./index.js", streams: ["laps"], auth: "none", hosts: [] }
      const about = { name: "@acme/inlet-connector-laps", version: "1.0.0", type: "module", inlet }
      await mkdir(at, { recursive: true })
      await writeFile(join(at, "package.json"), JSON.stringify(about))
      await writeFile(join(at, "index.js"), module)
    })
    yield* it.write(
      "inlet.yaml",
      `databox: { apiKey: "\${DATABOX_API_KEY}", baseUrl: "${it.databox.url}", settle: 1s }
sources:
  laps: { connector: "./laps" }
`
    )
    // A store, and with it a folder for traces.
    yield* it.run(["sync", "--limit", "1"])
    return it
  })

const indices = (spans: ReadonlyArray<Otlp.Read>): ReadonlyArray<unknown> =>
  spans
    .filter(({ name }) => name === "page")
    .map(({ attributes }) => Number(attributes["inlet.page.index"]))
    .sort((a, b) => a - b)

const whole = (spans: ReadonlyArray<Otlp.Read>, pages: ReadonlyArray<number>) => {
  assert.deepStrictEqual(indices(spans), pages)
  assert.deepStrictEqual(
    spans.filter(({ parent }) => parent === undefined).map(({ name }) => name),
    ["inlet sync"]
  )
  const ids = new Set(spans.map(({ spanId }) => spanId))
  assert.deepStrictEqual(
    spans.filter(({ parent }) => parent !== undefined && !ids.has(parent)),
    []
  )
  assert.strictEqual(ids.size, spans.length)
  const extract = spans.find(({ name }) => name === "extract laps")
  assert.deepInclude(extract?.attributes, { "inlet.pages": PAGES, "inlet.pages.traced": pages.length })
}

const all = Array.from({ length: PAGES }, (_, index) => index + 1)

describe("a run of ten thousand pages", () => {
  it.scopedLive("has the first two hundred and every tenth in its trace", () =>
    Effect.gen(function* () {
      const it = yield* laps()
      const { code, stderr, traceId } = yield* it.report("sync")
      assert.deepStrictEqual([code, stderr], [0, ""])
      whole(
        yield* spansOf(it, traceId),
        all.filter((page) => page <= 200 || page % 10 === 0)
      )
    })
  )

  it.scopedLive("has them all where that is wanted, in the file as at a collector", () =>
    Effect.gen(function* () {
      const { requests, url } = yield* Receiver.receiver()
      const it = yield* laps({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: url, INLET_TRACE_PAGES: String(PAGES) } })
      const { code, stderr, traceId } = yield* it.report("sync")
      assert.deepStrictEqual([code, stderr], [0, ""])
      const kept = yield* spansOf(it, traceId)
      whole(kept, all)
      const arrived = read(Receiver.taken(requests)).filter((span) => span.traceId === traceId)
      whole(arrived, all)
      assert.deepStrictEqual(new Set(arrived.map(({ spanId }) => spanId)), new Set(kept.map(({ spanId }) => spanId)))
    })
  )
})
