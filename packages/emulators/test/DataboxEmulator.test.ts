import { createHash } from "node:crypto"
import { assert, describe, expect, it } from "@effect/vitest"
import { TestClock } from "effect"
import * as Effect from "effect/Effect"
import { DataboxEmulator } from "../src/index.ts"
import { make, send } from "./DataboxClient.ts"

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const absent = "00000000-0000-4000-8000-000000000000"
const envelope = { requestId: expect.stringMatching(uuid), status: "success" }

describe("operations", () => {
  it.scoped("the key and the accounts", () =>
    Effect.gen(function* () {
      const accounts = [
        { id: 1, name: "One", accountType: "agency" },
        { id: 2, name: "Two", accountType: "client" }
      ] as const
      const databox = yield* make({}, { accounts })
      expect((yield* databox.api("GET", "/v1/auth/validate-key")).body).toEqual(envelope)
      expect((yield* databox.api("GET", "/v1/accounts")).body).toEqual({ ...envelope, accounts })
      expect((yield* databox.api("GET", "/v1/accounts/timezones")).body).toMatchObject({
        ...envelope,
        timezones: expect.arrayContaining([
          { timezone: "UTC", offset: "+00:00" },
          { timezone: "Asia/Tokyo", offset: "+09:00" }
        ])
      })
    })
  )

  it.scoped("a data source: created, listed in its account, deleted with its datasets", () =>
    Effect.gen(function* () {
      const databox = yield* make()
      yield* TestClock.setTime(Date.UTC(2026, 0, 2, 3, 4, 5, 678))
      const made = yield* databox.api("POST", "/v1/data-sources", { title: "ERP", accountId: 100001 })
      const facts = {
        id: expect.any(Number),
        title: "ERP",
        created: "2026-01-02T03:04:05.678000Z",
        timezone: "UTC",
        key: "ingestion",
        ingestionSupported: true
      }
      expect(made.body).toEqual({ ...envelope, status: "processing", ...facts })
      const { id } = databox.decode(made.body)
      const listed = databox.api("GET", "/v1/accounts/100001/data-sources")
      expect((yield* listed).body).toEqual({ ...envelope, dataSources: [{ ...facts, id }] })

      const dataset = { title: "", dataSourceId: id, primaryKeys: null }
      const kept = databox.decode((yield* databox.api("POST", "/v1/datasets", dataset)).body)
      const sets = databox.api("GET", `/v1/data-sources/${id}/datasets`)
      const created = facts.created
      expect((yield* sets).body).toEqual({ ...envelope, datasets: [{ id: kept.id, title: "", created }] })

      expect((yield* databox.api("DELETE", `/v1/data-sources/${id}`)).body).toEqual({
        ...envelope,
        message: expect.any(String)
      })
      expect((yield* listed).body).toMatchObject({ dataSources: [] })
      assert.strictEqual((yield* sets).status, 404)
      assert.strictEqual((yield* databox.ingest(String(kept.id), [{ a: 1 }])).status, 404)
    })
  )

  it.scoped("a dataset: filled, followed, purged, deleted", () =>
    Effect.gen(function* () {
      const databox = yield* make()
      const id = yield* databox.dataset(["id"])
      assert.match(id, uuid)
      const accepted = yield* databox.ingest(id, [{ id: 1, at: "2026-01-01" }, { id: 2 }])
      expect(accepted.body).toEqual({
        ...envelope,
        ingestionId: expect.stringMatching(uuid),
        message: expect.any(String)
      })
      const { ingestionId } = databox.decode(accepted.body)
      const timestamp = "1970-01-01T00:00:00.000000Z"
      expect((yield* databox.detail(id, ingestionId)).body).toEqual({
        ...envelope,
        status: "in_progress",
        ingestionId,
        timestamp
      })
      yield* TestClock.adjust(50)
      expect((yield* databox.detail(id, ingestionId)).body).toEqual({
        ...envelope,
        ingestionId,
        timestamp,
        metrics: {
          datasetMetrics: { columnsCount: 2, datasetSizeMB: expect.any(Number), totalDatasetRecordsCount: 2 },
          ingestionMetrics: {
            receivedRecordsCount: 2,
            appendedRecordsCount: 2,
            overwrittenRecordsCount: 0,
            rejectedRecordsCount: 0
          }
        }
      })
      yield* databox.api("POST", `/v1/datasets/${id}/purge`)
      expect(yield* databox.rows(id)).toEqual([])
      expect((yield* databox.outcome(id, [{ id: 1 }])).counts).toBe("1 0 0")
      yield* databox.api("DELETE", `/v1/datasets/${id}`)
      assert.strictEqual((yield* databox.api("GET", `/v1/datasets/${id}/ingestions`)).status, 404)
    })
  )

  it.scoped("ingestions are listed in pages from 1, newest first", () =>
    Effect.gen(function* () {
      const databox = yield* make()
      const id = yield* databox.dataset()
      const sent: Array<string | undefined> = []
      for (const n of [1, 2, 3]) {
        sent.push(databox.decode((yield* databox.ingest(id, [{ id: n }])).body).ingestionId)
        yield* TestClock.adjust(40)
      }
      const list = (query: string) => databox.api("GET", `/v1/datasets/${id}/ingestions${query}`)
      expect((yield* list("")).body).toMatchObject({
        pagination: { page: 1, pageSize: 50, totalItems: 3 },
        ingestions: [
          { ingestionId: sent[2], timestamp: "1970-01-01T00:00:00.080000Z", status: "in_progress" },
          { ingestionId: sent[1], status: "success" },
          { ingestionId: sent[0], status: "success" }
        ]
      })
      expect((yield* list("?page=2&pageSize=2")).body).toMatchObject({
        pagination: { page: 2, pageSize: 2, totalItems: 3 },
        ingestions: [{ ingestionId: sent[0] }]
      })
      for (const query of ["?page=0", "?page=x", "?pageSize=-1"]) assert.strictEqual((yield* list(query)).status, 400)
    })
  )
})

