// Whether a contract may take the place of another. Within a version rows of both have to fit into one dataset, and records
// recorded under the older one have to become rows of the newer one.
import type { Column, Contract } from "./Contract.ts"

export type Kind =
  | "version_lowered"
  | "key_changed"
  | "key_optional"
  | "time_changed"
  | "time_optional"
  | "column_removed"
  | "column_retyped"
  | "column_required"
  | "required_column_added"
  | "unit_changed"

/** A change that breaks what was released. */
export interface Problem {
  readonly kind: Kind
  /** The column concerned; absent where it is the dataset as a whole. */
  readonly column?: string
  readonly message: string
}

const retyped = (older: Column, newer: Column): ReadonlyArray<Problem> =>
  older.type === newer.type
    ? []
    : [
        {
          kind: "column_retyped",
          column: newer.name,
          message: `the type of ${newer.name} changed from ${older.type} to ${newer.type}`
        }
      ]

/** To write down the unit of a column that told none is no change. */
const remeasured = (older: Column, newer: Column): ReadonlyArray<Problem> =>
  older.unit === undefined || older.unit === newer.unit
    ? []
    : [
        {
          kind: "unit_changed",
          column: newer.name,
          message: `the unit of ${newer.name} changed from ${older.unit} to ${newer.unit ?? "none"}`
        }
      ]

const loosened = (older: Column, newer: Column, contract: Contract): ReadonlyArray<Problem> => {
  const column = newer.name
  if (older.optional && !newer.optional) {
    return [
      { kind: "column_required", column, message: `${column} is no longer optional, but recorded data may lack it` }
    ]
  }
  if (older.optional || !newer.optional) return []
  if (contract.primaryKey.includes(column)) {
    return [{ kind: "key_optional", column, message: `the key column ${column} became optional` }]
  }
  return contract.time === column
    ? [{ kind: "time_optional", column, message: `the time column ${column} became optional` }]
    : []
}

const removed = (column: Column, added: ReadonlyArray<Column>): Problem => {
  const heir = added.find(({ from, type }) => from === column.from && type === column.type)
  const what = heir === undefined ? "was removed" : `was renamed to ${heir.name}`
  return { kind: "column_removed", column: column.name, message: `the column ${column.name} ${what}` }
}

const changedColumns = (older: Contract, newer: Contract): ReadonlyArray<Problem> => {
  const before = new Map(older.columns.map((column) => [column.name, column]))
  const after = new Map(newer.columns.map((column) => [column.name, column]))
  const added = newer.columns.filter(({ name }) => !before.has(name))
  return [
    ...older.columns.flatMap((column) => {
      const now = after.get(column.name)
      return now === undefined
        ? [removed(column, added)]
        : [...retyped(column, now), ...remeasured(column, now), ...loosened(column, now, newer)]
    }),
    ...added
      .filter(({ optional }) => !optional)
      .map(
        ({ name }): Problem => ({
          kind: "required_column_added",
          column: name,
          message: `the new column ${name} is not optional, but recorded data may lack it`
        })
      )
  ]
}

/**
 * What breaks when `newer` is released after `older`: nothing where its version is a higher one, since that is another
 * dataset. Within a version columns may be added as optional ones or become optional, and whatever only describes may
 * change: meanings, paths, marks of personal data, cost, gaps, recipes.
 */
export const between = (older: Contract, newer: Contract): ReadonlyArray<Problem> => {
  if (newer.version > older.version) return []
  if (newer.version < older.version) {
    const message = `version ${newer.version} comes after version ${older.version}`
    return [{ kind: "version_lowered", message }]
  }
  const problems: Array<Problem> = []
  const [before, after] = [older.primaryKey.join(", "), newer.primaryKey.join(", ")]
  if (before !== after) {
    problems.push({ kind: "key_changed", message: `the primary key changed from ${before} to ${after}` })
  }
  if (older.time !== newer.time) {
    problems.push({ kind: "time_changed", message: `the time column changed from ${older.time} to ${newer.time}` })
  }
  return [...problems, ...changedColumns(older, newer)]
}
