// The columns of a dataset. A column is an Effect Schema of the value found at a path of the source's record; where it
// comes from and what it means is an annotation, so that contract, mapping and documents are made of one definition.
import type { Contract, Row } from "@inlet/core"
import * as Either from "effect/Either"
import { identity } from "effect/Function"
import type * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"

/**
 * Why a value is no cell. Recorded with the quarantined row, so a code keeps its meaning.
 *
 * @since 0.1.0
 */
export interface Fault {
  readonly code: "missing" | "empty" | "wrong_type" | "not_an_integer" | "out_of_range" | "not_a_time" | "not_a_day"
}

/**
 * What a column says of itself.
 *
 * @since 0.1.0
 */
export interface Spec {
  readonly about: Omit<Contract.Column, "name">
  /** Paths of the two values that `read` gets as a pair; the one at `about.from` unless told. */
  readonly between?: readonly [string, string]
  /** The cell of a raw value that is neither null nor undefined. Runs for every record. */
  readonly read: (value: unknown) => Row.Cell | Fault
  /** The cell of a record without the value; otherwise the column is left out, or the record rejected. */
  readonly absent?: Row.Cell
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

interface Kind<A extends Row.Cell, I> {
  readonly between?: readonly [string, string]
  readonly type: Contract.ColumnType
  readonly schema: Schema.Schema<A, I>
  readonly read: Spec["read"]
  readonly absent?: A
}

const make = <A extends Row.Cell, I, Optional extends boolean = false>(
  { absent, between, read, schema, type }: Kind<A, I>,
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
 * Tells a fault from a cell.
 *
 * @since 0.1.0
 */
export const isFault = <A extends Row.Cell>(cell: A | Fault): cell is Fault => typeof cell === "object"

/** A kind by a hand-written reader: a Schema's own decoder takes ten times as long, and every record is read. */
const kind = <A extends Row.Cell, I>(
  type: Contract.ColumnType,
  raw: Schema.Schema<I>,
  cell: Schema.Schema<A>,
  read: (value: unknown) => A | Fault,
  encode: (cell: A) => I
): Kind<A, I> => ({
  type,
  read,
  schema: Schema.transformOrFail(raw, cell, {
    strict: true,
    decode: (value, _, ast) => {
      const cell = read(value)
      return isFault(cell) ? ParseResult.fail(new ParseResult.Type(ast, value, cell.code)) : ParseResult.succeed(cell)
    },
    encode: (cell) => ParseResult.succeed(encode(cell))
  })
})

/** A kind by its Schema, whose decoder is made once. */
const kindOf = <A extends Row.Cell, I>(type: Contract.ColumnType, schema: Schema.Schema<A, I>): Kind<A, I> => {
  const decode = ParseResult.decodeUnknownEither(schema)
  return { type, schema, read: (value) => Either.getOrElse(decode(value), () => wrongType) }
}

const wrongType: Fault = { code: "wrong_type" }
const notAnInteger: Fault = { code: "not_an_integer" }
const outOfRange: Fault = { code: "out_of_range" }
const notATime: Fault = { code: "not_a_time" }
const notADay: Fault = { code: "not_a_day" }

const readText = (value: unknown) => (typeof value === "string" ? value : wrongType)

const readNumber = (value: unknown) =>
  typeof value !== "number" ? wrongType : Math.abs(value) <= 2 ** 53 ? value : outOfRange

const readInteger = (value: unknown) => {
  if (typeof value !== "number") return wrongType
  // Beyond the safe integers the parser of JSON has lost digits.
  return Number.isSafeInteger(value) ? value : Number.isInteger(value) ? outOfRange : notAnInteger
}

const readId = (value: unknown) => {
  if (typeof value === "string") return value
  const integer = readInteger(value)
  return isFault(integer) ? integer : String(integer)
}

const DAY = /^\d{4}-(0[1-9]|1[0-2])-\d\d$/
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/
/** Whole seconds in UTC, as most services write them: worth a path of its own, since a Date costs more than all other columns. */
const PLAIN = /^\d{4}-(0[1-9]|1[0-2])-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/

/** Whether the calendar has the day with which the text begins: a Date takes 30 February for 1 March. */
const dayExists = (text: string): boolean => {
  const day = Number(text.slice(8, 10))
  if (day <= 28) return day > 0
  return day <= new Date(Date.UTC(Number(text.slice(0, 4)), Number(text.slice(5, 7)), 0)).getUTCDate()
}

const readTime = (value: unknown) => {
  if (typeof value !== "string") return wrongType
  if (PLAIN.test(value)) return dayExists(value) ? `${value.slice(0, 19)}.000Z` : notATime
  const millis = TIME.test(value) && dayExists(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(millis) ? notATime : new Date(millis).toISOString()
}

const readDay = (value: unknown) => {
  if (typeof value !== "string") return wrongType
  return DAY.test(value) && dayExists(value) ? value : notADay
}

const Flag = Schema.Literal(0, 1)
const IdKind = kind<string, string | number>(
  "string",
  Schema.Union(Schema.String, Schema.Number),
  Schema.String,
  readId,
  identity
)
const TextKind = kind("string", Schema.String, Schema.String, readText, identity)
const IntegerKind = kind("number", Schema.Number, Schema.Number, readInteger, identity)
const NumberKind = kind("number", Schema.Number, Schema.Number, readNumber, identity)
const TimeKind = kind("datetime", Schema.String, Schema.String, readTime, identity)
const DayKind = kind("datetime", Schema.String, Schema.String, readDay, identity)
const FlagKind = kind(
  "number",
  Schema.Boolean,
  Flag,
  (value) => (typeof value !== "boolean" ? wrongType : value ? 1 : 0),
  (cell) => cell === 1
)
const PresentKind: Kind<0 | 1, unknown> = {
  ...kind<0 | 1, unknown>(
    "number",
    Schema.Unknown,
    Flag,
    () => 1,
    (cell) => (cell === 1 ? {} : null)
  ),
  absent: 0
}

const List = Schema.Array(Schema.Unknown)
const CountKind = kind(
  "number",
  List,
  Schema.Number,
  (value) => (Array.isArray(value) ? value.length : wrongType),
  (length) => Array.from({ length })
)
const joinedKind = (member: string | undefined) =>
  kind(
    "string",
    List,
    Schema.String,
    (value) => {
      if (!Array.isArray(value)) return wrongType
      const texts: Array<string> = []
      for (const item of value) {
        const text: unknown = member !== undefined && Predicate.isRecord(item) ? item[member] : item
        if (typeof text === "string") texts.push(text)
        else if (text !== null && text !== undefined) return wrongType
      }
      return texts.join(", ")
    },
    (cell) => cell.split(", ")
  )

/** Whole seconds between two instants; never below 0, which only clocks that disagree could bring about. */
const ElapsedKind = kind<number, ReadonlyArray<string>>(
  "number",
  Schema.Array(Schema.String),
  Schema.Number,
  (value) => {
    if (!Array.isArray(value)) return wrongType
    const [from, to]: ReadonlyArray<string | Fault> = value.map(readTime)
    if (from === undefined || to === undefined) return wrongType
    if (isFault(from)) return from
    return isFault(to) ? to : Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / 1000))
  },
  (seconds) => [new Date(0).toISOString(), new Date(seconds * 1000).toISOString()]
)

const amongKind = (values: ReadonlyArray<string>) =>
  kind<0 | 1, string>(
    "number",
    Schema.String,
    Flag,
    (value) => (typeof value !== "string" ? wrongType : values.includes(value) ? 1 : 0),
    (cell) => (cell === 1 ? (values[0] ?? "") : "")
  )

/**
 * An identifier: a string, or an integer that becomes one.
 *
 * @since 0.1.0
 */
export const id = <O extends boolean = false>(from: string, options: Options<O | false>) =>
  make<string, string | number, O>(IdKind, from, options)

/**
 * A text as it is.
 *
 * @since 0.1.0
 */
export const text = <O extends boolean = false>(from: string, options: Options<O | false>) =>
  make<string, string, O>(TextKind, from, options)

/**
 * An integer that JSON carries exactly, within ±(2^53 - 1).
 *
 * @since 0.1.0
 */
export const integer = <O extends boolean = false>(from: string, options: Options<O | false>) =>
  make<number, number, O>(IntegerKind, from, options)

/**
 * A finite number within ±2^53.
 *
 * @since 0.1.0
 */
export const number = <O extends boolean = false>(from: string, options: Options<O | false>) =>
  make<number, number, O>(NumberKind, from, options)

/**
 * An instant: ISO 8601 with its zone becomes ISO 8601 in UTC with milliseconds.
 *
 * @since 0.1.0
 */
export const timestamp = <O extends boolean = false>(from: string, options: Options<O | false>) =>
  make<string, string, O>(TimeKind, from, options)

/**
 * A calendar day, `YYYY-MM-DD`.
 *
 * @since 0.1.0
 */
export const day = <O extends boolean = false>(from: string, options: Options<O | false>) =>
  make<string, string, O>(DayKind, from, options)

/**
 * A boolean as 0 or 1.
 *
 * @since 0.1.0
 */
export const flag = <O extends boolean = false>(from: string, options: Options<O | false>) =>
  make<0 | 1, boolean, O>(FlagKind, from, options)

/**
 * 1 where the record has a value at the path, 0 where it has none or null.
 *
 * @since 0.1.0
 */
export const present = (from: string, options: Omit<Options, "optional">) => make(PresentKind, from, options)

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
) => make<0 | 1, string, O>(amongKind(values), from, options)