describe("refusals", () => {
  const json = { "content-type": "application/json" }
  const refused: ReadonlyArray<
    readonly [
      method: string,
      path: string,
      body: unknown,
      headers: Record<string, string>,
      status: number,
      error: object
    ]
  > = [
    ["GET", "/v1/auth/validate-key", undefined, { "x-api-key": "pak_x" }, 401, { code: "invalid_api_key" }],
    ["GET", "/v1/nothing", undefined, {}, 404, { code: "not_found" }],
    ["GET", "/v2/accounts", undefined, {}, 404, { code: "not_found" }],
    ["PATCH", "/v1/accounts", undefined, {}, 405, { code: "method_not_allowed" }],
    ["GET", `/v1/datasets/${absent}`, undefined, {}, 404, { code: "not_found" }],
    ["GET", "/v1/accounts/x/data-sources", undefined, {}, 400, { code: "invalid_input", field: "accountId" }],
    ["GET", "/v1/accounts/7/data-sources", undefined, {}, 404, { code: "not_found", field: "accountId" }],
    ["DELETE", "/v1/data-sources/7", undefined, {}, 404, { code: "not_found", field: "dataSourceId" }],
    ["DELETE", "/v1/datasets/7", undefined, {}, 400, { code: "invalid_input", field: "datasetId" }],
    ["POST", `/v1/datasets/${absent}/data`, { records: [{}] }, {}, 404, { code: "not_found", field: "datasetId" }],
    ["POST", "/v1/data-sources", "{}", { "content-type": "text/plain" }, 415, { code: "unsupported_media_type" }],
    ["POST", "/v1/datasets", "{}", { "content-type": "text/plain" }, 415, { code: "unsupported_media_type" }],
    ["POST", "/v1/datasets/x/data", "{}", { "content-type": "text/plain" }, 415, { code: "unsupported_media_type" }],
    ["POST", "/v1/data-sources", "{", json, 400, { code: "invalid_json" }],
    ["POST", "/v1/data-sources", "[]", json, 400, { code: "invalid_input" }],
    ["POST", "/v1/data-sources", {}, {}, 400, { code: "missing_required_field", field: "title" }],
    ["POST", "/v1/data-sources", { title: null }, {}, 400, { code: "invalid_field_value", field: "title" }],
    ["POST", "/v1/data-sources", { title: "", accountId: 7 }, {}, 404, { code: "not_found", field: "accountId" }],
    ["POST", "/v1/data-sources", { title: "", timezone: "Mars" }, {}, 400, { field: "timezone", type: "validation" }],
    ["POST", "/v1/datasets", { title: "" }, {}, 400, { code: "missing_required_field", field: "dataSourceId" }],
    ["POST", "/v1/datasets", { title: "", dataSourceId: 7 }, {}, 404, { code: "not_found", field: "dataSourceId" }],
    ["POST", "/v1/datasets", { title: "", dataSourceId: "7" }, {}, 400, { field: "dataSourceId" }],
    ["POST", "/v1/datasets", { title: "", dataSourceId: 7, primaryKeys: [1] }, {}, 400, { field: "primaryKeys" }]
  ]
  it.scoped.each(refused)("%s %s %j %j: %i %j", ([method, path, body, headers, status, error]) =>
    Effect.gen(function* () {
      const databox = yield* make()
      const answer = yield* databox.api(method, path, body, headers)
      assert.strictEqual(answer.status, status)
      expect(answer.body).toMatchObject({
        requestId: expect.stringMatching(uuid),
        status: "error",
        errors: [{ message: expect.any(String), type: expect.any(String), ...error }]
      })
    })
  )

  it.scoped.each([
    [{}, "missing_required_field", "records"],
    [{ records: {} }, "invalid_field_value", "records"],
    [{ records: [{}, 1] }, "invalid_field_value", "records[1]"]
  ] as const)("data %j: %s of %s", ([body, code, field]) =>
    Effect.gen(function* () {
      const databox = yield* make()
      const id = yield* databox.dataset()
      const answer = yield* databox.api("POST", `/v1/datasets/${id}/data`, body)
      expect(databox.seen(answer)).toMatchObject({ http: 400, code, field })
    })
  )

  it.scoped("without a key, and an ingestion of another dataset", () =>
    Effect.gen(function* () {
      const databox = yield* make()
      assert.strictEqual((yield* send(`${databox.url}/v1/accounts`)).status, 401)
      const [one, other] = [yield* databox.dataset(), yield* databox.dataset()]
      const { ingestionId } = databox.decode((yield* databox.ingest(one, [{ id: 1 }])).body)
      assert.strictEqual((yield* databox.detail(one, ingestionId)).status, 200)
      assert.strictEqual((yield* databox.detail(other, ingestionId)).status, 404)
    })
  )

  it.scoped("options that make no sense", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(DataboxEmulator.start({ behaviour: { processMillis: -1 } }))
      assert.strictEqual(error.reason, "InvalidOptions")
      assert.include(error.message, "processMillis")
    })
  )
})

