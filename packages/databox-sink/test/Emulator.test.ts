// The port against the emulated service, under each reading of what the service's documentation leaves open.
import { assert, describe, it } from "@effect/vitest"
import { type Event, Sink } from "@inlet/core"
import { DataboxEmulator, type Fault } from "@inlet/emulators"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/TestClock"
import { hurried, provision, sink } from "./Fixture.ts"

type Behaviour = Partial<DataboxEmulator.Behaviour>

const Datasets = Schema.Struct({
  datasets: Schema.Array(
    Schema.Struct({ id: Schema.String, primaryKeys: Schema.Array(Schema.String), rowCount: Schema.Number })
  )
})
const decodeDatasets = Schema.decodeUnknownSync(Datasets)

const start = (behaviour: Behaviour = {}, faults: ReadonlyArray<Fault.RuleInput> = []) =>
  Effect.gen(function* () {
    const { apiKey, url } = yield* DataboxEmulator.start({ behaviour })
    const control = (path: string, init: RequestInit = {}) =>
      Effect.promise(async (): Promise<unknown> => (await fetch(`${url}/_emulator/${path}`, init)).json())
    yield* control("faults", { method: "PUT", body: JSON.stringify(faults) })
    const datasets = Effect.map(control("datasets"), (body) => decodeDatasets(body).datasets)
    const layer = sink(url, { apiKey: Redacted.make(apiKey), limits: { perSecond: 8 } })
    return { datasets, layer }
  })

const rows = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => `{"id":"k${from + index}","title":"a title","size":${index}}`)

/** Looks until the verdict is one that can be acted on; the verdicts on the way are in `seen`. */
const settle = (port: Sink.Sink["Type"], dataset: Event.DatasetRef, receipt: Sink.Receipt, count: number) =>
  Effect.gen(function* () {
    const seen: Array<string> = []
    while (seen.length < 100) {
      const verdict = yield* port.outcome(dataset, receipt, count)
      if (verdict._tag === "Confirmed" || verdict._tag === "Refused") return { verdict, seen }
      seen.push(verdict._tag)
      yield* TestClock.adjust("1 second")
    }
    return yield* Effect.dieMessage(`no verdict after ${seen.join(", ")}`)
  })

const deliver = (port: Sink.Sink["Type"], dataset: Event.DatasetRef, texts: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const receipt = yield* port.send(dataset, port.body(texts))
    return yield* settle(port, dataset, receipt, texts.length)
  })

const behaviours: ReadonlyArray<readonly [string, Behaviour]> = [
  ["as documented", {}],
  ["the detail always says success", { detailStatus: "constant" }],
  ["it says success beside zeros while running", { detailStatus: "constant", runningMetrics: "zeros" }],
  ["success is called processed", { successWord: "processed" }],
  ["success is called completed", { successWord: "completed" }],
  ["counts are zeros while running", { runningMetrics: "zeros" }],
  ["unknown ids are bad input", { unknownId: "invalid_input" }],
  ["errors come with status 200", { errorIn2xx: true }],
  ["undocumented members are refused", { unknownMembers: "refuse" }],
  ["the vendor's own extras exist", { extras: "present" }],
  ["ids of data sources are texts", { ids: "string" }],
  ["rows are merged", { upsert: "merge" }],
  ["a new ingestion is unknown for a while", { visibilityDelayMillis: 10_000 }],
  ["a key gets few requests a second", { rateLimit: { perSecond: 8, perHour: 1000 }, rateLimitBody: "html" }]
]

describe("the port holds where", () => {
  for (const [name, behaviour] of behaviours)
    it.scoped(name, () =>
      Effect.gen(function* () {
        const { datasets, layer } = yield* start({ processMillis: 2500, ...behaviour })
        const { result } = yield* hurried(
          Effect.gen(function* () {
            const port = yield* Sink.Sink
            const dataset = yield* provision()
            assert.deepStrictEqual(yield* provision(), dataset)
            assert.isFalse(yield* port.unsettled(dataset))

            const first = yield* deliver(port, dataset, rows(1, 100))
            assert.deepStrictEqual(first.verdict, {
              _tag: "Confirmed",
              received: 100,
              appended: 100,
              overwritten: 0
            })
            assert.isNotEmpty(first.seen)
            const again = yield* deliver(port, dataset, rows(51, 100))
            assert.deepInclude(again.verdict, { appended: 50, overwritten: 50 })
            assert.isFalse(yield* port.unsettled(dataset))
            assert.deepStrictEqual(
              (yield* datasets).map(({ primaryKeys, rowCount }) => [primaryKeys, rowCount]),
              [[["id"], 150]]
            )

            const strange = { requestId: null, ingestionId: "00000000-0000-4000-8000-000000000000" }
            assert.deepStrictEqual(yield* port.outcome(dataset, strange, 1), { _tag: "Missing" })
            const many = yield* Effect.flip(port.send(dataset, port.body(rows(1, 101))))
            assert.strictEqual(many.kind, "permanent")

            yield* port.purge(dataset)
            assert.strictEqual((yield* datasets)[0]?.rowCount, 0)
          }).pipe(Effect.provide(layer))
        )
        Either.getOrThrowWith(result, (error) => error)
      })
    )
})

