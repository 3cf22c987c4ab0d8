// A dataset is defined once: its facts and its columns. Contract, row type and the mapping of a record follow from that.
import { type Contract, Recipes, Row } from "@inlet/core"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Column from "./Column.ts"

/**
 * Columns by their names, which are in lower snake case.
 *
 * @since 0.1.0
 */
export interface Columns {
  readonly [name: string]: Column.Any
}

type OptionalNames<C extends Columns> = { [N in keyof C]: C[N]["optional"] extends false ? never : N }[keyof C]

/**
 * The row of a dataset with the columns `C`.
 *
 * @since 0.1.0
 */
export type RowOf<C extends Columns> = { readonly [N in Exclude<keyof C, OptionalNames<C>>]: C[N]["Type"] } & {
  readonly [N in OptionalNames<C>]?: C[N]["Type"]
}

/**
 * The facts of a dataset that no column tells.
 *
 * @since 0.1.0
 */
export interface Facts<Name extends string> {
  /** The stream that fills it, in lower snake case. */
  readonly stream: string
  /** Raised by a breaking change: a column removed, renamed or of another type, another key. */
  readonly version: number
  /** The columns that tell rows apart. */
  readonly primaryKey: Name | readonly [Name, ...ReadonlyArray<Name>]
  /** The column with the instant or day that a row belongs to. */
  readonly time: Name
  readonly meaning: string
  /** What a run costs in requests to the source, for people. */
  readonly cost?: string
  /** What the rows do not tell though one might expect it. */
  readonly gaps?: ReadonlyArray<string>
  /** How people make metrics of the rows. */
  readonly recipes?: ReadonlyArray<Recipe<Name>>
}

/**
 * A metric that people can make in the Databox app; see `Contract.Recipe`.
 *
 * @since 0.1.0
 */
export interface Recipe<Name extends string>
  extends Omit<Contract.Recipe, "value" | "date" | "dimensions" | "filters"> {
  readonly value?: Name
  readonly date: Name
  readonly dimensions: ReadonlyArray<Name>
  readonly filters: ReadonlyArray<{
    readonly column: Name
    readonly is: readonly [string | number, ...ReadonlyArray<string | number>]
  }>
}

/**
 * A defined dataset.
 *
 * @since 0.1.0
 */
export interface Dataset<C extends Columns = Columns> {
  readonly columns: C
  readonly contract: Contract.Contract
  /**
   * One record as a row; a pure function. A record that does not fill a column is rejected with that column's path and a
   * code: `missing`, `empty` (a key that is an empty text), or the column's fault. A rejection holds no value but the key.
   */
  readonly map: (record: unknown) => Row.Mapped
}

/**
 * Defines a dataset.
 *
 * @throws Error that names the dataset and the column, where there can be no such dataset.
 * @since 0.1.0
 */
