// The Databox Ingestion API v1 on the wire: paths, ids, member names, envelope and limits. No other module knows them, so
// that v2 can become a second module beside this one. Answers are read leniently: what is not needed may be anything.
import * as Either from "effect/Either"
import { identity } from "effect/Function"
import * as Option from "effect/Option"
import type { ParseError } from "effect/ParseResult"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"

export const version = "v1"

/** The documented 100 records a request; the others stay below the documented 10 MB, 10 a second and 10,000 an hour. */
export const limits = { records: 100, bytes: 8_000_000, perSecond: 8, perHour: 9000 }

/** One operation with its arguments. */
export interface Call<A> {
  readonly method: "GET" | "POST"
  /** The path with its variable parts only named, for spans and messages. */
  readonly template: string
  /** The real path with its query. */
  readonly path: string
  readonly body: string | null
  readonly does: "read" | "send" | "create" | "purge"
  /** The id of the data source or dataset that must exist for it. */
  readonly within: Id | null
  /** Why a 2xx answer is none, or null. */
  readonly failure: (body: unknown) => Failure | null
  readonly decode: (body: unknown) => Either.Either<A, ParseError>
  /** Where the service may not have the operation: that is no failure, but an answer which tells nothing. */
  readonly optional?: true
}

/** An error of the service; `code` is null where it gives none that is a code. */
export interface Failure {
  readonly code: string | null
}

/** An id in the form in which the service wrote it, since it is to be given back like that. */
export type Id = string | number

/** A data source or dataset of a list. `created` is ISO 8601. */
export interface Listed {
  readonly id: Id
  readonly title: string | null
  readonly created: string | null
}

export interface Counts {
  readonly received: number | null
  readonly appended: number | null
  readonly overwritten: number | null
  readonly rejected: number | null
}

/** What the service tells of a dataset, each null where it does not. */
export interface Told {
  readonly primaryKeys: ReadonlyArray<string> | null
  /** Types by name. */
  readonly columns: ReadonlyMap<string, string> | null
}

/** What is known of an ingestion; `state` is a word of the service, from no published list. */
export interface Ingestion {
  readonly state: string | null
  readonly failure: Failure | null
  readonly counts: Counts | null
}

export interface ListedIngestion {
  readonly id: string
  readonly state: string | null
  /** ISO 8601. */
  readonly at: string | null
}

/** A member that may be absent or of another type: both are null. */
const loose = <A>(is: Predicate.Refinement<unknown, A>) =>
  Schema.optionalWith(
    Schema.transform(Schema.Unknown, Schema.NullOr(Schema.declare(is)), {
      strict: true,
      decode: (value) => (is(value) ? value : null),
      encode: identity
    }),
    { default: () => null }
  )

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0
const text = loose(Predicate.isString)
const count = loose(isCount)
const nullable = <A, I>(schema: Schema.Schema<A, I>) =>
  Schema.optionalWith(Schema.NullOr(schema), { default: () => null })

/** Data source ids are numbers on the wire, those of datasets and ingestions strings. */
const Id = Schema.Union(Schema.NonEmptyString, Schema.Int)

const Listed = Schema.Struct({ id: Id, title: text, created: text })
const Accounts = Schema.Struct({ accounts: Schema.Array(Schema.Struct({ id: Id })) })
const DataSources = Schema.Struct({ dataSources: Schema.Array(Listed) })
const Datasets = Schema.Struct({ datasets: Schema.Array(Listed) })
const Dataset = Schema.Struct({
  primaryKeys: nullable(Schema.Array(Schema.String)),
  schema: nullable(Schema.Array(Schema.Struct({ name: Schema.String, dataType: Schema.String })))
})
const Accepted = Schema.Struct({ requestId: text, ingestionId: Id })
const Ingestions = Schema.Struct({
  ingestions: Schema.Array(Schema.Struct({ ingestionId: Id, status: text, timestamp: text })),
  pagination: nullable(Schema.Struct({ totalItems: count }))
})
const Detail = Schema.Struct({
  status: text,
  metrics: nullable(
    Schema.Struct({
      ingestionMetrics: nullable(
        Schema.Struct({
          receivedRecordsCount: count,
          appendedRecordsCount: count,
          overwrittenRecordsCount: count,
          rejectedRecordsCount: count
        })
      )
    })
  )
})

const parseJson = Schema.decodeUnknownOption(Schema.parseJson())

/** The body of an answer; undefined where it is no JSON. */
export const parse = (body: string): unknown => Option.getOrUndefined(parseJson(body))

export const requestId = (body: unknown): string | null =>
  Predicate.hasProperty(body, "requestId") &&
  Predicate.isString(body.requestId) &&
  /^[0-9a-zA-Z-]{1,64}$/.test(body.requestId)
    ? body.requestId
    : null

const idFields = new Set(["dataSourceId", "datasetId", "ingestionId"])

/** The first code among errors of any JSON form. An id that nothing has may come as `invalid_input` of that id. */
const codeOf = (errors: unknown): string | null => {
  if (Array.isArray(errors)) return errors.reduce<string | null>((found, error) => found ?? codeOf(error), null)
  if (!Predicate.hasProperty(errors, "code") || !Predicate.isString(errors.code)) return null
  const unknownId =
    errors.code === "invalid_input" &&
    Predicate.hasProperty(errors, "field") &&
    Predicate.isString(errors.field) &&
    idFields.has(errors.field)
  if (unknownId) return "not_found"
  // Anything else than a code may be a text with values in it.
  return /^[a-z]+(_[a-z]+)*$/.test(errors.code) && errors.code.length <= 64 ? errors.code : null
}

const isSomething = (errors: unknown): boolean =>
  Array.isArray(errors) || Predicate.isRecord(errors) ? Object.keys(errors).length > 0 : Boolean(errors)

