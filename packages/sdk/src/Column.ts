// The columns of a dataset. A column is an Effect Schema of the value found at a path of the source's record; where it
// comes from and what it means is an annotation, so that contract, mapping and documents are made of one definition.
import type { Contract, Row } from "@inlet/core"
import type * as Option from "effect/Option"
import type * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import * as Kind from "./Kind.ts"

export { type Fault, isFault } from "./Cell.ts"

/**
 * What a column says of itself.
 *
 * @since 0.1.0
 */
export interface Spec extends Pick<Kind.Kind<Row.Cell, unknown>, "absent" | "between" | "read"> {
  readonly about: Omit<Contract.Column, "name">
}

/**
 * The Schema of a column's raw value `I` and its cell `A`.
 *
 * @since 0.1.0
 */
export interface Column<A extends Row.Cell, I, Optional extends boolean> extends Schema.Schema<A, I> {
  readonly optional: Optional | false
}

/**
 * Any column.
 *
 * @since 0.1.0
 */
export type Any = Schema.Schema.AnyNoContext & { readonly optional: boolean }

/**
 * What a column is told beside its path.
 *
 * @since 0.1.0
 */
export interface Options<Optional extends boolean = boolean> {
  /** What the value is, for people. */
  readonly meaning: string
  /** True where records may lack the value; null counts as lacking. A record that lacks another column is rejected. */
  readonly optional?: Optional
  /** `seconds`, `metres`, `count` …; of a measure. */
  readonly unit?: string
  /** True where the value identifies a person. */
  readonly personal?: boolean
}

const SpecId = Symbol.for("@inlet/sdk/Column/Spec")

/**
 * The annotation of a column.
 *
 * @since 0.1.0
 */
export const spec = (column: Any): Option.Option<Spec> => SchemaAST.getAnnotation<Spec>(SpecId)(column.ast)

const make = <A extends Row.Cell, I, Optional extends boolean = false>(
  { absent, between, read, schema, type }: Kind.Kind<A, I>,
  from: string,
  { meaning, optional = false, personal, unit }: Options<Optional | false>
): Column<A, I, Optional> => {
  const annotation: Spec = {
    about: {
      type,
      optional,
      from,
      meaning,
      ...(unit !== undefined && { unit }),
      ...(personal !== undefined && { personal })
    },
    read,
    ...(between !== undefined && { between }),
    ...(absent !== undefined && { absent })
  }
  return Object.assign(schema.annotations({ description: meaning, [SpecId]: annotation }), { optional })
}

/**
 * An identifier: a string, or an integer that becomes one.
 *
 * @since 0.1.0
 */
export const id = <O extends boolean = false>(from: string, options: Options<O | false>) =>
  make<string, string | number, O>(Kind.id, from, options)

/**
 * A text as it is.
 *
 * @since 0.1.0
 */
export const text = <O extends boolean = false>(from: string, options: Options<O | false>) =>
  make<string, string, O>(Kind.text, from, options)

/**
 * An integer that JSON carries exactly, within ±(2^53 - 1).
 *
 * @since 0.1.0
 */
export const integer = <O extends boolean = false>(from: string, options: Options<O | false>) =>
  make<number, number, O>(Kind.integer, from, options)

/**
 * A finite number within ±2^53.
 *
 * @since 0.1.0
 */
export const number = <O extends boolean = false>(from: string, options: Options<O | false>) =>
  make<number, number, O>(Kind.number, from, options)

/**
 * An instant: ISO 8601 with its zone becomes ISO 8601 in UTC with milliseconds.
 *
 * @since 0.1.0
 */
export const timestamp = <O extends boolean = false>(from: string, options: Options<O | false>) =>
  make<string, string, O>(Kind.time, from, options)

/**
 * A calendar day, `YYYY-MM-DD`.
 *
 * @since 0.1.0
 */
export const day = <O extends boolean = false>(from: string, options: Options<O | false>) =>
  make<string, string, O>(Kind.day, from, options)

/**
 * A boolean as 0 or 1.
 *
 * @since 0.1.0
 */
export const flag = <O extends boolean = false>(from: string, options: Options<O | false>) =>
  make<0 | 1, boolean, O>(Kind.flag, from, options)

/**
 * 1 where the record has a value at the path, 0 where it has none or null.
 *
 * @since 0.1.0
 */
export const present = (from: string, options: Omit<Options, "optional">) => make(Kind.present, from, options)

/**
 * 1 where the text is one of some values, 0 where it is another.
 *
 * @example Column.among("conclusion", ["success"], { meaning: "1 where it succeeded.", optional: true })
 * @since 0.1.0
 */
export const among = <O extends boolean = false>(
  from: string,
  values: readonly [string, ...ReadonlyArray<string>],
  options: Options<O | false>
) => make<0 | 1, string, O>(Kind.among(values), from, options)

/**
 * The whole seconds from one instant to another; lacking where one of them is.
 *
 * @example Column.elapsed(["created_at", "merged_at"], { meaning: "From opening to merging.", optional: true })
 * @since 0.1.0
 */
export const elapsed = <O extends boolean = false>(between: readonly [string, string], options: Options<O | false>) =>
  make<number, ReadonlyArray<string>, O>({ ...Kind.elapsed, between }, between.join(" … "), {
    unit: "seconds",
    ...options
  })

/**
 * The length of a list.
 *
 * @since 0.1.0
 */
export const count = <O extends boolean = false>(from: string, options: Options<O | false>) =>
  make<number, ReadonlyArray<unknown>, O>(Kind.count, from, { unit: "count", ...options })

/**
 * A list of texts, or of objects with a text in `member`, as one text with commas between; empty for an empty list.
 *
 * @since 0.1.0
 */
export const joined = <O extends boolean = false>(
  from: string,
  { member, ...options }: Options<O | false> & { readonly member?: string }
) => make<string, ReadonlyArray<unknown>, O>(Kind.joined(member), from, options)

/**
 * A text made of the raw value by a Schema of the connector's own.
 *
 * @since 0.1.0
 */
export const textOf = <I, O extends boolean = false>(
  from: string,
  schema: Schema.Schema<string, I>,
  options: Options<O | false>
) => make<string, I, O>(Kind.of("string", schema), from, options)

/**
 * A number made of the raw value by a Schema of the connector's own.
 *
 * @since 0.1.0
 */
export const numberOf = <I, O extends boolean = false>(
  from: string,
  schema: Schema.Schema<number, I>,
  options: Options<O | false>
) => make<number, I, O>(Kind.of("number", schema), from, options)
