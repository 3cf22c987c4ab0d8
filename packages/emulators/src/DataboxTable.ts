// The rows of one dataset: column types inferred from what arrives, upsert by key, and the verdict on each record.
import { type Behaviour, matches } from "./DataboxBehaviour.ts"
import { codec, type DataRecord } from "./DataboxRow.ts"

export type ColumnType = "string" | "number" | "datetime"

export interface Column {
  readonly name: string
  /** Null while only nulls and booleans arrived. */
  readonly type: ColumnType | null
}

export interface Failure {
  readonly code: "processing_failed" | "schema_mismatch"
  readonly message: string
}

/** What an ingestion did. Its parts need not add up to the records received: a duplicate may count nowhere. */
export interface Outcome {
  readonly failure: Failure | null
  readonly appended: number
  readonly overwritten: number
  readonly rejected: number
}

export const failed = (failure: Failure, received: number): Outcome => ({
  failure,
  appended: 0,
  overwritten: 0,
  rejected: received
})

export interface Table {
  readonly columns: () => ReadonlyArray<Column>
  readonly rowCount: () => number
  /** Characters that the stored values take. */
  readonly size: () => number
  /** Ordered by key. */
  readonly rows: (offset: number, limit: number) => ReadonlyArray<DataRecord>
  /** Whether the record names every key column. */
  readonly hasKey: (record: DataRecord) => boolean
  /** The first column whose value contradicts the types known so far or those of an earlier record of the batch. */
  readonly conflict: (
    records: ReadonlyArray<DataRecord>
  ) => { readonly index: number; readonly column: string } | undefined
  /** Applies a batch: as a whole, or not at all when it fails. */
  readonly apply: (
    records: ReadonlyArray<DataRecord>,
    behaviour: Behaviour,
    applied?: (key: string, record: DataRecord) => void
  ) => Outcome
  /** Removes the rows; the columns stay. */
  readonly clear: () => void
}

type Types = Map<string, ColumnType | null>

const dateTime = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/

/** A date is text as well: a column that began with dates takes any text and becomes a string column. */
const fits = (type: ColumnType | null | undefined, value: unknown): boolean =>
  value === null || typeof value === "boolean"
    ? true
    : typeof value === "number"
      ? type === "number" || type === null || type === undefined
      : typeof value === "string" && type !== "number"

const conflictingColumn = (types: Types, record: DataRecord): string | undefined => {
  for (const name in record) if (!fits(types.get(name), record[name])) return name
  return undefined
}

const learn = (types: Types, record: DataRecord): void => {
  for (const name in record) {
    const known = types.get(name)
    if (known === "number" || known === "string") continue
    const value = record[name]
    if (typeof value === "number") types.set(name, "number")
    else if (typeof value === "string") types.set(name, dateTime.test(value) ? "datetime" : "string")
    else if (known === undefined) types.set(name, null)
  }
}

const emptyColumn = (record: DataRecord): string | undefined => {
  for (const name in record) if (record[name] === null || typeof record[name] === "boolean") return name
  return undefined
}

export const make = (primaryKeys: ReadonlyArray<string>, declared: ReadonlyArray<Column> = []): Table => {
  let types: Types = new Map(declared.map(({ name, type }) => [name, type]))
  const rows = new Map<string, string>()
  const row = codec()
  let size = 0
  let appendedEver = 0
  let order: ReadonlyArray<string> | undefined

  const hasKey = (record: DataRecord) =>
    primaryKeys.every((column) => record[column] !== undefined && record[column] !== null)

  const keyOf = (record: DataRecord): string =>
    primaryKeys.length === 0
      ? String(++appendedEver).padStart(12, "0")
      : JSON.stringify(
          primaryKeys.length === 1 ? record[primaryKeys[0] ?? ""] : primaryKeys.map((name) => record[name])
        )

  const judge = (known: Types, record: DataRecord, behaviour: Behaviour): "take" | "reject" | Failure => {
    const empty = behaviour.nullOrBoolean === "accept" ? undefined : emptyColumn(record)
    if (empty !== undefined) {
      if (behaviour.nullOrBoolean === "reject") return "reject"
      return { code: "processing_failed", message: `Column ${empty} holds a value without a column type` }
    }
    const conflict = conflictingColumn(known, record)
    if (conflict !== undefined) {
      // "refuse" was decided on arrival; what only shows now, after an ingestion in between, is rejected.
      if (behaviour.typeConflict !== "fail") return "reject"
      return { code: "schema_mismatch", message: `Column ${conflict} holds another type` }
    }
    return hasKey(record) && !matches(behaviour.rejectRows, record) ? "take" : "reject"
  }

  const store = (key: string, record: DataRecord, merge: boolean): boolean => {
    const old = rows.get(key)
    const text = row.encode(old !== undefined && merge ? { ...row.decode(old), ...record } : record)
    rows.set(key, text)
    size += text.length - (old?.length ?? 0)
    if (old === undefined) order = undefined
    return old === undefined
  }

  return {
    hasKey,
    rowCount: () => rows.size,
    size: () => size,
    columns: () => Array.from(types, ([name, type]) => ({ name, type })),
    rows: (offset, limit) => {
      order ??= [...rows.keys()].sort()
      return order.slice(offset, offset + limit).map((key) => row.decode(rows.get(key) ?? "[]"))
    },
    conflict: (records) => {
      const known: Types = new Map(types)
      for (const [index, record] of records.entries()) {
        const column = conflictingColumn(known, record)
        if (column !== undefined) return { index, column }
        learn(known, record)
      }
      return undefined
    },
    apply: (records, behaviour, applied) => {
      const known: Types = new Map(types)
      const taken: Array<{ readonly key: string; readonly record: DataRecord }> = []
      const times = new Map<string, number>()
      const outcome = { failure: null, appended: 0, overwritten: 0, rejected: 0 }
      for (const record of records) {
        const verdict = judge(known, record, behaviour)
        if (typeof verdict === "object") return failed(verdict, records.length)
        if (verdict === "reject") {
          outcome.rejected++
          continue
        }
        learn(known, record)
        const key = keyOf(record)
        const before = times.get(key) ?? 0
        times.set(key, before + 1)
        if (before === 0 || behaviour.duplicateKey !== "first") taken.push({ key, record })
      }
      types = known
      for (const { key, record } of taken) {
        if (behaviour.duplicateKey === "reject" && times.get(key) !== 1) outcome.rejected++
        else {
          outcome[store(key, record, behaviour.upsert === "merge") ? "appended" : "overwritten"]++
          applied?.(key, record)
        }
      }
      return outcome
    },
    clear: () => {
      rows.clear()
      size = 0
      order = undefined
    }
  }
}
