// The operations of the Databox API v1, each from a checked request to an answer.
import * as Either from "effect/Either"
import * as Predicate from "effect/Predicate"
import { type Answer, type Members, refusal, success } from "./DataboxAnswer.ts"
import {
  accountOf,
  type Call,
  checkRecords,
  dataSourceOf,
  datasetOf,
  isAccountId,
  isColumns,
  isDataSourceId,
  isStrings,
  isTimeZone,
  lookUp,
  optional,
  paging,
  parseBody,
  required,
  uuid
} from "./DataboxRequest.ts"
import type { DataSource, Dataset, Ingestion } from "./DataboxState.ts"

interface Route {
  readonly method: string
  readonly path: RegExp
  readonly answer: (call: Call) => Answer
  /** Known only from the vendor's own client. */
  readonly extra?: true
}

const stamp = (millis: number): string => `${new Date(millis).toISOString().slice(0, -1)}000Z`

const visible = <A extends { readonly created: number }>(
  { behaviour, now }: Call,
  all: Iterable<A>
): ReadonlyArray<A> => [...all].filter(({ created }) => created + behaviour.creationVisibleAfterMillis <= now)

const dataSourceId = ({ behaviour }: Call, id: number) => (behaviour.ids === "string" ? String(id) : id)

const dataSourceMembers = (call: Call, source: DataSource): Members => ({
  id: dataSourceId(call, source.id),
  title: source.title,
  created: stamp(source.created),
  timezone: source.timezone,
  key: source.key,
  ingestionSupported: true
})

const datasetMembers = ({ created, id, title }: Dataset): Members => ({ id, title, created: stamp(created) })

const stateWord = ({ behaviour }: Call, { result }: Ingestion): string =>
  result === null ? "in_progress" : result.failure === null ? behaviour.successWord : "failed"

const pageOf = <A>(
  all: ReadonlyArray<A>,
  { page, pageSize }: { readonly page: number; readonly pageSize: number }
) => ({
  pagination: { page, pageSize, totalItems: all.length },
  items: all.slice((page - 1) * pageSize, page * pageSize)
})

const timezones = ({ now }: Call): Answer =>
  success({
    timezones: ["UTC", ...Intl.supportedValuesOf("timeZone")].map((timezone) => ({
      timezone,
      offset: offsetOf(timezone, now)
    }))
  })

const offsetOf = (timeZone: string, at: number): string => {
  const parts = new Intl.DateTimeFormat("en", { timeZone, timeZoneName: "longOffset" }).formatToParts(at)
  return parts.find(({ type }) => type === "timeZoneName")?.value.slice("GMT".length) || "+00:00"
}

const accounts = ({ state }: Call): Answer => success({ accounts: state.accounts })

const dataSourcesOfAccount = (call: Call): Answer =>
  Either.flatMap(accountOf(call), ({ id }) =>
    success({
      dataSources: visible(call, call.state.dataSources.values())
        .filter(({ accountId }) => accountId === id)
        .map((source) => dataSourceMembers(call, source))
    })
  )

const datasetsOfAccount = (call: Call): Answer =>
  Either.gen(function* () {
    const { id } = yield* accountOf(call)
    const merged = call.request.query.get("type") === "merged_datasets"
    const all = visible(call, call.state.datasets.values()).filter(
      ({ dataSource }) => dataSource.accountId === id && !merged
    )
    const { items, pagination } = pageOf(all, yield* paging(call))
    const datasets = items.map((one) => ({
      ...datasetMembers(one),
      dataSourceId: dataSourceId(call, one.dataSource.id)
    }))
    return yield* success({ datasets, pagination })
  })

