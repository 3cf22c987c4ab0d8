// OTLP/JSON as its specification has it (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding), and nothing beside:
// written anew, so that neither the SDK nor a lenient collector says what is right.
import * as Schema from "effect/Schema"

const Hex = (digits: number) =>
  Schema.String.pipe(
    Schema.pattern(new RegExp(`^[0-9a-f]{${digits}}$`)),
    Schema.filter((id) => !/^0+$/.test(id))
  )

const TraceId = Hex(32)
const SpanId = Hex(16)
const Nanos = Schema.String.pipe(Schema.pattern(/^[1-9]\d{15,19}$/))
const Count = Schema.NonNegativeInt
/** 64 bits: a decimal text, or a number that is exact. */
const Int = Schema.Union(Schema.Int, Schema.String.pipe(Schema.pattern(/^-?\d+$/)))
const Flags = Schema.optionalWith(Schema.Int.pipe(Schema.between(0, 0x3ff)), { exact: true })

/** Of ours, a value is a text, a number or a truth value. */
const Value = Schema.Union(
  Schema.Struct({ stringValue: Schema.String }),
  Schema.Struct({ boolValue: Schema.Boolean }),
  Schema.Struct({ intValue: Int }),
  Schema.Struct({ doubleValue: Schema.JsonNumber })
)

const Attributes = Schema.Array(Schema.Struct({ key: Schema.NonEmptyString, value: Value })).pipe(
  Schema.filter((all) => new Set(all.map(({ key }) => key)).size === all.length, { message: () => "a key twice" })
)

const Resource = Schema.Struct({ attributes: Attributes, droppedAttributesCount: Count })
const Scope = Schema.Struct({ name: Schema.NonEmptyString, version: Schema.NonEmptyString })

const Event = Schema.Struct({
  timeUnixNano: Nanos,
  name: Schema.NonEmptyString,
  attributes: Attributes,
  droppedAttributesCount: Count
})

const Link = Schema.Struct({
  traceId: TraceId,
  spanId: SpanId,
  traceState: Schema.optionalWith(Schema.NonEmptyString, { exact: true }),
  attributes: Attributes,
  droppedAttributesCount: Count,
  flags: Flags
})

/** Unset, ok, error; only an error has a message. */
const Status = Schema.Union(
  Schema.Struct({ code: Schema.Literal(0, 1) }),
  Schema.Struct({ code: Schema.Literal(2), message: Schema.optionalWith(Schema.NonEmptyString, { exact: true }) })
)

const Span = Schema.Struct({
  traceId: TraceId,
  spanId: SpanId,
  traceState: Schema.optionalWith(Schema.NonEmptyString, { exact: true }),
  parentSpanId: Schema.optionalWith(SpanId, { exact: true }),
  name: Schema.NonEmptyString,
  kind: Schema.Literal(1, 2, 3, 4, 5),
  startTimeUnixNano: Nanos,
  endTimeUnixNano: Nanos,
  attributes: Attributes,
  droppedAttributesCount: Count,
  events: Schema.Array(Event),
  droppedEventsCount: Count,
  status: Status,
  links: Schema.Array(Link),
  droppedLinksCount: Count,
  flags: Flags
}).pipe(
  Schema.filter(({ endTimeUnixNano, startTimeUnixNano }) => BigInt(startTimeUnixNano) <= BigInt(endTimeUnixNano), {
    message: () => "ends before it begins"
  })
)

const Traces = Schema.Struct({
  resourceSpans: Schema.NonEmptyArray(
    Schema.Struct({
      resource: Resource,
      scopeSpans: Schema.NonEmptyArray(Schema.Struct({ scope: Scope, spans: Schema.NonEmptyArray(Span) }))
    })
  )
})

const Point = { attributes: Attributes, startTimeUnixNano: Nanos, timeUnixNano: Nanos }

const NumberPoint = Schema.Union(
  Schema.Struct({ ...Point, asInt: Int }),
  Schema.Struct({ ...Point, asDouble: Schema.JsonNumber })
)

