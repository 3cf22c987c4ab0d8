// Checks of a request to the Databox API: ids in the path, the body and its members, paging, and the records of a batch.
import * as Either from "effect/Either"
import * as Predicate from "effect/Predicate"
import { invalid, type Members, type Refusal, refusal } from "./DataboxAnswer.ts"
import { type Behaviour, matches } from "./DataboxBehaviour.ts"
import type { DataRecord } from "./DataboxRow.ts"
import type { Dataset, State } from "./DataboxState.ts"
import type { Column } from "./DataboxTable.ts"
import type { Request } from "./Message.ts"

export interface Call {
  readonly request: Request
  /** The variable parts of the path, in order. */
  readonly ids: ReadonlyArray<string>
  readonly state: State
  readonly behaviour: Behaviour
  readonly now: number
}

export type Checked<A> = Either.Either<A, Refusal>

const unknown = ({ behaviour }: Call, field: string): Refusal =>
  behaviour.unknownId === "not_found"
    ? refusal(404, "not_found", "There is no such resource", field)
    : invalid("invalid_input", "There is no such resource", field)

export const lookUp = <A>(call: Call, field: string, found: A | undefined): Checked<A> =>
  found === undefined ? Either.left(unknown(call, field)) : Either.right(found)

const number = (text: string | undefined, field: string): Checked<number> =>
  text !== undefined && /^\d+$/.test(text)
    ? Either.right(Number(text))
    : Either.left(invalid("invalid_input", "Not a whole number", field))

export const uuid = (text: string | undefined, field: string): Checked<string> =>
  text !== undefined && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)
    ? Either.right(text.toLowerCase())
    : Either.left(invalid("invalid_input", "Not a UUID", field))

export const accountOf = (call: Call) =>
  Either.flatMap(number(call.ids[0], "accountId"), (id) =>
    lookUp(
      call,
      "accountId",
      call.state.accounts.find((account) => account.id === id)
    )
  )

export const dataSourceOf = (call: Call) =>
  Either.flatMap(number(call.ids[0], "dataSourceId"), (id) =>
    lookUp(call, "dataSourceId", call.state.dataSources.get(id))
  )

export const datasetOf = (call: Call) =>
  Either.flatMap(uuid(call.ids[0], "datasetId"), (id) => lookUp(call, "datasetId", call.state.datasets.get(id)))

export const parseBody = ({ behaviour, request }: Call, documented: ReadonlyArray<string>): Checked<Members> => {
  if (!/^application\/json\s*(;|$)/i.test(request.headers["content-type"] ?? ""))
    return Either.left(refusal(415, "unsupported_media_type", "The body must be declared as application/json"))
  if (request.bytes > behaviour.maxBytes)
    return Either.left(refusal(413, "request_too_large", `The body is above ${behaviour.maxBytes} bytes`))
  const parsed = Either.try((): unknown => JSON.parse(request.body))
  if (Either.isLeft(parsed)) return Either.left(refusal(400, "invalid_json", "The body is not JSON"))
  const body = parsed.right
  if (!isMembers(body)) return Either.left(refusal(400, "invalid_input", "The body is not an object"))
  const stranger = Object.keys(body).find((name) => !documented.includes(name))
  return stranger !== undefined && behaviour.unknownMembers === "refuse"
    ? Either.left(invalid("invalid_input", "Unknown member", stranger))
    : Either.right(body)
}

export const isMembers = (value: unknown): value is Members => Predicate.isRecord(value)
export const isStrings = (value: unknown): value is ReadonlyArray<string> =>
  Array.isArray(value) && value.every(Predicate.isString)
export const isAccountId = (value: unknown): value is number => Number.isSafeInteger(value)
export const isDataSourceId =
  ({ ids }: Behaviour) =>
  (value: unknown): value is number | string =>
    ids === "string" ? typeof value === "string" && /^\d+$/.test(value) : Number.isSafeInteger(value)
export const isColumns = (
  value: unknown
): value is ReadonlyArray<{ readonly name: string; readonly dataType: Column["type"] }> =>
  Array.isArray(value) &&
  value.every(
    (column) =>
      isMembers(column) &&
      typeof column.name === "string" &&
      ["string", "number", "datetime"].includes(String(column.dataType))
  )
export const isTimeZone = (value: unknown): value is string =>
  typeof value === "string" && Either.isRight(Either.try(() => new Intl.DateTimeFormat("en", { timeZone: value })))

export const required = <A>(body: Members, name: string, is: (value: unknown) => value is A): Checked<A> => {
  const value = body[name]
  if (value === undefined) return Either.left(invalid("missing_required_field", `${name} is missing`, name))
  return is(value)
    ? Either.right(value)
    : Either.left(invalid("invalid_field_value", `${name} is not acceptable`, name))
}

export const optional = <A>(body: Members, name: string, is: (value: unknown) => value is A, absent: A): Checked<A> =>
  body[name] === undefined ? Either.right(absent) : required(body, name, is)

export const paging = ({ request }: Call): Checked<{ readonly page: number; readonly pageSize: number }> => {
  const page = request.query.get("page") ?? "1"
  const pageSize = request.query.get("pageSize") ?? "50"
  const bad = /^[1-9]\d*$/.test(page) ? (/^[1-9]\d*$/.test(pageSize) ? undefined : "pageSize") : "page"
  return bad === undefined
    ? Either.right({ page: Number(page), pageSize: Number(pageSize) })
    : Either.left(invalid("invalid_field_value", `${bad} is not a positive whole number`, bad))
}

export const checkRecords = (
  { hasKey, conflict }: Dataset["table"],
  behaviour: Behaviour,
  records: ReadonlyArray<unknown>
): Checked<ReadonlyArray<DataRecord>> => {
  const { maxRecords } = behaviour
  if (records.length > maxRecords)
    return Either.left(
      behaviour.tooManyRecords === "invalid_input"
        ? invalid("invalid_input", `More than ${maxRecords} records`, "records")
        : refusal(413, "request_too_large", `More than ${maxRecords} records`, "records")
    )
  if (records.length === 0 && behaviour.emptyRecords === "refuse")
    return Either.left(invalid("invalid_input", "There are no records", "records"))
  if (!records.every(isMembers)) {
    const index = records.findIndex((record) => !isMembers(record))
    return Either.left(invalid("invalid_field_value", "A record is not an object", `records[${index}]`))
  }
  const refused = records.findIndex((record) => matches(behaviour.refuseRows, record))
  if (refused !== -1) return Either.left(invalid("invalid_field_value", "A record is refused", `records[${refused}]`))
  const keyless = behaviour.missingKey === "refuse" ? records.findIndex((record) => !hasKey(record)) : -1
  if (keyless !== -1)
    return Either.left(invalid("missing_required_field", "A record has no key", `records[${keyless}]`))
  const clash = behaviour.typeConflict === "refuse" ? conflict(records) : undefined
  if (clash !== undefined)
    return Either.left(invalid("schema_mismatch", "Another type", `records[${clash.index}].${clash.column}`))
  return Either.right(records)
}
