import { assert, describe, expect, it } from "@effect/vitest"
import { TestClock } from "effect"
import * as Effect from "effect/Effect"
import * as JSONSchema from "effect/JSONSchema"
import * as Predicate from "effect/Predicate"
import { DataboxEmulator } from "../src/index.ts"
import { type Client, make } from "./DataboxClient.ts"

type Behaviour = DataboxEmulator.Behaviour
type Scenario = (databox: Client) => Effect.Effect<unknown>

const sent =
  (records: ReadonlyArray<unknown>, millis?: number): Scenario =>
  (databox) =>
    Effect.flatMap(databox.dataset(), (id) => databox.outcome(id, records, millis))

/** The rows after two batches. */
const rowsAfter =
  (...batches: ReadonlyArray<ReadonlyArray<unknown>>): Scenario =>
  (databox) =>
    Effect.gen(function* () {
      const id = yield* databox.dataset()
      const seen = yield* Effect.forEach(batches, (records) => databox.outcome(id, records))
      return [seen.at(-1)?.counts, yield* databox.rows(id)]
    })

const get =
  (path: string): Scenario =>
  (databox) =>
    Effect.map(databox.api("GET", path), databox.seen)

const absent = "/v1/datasets/00000000-0000-4000-8000-000000000000/ingestions"
const one = [{ id: 1, n: 1 }]
const flawed = [...one, { id: 2, n: null }]
const conflicting = [...one, { id: 2, n: "one" }]
const repeated = [
  { id: 1, n: 1 },
  { id: 1, n: 2 },
  { id: 2, n: 3 }
]
const keyless = [{ n: 1 }, ...one]
const failing: Partial<Behaviour> = { failIngestions: "all" }
const strange: Scenario = (databox) =>
  Effect.map(databox.api("POST", "/v1/data-sources", { title: "", x: 1 }), databox.seen)
const dataSourceIdType: Scenario = (databox) =>
  Effect.gen(function* () {
    const id = yield* databox.dataSource
    const made = yield* databox.api("POST", "/v1/datasets", { title: "", dataSourceId: id })
    return [typeof id, made.status, (yield* databox.api("GET", `/v1/data-sources/${id}/datasets`)).status]
  })
const extra: Scenario = (databox) =>
  Effect.gen(function* () {
    const dataSourceId = yield* databox.dataSource
    const schema = [{ name: "at", dataType: "datetime" }]
    const { id } = databox.decode(
      (yield* databox.api("POST", "/v1/datasets", { title: "", dataSourceId, schema })).body
    )
    const detail = yield* databox.api("GET", `/v1/datasets/${id}`)
    const list = yield* databox.api("GET", "/v1/accounts/100001/datasets?page=1&pageSize=1")
    return [detail.status, Predicate.hasProperty(detail.body, "schema") ? detail.body.schema : undefined, list.status]
  })
const secondCall: Scenario = (databox) =>
  Effect.gen(function* () {
    yield* TestClock.setTime(250)
    yield* databox.api("GET", "/v1/accounts")
    const { body, headers, status } = yield* databox.api("GET", "/v1/accounts")
    return [status, headers.get("retry-after"), body === undefined ? headers.get("content-type") : "json"]
  })
const once = { rateLimit: { perSecond: 1, perHour: 10 } }