const HistogramPoint = Schema.Struct({
  ...Point,
  count: Count,
  sum: Schema.JsonNumber,
  min: Schema.JsonNumber,
  max: Schema.JsonNumber,
  bucketCounts: Schema.Array(Count),
  explicitBounds: Schema.Array(Schema.JsonNumber)
}).pipe(
  Schema.filter(
    ({ bucketCounts, count, explicitBounds }) =>
      bucketCounts.length === explicitBounds.length + 1 && bucketCounts.reduce((sum, one) => sum + one, 0) === count,
    { message: () => "its buckets do not add up" }
  )
)

/** Cumulative. */
const Temporality = Schema.Literal(2)

const named = { name: Schema.NonEmptyString, description: Schema.String, unit: Schema.NonEmptyString }

const Metric = Schema.Union(
  Schema.Struct({
    ...named,
    sum: Schema.Struct({
      aggregationTemporality: Temporality,
      isMonotonic: Schema.Boolean,
      dataPoints: Schema.NonEmptyArray(NumberPoint)
    })
  }),
  Schema.Struct({ ...named, gauge: Schema.Struct({ dataPoints: Schema.NonEmptyArray(NumberPoint) }) }),
  Schema.Struct({
    ...named,
    histogram: Schema.Struct({ aggregationTemporality: Temporality, dataPoints: Schema.NonEmptyArray(HistogramPoint) })
  })
)

const Metrics = Schema.Struct({
  resourceMetrics: Schema.NonEmptyArray(
    Schema.Struct({
      resource: Resource,
      scopeMetrics: Schema.NonEmptyArray(Schema.Struct({ scope: Scope, metrics: Schema.NonEmptyArray(Metric) }))
    })
  )
})

const strict = { onExcessProperty: "error" } as const

export const decodeTraces = Schema.decodeUnknownSync(Schema.parseJson(Traces), strict)
export const decodeMetrics = Schema.decodeUnknownSync(Schema.parseJson(Metrics), strict)

type Said = Readonly<Record<string, string | number | boolean>>

const valueOf = (value: typeof Value.Type): string | number | boolean => {
  if ("stringValue" in value) return value.stringValue
  if ("boolValue" in value) return value.boolValue
  return "intValue" in value ? Number(value.intValue) : value.doubleValue
}

const said = (attributes: typeof Attributes.Type): Said =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, valueOf(value)]))

/** A span as tests look at it. */
export interface Read extends Pick<typeof Span.Type, "kind" | "name" | "spanId" | "status" | "traceId"> {
  readonly parent: string | undefined
  readonly attributes: Said
  readonly events: ReadonlyArray<{ readonly name: string; readonly attributes: Said }>
  readonly links: ReadonlyArray<{ readonly traceId: string; readonly spanId: string; readonly attributes: Said }>
  readonly resource: Said
  readonly state: string | undefined
}

/** The spans of requests, each a text. */
export const spans = (requests: ReadonlyArray<string>): ReadonlyArray<Read> =>
  requests
    .flatMap((request) => decodeTraces(request).resourceSpans)
    .flatMap(({ resource, scopeSpans }) =>
      scopeSpans.flatMap(({ spans }) =>
        spans.map((span) => ({
          name: span.name,
          kind: span.kind,
          spanId: span.spanId,
          status: span.status,
          traceId: span.traceId,
          parent: span.parentSpanId,
          state: span.traceState,
          attributes: said(span.attributes),
          events: span.events.map(({ attributes, name }) => ({ name, attributes: said(attributes) })),
          links: span.links.map(({ attributes, spanId, traceId }) => ({
            traceId,
            spanId,
            attributes: said(attributes)
          })),
          resource: said(resource.attributes)
        }))
      )
    )

type Measured = (typeof Metric)["Type"]

const points = (metric: Measured) => {
  if ("histogram" in metric) return metric.histogram.dataPoints.map((point) => ({ point, value: point.count }))
  const numbers = "sum" in metric ? metric.sum.dataPoints : metric.gauge.dataPoints
  return numbers.map((point) => ({ point, value: "asInt" in point ? Number(point.asInt) : point.asDouble }))
}

/** The metrics of a request; of a histogram the number of what was measured. */
export const metrics = (request: string) =>
  decodeMetrics(request)
    .resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics)
    .flatMap(({ metrics }) => metrics)
    .map((metric) => ({
      name: metric.name,
      unit: metric.unit,
      points: points(metric).map(({ point, value }) => ({ attributes: said(point.attributes), value }))
    }))