const createDataSource = (call: Call): Answer =>
  Either.gen(function* () {
    const { behaviour, now, state } = call
    const extras = behaviour.extras === "present"
    const body = yield* parseBody(call, ["title", "accountId", "timezone", ...(extras ? ["key"] : [])])
    const title = yield* required(body, "title", Predicate.isString)
    const accountId = yield* optional(body, "accountId", isAccountId, state.accounts[0]?.id ?? 0)
    const timezone = yield* optional(body, "timezone", isTimeZone, "UTC")
    const key = extras ? yield* optional(body, "key", Predicate.isString, "ingestion") : "ingestion"
    const account = yield* lookUp(
      call,
      "accountId",
      state.accounts.find(({ id }) => id === accountId)
    )
    const source = state.addDataSource({ accountId: account.id, title, timezone, key, created: now })
    return yield* success({ status: "processing", ...dataSourceMembers(call, source) }, { dataSource: source.id })
  })

const deleteDataSource = (call: Call): Answer =>
  Either.flatMap(dataSourceOf(call), ({ id }) => {
    call.state.removeDataSource(id)
    return success({ message: "The data source is deleted" })
  })

const datasetsOfDataSource = (call: Call): Answer =>
  Either.flatMap(dataSourceOf(call), ({ id }) =>
    success({
      datasets: visible(call, call.state.datasets.values())
        .filter(({ dataSource }) => dataSource.id === id)
        .map(datasetMembers)
    })
  )

const createDataset = (call: Call): Answer =>
  Either.gen(function* () {
    const { behaviour, now, state } = call
    const extras = behaviour.extras === "present"
    const body = yield* parseBody(call, ["title", "dataSourceId", "primaryKeys", ...(extras ? ["schema"] : [])])
    const title = yield* required(body, "title", Predicate.isString)
    const id = yield* required(body, "dataSourceId", isDataSourceId(behaviour))
    const primaryKeys = body.primaryKeys === null ? [] : yield* optional(body, "primaryKeys", isStrings, [])
    const schema = extras ? yield* optional(body, "schema", isColumns, []) : []
    const dataSource = yield* lookUp(call, "dataSourceId", state.dataSources.get(Number(id)))
    const columns = schema.map(({ dataType, name }) => ({ name, type: dataType }))
    const dataset = state.addDataset({ dataSource, title, primaryKeys, created: now }, columns)
    return yield* success(datasetMembers(dataset), { dataset: dataset.id })
  })

const datasetDetail = (call: Call): Answer =>
  Either.flatMap(datasetOf(call), (dataset) =>
    success({
      ...datasetMembers(dataset),
      dataSourceId: dataSourceId(call, dataset.dataSource.id),
      timezone: dataset.dataSource.timezone,
      primaryKeys: dataset.primaryKeys.length === 0 ? null : dataset.primaryKeys,
      schema: dataset.table.columns().map(({ name, type }) => ({ name, dataType: type ?? "string" }))
    })
  )

const deleteDataset = (call: Call): Answer =>
  Either.flatMap(datasetOf(call), ({ id }) => {
    call.state.removeDataset(id)
    return success({ message: "The dataset is deleted" })
  })

const purge = (call: Call): Answer =>
  Either.flatMap(datasetOf(call), ({ table }) => {
    table.clear()
    return success({ message: "The rows are removed" })
  })

const ingest = (call: Call): Answer =>
  Either.gen(function* () {
    const { behaviour, now, request, state } = call
    const body = yield* parseBody(call, ["records"])
    const dataset = yield* datasetOf(call)
    const records = yield* checkRecords(dataset.table, behaviour, yield* required(body, "records", Array.isArray))
    const { digest, id, received } = state.submit(dataset, { records, body: request.body, behaviour }, now)
    return yield* success(
      { ingestionId: id, message: "The records are accepted for processing" },
      { dataset: dataset.id, ingestion: id, records: received, digest }
    )
  })

const ingestions = (call: Call): Answer =>
  Either.gen(function* () {
    const dataset = yield* datasetOf(call)
    const shown = [...dataset.ingestions.values()].filter(
      ({ submitted }) => submitted + call.behaviour.visibilityDelayMillis <= call.now
    )
    const { items, pagination } = pageOf(shown.reverse(), yield* paging(call))
    return yield* success({
      ingestions: items.map((one) => ({
        ingestionId: one.id,
        timestamp: stamp(one.submitted),
        status: stateWord(call, one)
      })),
      pagination
    })
  })