const cases: ReadonlyArray<readonly [Partial<Behaviour>, Scenario, unknown]> = [
  [{ ...failing, detailStatus: "state" }, sent(one), { status: "failed", code: "processing_failed", counts: "0 0 1" }],
  [{ ...failing, detailStatus: "constant" }, sent(one), { status: "success", code: undefined, counts: "0 0 1" }],
  [{ successWord: "success" }, sent(one), { status: "success", counts: "1 0 0" }],
  [{ successWord: "processed" }, sent(one), { status: "processed", counts: "1 0 0" }],
  [{ successWord: "completed" }, sent(one), { status: "completed", counts: "1 0 0" }],
  [{ runningMetrics: "absent" }, sent(one, 49), { status: "in_progress", counts: undefined }],
  [{ runningMetrics: "zeros" }, sent(one, 49), { status: "in_progress", counts: "0 0 0" }],
  [
    { nullOrBoolean: "fail" },
    sent(flawed),
    { http: 200, status: "failed", code: "processing_failed", counts: "0 0 2" }
  ],
  [{ nullOrBoolean: "reject" }, sent(flawed), { status: "success", counts: "1 0 1" }],
  [{ nullOrBoolean: "accept" }, sent([{ id: 1, ok: true }, ...flawed]), { status: "success", counts: "2 1 0" }],
  [{ typeConflict: "reject" }, sent(conflicting), { status: "success", counts: "1 0 1" }],
  [{ typeConflict: "reject" }, sent([{ id: 1, nested: {} }]), { status: "success", counts: "0 0 1" }],
  [{ typeConflict: "fail" }, sent(conflicting), { status: "failed", code: "schema_mismatch", counts: "0 0 2" }],
  [{ typeConflict: "refuse" }, sent(conflicting), { http: 400, code: "schema_mismatch", field: "records[1].n" }],
  [{ upsert: "replace" }, rowsAfter(one, [{ id: 1, m: 2 }]), ["0 1 0", [{ id: 1, m: 2 }]]],
  [{ upsert: "merge" }, rowsAfter(one, [{ id: 1, m: 2 }]), ["0 1 0", [{ id: 1, n: 1, m: 2 }]]],
  [{ duplicateKey: "last" }, rowsAfter(repeated), ["2 1 0", repeated.slice(1)]],
  [{ duplicateKey: "first" }, rowsAfter(repeated), ["2 0 0", [repeated[0], repeated[2]]]],
  [{ duplicateKey: "reject" }, rowsAfter(repeated), ["1 0 2", repeated.slice(2)]],
  [{ missingKey: "reject" }, sent(keyless), { status: "success", counts: "1 0 1" }],
  [{ missingKey: "refuse" }, sent(keyless), { http: 400, code: "missing_required_field", field: "records[0]" }],
  [
    { tooManyRecords: "invalid_input", maxRecords: 2 },
    sent(repeated),
    { http: 400, code: "invalid_input", field: "records" }
  ],
  [{ tooManyRecords: "request_too_large", maxRecords: 2 }, sent(repeated), { http: 413, code: "request_too_large" }],
  [{ maxBytes: 100 }, sent([{ id: "x".repeat(100) }]), { http: 413, code: "request_too_large" }],
  [{ emptyRecords: "refuse" }, sent([]), { http: 400, field: "records" }],
  [{ emptyRecords: "accept" }, sent([]), { status: "success", counts: "0 0 0" }],
  [{ unknownId: "not_found" }, get(absent), { http: 404, code: "not_found", field: "datasetId" }],
  [{ unknownId: "invalid_input" }, get(absent), { http: 400, code: "invalid_input", field: "datasetId" }],
  [{ unknownMembers: "ignore" }, strange, { http: 200 }],
  [{ unknownMembers: "refuse" }, strange, { http: 400, code: "invalid_input", field: "x" }],
  [{ extras: "absent" }, extra, [404, undefined, 404]],
  [{ extras: "present" }, extra, [200, [{ name: "at", dataType: "datetime" }], 200]],
  [{ ids: "number" }, dataSourceIdType, ["number", 200, 200]],
  [{ ids: "string" }, dataSourceIdType, ["string", 200, 200]],
  [{ errorIn2xx: false }, get(absent), { http: 404, status: "error" }],
  [{ errorIn2xx: true }, get(absent), { http: 200, status: "error", code: "not_found" }],
  [{ rateLimitRetryAfter: "seconds", ...once }, secondCall, [429, "1", "json"]],
  [{ rateLimitRetryAfter: "date", ...once }, secondCall, [429, "Thu, 01 Jan 1970 00:00:01 GMT", "json"]],
  [{ rateLimitRetryAfter: "none", ...once }, secondCall, [429, null, "json"]],
  [{ rateLimitBody: "json", ...once }, secondCall, [429, "1", "json"]],
  [{ rateLimitBody: "html", ...once }, secondCall, [429, "1", "text/html; charset=utf-8"]],
  [{ rateLimit: null }, secondCall, [200, null, "json"]],
  [{ failIngestions: "none" }, sent(one), { status: "success" }],
  [{ failIngestions: "all" }, sent(one), { status: "failed" }],
  [{ failIngestions: { every: 2 } }, rowsAfter(one, [{ id: 2 }], [{ id: 3 }]), ["1 0 0", [{ id: 1, n: 1 }, { id: 3 }]]],
  [{ failIngestions: { rows: { column: "id", equals: 2 } } }, rowsAfter(one, repeated), ["0 0 3", one]],
  [{ rejectRows: { column: "n", equals: 2 } }, rowsAfter(repeated), ["2 0 1", [repeated[0], repeated[2]]]],
  [
    {
      rejectRows: [
        { column: "n", equals: 1 },
        { column: "n", equals: 3 }
      ]
    },
    rowsAfter(repeated),
    ["1 0 2", [repeated[1]]]
  ],
  [
    { refuseRows: { column: "n", equals: 3 } },
    sent(repeated),
    { http: 400, code: "invalid_field_value", field: "records[2]" }
  ],
  [{ down: true }, get("/v1/accounts"), { http: 503, code: "service_unavailable" }],
  [{ processMillis: 0 }, sent(one, 0), { status: "success", counts: "1 0 0" }]
]

