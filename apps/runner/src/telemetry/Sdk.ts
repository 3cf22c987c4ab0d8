// OpenTelemetry's SDK as a command uses it. Loaded only where there is something to keep or to send.
import * as NodeSdk from "@effect/opentelemetry/NodeSdk"
import { Resource } from "@effect/opentelemetry/Resource"
import { OtelTracerProvider } from "@effect/opentelemetry/Tracer"
import { defaultResource, resourceFromAttributes } from "@opentelemetry/resources"
import type { SpanProcessor } from "@opentelemetry/sdk-trace-base"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import type { Tracer } from "effect/Tracer"
import { version } from "../Version.ts"
import * as Allowed from "./Allowed.ts"
import * as Buffered from "./Buffered.ts"
import * as Metrics from "./Metrics.ts"
import * as Origin from "./Resource.ts"
import { Secrets } from "./Secrets.ts"
import type { Settings } from "./Settings.ts"
import * as TraceFile from "./TraceFile.ts"
import * as Spans from "./Tracer.ts"

/** Milliseconds that the last of it may take, once the command is done. */
const FAREWELL = 2_000

export interface Sdk {
  readonly tracer: Tracer
  readonly metrics: Metrics.Measures
  readonly beside: TraceFile.Beside["Type"]
  /** Keeps and sends what is left, within a bound; ends with what somebody should know of it, a sentence each. */
  readonly close: (traceId: string) => Effect.Effect<ReadonlyArray<string>>
}

/** What happens to every span that has ended, after the filter. */
const passing = (filter: Allowed.Filter, processors: ReadonlyArray<SpanProcessor>): SpanProcessor => {
  const all = (what: "forceFlush" | "shutdown") =>
    Promise.all(processors.map((processor) => processor[what]())).then(() => {})
  return {
    onStart: () => {},
    onEnd: (span) => {
      const clean = filter.span(span)
      for (const processor of processors) processor.onEnd(clean)
    },
    forceFlush: () => all("forceFlush"),
    shutdown: () => all("shutdown")
  }
}

/** Of the system's code, since the message names the file twice. */
const codeOf = (thrown: unknown): string =>
  thrown instanceof Error && "code" in thrown ? String(thrown.code) : "no reason given"

const measuring = (measures: Metrics.Measuring): SpanProcessor => ({
  onStart: () => {},
  onEnd: measures.span,
  forceFlush: () => Promise.resolve(),
  shutdown: () => Promise.resolve()
})

const collector = Effect.promise(() => import("./Collector.ts"))
const meters = Effect.promise(() => import("./Meters.ts"))

/** Sets it all up; `line` writes to standard error. */
export const make = Effect.fnUntraced(function* (settings: Settings, line: (text: string) => void) {
  const { files, longest, queue } = settings
  let place = files
  const filter = Allowed.filter(yield* Secrets, longest)
  const { "service.name": _, ...sdk } = defaultResource().attributes
  const said = filter.attributes({ ...(yield* Origin.attributes), ...sdk }, () => true)
  const resource = resourceFromAttributes(said)
  const warnings: Array<string> = []

  const kept = Option.map(Option.fromNullable(files), (first) =>
    Buffered.processor(
      TraceFile.writer(() => place ?? first),
      (thrown) => {
        const { folder } = place ?? first
        warnings.push(`the trace is not kept: ${folder} cannot be written to (${codeOf(thrown)})`)
      }
    )
  )
  const sent = yield* Effect.transposeMapOption(settings.traces, (endpoint) =>
    Effect.map(collector, ({ spans }) => spans(endpoint, queue))
  )
  const measured = yield* Effect.transposeMapOption(settings.metrics, (endpoint) =>
    Effect.map(meters, ({ make }) => make(endpoint, resource))
  )
  const measures = Option.map(measured, ({ measures }) => measures)
  const told = settings.console
    ? Option.some(Buffered.processor({ isReady: () => true, append: (_, request) => line(request) }, () => {}))
    : Option.none()
  const processors = [
    ...Option.toArray(kept),
    ...Option.toArray(told),
    ...Option.toArray(Option.map(measures, measuring)),
    ...Option.toArray(Option.map(sent, ({ processor }) => processor))
  ]

  const scope = yield* Scope.make()
  const provider = NodeSdk.layerTracerProvider(passing(filter, processors), {
    // Cut by the filter: what is cut before it could be the half of a secret.
    spanLimits: { attributeValueLengthLimit: Number.POSITIVE_INFINITY },
    shutdownTimeout: FAREWELL
  })
  // What the library logs of a collector, as it ends, holds the collector's own words.
  const context = yield* Logger.withMinimumLogLevel(
    Layer.buildWithScope(Layer.provide(provider, Layer.succeed(Resource, resource)), scope),
    LogLevel.None
  )
  const tracer = Context.get(context, OtelTracerProvider).getTracer(Origin.SERVICE, version)

  const keptIn = (traceId: string): string =>
    place !== null && TraceFile.exists(place, traceId)
      ? `; kept in ${TraceFile.pathOf(place, traceId)}, send later with "inlet trace ${traceId} --export"`
      : ""

  const close = Effect.fnUntraced(function* (traceId: string) {
    const begun = yield* Clock.currentTimeMillis
    yield* Scope.close(scope, Exit.void)
    const missing = Option.match(sent, { onNone: () => 0, onSome: ({ missing }) => missing() })
    if (missing > 0 && Option.isSome(sent)) {
      const why = yield* sent.value.why
      warnings.push(`traces not delivered (${why})${keptIn(traceId)}`)
    }
    if (Option.isNone(measured)) return warnings
    if (Option.isSome(measures)) measures.value.dropped(missing)
    const why = yield* measured.value.send(Math.max(0, FAREWELL - (yield* Clock.currentTimeMillis) + begun))
    // One word about a collector is enough.
    if (why !== null && missing === 0) warnings.push(`metrics not delivered (${why})`)
    return warnings
  })

  const made: Sdk = {
    tracer: Spans.make(tracer, settings.parent?.state ?? null),
    metrics: Option.getOrElse(measures, () => Metrics.silent),
    beside: (store) => {
      // A folder that was asked for stays the one.
      if (place !== null && place.within !== null) place = TraceFile.beside(store)
    },
    close
  }
  return made
})
