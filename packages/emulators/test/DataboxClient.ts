// A plain HTTP client for the tests of the Databox emulator: real sockets, parsed answers, the test clock.
import { TestClock } from "effect"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { DataboxEmulator } from "../src/index.ts"

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** Parsed when it is JSON. */
  readonly body: unknown
}

export const send = (url: string, init: RequestInit = {}): Effect.Effect<Answer> =>
  Effect.promise(async (signal) => {
    const response = await fetch(url, { redirect: "manual", signal, ...init })
    const text = await response.text()
    const isJson = response.headers.get("content-type")?.startsWith("application/json") === true && text !== ""
    const body: unknown = isJson ? JSON.parse(text) : undefined
    return { status: response.status, headers: response.headers, text, body }
  })

const Counts = Schema.Struct({
  receivedRecordsCount: Schema.Number,
  appendedRecordsCount: Schema.Number,
  overwrittenRecordsCount: Schema.Number,
  rejectedRecordsCount: Schema.Number
})
const Errors = Schema.Array(Schema.Struct({ code: Schema.String, field: Schema.optional(Schema.String) }))
const Body = Schema.Struct({
  status: Schema.optional(Schema.String),
  id: Schema.optional(Schema.Union(Schema.Number, Schema.String)),
  ingestionId: Schema.optional(Schema.String),
  errors: Schema.optional(Errors),
  metrics: Schema.optional(Schema.Struct({ ingestionMetrics: Counts }))
})
const decode = Schema.decodeUnknownSync(Body)

/** What a client can see of a batch: refused at once, or its detail. */
export interface Seen {
  readonly http: number
  readonly status?: string | undefined
  readonly code?: string | undefined
  readonly field?: string | undefined
  /** Appended, overwritten, rejected. */
  readonly counts?: string | undefined
}

export type Client = Effect.Effect.Success<ReturnType<typeof make>>

/** An emulator with the given options, without a rate limit unless the behaviour has one, and a client for it. */
export const make = Effect.fnUntraced(function* (
  behaviour: Partial<DataboxEmulator.Behaviour> = {},
  options: DataboxEmulator.Options = {}
) {
  const emulator = yield* DataboxEmulator.start({ ...options, behaviour: { rateLimit: null, ...behaviour } })

  const api = (method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}) =>
    send(`${emulator.url}${path}`, {
      method,
      headers: {
        "x-api-key": emulator.apiKey,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) })
    })

  const control = (method: string, path: string, body?: unknown) =>
    send(`${emulator.url}/_emulator/${path}`, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })

  const dataSource = Effect.map(api("POST", "/v1/data-sources", { title: "source" }), ({ body }) => decode(body).id)

  const dataset = Effect.fnUntraced(function* (primaryKeys: ReadonlyArray<string> | null = ["id"], title = "set") {
    const dataSourceId = yield* dataSource
    const { body } = yield* api("POST", "/v1/datasets", { title, dataSourceId, primaryKeys })
    return String(decode(body).id)
  })

  const ingest = (id: string, records: ReadonlyArray<unknown>) => api("POST", `/v1/datasets/${id}/data`, { records })

  const detail = (id: string, ingestion: string | undefined) => api("GET", `/v1/datasets/${id}/ingestions/${ingestion}`)

  const seen = ({ body, status }: Answer): Seen => {
    const { errors, metrics, status: word } = decode(body)
    const counts = metrics?.ingestionMetrics
    return {
      http: status,
      status: word,
      code: errors?.[0]?.code,
      field: errors?.[0]?.field,
      counts:
        counts && `${counts.appendedRecordsCount} ${counts.overwrittenRecordsCount} ${counts.rejectedRecordsCount}`
    }
  }

  /** Sends a batch and, when it is accepted, looks at its detail after `millis`. */
  const outcome = Effect.fnUntraced(function* (id: string, records: ReadonlyArray<unknown>, millis = 50) {
    const accepted = yield* ingest(id, records)
    const { ingestionId } = decode(accepted.body)
    if (ingestionId === undefined) return seen(accepted)
    yield* TestClock.adjust(millis)
    return seen(yield* detail(id, ingestionId))
  })

  const rows = (id: string) => Effect.map(control("GET", `datasets/${id}/rows`), ({ body }) => body)

  return { ...emulator, api, control, dataSource, dataset, ingest, detail, seen, outcome, rows, decode }
})