export const make = <C extends Columns>(facts: Facts<NoInfer<keyof C & string>>, columns: C): Dataset<C> => {
  const { cost, gaps, meaning, primaryKey, recipes, stream, time, version } = facts
  const refuse = (problem: string) => new Error(`dataset ${stream}: ${problem}`)
  const key: readonly [string, ...ReadonlyArray<string>] = typeof primaryKey === "string" ? [primaryKey] : primaryKey
  const fields = Object.entries(columns).map(([name, column]): Field => {
    if (!NAME.test(name)) throw refuse(`the column name ${name} is not in lower snake case`)
    const { about, ...spec } = Option.getOrThrowWith(Column.spec(column), () => refuse(`${name} is no column`))
    const paths = spec.between ?? [about.from]
    if (!paths.every((path) => PATH.test(path))) {
      throw refuse(`the column ${name} comes from "${about.from}", which is no path`)
    }
    const at = spec.between === undefined ? pathReader(about.from) : pairReader(spec.between)
    return { ...spec, column: { name, ...about }, isKey: key.includes(name), at }
  })
  const find = (name: string) => fields.find(({ column }) => column.name === name)?.column

  if (!NAME.test(stream)) throw refuse("the stream's name is not in lower snake case")
  if (!Number.isSafeInteger(version) || version < 1) throw refuse(`${version} is no version`)
  if (fields.length > 100) throw refuse(`${fields.length} columns are more than the 100 that a dataset can have`)
  for (const name of key) {
    const column = find(name)
    if (column === undefined) throw refuse(`the key column ${name} is not defined`)
    if (column.optional) throw refuse(`the key column ${name} is optional`)
  }
  const timed = find(time)
  if (timed === undefined) throw refuse(`the time column ${time} is not defined`)
  if (timed.optional || timed.type !== "datetime") throw refuse(`the time column ${time} is optional or no time`)

  const contract: Contract.Contract = {
    stream,
    version,
    primaryKey: key,
    time,
    meaning,
    ...(cost !== undefined && { cost }),
    ...(gaps !== undefined && { gaps }),
    ...(recipes !== undefined && { recipes }),
    columns: fields.map(({ column }) => column)
  }
  const [problem] = Recipes.problems(contract)
  if (problem !== undefined) throw refuse(problem.message)
  return { columns, contract, map: mapper(contract, fields) }
}

const NAME = /^[a-z][a-z0-9_]*$/
const PATH = /^[^.]+(\.[^.]+)*$/

/** A column made ready to read records. */
interface Field extends Omit<Column.Spec, "about"> {
  readonly column: Contract.Column
  readonly isKey: boolean
  readonly at: (record: Members) => unknown
}

interface Members {
  readonly [member: string]: unknown
}

const missing: Column.Fault = { code: "missing" }
const empty: Column.Fault = { code: "empty" }
const wrongType: Column.Fault = { code: "wrong_type" }

/** Reads the value at a path; a value on the way that has no members is a fault. */
const pathReader = (path: string): Field["at"] => {
  const [first = "", ...rest] = path.split(".")
  if (rest.length === 0) return (record) => record[first]
  return (record) => {
    let value = record[first]
    for (const member of rest) {
      if (value === null || value === undefined) return undefined
      if (!Predicate.isRecord(value)) return wrongType
      value = value[member]
    }
    return value
  }
}

/** Reads the values at two paths; lacking where one of them is. */
const pairReader = ([from, to]: readonly [string, string]): Field["at"] => {
  const [first, second] = [pathReader(from), pathReader(to)]
  return (record) => {
    const pair = [first(record), second(record)]
    return pair.some((value) => value === null || value === undefined) ? undefined : pair
  }
}

const cellOf = ({ absent, at, column, isKey, read }: Field, record: Members): Row.Cell | Column.Fault | undefined => {
  const value = at(record)
  if (value === null || value === undefined) return absent ?? (column.optional ? undefined : missing)
  if (value === wrongType) return wrongType
  const cell = read(value)
  return isKey && cell === "" ? empty : cell
}

const mapper = (contract: Contract.Contract, fields: ReadonlyArray<Field>): Dataset["map"] => {
  const keyFields = fields.filter(({ isKey }) => isKey)

  const keyOf = (record: Members): string | null => {
    const row: Record<string, Row.Cell> = {}
    for (const field of keyFields) {
      const cell = cellOf(field, record)
      if (cell === undefined || Column.isFault(cell)) return null
      row[field.column.name] = cell
    }
    return Row.key(contract, row)
  }

  return (record) => {
    if (!Predicate.isRecord(record)) return { _tag: "Rejected", rejection: { code: "wrong_type", path: "" }, key: null }
    const row: Record<string, Row.Cell> = {}
    for (const field of fields) {
      const cell = cellOf(field, record)
      if (cell === undefined) continue
      if (Column.isFault(cell)) {
        return { _tag: "Rejected", rejection: { code: cell.code, path: field.column.from }, key: keyOf(record) }
      }
      row[field.column.name] = cell
    }
    return { _tag: "Row", row }
  }
}