/**
 * The whole seconds from one instant to another; lacking where one of them is.
 *
 * @example Column.elapsed(["created_at", "merged_at"], { meaning: "From opening to merging.", optional: true })
 * @since 0.1.0
 */
export const elapsed = <O extends boolean = false>(between: readonly [string, string], options: Options<O | false>) =>
  make<number, ReadonlyArray<string>, O>({ ...ElapsedKind, between }, between.join(" … "), {
    unit: "seconds",
    ...options
  })

/**
 * The length of a list.
 *
 * @since 0.1.0
 */
export const count = <O extends boolean = false>(from: string, options: Options<O | false>) =>
  make<number, ReadonlyArray<unknown>, O>(CountKind, from, { unit: "count", ...options })

/**
 * A list of texts, or of objects with a text in `member`, as one text with commas between; empty for an empty list.
 *
 * @since 0.1.0
 */
export const joined = <O extends boolean = false>(
  from: string,
  { member, ...options }: Options<O | false> & { readonly member?: string }
) => make<string, ReadonlyArray<unknown>, O>(joinedKind(member), from, options)

/**
 * A text made of the raw value by a Schema of the connector's own.
 *
 * @since 0.1.0
 */
export const textOf = <I, O extends boolean = false>(
  from: string,
  schema: Schema.Schema<string, I>,
  options: Options<O | false>
) => make<string, I, O>(kindOf("string", schema), from, options)

/**
 * A number made of the raw value by a Schema of the connector's own.
 *
 * @since 0.1.0
 */
export const numberOf = <I, O extends boolean = false>(
  from: string,
  schema: Schema.Schema<number, I>,
  options: Options<O | false>
) => make<number, I, O>(kindOf("number", schema), from, options)
