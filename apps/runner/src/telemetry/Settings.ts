// What the environment and inlet.yaml say of traces and metrics. None of it can end a command: what cannot be understood is
// left at its default and told of.
import { dirname, resolve } from "node:path"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Configuration from "../configuration/Configuration.ts"
import * as Reference from "../configuration/Reference.ts"
import * as Setting from "../configuration/Setting.ts"
import * as Endpoint from "./Endpoint.ts"
import * as TraceFile from "./TraceFile.ts"

/** The span that a command is a part of, as W3C trace context has it. */
export interface Parent {
  readonly traceId: string
  readonly spanId: string
  readonly sampled: boolean
  readonly state: string | null
}

/** Spans on their way to a collector. */
export interface Queue {
  readonly size: number
  /** Spans of one request. */
  readonly batch: number
}

export interface Settings {
  /** Where traces are kept; null where they are not. */
  readonly files: TraceFile.Place | null
  /** How many pages of a run have spans of their own. */
  readonly pages: number
  readonly parent: Parent | null
  /** Where spans go to beside the file. */
  readonly traces: Option.Option<Endpoint.Endpoint>
  readonly console: boolean
  readonly queue: Queue
  /** Characters of an attribute's value. */
  readonly longest: number
  readonly metrics: Option.Option<Endpoint.Endpoint>
  /** What was not understood, a sentence each. */
  readonly warnings: ReadonlyArray<string>
}

const PAGES = 200
/** A burst as large as this loses nothing; with what the SDK takes by default, most of it would be lost. */
const QUEUE: Queue = { size: 32_768, batch: 1_024 }
const LONGEST = 1_024

const flag = (name: string) => Effect.map(Setting.variable(name), (value) => value?.trim().toLowerCase() === "true")

/** A whole number above 0, of the first variable that has one. */
const count = (names: ReadonlyArray<string>, otherwise: number) =>
  Effect.map(
    Effect.forEach(names, Setting.variable),
    (texts) => texts.map(Number).find((number) => Number.isSafeInteger(number) && number > 0) ?? otherwise
  )

/** A variable that lists what is wanted. */
const words = (name: string, otherwise: string) =>
  Effect.map(Setting.variable(name), (value) =>
    (value ?? otherwise).split(",").map((word) => word.trim().toLowerCase())
  )

const decodeCollector = Schema.decodeUnknownOption(
  Schema.Struct({ telemetry: Schema.Struct({ otlp: Schema.String.pipe(Schema.filter(Endpoint.isAddress)) }) })
)

const decodeWritten = Schema.decodeUnknownOption(Schema.Struct({ telemetry: Schema.Struct({ otlp: Schema.String }) }))

/** `telemetry.otlp` of the file, which may be broken otherwise. */
const collectorIn = Effect.fnUntraced(function* (file: string) {
  const files = yield* FileSystem.FileSystem
  const text = yield* files.readFileString(file)
  // Most files say nothing of it, and need not be read twice.
  if (!text.includes("telemetry")) return null
  const { value } = yield* Effect.tryPromise(async () => (await import("../configuration/YamlFile.ts")).parse(text))
  const written = decodeWritten(value)
  if (Option.isNone(written)) return null
  const found = yield* Configuration.variables(written.value, dirname(file))
  const resolved = Reference.resolve(written.value, (name) => found.get(name))
  return Option.getOrNull(Option.map(decodeCollector(resolved.value), ({ telemetry }) => telemetry.otlp))
})

const location = Effect.option(Configuration.locate)

/** The collector that inlet.yaml names, or null. */
export const collector = Effect.flatMap(location, (found) =>
  Option.isNone(found) || found.value.file === null
    ? Effect.succeed(null)
    : Effect.orElseSucceed(collectorIn(found.value.file), () => null)
)

/** Where traces are kept: as INLET_TRACE_FILE says, else beside the store. */
export const place = Effect.gen(function* () {
  const given = yield* Setting.variable("INLET_TRACE_FILE")
  if (given?.toLowerCase() === "off") return null
  if (given !== undefined) return { folder: resolve(given), within: null }
  const found = yield* location
  if (Option.isNone(found)) return null
  return TraceFile.beside(found.value.store)
}).pipe(Effect.map((place): TraceFile.Place | null => place))

/** TRACEPARENT, https://www.w3.org/TR/trace-context/; garbage is none. */
const parent = Effect.gen(function* () {
  const text = (yield* Setting.variable("TRACEPARENT")) ?? ""
  const [, version, traceId = "", spanId = "", flags = "", more] =
    /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/.exec(text.trim()) ?? []
  if (version === undefined || version === "ff" || (version === "00" && more !== undefined)) return null
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return null
  const state = (yield* Setting.variable("TRACESTATE")) ?? null
  const parent: Parent = { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1, state }
  return parent
})

/** Where a signal goes; nowhere, with a word about it, where it cannot be sent as it is wanted. */
const endpoint = (signal: Endpoint.Signal, address: string | null, warn: (sentence: string) => void) =>
  Effect.gen(function* () {
    const found = yield* Endpoint.resolve(signal, address)
    if (Option.isNone(found) || !(yield* Endpoint.isGrpc(signal))) return found
    warn(`${signal} are not sent: gRPC is not spoken here; set OTEL_EXPORTER_OTLP_PROTOCOL to http/json.`)
    return Option.none()
  }).pipe(
    Effect.catchTag("UsageError", ({ detail, fix }) => {
      warn(`${signal} are not sent: ${detail} ${fix}`)
      return Effect.succeed(Option.none<Endpoint.Endpoint>())
    })
  )

const pages = (warn: (sentence: string) => void) =>
  Effect.map(Setting.variable("INLET_TRACE_PAGES"), (given) => {
    if (given === undefined) return PAGES
    if (/^\d{1,9}$/.test(given.trim())) return Number(given)
    warn(`INLET_TRACE_PAGES is no whole number from 0 on; ${PAGES} is taken.`)
    return PAGES
  })

const KNOWN: ReadonlySet<string> = new Set(["otlp", "console", "none"])

/** All of it; none where OTEL_SDK_DISABLED says so. */
export const read = Effect.gen(function* () {
  if (yield* flag("OTEL_SDK_DISABLED")) return Option.none()
  const warnings: Array<string> = []
  const warn = (sentence: string) => {
    warnings.push(sentence)
  }
  const exporters = yield* words("OTEL_TRACES_EXPORTER", "otlp")
  const unknown = exporters.find((word) => !KNOWN.has(word))
  if (unknown !== undefined) warn(`OTEL_TRACES_EXPORTER is none of ${[...KNOWN].join(", ")}; traces are not sent.`)
  const address = yield* Effect.cached(collector)
  const wanted = (signal: Endpoint.Signal, list: ReadonlyArray<string>) =>
    list.includes("otlp")
      ? Effect.flatMap(address, (address) => endpoint(signal, address, warn))
      : Effect.succeed(Option.none<Endpoint.Endpoint>())
  const settings: Settings = {
    files: yield* place,
    pages: yield* pages(warn),
    parent: yield* parent,
    traces: yield* wanted("traces", exporters),
    console: exporters.includes("console"),
    queue: {
      size: yield* count(["OTEL_BSP_MAX_QUEUE_SIZE"], QUEUE.size),
      batch: yield* count(["OTEL_BSP_MAX_EXPORT_BATCH_SIZE"], QUEUE.batch)
    },
    longest: yield* count(["OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT"], LONGEST),
    metrics: yield* wanted("metrics", yield* words("OTEL_METRICS_EXPORTER", "none")),
    warnings
  }
  return Option.some(settings)
})
