// The log goes to standard error, above whatever is drawn there: sentences for somebody who looks on, a JSON object a line for
// whatever else reads it.
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as FiberRef from "effect/FiberRef"
import * as FiberRefs from "effect/FiberRefs"
import * as HashMap from "effect/HashMap"
import * as Inspectable from "effect/Inspectable"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Tracer from "effect/Tracer"
import type { Format, Level } from "../cli/Globals.ts"
import * as Allowed from "../telemetry/Allowed.ts"
import * as Secrets from "../telemetry/Secrets.ts"
import { clean } from "./Table.ts"

export interface Settings {
  readonly level: Level
  readonly format: Format
  /** Writes a line to standard error. */
  readonly line: (text: string) => void
}

const LEVELS: Readonly<Record<Level, LogLevel.LogLevel>> = {
  debug: LogLevel.Debug,
  info: LogLevel.Info,
  warning: LogLevel.Warning,
  error: LogLevel.Error,
  none: LogLevel.None
}

/** Where a line belongs to; people see it in front of the sentence. */
const CONNECTION = "inlet.connection"
const STREAM = "inlet.stream"
const RUN = "inlet.run.id"

type Options = Logger.Logger.Options<unknown>

const word = (value: unknown): string =>
  Redacted.isRedacted(value) ? String(value) : Inspectable.toStringUnknown(value, 0)

const sentence = ({ message }: Options): string => (Array.isArray(message) ? message : [message]).map(word).join(" ")

/** As a member of a line of JSON: nothing nested, and no secret, which prints as `<redacted>`. */
const flat = (value: unknown) => (typeof value === "number" || typeof value === "boolean" ? value : word(value))

/** Addresses without what may be somebody's own, or a secret: libraries put whole ones into their messages. */
const bare = (text: string): string =>
  text.replace(/\b(https?:\/\/)(?:[^\s/?#]*@)?([^\s?#)"']*)(?:[?#][^\s)"']*)?/g, "$1$2")

const failure = ({ cause }: Options): ReadonlyArray<string> => (Cause.isEmpty(cause) ? [] : [bare(Cause.pretty(cause))])

const around = ({ context }: Options) => FiberRefs.getOrDefault(context, FiberRef.currentContext)

/** The span that a line is written in, or the nearest one around it that is recorded. */
const spanOf = (options: Options): Tracer.AnySpan | undefined => {
  let span = Option.getOrUndefined(Context.getOption(around(options), Tracer.ParentSpan))
  while (span?._tag === "Span" && span.traceId === "noop") span = Option.getOrUndefined(span.parent)
  return span
}

/** What a span may say of itself a line of its log repeats; the template tells enough of an address. */
const attributesOf = (span: Tracer.AnySpan): ReadonlyArray<readonly [string, unknown]> => {
  if (span._tag !== "Span") return []
  const { allows } = Allowed.ruleOf(span.name)
  return [...span.attributes].filter(([key]) => allows(key) && key !== "url.full")
}

const json = (options: Options): string => {
  const { annotations, date, logLevel } = options
  const span = spanOf(options)
  return JSON.stringify({
    ts: date.toISOString(),
    level: logLevel._tag.toLowerCase(),
    msg: sentence(options),
    ...(span !== undefined && { trace_id: span.traceId, span_id: span.spanId }),
    ...Object.fromEntries(
      [...(span === undefined ? [] : attributesOf(span)), ...HashMap.entries(annotations)].map(
        ([key, value]) => [key, flat(value)] as const
      )
    ),
    ...Object.fromEntries(failure(options).map((cause) => ["cause", cause] as const))
  })
}

/** Whether a level is named where not all of them are shown: what is worth a second look. */
const MARKED: ReadonlySet<string> = new Set(["Warning", "Error", "Fatal"])

const text =
  (level: Level) =>
  (options: Options): string => {
    const { annotations, logLevel } = options
    const { [CONNECTION]: connection, [STREAM]: stream, [RUN]: _, ...facts } = Object.fromEntries(annotations)
    const where = [connection, stream].filter((part) => part !== undefined).map(word)
    const mark = level === "debug" || MARKED.has(logLevel._tag) ? `${logLevel._tag.toLowerCase()}: ` : ""
    const words = [
      ...(where.length === 0 ? [] : [`${where.join("/")}:`]),
      sentence(options),
      ...(level === "debug" ? Object.entries(facts).map(([key, value]) => `${key}=${word(value)}`) : [])
    ]
    return [mark + clean(words.join(" ")), ...failure(options)].join("\n")
  }

export const layer = ({ format, level, line }: Settings): Layer.Layer<never> => {
  const form = format === "json" ? json : text(level)
  return Layer.mergeAll(
    // What a fiber failed with is handled by whoever waits for it; it is no news.
    Layer.setUnhandledErrorLogLevel(Option.none()),
    Logger.replace(
      Logger.defaultLogger,
      // Whatever let a secret in, it goes no further.
      Logger.make((options) => line(Secrets.redact(Context.get(around(options), Secrets.Secrets), form(options))))
    ),
    Logger.minimumLogLevel(LEVELS[level])
  )
}
