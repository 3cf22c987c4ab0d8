// A dataset contract: what a stream's rows look like, as plain data that sink, store and documentation share.
import * as Schema from "effect/Schema"
import { sha256 } from "./Hash.ts"
import { canonical } from "./Json.ts"

/** The three column types of a Databox dataset. */
export const ColumnType = Schema.Literal("string", "number", "datetime")
export type ColumnType = typeof ColumnType.Type

export const Column = Schema.Struct({
  /** Lower snake case. */
  name: Schema.String.pipe(Schema.pattern(/^[a-z][a-z0-9_]*$/)),
  type: ColumnType,
  /** True where a row may lack the column. */
  optional: Schema.Boolean,
  /** JSON path in the source's record. */
  from: Schema.String,
  meaning: Schema.String,
  /** `seconds`, `metres`, `count` …; absent where the column is no measure. */
  unit: Schema.optionalWith(Schema.String, { exact: true }),
  /** True where the value identifies a person. */
  personal: Schema.optionalWith(Schema.Boolean, { exact: true })
})
export type Column = typeof Column.Type

export const Contract = Schema.Struct({
  /** The stream that fills the dataset. */
  stream: Schema.NonEmptyString,
  /** From the second version on the dataset's title ends in `_v2`, `_v3` … */
  version: Schema.Int.pipe(Schema.positive()),
  primaryKey: Schema.NonEmptyArray(Schema.String),
  /** The one event-time column. */
  time: Schema.String,
  meaning: Schema.String,
  columns: Schema.Array(Column)
})
export type Contract = typeof Contract.Type

/** The dataset's title: `<source>_<stream>`, with `_v2`, `_v3` … from the second version on. */
export const title = (source: string, contract: Contract): string =>
  `${source}_${contract.stream}${contract.version === 1 ? "" : `_v${contract.version}`}`

/**
 * Names the mapping behind a row: the contract's version and eight hexadecimal digits over what decides a row's content.
 * A better description of a column is no new mapping.
 *
 * @example "1.9f2c01aa"
 */
export const mappingVersion = (contract: Contract): string => {
  const columns = contract.columns.map(({ from, name, optional, type }) => ({ from, name, optional, type }))
  return `${contract.version}.${sha256(canonical({ columns, key: contract.primaryKey })).slice(0, 8)}`
}
