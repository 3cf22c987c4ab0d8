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

/** How people make a metric of a dataset's rows in the Databox app. */
export const Recipe = Schema.Struct({
  /** As the metric may be called: `Merged pull requests`. */
  name: Schema.NonEmptyString,
  /** The column whose values are aggregated; the rows are counted where it is absent. */
  value: Schema.optionalWith(Schema.String, { exact: true }),
  aggregation: Schema.Literal("sum", "avg", "min", "max", "count"),
  /** The column that dates a row. */
  date: Schema.String,
  /** Columns to break it down by. */
  dimensions: Schema.Array(Schema.String),
  /** Only rows for which all of these hold. */
  filters: Schema.Array(
    Schema.Struct({
      column: Schema.String,
      is: Schema.NonEmptyArray(Schema.Union(Schema.String, Schema.Number))
    })
  ),
  /** `seconds`, `count`, `share` (0 to 1) … */
  unit: Schema.optionalWith(Schema.String, { exact: true }),
  /** How to read the number. */
  reading: Schema.NonEmptyString,
  /** Where it misleads. */
  beware: Schema.optionalWith(Schema.String, { exact: true })
})
export type Recipe = typeof Recipe.Type

export const Contract = Schema.Struct({
  /** The stream that fills the dataset. */
  stream: Schema.NonEmptyString,
  /** From the second version on the dataset's title ends in `_v2`, `_v3` … */
  version: Schema.Int.pipe(Schema.positive()),
  primaryKey: Schema.NonEmptyArray(Schema.String),
  /** The one event-time column. */
  time: Schema.String,
  meaning: Schema.String,
  /** What a run costs in requests to the source. */
  cost: Schema.optionalWith(Schema.String, { exact: true }),
  /** What the rows do not tell though one might expect it. */
  gaps: Schema.optionalWith(Schema.Array(Schema.String), { exact: true }),
  recipes: Schema.optionalWith(Schema.Array(Recipe), { exact: true }),
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
