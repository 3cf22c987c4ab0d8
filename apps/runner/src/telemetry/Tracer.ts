// Effect's spans as spans of the OpenTelemetry SDK. In the place of the tracer of @effect/opentelemetry, whose failed spans tell
// the library's message and a stack, once on each span that the failure passes.
import * as Otel from "@opentelemetry/api"
import * as Cause from "effect/Cause"
import type * as Context from "effect/Context"
import * as Equal from "effect/Equal"
import type * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Tracer from "effect/Tracer"
import * as Attributes from "./Attributes.ts"
import * as Ending from "./Ending.ts"

const KINDS: Readonly<Record<Tracer.SpanKind, Otel.SpanKind>> = {
  internal: Otel.SpanKind.INTERNAL,
  client: Otel.SpanKind.CLIENT,
  server: Otel.SpanKind.SERVER,
  producer: Otel.SpanKind.PRODUCER,
  consumer: Otel.SpanKind.CONSUMER
}

const TYPE = "error.type"
const BILLION = 1_000_000_000n
/** Errors of spans below that a span knows of: the newest. */
const REMEMBERED = 16

const time = (nanos: bigint): Otel.HrTime => [Number(nanos / BILLION), Number(nanos % BILLION)]

/** Where spans come from, and those that have not ended. */
interface Trace {
  readonly tracer: Otel.Tracer
  readonly state: Otel.TraceState | undefined
  readonly open: Map<string, Span>
}

/** Effect hands errors on within another object that knows their span. */
const original = (error: unknown): unknown => (Predicate.isObject(error) ? Cause.originalError(error) : error)

class Span implements Tracer.Span {
  readonly _tag = "Span"
  readonly name: string
  readonly parent: Option.Option<Tracer.AnySpan>
  readonly context: Context.Context<never>
  readonly kind: Tracer.SpanKind
  readonly attributes = new Map<string, unknown>()
  readonly links: Array<Tracer.SpanLink> = []
  readonly traceId: string
  readonly spanId: string
  readonly sampled: boolean
  status: Tracer.SpanStatus
  readonly #trace: Trace
  readonly #span: Otel.Span
  /** What spans below this one failed with, and have told of. */
  readonly #below: Array<unknown> = []

  constructor(
    trace: Trace,
    name: string,
    parent: Option.Option<Tracer.AnySpan>,
    context: Context.Context<never>,
    links: ReadonlyArray<Tracer.SpanLink>,
    startTime: bigint,
    kind: Tracer.SpanKind
  ) {
    this.name = name
    this.parent = parent
    this.context = context
    this.kind = kind
    const around = Option.match(parent, {
      onNone: () => Otel.ROOT_CONTEXT,
      onSome: (span) => {
        const { state } = trace
        const above = contextOf(trace, span)
        // Only the span that TRACEPARENT names comes from elsewhere.
        const whole = above.isRemote === true && state !== undefined ? { ...above, traceState: state } : above
        return Otel.trace.setSpanContext(Otel.ROOT_CONTEXT, whole)
      }
    })
    this.#trace = trace
    this.#span = trace.tracer.startSpan(name, { startTime: time(startTime), kind: KINDS[kind] }, around)
    const { spanId, traceFlags, traceId } = this.#span.spanContext()
    this.traceId = traceId
    this.spanId = spanId
    this.sampled = (traceFlags & Otel.TraceFlags.SAMPLED) !== 0
    this.status = { _tag: "Started", startTime }
    trace.open.set(spanId, this)
    this.addLinks(links)
  }

  get spanContext(): Otel.SpanContext {
    return this.#span.spanContext()
  }

  /** Once it has ended, it says no more. */
  attribute(key: string, value: unknown) {
    if (this.status._tag === "Ended") return
    this.attributes.set(key, value)
    if (Attributes.isValue(value)) this.#span.setAttribute(key, value)
    else this.#span.setAttributes(Attributes.flat({ [key]: value }))
  }

  addLinks(links: ReadonlyArray<Tracer.SpanLink>) {
    for (const link of links) {
      this.links.push(link)
      const context = contextOf(this.#trace, link.span)
      this.#span.addLink({ context, attributes: Attributes.flat(link.attributes) })
    }
  }

  event(name: string, at: bigint, attributes: Readonly<Record<string, unknown>> = {}) {
    this.#span.addEvent(name, Attributes.flat(attributes), time(at))
  }

  /** Ends it, unless whoever made it has ended it before. */
  end(endTime: bigint, exit: Exit.Exit<unknown, unknown>) {
    if (this.status._tag === "Ended") return
    this.#trace.open.delete(this.spanId)
    const ending = Ending.of(exit)
    if (ending._tag === "Failed") this.#fail(ending, endTime)
    else this.#pass(ending._tag === "Interrupted")
    this.status = { _tag: "Ended", startTime: this.status.startTime, endTime, exit }
    this.#span.end(time(endTime))
  }

  /** What failed and was dealt with has its type all the same. */
  #pass(interrupted: boolean) {
    if (interrupted) this.#span.setAttributes({ "status.interrupted": true, "span.label": "⚠︎ Interrupted" })
    const failed = !interrupted && this.attributes.has(TYPE)
    this.#span.setStatus({ code: failed ? Otel.SpanStatusCode.ERROR : Otel.SpanStatusCode.OK })
  }

  #fail({ code, error, message, type }: Extract<Ending.Ending, { readonly _tag: "Failed" }>, at: bigint) {
    if (!this.attributes.has(TYPE)) this.attribute(TYPE, code)
    const said = message === undefined ? {} : { message }
    this.#span.setStatus({ code: Otel.SpanStatusCode.ERROR, ...said })
    if (!this.#knows(error)) {
      const told = message === undefined ? {} : { "exception.message": message }
      this.event("exception", at, { "exception.type": type, ...told })
    }
    const parent = Option.getOrUndefined(this.parent)
    const above = parent === undefined ? undefined : this.#trace.open.get(parent.spanId)
    if (above !== undefined) above.#remember(error)
  }

  /** Whether a span below has told of the error, of its cause, or of its like in another process. */
  #knows(error: unknown): boolean {
    const cause = Predicate.hasProperty(error, "cause") ? original(error.cause) : undefined
    return this.#below.some((known) => Equal.equals(known, original(error)) || (cause !== undefined && known === cause))
  }

  #remember(error: unknown) {
    this.#below.push(original(error))
    if (this.#below.length > REMEMBERED) this.#below.shift()
  }
}

const contextOf = ({ open }: Trace, span: Tracer.AnySpan): Otel.SpanContext => {
  const { sampled, spanId, traceId } = span
  const known = span instanceof Span ? span : open.get(spanId)
  if (known !== undefined) return known.spanContext
  return {
    spanId,
    traceId,
    isRemote: true,
    traceFlags: sampled ? Otel.TraceFlags.SAMPLED : Otel.TraceFlags.NONE
  }
}

/** `state` is what TRACESTATE says. */
export const make = (tracer: Otel.Tracer, state: string | null): Tracer.Tracer => {
  const trace: Trace = {
    tracer,
    state: state === null ? undefined : Otel.createTraceState(state),
    open: new Map()
  }
  return Tracer.make({
    span: (name, parent, context, links, startTime, kind) =>
      new Span(trace, name, parent, context, links, startTime, kind),
    // Nothing here looks for a span but by Effect's own context.
    context: (work) => work()
  })
}
