// Spans as OTLP/JSON has them (https://github.com/open-telemetry/opentelemetry-proto): ids as hexadecimal digits, times as
// decimal strings of nanoseconds, a request a line.
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { SERVICE } from "../telemetry/Resource.ts"
import { type Attributes, KINDS, type Span, STATUSES, type Value } from "./Span.ts"

const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })

const AnyValue = Schema.Struct({
  stringValue: optional(Schema.String),
  boolValue: optional(Schema.Boolean),
  intValue: optional(Schema.Union(Schema.Number, Schema.NumberFromString)),
  doubleValue: optional(Schema.Number)
})

const KeyValue = Schema.Struct({ key: Schema.String, value: AnyValue })
const KeyValues = Schema.optionalWith(Schema.Array(KeyValue), { exact: true, default: () => [] })

const Hex = (digits: number) => Schema.String.pipe(Schema.pattern(new RegExp(`^[0-9a-f]{${digits}}$`)))

const WrittenSpan = Schema.Struct({
  traceId: Hex(32),
  spanId: Hex(16),
  parentSpanId: optional(Schema.String),
  name: Schema.String,
  kind: optional(Schema.Number),
  startTimeUnixNano: Schema.BigInt,
  endTimeUnixNano: Schema.BigInt,
  attributes: KeyValues,
  events: Schema.optionalWith(
    Schema.Array(Schema.Struct({ name: Schema.String, timeUnixNano: Schema.BigInt, attributes: KeyValues })),
    { exact: true, default: () => [] }
  ),
  links: Schema.optionalWith(
    Schema.Array(Schema.Struct({ traceId: Hex(32), spanId: Hex(16), attributes: KeyValues })),
    { exact: true, default: () => [] }
  ),
  status: optional(Schema.Struct({ code: optional(Schema.Number) }))
})
type WrittenSpan = typeof WrittenSpan.Type

const Request = Schema.Struct({
  resourceSpans: Schema.Array(
    Schema.Struct({ scopeSpans: Schema.Array(Schema.Struct({ spans: Schema.Array(WrittenSpan) })) })
  )
})

const decodeRequest = Schema.decodeUnknown(Schema.parseJson(Request))

/** Arrays and the like have no place in our traces; they read as empty. */
const valueOf = ({ boolValue, doubleValue, intValue, stringValue }: typeof AnyValue.Type): Value =>
  stringValue ?? boolValue ?? intValue ?? doubleValue ?? ""

const attributesOf = (pairs: ReadonlyArray<typeof KeyValue.Type>): Attributes =>
  Object.fromEntries(pairs.map(({ key, value }) => [key, valueOf(value)] as const))

const read = (span: WrittenSpan): Span => ({
  traceId: span.traceId,
  spanId: span.spanId,
  parentSpanId: span.parentSpanId === undefined || span.parentSpanId === "" ? null : span.parentSpanId,
  name: span.name,
  kind: KINDS[(span.kind ?? 1) - 1] ?? "internal",
  start: span.startTimeUnixNano,
  end: span.endTimeUnixNano,
  status: STATUSES[span.status?.code ?? 0] ?? "unset",
  attributes: attributesOf(span.attributes),
  events: span.events.map(({ attributes, name, timeUnixNano }) => ({
    name,
    at: timeUnixNano,
    attributes: attributesOf(attributes)
  })),
  links: span.links.map(({ attributes, spanId, traceId }) => ({
    traceId,
    spanId,
    attributes: attributesOf(attributes)
  }))
})

/** The spans of one line; none where it is no request of OTLP/JSON. */
export const decode = (line: string): Effect.Effect<ReadonlyArray<Span>> =>
  decodeRequest(line).pipe(
    Effect.map(({ resourceSpans }) =>
      resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans.map(read)))
    ),
    Effect.option,
    Effect.map(Option.getOrElse(() => []))
  )

const written = (value: Value) =>
  typeof value === "string"
    ? { stringValue: value }
    : typeof value === "boolean"
      ? { boolValue: value }
      : Number.isInteger(value)
        ? { intValue: value }
        : { doubleValue: value }

const pairs = (attributes: Attributes) =>
  Object.entries(attributes).map(([key, value]) => ({ key, value: written(value) }))

const write = (span: Span) => ({
  traceId: span.traceId,
  spanId: span.spanId,
  ...(span.parentSpanId !== null && { parentSpanId: span.parentSpanId }),
  name: span.name,
  kind: KINDS.indexOf(span.kind) + 1,
  startTimeUnixNano: String(span.start),
  endTimeUnixNano: String(span.end),
  attributes: pairs(span.attributes),
  droppedAttributesCount: 0,
  events: span.events.map(({ at, attributes, name }) => ({
    timeUnixNano: String(at),
    name,
    attributes: pairs(attributes),
    droppedAttributesCount: 0
  })),
  droppedEventsCount: 0,
  status: { code: STATUSES.indexOf(span.status) },
  links: span.links.map(({ attributes, spanId, traceId }) => ({
    traceId,
    spanId,
    attributes: pairs(attributes),
    droppedAttributesCount: 0
  })),
  droppedLinksCount: 0
})

/** Spans as one line, as a collector takes them; `version` is the one of the program that they come from. */
export const encode = (version: string, spans: ReadonlyArray<Span>): string => {
  const resource = { "service.name": SERVICE, "service.version": version }
  return JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: pairs(resource), droppedAttributesCount: 0 },
        scopeSpans: [{ scope: { name: SERVICE, version }, spans: spans.map(write) }]
      }
    ]
  })
}