describe("switches", () => {
  it.scoped.each(cases.map(([behaviour, scenario, expected]) => ({ behaviour, scenario, expected })))(
    "$behaviour set over HTTP: $expected",
    ({ behaviour, expected, scenario }) =>
      Effect.gen(function* () {
        const databox = yield* make()
        const { body, status } = yield* databox.control("PUT", "behaviour", behaviour)
        assert.strictEqual(status, 200)
        expect(body).toMatchObject(behaviour)
        const seen = yield* scenario(databox)
        if (Array.isArray(expected)) expect(seen).toEqual(expected)
        else expect(seen).toMatchObject(expected ?? {})
      })
  )

  it.scoped("a change leaves the other switches as they were", () =>
    Effect.gen(function* () {
      const databox = yield* make({ upsert: "merge" })
      yield* databox.control("PUT", "behaviour", { down: true })
      expect((yield* databox.control("GET", "behaviour")).body).toMatchObject({ upsert: "merge", down: true })
    })
  )

  it("every setting of every choice has a case", () => {
    const schema = JSONSchema.make(DataboxEmulator.Behaviour)
    const choices = Object.entries("properties" in schema ? schema.properties : {})
    assert.isNotEmpty(choices)
    for (const [name, property] of choices) {
      if (!("enum" in property)) continue
      for (const value of property.enum) {
        const covered = cases.some(([behaviour]) =>
          Object.entries(behaviour).some(([key, set]) => key === name && set === value)
        )
        assert.isTrue(covered, `${name}: ${value}`)
      }
    }
  })

  it.scoped.each([
    [{ upsert: "sometimes" }, "upsert"],
    [{ rateLimit: { perSecond: 0, perHour: 1 } }, "rateLimit.perSecond"],
    [{ rejectRows: [{ column: 1, equals: 1 }] }, "rejectRows.0.column"],
    [{ upserts: "merge" }, "upserts"],
    [7, ""]
  ] as const)("%j is refused, naming %s, and changes nothing", ([patch, path]) =>
    Effect.gen(function* () {
      const databox = yield* make()
      const before = (yield* databox.control("GET", "behaviour")).body
      const { body, status } = yield* databox.control("PUT", "behaviour", patch)
      assert.strictEqual(status, 400)
      expect(body).toMatchObject({ errors: expect.arrayContaining([expect.objectContaining({ path })]) })
      expect((yield* databox.control("GET", "behaviour")).body).toEqual(before)
    })
  )

  it.scoped("latency waits by the clock", () =>
    Effect.gen(function* () {
      const databox = yield* make({ latencyMillis: 5000 })
      const waiting = yield* Effect.fork(databox.api("POST", "/v1/data-sources", { title: "late" }))
      const sources = databox.control("GET", "data-sources")
      yield* databox
        .control("GET", "journal")
        .pipe(Effect.repeat({ until: ({ body }) => JSON.stringify(body).includes('"seq":1') }))
      expect((yield* sources).body).toEqual({ dataSources: [] })
      yield* TestClock.adjust(5000)
      assert.strictEqual((yield* waiting).status, 200)
      expect((yield* sources).body).toMatchObject({ dataSources: [{ created: "1970-01-01T00:00:05.000Z" }] })
    })
  )

  it.scoped("what is new shows in lists only after a while", () =>
    Effect.gen(function* () {
      const databox = yield* make({ creationVisibleAfterMillis: 1000 })
      const id = yield* databox.dataset()
      const listed = Effect.gen(function* () {
        const { body } = yield* databox.api("GET", "/v1/accounts/100001/data-sources")
        const source = JSON.stringify(body).match(/"id":(\d+)/)?.[1] ?? "4700001"
        const sets = yield* databox.api("GET", `/v1/data-sources/${source}/datasets`)
        return [JSON.stringify(body).includes('source"'), JSON.stringify(sets.body).includes(id)]
      })
      assert.deepStrictEqual(yield* listed, [false, false])
      yield* TestClock.adjust(1000)
      assert.deepStrictEqual(yield* listed, [true, true])
    })
  )

  it.scoped.each(["not_found", "invalid_input"] as const)("a new ingestion is unknown for a while (%s)", (unknownId) =>
    Effect.gen(function* () {
      const databox = yield* make({ visibilityDelayMillis: 1000, unknownId })
      const id = yield* databox.dataset()
      const { ingestionId } = databox.decode((yield* databox.ingest(id, one)).body)
      const looks = Effect.gen(function* () {
        const list = yield* databox.api("GET", `/v1/datasets/${id}/ingestions`)
        return [(yield* databox.detail(id, ingestionId)).status, list.text.includes(String(ingestionId))]
      })
      assert.deepStrictEqual(yield* looks, [404, false])
      yield* TestClock.adjust(1000)
      assert.deepStrictEqual(yield* looks, [200, true])
    })
  )
})

