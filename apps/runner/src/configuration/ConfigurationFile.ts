// What inlet.yaml may hold: the keys, their defaults and what their values mean. Both the decoder and the JSON Schema for
// editors come from here.
import { Config } from "@inlet/sdk"
import * as Cron from "effect/Cron"
import * as Duration from "effect/Duration"
import * as Either from "effect/Either"
import * as JSONSchema from "effect/JSONSchema"
import * as Schema from "effect/Schema"
import * as Units from "./Units.ts"

/** A member that may be left out; `description` is what editors show. */
const withDefault = <A, I>(schema: Schema.Schema<A, I>, description: string, value: () => NoInfer<A>) =>
  Schema.optionalWith(schema, { exact: true, default: value }).annotations({ description })

const optional = <A, I>(schema: Schema.Schema<A, I>, description: string) =>
  Schema.optionalWith(schema, { exact: true }).annotations({ description })

const Count = Schema.Int.pipe(
  Schema.positive({ message: () => "expected a whole number above 0", jsonSchema: { type: "integer", minimum: 1 } })
)

/** A collector may well be a plain http neighbour, and is sent no secret. */
const Collector = Schema.String.pipe(
  Schema.filter((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), {
    message: () => "expected an http or https address",
    jsonSchema: { type: "string", pattern: "^https?://" }
  })
)

const Schedule = Schema.String.pipe(
  Schema.filter((text) => Either.isRight(Cron.parse(text)), {
    message: () => 'expected a cron expression like "*/15 * * * *"',
    jsonSchema: { type: "string" }
  })
)

const reference = { type: "string", pattern: "^\\$\\{[A-Za-z_][A-Za-z0-9_]*\\}$" } as const

/** The account's number; text too, so that it can come from the environment. */
const Account = Schema.Union(Schema.Int, Schema.NumberFromString.pipe(Schema.int())).annotations({
  message: () => ({ message: "expected the account's number", override: true }),
  jsonSchema: { anyOf: [{ type: "integer" }, reference] }
})

const DATABOX = "https://api.databox.com"

const Limits = Schema.Struct({
  records: withDefault(Count, "Rows of one request", () => 100),
  bytes: withDefault(Units.Size, "Size of one request", () => 8_000_000),
  perSecond: withDefault(Count, "Requests a second, reads included", () => 8),
  perHour: withDefault(Count, "Requests an hour of all runners that share the store, reads included", () => 9000)
})

const Databox = Schema.Struct({
  apiKey: Schema.Redacted(
    Schema.NonEmptyString.annotations({
      jsonSchema: { ...reference, description: "A reference like ${DATABOX_API_KEY}; a key is never written here" }
    })
  ),
  account: optional(Account, "Needed only where the key reaches several accounts"),
  dataSource: withDefault(
    Schema.NonEmptyString,
    "Title of the data source in Databox; found or created",
    () => "Inlet"
  ),
  limits: withDefault(Limits, "What Databox is asked at most", () => Limits.make({})),
  baseUrl: withDefault(Config.Address, "Where the API is", () => new URL(DATABOX)),
  settle: withDefault(Units.Span, "How long to wait after a request whose outcome is unknown", () =>
    Duration.seconds(30)
  )
})

const SourceSettings = Schema.Struct({
  connector: Schema.NonEmptyString.annotations({ description: "An npm package, or the path of a folder" }),
  config: withDefault(
    Schema.Record({ key: Schema.String, value: Schema.Unknown }),
    "What the connector wants to know",
    () => ({})
  ),
  streams: optional(Schema.NonEmptyArray(Schema.NonEmptyString), "The streams to copy; by default all"),
  schedule: optional(Schedule, 'Cron expression for inlet serve, like "*/15 * * * *"')
})
export type SourceSettings = typeof SourceSettings.Type

const Retention = Schema.Struct({
  raw: withDefault(Units.Span, "How long raw data is kept in the store", () => Duration.days(90))
})

const Connectors = Schema.Struct({
  memory: withDefault(Units.Size, "Memory that the process of one connector may take", () => 1_000_000_000),
  silence: withDefault(Units.Span, "How long a connector may do nothing, or not answer", () => Duration.minutes(2))
})

const connectors = withDefault(Connectors, "What connectors may take", () => Connectors.make({}))

const retention = withDefault(Retention, "How long data is kept", () => Retention.make({}))

export const ConfigurationFile = Schema.Struct({
  databox: Databox,
  sources: Schema.Record({ key: Schema.String, value: SourceSettings }).pipe(
    Schema.filter((sources) => Object.keys(sources).length > 0, {
      message: () => "expected at least one source",
      jsonSchema: { minProperties: 1, propertyNames: { pattern: "^[a-z][a-z0-9_-]*$" } }
    })
  ),
  connectors,
  retention,
  telemetry: withDefault(
    Schema.Struct({ otlp: optional(Collector, "Address of an OpenTelemetry collector; OTEL_* variables win") }),
    "Where traces go",
    () => ({})
  )
})
export type ConfigurationFile = typeof ConfigurationFile.Type

const others = Schema.Record({ key: Schema.String, value: Schema.Unknown })

const SourceOutlines = Schema.Record({
  key: Schema.String,
  value: Schema.Struct(SourceSettings.pick("connector", "streams").fields, others)
})
export type SourceOutlines = typeof SourceOutlines.Type

/** The part of a configuration that names connectors and streams, and what becomes of data; the rest may be anything. */
export const OutlineFile = Schema.Struct({ sources: SourceOutlines, connectors, retention }, others)

/** What editors check inlet.yaml with; the text of inlet.schema.json. */
export const jsonSchemaText = (): string => {
  const schema = { ...JSONSchema.make(ConfigurationFile), title: "Configuration of Inlet (inlet.yaml)" }
  return `${JSON.stringify(schema, null, 2)}\n`
}
