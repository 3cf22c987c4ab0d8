// Where in the trace of a command something happens. A long run has spans for a part of its pages only; what happens in the
// others belongs to the nearest span around them.
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"
import { type Peer, RunObserver, type Wait } from "../ports/RunObserver.ts"
import { TracePages } from "../ports/TracePages.ts"
import * as WaitLog from "./WaitLog.ts"

/** The span itself, or the nearest one around it that is part of the trace. */
const recorded = (span: Tracer.AnySpan): Option.Option<Tracer.AnySpan> => {
  if (!Context.get(span.context, Tracer.DisablePropagation)) return Option.some(span)
  return span._tag === "Span" ? Option.flatMap(span.parent, recorded) : Option.none()
}

/** The nearest span that is part of the trace. */
export const nearest: Effect.Effect<Option.Option<Tracer.AnySpan>> = Effect.map(
  Effect.option(Effect.currentParentSpan),
  Option.flatMap(recorded)
)

/** W3C trace context, https://www.w3.org/TR/trace-context/#traceparent-header */
export const format = ({ spanId, traceId }: Pick<Tracer.AnySpan, "spanId" | "traceId">): string =>
  `00-${traceId}-${spanId}-01`

/** The traceparent of the nearest span, or null. */
export const traceparent: Effect.Effect<string | null> = Effect.map(
  nearest,
  Option.match({ onNone: () => null, onSome: format })
)

/** The span that a traceparent names. */
export const parse = (traceparent: string | null): Option.Option<Tracer.ExternalSpan> => {
  const [, traceId, spanId] = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/.exec(traceparent ?? "") ?? []
  return traceId === undefined || spanId === undefined
    ? Option.none()
    : Option.some(Tracer.externalSpan({ traceId, spanId }))
}

/** Why one span leads to another. */
export type Relation = "rows-from" | "replay-of" | "resend-of"

/** Links from the current span to those that traceparents name; one that leads to itself is none. */
export const link = (relation: Relation, traceparents: Iterable<string | null>): Effect.Effect<void> =>
  Effect.flatMap(nearest, (current) => {
    const [span] = Option.toArray(current)
    if (span?._tag !== "Span") return Effect.void
    const targets = [...new Set(traceparents)].flatMap((one) => Option.toArray(parse(one)))
    const links = targets
      .filter(({ spanId }) => spanId !== span.spanId)
      .map((span): Tracer.SpanLink => ({ _tag: "SpanLink", span, attributes: { "inlet.link": relation } }))
    return Effect.sync(() => {
      span.addLinks(links.slice(0, MOST_LINKS))
      if (links.length > MOST_LINKS) span.attribute("inlet.links.omitted", links.length - MOST_LINKS)
    })
  })

const MOST_LINKS = 32

/** The time as spans have it. */
const nanos = Effect.clockWith((clock) => Effect.sync(() => clock.unsafeCurrentTimeNanos()))

type Attributes = Readonly<Record<string, string | number | boolean>>

/** Tells of something on a span, or on the nearest one around it that is part of the trace. At `now`, in nanoseconds. */
export const eventOn = (span: Tracer.AnySpan, name: string, attributes: Attributes, now: bigint): void => {
  const found = recorded(span)
  if (Option.isSome(found) && found.value._tag === "Span") found.value.event(name, now, attributes)
}

/** Tells of something on the nearest span. */
export const event = (name: string, attributes: Attributes = {}): Effect.Effect<void> =>
  Effect.zipWith(nearest, nanos, (span, now) => {
    if (Option.isSome(span)) eventOn(span.value, name, attributes, now)
  })

/** What a trace tells of a wait that begins at `now`, in nanoseconds. */
export const waitOn = (span: Tracer.AnySpan, peer: Peer, { kind, reason, until }: Wait, now: bigint): void => {
  const millis = Math.max(0, Math.round((until ?? 0) - Number(now / 1_000_000n)))
  if (kind === "retry") eventOn(span, "retry.scheduled", { reason: reason ?? "unknown", delay_ms: millis }, now)
  if (kind === "rate_limit" && until !== null) {
    const ends = new Date(until).toISOString()
    eventOn(span, "rate_limit.wait", { peer, seconds: millis / 1000, until: ends }, now)
  }
}

/** A wait that the run's observer hears of, and whoever reads the trace. */
export const waits = Effect.fnUntraced(function* (peer: Peer, wait: Wait) {
  const observer = yield* RunObserver
  observer.waiting(peer, wait)
  yield* WaitLog.wait(peer, wait)
  const now = yield* nanos
  const span = yield* nearest
  if (Option.isSome(span)) waitOn(span.value, peer, wait, now)
})

/** The number of a batch within its run. @example numberOf("20261124T225501-k3f9q2/12") === 12 */
export const numberOf = (batch: string): number => Number(batch.slice(batch.lastIndexOf("/") + 1)) || 0

/** Whether the page, or batch, of this number (from 1) has spans of its own. */
export const has = (number: number): Effect.Effect<boolean> =>
  Effect.map(TracePages, (pages) => number <= pages || number % EVERY === 0)

const EVERY = 10
/** Milliseconds after which one without a span is told of. */
const SLOW = 5000

/** Tells the span around where one without a span of its own failed, or took long. */
export const missed = <A, E>(
  around: Tracer.AnySpan,
  name: string,
  attributes: Attributes,
  exit: Exit.Exit<A, E>,
  codeOf: (error: E) => string,
  time: { readonly begun: bigint; readonly ended: bigint }
): void => {
  const error = Exit.isFailure(exit) ? Cause.failureOption(exit.cause) : Option.none()
  const took = Number((time.ended - time.begun) / 1_000_000n)
  if (Option.isNone(error) && took < SLOW) return
  const type = Option.match(error, { onNone: () => ({}), onSome: (error) => ({ "error.type": codeOf(error) }) })
  eventOn(around, name, { ...attributes, duration_ms: took, ...type }, time.ended)
}

/** A span that a part of all batches has. */
interface Numbered<E> {
  readonly name: string
  /** The event in its place; named as the span unless told. */
  readonly event?: string
  readonly number: number
  readonly attributes: Attributes
  readonly codeOf: (error: E) => string
}

/** Does the work on the `number`th batch in a span of its own, or else tells the span around where it fails or takes long. */
export const numbered = <A, E, R>(
  work: Effect.Effect<A, E, R>,
  { attributes, codeOf, event, name, number }: Numbered<E>
): Effect.Effect<A, E, R> =>
  Effect.gen(function* () {
    if (yield* has(number)) return yield* Effect.withSpan(work, name, { attributes, captureStackTrace: false })
    const around = yield* nearest
    const begun = yield* nanos
    return yield* Effect.onExit(Effect.withTracerEnabled(work, false), (exit) =>
      Effect.map(nanos, (ended) => {
        if (Option.isSome(around)) missed(around.value, event ?? name, attributes, exit, codeOf, { begun, ended })
      })
    )
  })