describe("rows", () => {
  it.scoped("the columns of a key count one by one; without a key every record is a row", () =>
    Effect.gen(function* () {
      const databox = yield* make()
      const pairs = yield* databox.dataset(["a", "b"], "pairs")
      yield* databox.outcome(pairs, [
        { a: "x", b: "y,z", n: 1 },
        { a: "x,y", b: "z", n: 2 }
      ])
      expect(yield* databox.rows(pairs)).toHaveLength(2)
      expect((yield* databox.outcome(pairs, [{ a: "x", b: "y,z", n: 3 }])).counts).toBe("0 1 0")
      const bare = yield* databox.dataset(null, "bare")
      yield* databox.outcome(bare, [{ n: 1 }])
      expect((yield* databox.outcome(bare, [{ n: 1 }])).counts).toBe("1 0 0")
      expect(yield* databox.rows("bare")).toEqual([{ n: 1 }, { n: 1 }])
    })
  )

  it.scoped("are shown in pages in the order of their keys, as an array or as lines", () =>
    Effect.gen(function* () {
      const databox = yield* make()
      const id = yield* databox.dataset()
      yield* databox.outcome(
        id,
        ["c", "a", "b"].map((key) => ({ id: key }))
      )
      const page = yield* databox.control("GET", "datasets/set/rows?offset=1&limit=1")
      expect(page.body).toEqual([{ id: "b" }])
      assert.strictEqual(page.headers.get("x-total-count"), "3")
      const accept = { headers: { accept: "application/x-ndjson" } }
      const lines = yield* send(`${databox.url}/_emulator/datasets/${id}/rows`, accept)
      assert.strictEqual(lines.text, '{"id":"a"}\n{"id":"b"}\n{"id":"c"}\n')
      assert.strictEqual((yield* databox.control("GET", "datasets/other/rows")).status, 404)
    })
  )

  it.scoped("columns get their types from what arrives", () =>
    Effect.gen(function* () {
      const databox = yield* make({ nullOrBoolean: "accept" })
      const id = yield* databox.dataset()
      yield* databox.outcome(id, [
        { id: "1", day: "2026-01-01", at: "2026-01-01T00:00:00.000Z", n: 1, none: null, late: null },
        { id: "2", day: "soon", late: 2 }
      ])
      const types = { id: "string", day: "string", at: "datetime", n: "number", none: null, late: "number" }
      expect((yield* databox.control("GET", "datasets")).body).toMatchObject({
        datasets: [
          {
            id,
            title: "set",
            primaryKeys: ["id"],
            rowCount: 2,
            columns: Object.entries(types).map(([name, type]) => ({ name, type }))
          }
        ]
      })
    })
  )
})