describe("rate limit", () => {
  it.scoped("counts every request of the key in seconds and hours of the clock", () =>
    Effect.gen(function* () {
      const databox = yield* make({ rateLimit: { perSecond: 2, perHour: 5 } })
      const call = Effect.map(databox.api("GET", "/v1/auth/validate-key"), ({ headers, status }) =>
        status === 429 ? Number(headers.get("retry-after")) : status
      )
      const calls = (count: number) => Effect.replicateEffect(call, count)
      assert.deepStrictEqual(yield* calls(3), [200, 200, 1])
      yield* TestClock.setTime(1000)
      assert.deepStrictEqual(yield* calls(3), [200, 200, 1])
      yield* TestClock.setTime(2000)
      assert.deepStrictEqual(yield* calls(2), [200, 3598])
      yield* TestClock.setTime(3_600_000)
      assert.deepStrictEqual(yield* calls(1), [200])
    })
  )

  it.scoped("spares the control surface and wrong keys", () =>
    Effect.gen(function* () {
      const databox = yield* make({ rateLimit: { perSecond: 1, perHour: 1 } })
      const wrong = databox.api("GET", "/v1/accounts", undefined, { "x-api-key": "pak_x" })
      yield* wrong
      assert.strictEqual((yield* wrong).status, 401)
      assert.strictEqual((yield* databox.control("GET", "datasets")).status, 200)
      assert.strictEqual((yield* databox.api("GET", "/v1/accounts")).status, 200)
    })
  )
})

describe("order of application", () => {
  const send = Effect.fnUntraced(function* (seed: number) {
    const databox = yield* make({ recordApplied: true, jitterMillis: 1000, seed })
    const id = yield* databox.dataset()
    const times = Array.from({ length: 8 }, (_, n) => `2026-01-01T00:00:0${n}.000Z`)
    for (const updated_at of times) yield* databox.ingest(id, [{ id: 1, updated_at }])
    yield* TestClock.adjust(1050)
    const { text } = yield* databox.control("GET", "applied")
    const applied = [...text.matchAll(/"version":"([^"]+)"/g)].map(([, version]) => version)
    return { databox, id, times, applied }
  })

  it.scoped("jitter lets a later ingestion overtake, the same way for the same seed", () =>
    Effect.gen(function* () {
      const { applied, databox, id, times } = yield* send(3)
      assert.notDeepEqual(applied, times)
      assert.sameMembers(applied, times)
      expect(yield* databox.rows(id)).toEqual([{ id: 1, updated_at: applied.at(-1) }])
      assert.deepStrictEqual((yield* send(3)).applied, applied)
      const { body } = yield* databox.control("GET", "applied?after=2&limit=1")
      expect(body).toMatchObject({ total: 8, applied: [{ seq: 3, dataset: id, key: "1", version: applied[2] }] })
    })
  )

  it.scoped("ingestions due at the same time are applied as they came, and kept apart from the log unless told", () =>
    Effect.gen(function* () {
      const databox = yield* make()
      const id = yield* databox.dataset()
      for (const n of [1, 2, 3]) yield* databox.ingest(id, [{ id: 1, n }])
      yield* TestClock.adjust(50)
      expect(yield* databox.rows(id)).toEqual([{ id: 1, n: 3 }])
      expect((yield* databox.control("GET", "applied")).body).toEqual({ total: 0, applied: [] })
    })
  )

  it.scoped("an ingestion keeps the behaviour it was accepted under, and dies with its dataset", () =>
    Effect.gen(function* () {
      const databox = yield* make({ failIngestions: "all" })
      const id = yield* databox.dataset()
      const { ingestionId } = databox.decode((yield* databox.ingest(id, one)).body)
      yield* databox.control("PUT", "behaviour", { failIngestions: "none" })
      yield* databox.ingest(id, [{ id: 2 }])
      yield* TestClock.adjust(50)
      expect(databox.seen(yield* databox.detail(id, ingestionId))).toMatchObject({ status: "failed" })
      expect(yield* databox.rows(id)).toEqual([{ id: 2 }])
      yield* databox.ingest(id, one)
      yield* databox.api("DELETE", `/v1/datasets/${id}`)
      yield* TestClock.adjust(50)
      expect((yield* databox.control("GET", "datasets")).body).toEqual({ datasets: [] })
    })
  )
})
