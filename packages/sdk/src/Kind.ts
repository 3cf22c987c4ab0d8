// The kinds of columns: what a raw value of each looks like, what it becomes, and which type the dataset's column has.
import type { Contract, Row } from "@inlet/core"
import * as Either from "effect/Either"
import { identity } from "effect/Function"
import * as ParseResult from "effect/ParseResult"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { type Fault, isFault, readDay, readId, readInteger, readNumber, readText, readTime, wrongType } from "./Cell.ts"

export interface Kind<A extends Row.Cell, I> {
  readonly type: Contract.ColumnType
  readonly schema: Schema.Schema<A, I>
  /** The cell of a raw value that is neither null nor undefined. Runs for every record. */
  readonly read: (value: unknown) => Row.Cell | Fault
  /** The cell of a record without the value; otherwise the column is left out, or the record rejected. */
  readonly absent?: A
  /** Paths of the two values that `read` gets as a pair, where it takes two. */
  readonly between?: readonly [string, string]
}

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
export const of = <A extends Row.Cell, I>(type: Contract.ColumnType, schema: Schema.Schema<A, I>): Kind<A, I> => {
  const decode = ParseResult.decodeUnknownEither(schema)
  return { type, schema, read: (value) => Either.getOrElse(decode(value), () => wrongType) }
}

const Flag = Schema.Literal(0, 1)

export const id = kind<string, string | number>(
  "string",
  Schema.Union(Schema.String, Schema.Number),
  Schema.String,
  readId,
  identity
)
export const text = kind("string", Schema.String, Schema.String, readText, identity)
export const integer = kind("number", Schema.Number, Schema.Number, readInteger, identity)
export const number = kind("number", Schema.Number, Schema.Number, readNumber, identity)
export const time = kind("datetime", Schema.String, Schema.String, readTime, identity)
export const day = kind("datetime", Schema.String, Schema.String, readDay, identity)
export const flag = kind(
  "number",
  Schema.Boolean,
  Flag,
  (value) => (typeof value !== "boolean" ? wrongType : value ? 1 : 0),
  (cell) => cell === 1
)
export const present: Kind<0 | 1, unknown> = {
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
export const count = kind(
  "number",
  List,
  Schema.Number,
  (value) => (Array.isArray(value) ? value.length : wrongType),
  (length) => Array.from({ length })
)
export const joined = (member: string | undefined) =>
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
export const elapsed = kind<number, ReadonlyArray<string>>(
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

export const among = (values: ReadonlyArray<string>) =>
  kind<0 | 1, string>(
    "number",
    Schema.String,
    Flag,
    (value) => (typeof value !== "string" ? wrongType : values.includes(value) ? 1 : 0),
    (cell) => (cell === 1 ? (values[0] ?? "") : "")
  )