const ingestionDetail = (call: Call): Answer =>
  Either.gen(function* () {
    const { behaviour, now } = call
    const dataset = yield* datasetOf(call)
    const id = yield* uuid(call.ids[1], "ingestionId")
    const found = dataset.ingestions.get(id)
    const hidden = found !== undefined && found.submitted + behaviour.visibilityDelayMillis > now
    // A resource that is not visible yet is missing, even where unknown ids are bad input.
    if (hidden) return yield* Either.left(refusal(404, "not_found", "There is no such ingestion", "ingestionId"))
    const ingestion = yield* lookUp(call, "ingestionId", found)
    const failure = ingestion.result?.failure ?? null
    const constant = behaviour.detailStatus === "constant"
    return yield* success({
      status: constant ? "success" : stateWord(call, ingestion),
      ingestionId: ingestion.id,
      timestamp: stamp(ingestion.submitted),
      ...(ingestion.result === null && behaviour.runningMetrics === "absent" ? {} : { metrics: metrics(ingestion) }),
      ...(failure === null || constant ? {} : { errors: [{ ...failure, type: "processing" }] })
    })
  })

const metrics = ({ dataset: { table }, received, result }: Ingestion) => ({
  datasetMetrics: {
    columnsCount: table.columns().length,
    datasetSizeMB: table.size() / 1e6,
    totalDatasetRecordsCount: table.rowCount()
  },
  ingestionMetrics: {
    receivedRecordsCount: result === null ? 0 : received,
    appendedRecordsCount: result?.appended ?? 0,
    overwrittenRecordsCount: result?.overwritten ?? 0,
    rejectedRecordsCount: result?.rejected ?? 0
  }
})

const route = (method: string, path: string, answer: (call: Call) => Answer, extra?: true): Route => ({
  method,
  path: new RegExp(`^/v1${path.replaceAll("*", "([^/]+)")}$`),
  answer,
  ...(extra === undefined ? {} : { extra })
})

const routes: ReadonlyArray<Route> = [
  route("POST", "/datasets/*/data", ingest),
  route("GET", "/datasets/*/ingestions/*", ingestionDetail),
  route("GET", "/datasets/*/ingestions", ingestions),
  route("POST", "/datasets/*/purge", purge),
  route("DELETE", "/datasets/*", deleteDataset),
  route("GET", "/datasets/*", datasetDetail, true),
  route("POST", "/datasets", createDataset),
  route("GET", "/data-sources/*/datasets", datasetsOfDataSource),
  route("DELETE", "/data-sources/*", deleteDataSource),
  route("POST", "/data-sources", createDataSource),
  route("GET", "/accounts/timezones", timezones),
  route("GET", "/accounts/*/data-sources", dataSourcesOfAccount),
  route("GET", "/accounts/*/datasets", datasetsOfAccount, true),
  route("GET", "/accounts", accounts),
  route("GET", "/auth/validate-key", () => success())
]

/** The answer to a request whose key was right. */
export const answer = (call: Omit<Call, "ids">): Answer => {
  const { method, path } = call.request
  const known = routes.filter(
    (one) => one.path.test(path) && (one.extra !== true || call.behaviour.extras === "present")
  )
  const wanted = known.find((one) => one.method === method)
  if (wanted !== undefined) return wanted.answer({ ...call, ids: wanted.path.exec(path)?.slice(1) ?? [] })
  const hiddenExtra = routes.some((one) => one.extra === true && one.method === method && one.path.test(path))
  if (known.length === 0 || hiddenExtra) return Either.left(refusal(404, "not_found", "There is no such operation"))
  const allow = known.map((one) => one.method).join(", ")
  return Either.left({ ...refusal(405, "method_not_allowed", `${method} is not possible here`), headers: { allow } })
}