const errorsOf = (body: unknown): Failure | null =>
  Predicate.hasProperty(body, "errors") && isSomething(body.errors) ? { code: codeOf(body.errors) } : null

/** The error that a body tells of, at whatever HTTP status; null where it tells of none. */
export const failure = (body: unknown): Failure | null =>
  errorsOf(body) ??
  (Predicate.hasProperty(body, "status") && String(body.status).toLowerCase() === "error" ? { code: null } : null)

/** A body that names its ingestion tells of errors of that ingestion, not of the request. */
const failureOfDetail = (body: unknown): Failure | null =>
  Predicate.hasProperty(body, "ingestionId") && body.ingestionId !== null ? null : failure(body)

const decoder = <A, I, B>(schema: Schema.Schema<A, I>, to: (answer: A) => B) => {
  const decode = Schema.decodeUnknownEither(schema)
  return (body: unknown): Either.Either<B, ParseError> => Either.map(decode(body), to)
}

const decodeNothing = decoder(Schema.Struct({}), () => undefined)
const decodeAccounts = decoder(Accounts, ({ accounts }) => accounts.map(({ id }) => id))
const decodeDataSources = decoder(DataSources, ({ dataSources }) => dataSources)
const decodeDatasets = decoder(Datasets, ({ datasets }) => datasets)
const decodeDataset = decoder(
  Dataset,
  ({ primaryKeys, schema }): Told => ({
    primaryKeys,
    columns: schema === null ? null : new Map(schema.map(({ dataType, name }) => [name, dataType]))
  })
)
const decodeListed = decoder(Listed, identity)
const decodeAccepted = decoder(Accepted, ({ ingestionId, requestId }) => ({
  requestId,
  ingestionId: String(ingestionId)
}))
const decodeIngestions = decoder(Ingestions, ({ ingestions, pagination }) => ({
  total: pagination?.totalItems ?? null,
  ingestions: ingestions.map(
    ({ ingestionId, status, timestamp }): ListedIngestion => ({ id: String(ingestionId), state: status, at: timestamp })
  )
}))
const decodeDetail = decoder(Detail, ({ metrics, status }) => {
  const counts = metrics?.ingestionMetrics ?? null
  return {
    state: status,
    counts: counts && {
      received: counts.receivedRecordsCount,
      appended: counts.appendedRecordsCount,
      overwritten: counts.overwrittenRecordsCount,
      rejected: counts.rejectedRecordsCount
    }
  }
})

type Arguments = Partial<Pick<Call<unknown>, "body" | "does" | "within" | "failure" | "optional">> & {
  readonly query?: string
  readonly ids?: ReadonlyArray<Id>
}

const call = <A>(
  method: "GET" | "POST",
  path: string,
  decode: Call<A>["decode"],
  { ids = [], query = "", ...rest }: Arguments = {}
): Call<A> => {
  const remaining = [...ids]
  const template = `/${version}${path}`
  return {
    method,
    template,
    path: template.replace(/\{\w+\}/g, () => encodeURIComponent(remaining.shift() ?? "")) + query,
    body: null,
    does: "read",
    within: null,
    failure,
    decode,
    ...rest
  }
}

/** Whether the key is valid. */
export const validateKey = call("GET", "/auth/validate-key", decodeNothing)

/** The ids of the accounts that the key reaches. */
export const accounts = call("GET", "/accounts", decodeAccounts)

export const dataSources = (account: Id) =>
  call("GET", "/accounts/{accountId}/data-sources", decodeDataSources, { ids: [account] })

export const createDataSource = (account: Id, title: string, timezone: string) =>
  call("POST", "/data-sources", decodeListed, {
    does: "create",
    body: JSON.stringify({ title, accountId: account, timezone })
  })

export const datasets = (dataSource: Id) =>
  call("GET", "/data-sources/{id}/datasets", decodeDatasets, { ids: [dataSource], within: dataSource })

/** What the service tells of a dataset; no published operation. */
export const dataset = (id: Id) =>
  call("GET", "/datasets/{id}", decodeDataset, { ids: [id], within: id, optional: true })

export const createDataset = (dataSource: Id, title: string, primaryKeys: ReadonlyArray<string>) =>
  call("POST", "/datasets", decodeListed, {
    does: "create",
    within: dataSource,
    body: JSON.stringify({ title, dataSourceId: dataSource, primaryKeys })
  })

/** The body of an ingestion from the exact texts of its rows. */
export const records = (rows: ReadonlyArray<string>): string => `{"records":[${rows.join(",")}]}`

export const ingest = (dataset: string, body: string) =>
  call("POST", "/datasets/{id}/data", decodeAccepted, { does: "send", ids: [dataset], within: dataset, body })

export const ingestion = (dataset: string, id: string) => {
  const detail = call("GET", "/datasets/{id}/ingestions/{ingestionId}", decodeDetail, {
    ids: [dataset, id],
    failure: failureOfDetail
  })
  return {
    ...detail,
    decode: (body: unknown): Either.Either<Ingestion, ParseError> =>
      Either.map(detail.decode(body), (known) => ({ ...known, failure: errorsOf(body) }))
  }
}

const PAGE_SIZE = 100

/** One page of the dataset's ingestions, from 1. The order is not documented. */
export const ingestions = (dataset: string, page: number) =>
  call("GET", "/datasets/{id}/ingestions", decodeIngestions, {
    ids: [dataset],
    within: dataset,
    query: `?page=${page}&pageSize=${PAGE_SIZE}`
  })

/** Removes every row of the dataset. */
export const purge = (dataset: string) =>
  call("POST", "/datasets/{id}/purge", decodeNothing, { does: "purge", ids: [dataset], within: dataset })
