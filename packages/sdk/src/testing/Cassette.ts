// What a service answered, as one file beside a connector's tests. It names no host, so it is replayed under whatever address is
// configured; and it is made without secrets and personal values, see Redactor.ts.
import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import { names } from "./Laws.ts"

const optional = <S extends Schema.Schema.All>(schema: S) => Schema.optionalWith(schema, { exact: true })

/**
 * A request and its answer.
 *
 * @since 0.1.0
 */
export const Interaction = Schema.Struct({
  /** Method, path and sorted query: `GET /v1/tasks?limit=100&sort=updated_at`. */
  request: Schema.String,
  /** Begin of the SHA-256 of what the request carried, secrets left out; absent where it carried nothing. */
  carried: optional(Schema.String),
  status: Schema.Int,
  /** By lower-case names; those that connectors go by. */
  headers: Schema.Record({ key: Schema.String, value: Schema.String }),
  /** Absent where there was none. */
  body: optional(Schema.Unknown)
})

/**
 * A decoded interaction.
 *
 * @since 0.1.0
 */
export type Interaction = typeof Interaction.Type

/**
 * A whole recording. Where the same was asked several times, its answers are given in their order, the last one for ever.
 *
 * @since 0.1.0
 */
export const Cassette = Schema.Struct({
  format: Schema.Literal(1),
  /** Package and version of the connector that asked. */
  connector: Schema.String,
  /** When, ISO 8601 in UTC: the time at which it is replayed. */
  recordedAt: Schema.String.pipe(Schema.pattern(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/)),
  /** The laws that it does not hold enough for. */
  lacks: optional(Schema.Array(Schema.Literal(...names))),
  interactions: Schema.Array(Interaction)
})

/**
 * A decoded cassette.
 *
 * @since 0.1.0
 */
export type Cassette = typeof Cassette.Type

/**
 * Stands for `https://` and the host of the request, in what is recorded.
 *
 * @since 0.1.0
 */
export const ORIGIN = "{origin}"

/**
 * Why there is no cassette, or none that can be used.
 *
 * @since 0.1.0
 */
export class CassetteError extends Schema.TaggedError<CassetteError>("@inlet/sdk/CassetteError")("CassetteError", {
  reason: Schema.Literal("Unreadable", "Failed", "Secret"),
  /** One plain sentence without a secret or a personal value. */
  detail: Schema.String
}) {
  override get message() {
    return this.detail
  }
}

const decode = Schema.decodeUnknownEither(Schema.parseJson(Cassette), { errors: "first" })

/**
 * The cassette in a text.
 *
 * @since 0.1.0
 */
export const parse = (text: string): Either.Either<Cassette, CassetteError> =>
  Either.mapLeft(decode(text), ({ issue }) => {
    const [first] = ParseResult.ArrayFormatter.formatIssueSync(issue)
    const where = first === undefined || first.path.length === 0 ? "" : ` at ${first.path.join(".")}`
    return new CassetteError({
      reason: "Unreadable",
      detail: `it is no cassette${where}: record it again with inlet connector record`
    })
  })

/** A value with each item of its lists on a line of its own, so that a change of one is a change of one line. */
const lay = (value: unknown, indent: string): string => {
  const inner = `${indent}  `
  if (Array.isArray(value) && value.length > 0) {
    return `[\n${value.map((item) => `${inner}${JSON.stringify(item)}`).join(",\n")}\n${indent}]`
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value) && Object.values(value).some(isList)) {
    const members = Object.entries(value).map(
      ([name, member]) => `${inner}${JSON.stringify(name)}: ${lay(member, inner)}`
    )
    return `{\n${members.join(",\n")}\n${indent}}`
  }
  return JSON.stringify(value)
}

const isList = (value: unknown) => Array.isArray(value) && value.length > 0

const entry = ({ body, carried, headers, request, status }: Interaction): string => {
  const lines = [
    `"request": ${JSON.stringify(request)}`,
    ...(carried === undefined ? [] : [`"carried": ${JSON.stringify(carried)}`]),
    `"status": ${status}`,
    `"headers": ${JSON.stringify(headers)}`,
    ...(body === undefined ? [] : [`"body": ${lay(body, "      ")}`])
  ]
  return `    {\n${lines.map((line) => `      ${line}`).join(",\n")}\n    }`
}

/**
 * The text of a cassette: the same bytes for the same content, a line for each item of a list.
 *
 * @since 0.1.0
 */
export const format = ({ connector, interactions, lacks, recordedAt }: Cassette): string => {
  const head = { format: 1, connector, recordedAt, ...(lacks !== undefined && { lacks }) }
  const members = Object.entries(head).map(([name, member]) => `  ${JSON.stringify(name)}: ${JSON.stringify(member)}`)
  return `{\n${[...members, `  "interactions": [\n${interactions.map(entry).join(",\n")}\n  ]`].join(",\n")}\n}\n`
}