describe("rows that the service refuses", () => {
  const bad = { column: "id", equals: "k2" }
  const whole = { _tag: "Refused", code: "processing_failed", rejected: null } as const
  for (const [name, behaviour, expected] of [
    ["one by one", { rejectRows: bad }, { _tag: "Refused", code: "rows_rejected", rejected: 1 }],
    ["with the whole", { failIngestions: { rows: bad } }, whole],
    [
      "with the whole, only by the counts",
      { failIngestions: { rows: bad }, detailStatus: "constant" },
      { ...whole, code: "rows_rejected" }
    ]
  ] as const)
    it.scoped(`later, ${name}`, () =>
      Effect.gen(function* () {
        const { layer } = yield* start(behaviour)
        const { result } = yield* hurried(
          Effect.gen(function* () {
            const port = yield* Sink.Sink
            const dataset = yield* provision()
            assert.deepInclude((yield* deliver(port, dataset, rows(1, 3))).verdict, expected)
          }).pipe(Effect.provide(layer))
        )
        Either.getOrThrowWith(result, (error) => error)
      })
    )

  for (const errorIn2xx of [false, true])
    it.scoped(`at once${errorIn2xx ? ", with status 200" : ""}`, () =>
      Effect.gen(function* () {
        const { layer } = yield* start({ refuseRows: bad, errorIn2xx })
        const { result } = yield* hurried(
          Effect.gen(function* () {
            const port = yield* Sink.Sink
            const error = yield* Effect.flip(port.send(yield* provision(), port.body(rows(1, 3))))
            const { code, concerns, kind } = error
            assert.deepStrictEqual([kind, concerns, code], ["permanent", "rows", "invalid_field_value"])
          }).pipe(Effect.provide(layer))
        )
        Either.getOrThrowWith(result, (error) => error)
      })
    )
})

describe("one dataset only", () => {
  /** Disturbs the first creation of each kind. */
  const creations = (action: Fault.RuleInput["action"]): ReadonlyArray<Fault.RuleInput> =>
    ["datasets", "data-sources"].map((kind) => ({ match: { method: "POST", path: `^/v1/${kind}$` }, action }))
  for (const action of [
    { type: "reset-before" },
    { type: "reset-after" },
    { type: "reset-mid-body" },
    { type: "status", status: 502, html: true, after: true },
    { type: "status", status: 200, html: true, after: true }
  ] as const)
    for (const creationVisibleAfterMillis of [0, 30_000])
      it.scoped(`after ${JSON.stringify(action)}, listed after ${creationVisibleAfterMillis} ms`, () =>
        Effect.gen(function* () {
          const { datasets, layer } = yield* start({ creationVisibleAfterMillis }, creations(action))
          const { result } = yield* hurried(provision().pipe(Effect.provide(layer)))
          const { id } = Either.getOrThrowWith(result, (error) => error)
          assert.deepStrictEqual(
            (yield* datasets).map((one) => one.id),
            [id]
          )
        })
      )
})

describe("an unknown send", () => {
  it.scoped("that took effect shows in the list until it is done", () =>
    Effect.gen(function* () {
      const lost: Fault.RuleInput = { match: { path: "/data$" }, action: { type: "reset-after" } }
      const { layer } = yield* start({ processMillis: 60_000 }, [lost])
      const { result } = yield* hurried(
        Effect.gen(function* () {
          const port = yield* Sink.Sink
          const dataset = yield* provision()
          const error = yield* Effect.flip(port.send(dataset, port.body(rows(1, 3))))
          assert.strictEqual(error.kind, "uncertain")
          assert.isTrue(yield* port.unsettled(dataset))
          yield* TestClock.adjust("1 minute")
          assert.isFalse(yield* port.unsettled(dataset))
        }).pipe(Effect.provide(layer))
      )
      Either.getOrThrowWith(result, (error) => error)
    })
  )
})
