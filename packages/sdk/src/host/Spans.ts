// The spans of a connector's process, told to the runner as they end. Those that belong to a trace are told: attempts at requests and
// the decoding of answers. Any other one is a part of the runner's span that it was made in.
import { Source } from "@inlet/core"
import * as Cause from "effect/Cause"
import type * as Context from "effect/Context"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Tracer from "effect/Tracer"
import type * as Channel from "./Channel.ts"
import * as Protocol from "./Protocol.ts"

const isTold = (name: string, kind: Tracer.SpanKind): kind is "internal" | "client" =>
  kind === "client" || (kind === "internal" && name === "decode")

const isAttribute = Predicate.or(Predicate.isString, Predicate.or(Predicate.isNumber, Predicate.isBoolean))

/** A span under the runner's span `parent`, which it also passes for. */
class Span implements Tracer.Span {
  readonly _tag = "Span"
  readonly sampled = true
  readonly attributes = new Map<string, unknown>()
  readonly links: ReadonlyArray<Tracer.SpanLink> = []
  readonly channel: Channel.Channel
  readonly name: string
  readonly parent: Option.Option<Tracer.AnySpan>
  readonly context: Context.Context<never>
  readonly begun: bigint
  readonly kind: Tracer.SpanKind
  status: Tracer.SpanStatus

  constructor(channel: Channel.Channel, ...[name, parent, context, , begun, kind]: Parameters<Tracer.Tracer["span"]>) {
    this.channel = channel
    this.name = name
    this.parent = parent
    this.context = context
    this.begun = begun
    this.kind = kind
    this.status = { _tag: "Started", startTime: begun }
  }

  get traceId() {
    return Option.match(this.parent, { onNone: () => "", onSome: ({ traceId }) => traceId })
  }

  get spanId() {
    return Option.match(this.parent, { onNone: () => "", onSome: ({ spanId }) => spanId })
  }

  attribute(key: string, value: unknown) {
    this.attributes.set(key, value)
  }

  // What happens within it is told to the run's observer.
  event() {}

  addLinks() {}

  end(ended: bigint, exit: Exit.Exit<unknown, unknown>) {
    const { begun, channel, kind, name, parent, spanId, traceId } = this
    this.status = { _tag: "Ended", startTime: begun, endTime: ended, exit }
    if (Option.isNone(parent) || !isTold(name, kind)) return
    const cause = Exit.isFailure(exit) ? exit.cause : Cause.empty
    const error = Option.getOrNull(Option.filter(Cause.failureOption(cause), isSourceError))
    channel.tell(Protocol.span, {
      name,
      kind,
      parent: { spanId, traceId },
      begun,
      ended,
      attributes: Object.fromEntries(
        [...this.attributes].flatMap(([key, value]) => (isAttribute(value) ? [[key, value]] : []))
      ),
      error,
      interrupted: Cause.isInterruptedOnly(cause) && !Cause.isEmpty(cause)
    })
  }
}

const isSourceError = (error: unknown): error is Source.SourceError => error instanceof Source.SourceError

export const tracer = (channel: () => Channel.Channel): Tracer.Tracer =>
  Tracer.make({
    span: (...described) => new Span(channel(), ...described),
    context: (work) => work()
  })