describe("what the control surface tells", () => {
  it.scoped("ingestions with the digest of the exact body, and data sources", () =>
    Effect.gen(function* () {
      const databox = yield* make()
      const id = yield* databox.dataset()
      const body = '{ "records" : [ {"id":"ž"} ] }'
      yield* databox.api("POST", `/v1/datasets/${id}/data`, body)
      const digest = createHash("sha256").update(body).digest("hex")
      const facts = { dataset: id, state: "running", received: 1, applied: null, digest }
      expect((yield* databox.control("GET", "ingestions")).body).toMatchObject({ ingestions: [facts] })
      yield* TestClock.adjust(60)
      expect((yield* databox.control("GET", "ingestions?dataset=set")).body).toMatchObject({
        ingestions: [
          {
            ...facts,
            state: "applied",
            appended: 1,
            overwritten: 0,
            rejected: 0,
            submitted: "1970-01-01T00:00:00.000Z",
            applied: "1970-01-01T00:00:00.050Z"
          }
        ]
      })
      assert.strictEqual((yield* databox.control("GET", "ingestions?dataset=x")).status, 404)
      expect((yield* databox.control("GET", "data-sources")).body).toMatchObject({ dataSources: [{ title: "source" }] })
      expect((yield* databox.control("GET", "journal?path=/data$")).body).toMatchObject({
        entries: [{ credential: "right", status: 200, note: { dataset: id, records: 1, digest } }]
      })
    })
  )

  it.scoped("a reset forgets everything and restores the behaviour", () =>
    Effect.gen(function* () {
      const databox = yield* make({ maxRecords: 7 })
      yield* databox.dataset()
      yield* databox.control("PUT", "behaviour", { maxRecords: 8, down: true })
      yield* databox.control("POST", "reset")
      expect((yield* databox.control("GET", "datasets")).body).toEqual({ datasets: [] })
      expect((yield* databox.control("GET", "behaviour")).body).toMatchObject({ maxRecords: 7, down: false })
    })
  )

  it.scoped("faults answer in the shape of the service", () =>
    Effect.gen(function* () {
      const databox = yield* make()
      yield* databox.control("POST", "faults", { action: { type: "rate-limit", retryAfter: 1 } })
      const answer = yield* databox.api("GET", "/v1/accounts")
      expect(databox.seen(answer)).toMatchObject({ http: 429, status: "error", code: "rate_limited" })
    })
  )
})
