// All that a run says beside its pages: logs, spans, warnings, waits. Kept as texts, to look for what must not be in them.
import { inspect } from "node:util"
import type { RunObserver } from "@inlet/core"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as FiberRef from "effect/FiberRef"
import * as HashSet from "effect/HashSet"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Tracer from "effect/Tracer"

/** Where something was said, and what. */
export interface Line {
  readonly where: "a log" | "a span" | "a warning" | "a wait"
  readonly text: string
}

export interface Said {
  readonly lines: () => ReadonlyArray<Line>
  readonly warnings: ReadonlyArray<string>
}

export const show = (value: unknown): string =>
  typeof value === "string" ? value : inspect(value, { depth: 8, maxStringLength: null, maxArrayLength: null })

/** How deep causes of errors are followed. */
const DEPTH = 4

const errorText = (error: unknown, depth = 0): string => {
  if (!(error instanceof Error)) return show(error)
  // A stack says nothing more, and takes long to be written.
  const { cause, stack: _, ...members } = { cause: error.cause, stack: undefined, ...error }
  const below = cause === undefined || depth === DEPTH ? "" : ` ${errorText(cause, depth + 1)}`
  return `${error.name} ${error.message} ${show(members)}${below}`
}

/** All that a failure tells. */
export const causeText = (cause: Cause.Cause<unknown>): string =>
  [...Cause.failures(cause), ...Cause.defects(cause)].map((error) => errorText(error)).join(" ")

const spanText = (span: Tracer.Span): string => {
  const failure = span.status._tag === "Ended" && span.status.exit._tag === "Failure" ? span.status.exit.cause : null
  return [
    span.name,
    ...[...span.attributes].map(([name, value]) => `${name}=${show(value)}`),
    ...(failure === null ? [] : [causeText(failure)])
  ].join(" ")
}

/** Listens to what runs within `use`. */
export const listening = <A, E, R>(
  use: (said: Said, observer: RunObserver.Observation) => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.flatMap(Effect.tracer, (native) => {
    const lines: Array<Line> = []
    const warnings: Array<string> = []
    const spans: Array<Tracer.Span> = []
    const said: Said = {
      warnings,
      lines: () => [...lines, ...spans.map((span): Line => ({ where: "a span", text: spanText(span) }))]
    }
    const observer: RunObserver.Observation = {
      request: () => {},
      counts: () => {},
      waiting: (_, { reason = "", what }) => lines.push({ where: "a wait", text: `${what} ${reason}` }),
      warning: (sentence) => {
        warnings.push(sentence)
        lines.push({ where: "a warning", text: sentence })
      }
    }
    const logger = Logger.make(({ annotations, cause, message }) => {
      lines.push({ where: "a log", text: `${show(message)} ${show([...annotations])} ${causeText(cause)}` })
    })
    const tracer = Tracer.make({
      span: (...all) => {
        const span = native.span(...all)
        spans.push(span)
        return span
      },
      context: native.context
    })
    // Layers would do the same at many times the cost, and there are hundreds of runs.
    return use(said, observer).pipe(
      Effect.withTracer(tracer),
      Effect.locally(FiberRef.currentLoggers, HashSet.make(logger)),
      Effect.locally(FiberRef.currentMinimumLogLevel, LogLevel.All)
    )
  })
