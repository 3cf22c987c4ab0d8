// Calls in both directions over one pair of message ports: what a runner and a connector in a process of its own say to each
// other. Whatever comes in is decoded by its Schema, so that neither side has to trust the other's copy of this package.
import { Mapping } from "@inlet/core"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as FiberId from "effect/FiberId"
import * as FiberMap from "effect/FiberMap"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Tracer from "effect/Tracer"

/**
 * One end of the way: whatever structured cloning carries can be sent.
 *
 * @since 0.1.0
 */
export interface Port {
  readonly send: (message: unknown) => void
  readonly receive: (listener: (message: unknown) => void) => void
}

/**
 * A kind of call.
 *
 * @since 0.1.0
 */
export interface Method<A, AI, V, VI, E, EI> {
  readonly name: string
  readonly arg: Schema.Schema<A, AI>
  readonly value: Schema.Schema<V, VI>
  readonly error: Schema.Schema<E, EI>
  /** True where a caller who is interrupted lets the other side finish. */
  readonly whole?: boolean
}

/**
 * Describes a kind of call.
 *
 * @since 0.1.0
 */
export const method = <A, AI, V, VI, E, EI>(
  name: string,
  { error, value, ...rest }: Omit<Method<A, AI, V, VI, E, EI>, "name">
): Method<A, AI, V, VI, E, EI> => ({ name, value, error, ...rest })

/**
 * Something that is told, without an answer.
 *
 * @since 0.1.0
 */
export interface Note<A, AI> {
  readonly name: string
  readonly arg: Schema.Schema<A, AI>
}

/**
 * The other side could not do what it was asked to: it threw, answered with something else, or is gone.
 *
 * @since 0.1.0
 */
export class Broken extends Schema.TaggedError<Broken>("@inlet/sdk/Broken")("Broken", {
  /** What it did, as the end of a sentence: `ended its process`. */
  what: Schema.String
}) {
  override get message() {
    return this.what
  }
}

/**
 * What this side does when it is called or told something.
 *
 * @since 0.1.0
 */
export interface Handler {
  readonly name: string
  /** The encoded value, or on the left the encoded error: one that goes through a cause is wrapped and could not be cloned. */
  readonly run: (arg: unknown) => Effect.Effect<Either.Either<unknown, unknown>>
}

/**
 * Answers a kind of call.
 *
 * @since 0.1.0
 */
export const handle = <A, AI, V, VI, E, EI>(
  { arg, error, name, value }: Method<A, AI, V, VI, E, EI>,
  work: (arg: A) => Effect.Effect<V, E>
): Handler => {
  const decode = Schema.decodeUnknown(arg)
  const encode = Schema.encode(value)
  const encodeError = Schema.encode(error)
  return {
    name,
    run: (given) =>
      Effect.orDie(decode(given)).pipe(
        Effect.flatMap((arg) => Effect.either(work(arg))),
        Effect.flatMap(
          Either.match({
            onLeft: (failure): Effect.Effect<Either.Either<unknown, unknown>> =>
              Effect.map(Effect.orDie(encodeError(failure)), Either.left),
            onRight: (value) => Effect.map(Effect.orDie(encode(value)), Either.right)
          })
        )
      )
  }
}

/**
 * Listens to a note.
 *
 * @since 0.1.0
 */
export const listen = <A, AI>({ arg, name }: Note<A, AI>, hear: (arg: A) => Effect.Effect<void>): Handler => {
  const decode = Schema.decodeUnknown(arg)
  return { name, run: (given) => Effect.as(Effect.flatMap(Effect.orDie(decode(given)), hear), Either.void) }
}

/**
 * The other side.
 *
 * @since 0.1.0
 */
export interface Channel {
  readonly call: <A, AI, V, VI, E, EI>(method: Method<A, AI, V, VI, E, EI>, arg: A) => Effect.Effect<V, E | Broken>
  readonly tell: <A, AI>(note: Note<A, AI>, arg: A) => void
  /** Ends whatever is asked of the other side, now and from now on. */
  readonly close: (why: Broken) => void
  /** How many calls of this side and of the other one are under way, and how many calls and answers have come in ever. */
  readonly traffic: () => { readonly asked: number; readonly serving: number; readonly heard: number }
}

/**
 * For whoever cannot go on without the other side.
 *
 * @since 0.1.0
 */
export const insist = <V, E>(effect: Effect.Effect<V, E | Broken>): Effect.Effect<V, E> =>
  Effect.catchAll(effect, (error) => (error instanceof Broken ? Effect.die(error) : Effect.fail(error)))

/**
 * A span of the other side.
 *
 * @since 0.1.0
 */
export const SpanId = Schema.Struct({ traceId: Schema.String, spanId: Schema.String })

const Message = Schema.Union(
  Schema.Struct({
    is: Schema.Literal("call"),
    id: Schema.Number,
    name: Schema.String,
    arg: Schema.Unknown,
    /** The span that it is made in; without one, what it does is in no trace. */
    span: Schema.optionalWith(SpanId, { exact: true })
  }),
  Schema.Struct({ is: Schema.Literal("tell"), id: Schema.Number, name: Schema.String, arg: Schema.Unknown }),
  Schema.Struct({ is: Schema.Literal("done", "failed"), id: Schema.Number, with: Schema.Unknown }),
  Schema.Struct({ is: Schema.Literal("died"), id: Schema.Number, with: Schema.String }),
  Schema.Struct({ is: Schema.Literal("stop"), id: Schema.Number })
)
type Message = typeof Message.Type
const decodeMessage = Schema.decodeUnknownOption(Message)

/** How a call ended. */
type Ended = Extract<Message, { readonly is: "done" | "failed" | "died" }>

/** The span that a call is made in, where that is in a trace. */
const here = Effect.map(
  Effect.option(Effect.currentParentSpan),
  Option.filterMap(({ context, spanId, traceId }) =>
    Context.get(context, Tracer.DisablePropagation) ? Option.none() : Option.some({ spanId, traceId })
  )
)

/**
 * Opens this end. What is under way here when the scope closes is ended first.
 *
 * @since 0.1.0
 */
export const make: (port: Port, handlers: ReadonlyArray<Handler>) => Effect.Effect<Channel, never, Scope.Scope> =
  Effect.fnUntraced(function* (port, handlers) {
    const works = new Map(handlers.map((handler) => [handler.name, handler.run]))
    const fibers = yield* FiberMap.make<number>()
    const run = yield* FiberMap.runtime(fibers)<never>()
    const asked = new Map<number, (ended: Ended | Broken) => void>()
    let last = 0
    let serving = 0
    let heard = 0
    let closed: Broken | null = null

    const send = (message: Message) => port.send(message)

    const answer = (id: number, exit: Exit.Exit<Either.Either<unknown, unknown>>) => {
      if (closed !== null) return
      if (Exit.isSuccess(exit)) {
        const { value } = exit
        return send(
          Either.isRight(value) ? { is: "done", id, with: value.right } : { is: "failed", id, with: value.left }
        )
      }
      // Who interrupted it does not wait for an answer.
      if (!Cause.isInterruptedOnly(exit.cause))
        send({ is: "died", id, with: Mapping.whatThrew(Cause.squash(exit.cause)) })
    }

    const reply = (id: number, exit: Exit.Exit<Either.Either<unknown, unknown>>) => {
      try {
        answer(id, exit)
      } catch {
        send({ is: "died", id, with: "its answer holds what no message can, such as a function" })
      }
    }

    port.receive((received) => {
      const decoded = decodeMessage(received)
      if (Option.isNone(decoded)) return
      const message = decoded.value
      if (message.is !== "tell") heard += 1
      switch (message.is) {
        case "call":
        case "tell": {
          const { arg, id, name } = message
          const work = works.get(name)?.(arg) ?? Effect.dieMessage(`there is no ${name}`)
          if (message.is === "tell") return void run(id, work)
          serving += 1
          const within =
            message.span === undefined
              ? Effect.withTracerEnabled(work, false)
              : Effect.withParentSpan(work, Tracer.externalSpan(message.span))
          const ended = (exit: Exit.Exit<Either.Either<unknown, unknown>>) =>
            Effect.sync(() => {
              serving -= 1
              reply(id, exit)
            })
          run(id, Effect.onExit(within, ended))
          return
        }
        case "stop": {
          const fiber = FiberMap.unsafeGet(fibers, message.id)
          if (Option.isSome(fiber)) fiber.value.unsafeInterruptAsFork(FiberId.none)
          return
        }
        default: {
          const settle = asked.get(message.id)
          asked.delete(message.id)
          settle?.(message)
        }
      }
    })

    const call: Channel["call"] = ({ arg, error, name, value, whole = false }, given) => {
      const decodeValue = Schema.decodeUnknown(value)
      const decodeError = Schema.decodeUnknown(error)
      const strange = () => new Broken({ what: `answered ${name} with something else` })
      const settled = (ended: Ended | Broken) => {
        if (ended instanceof Broken) return Effect.fail(ended)
        if (ended.is === "done") return Effect.mapError(decodeValue(ended.with), strange)
        if (ended.is === "died") return Effect.fail(new Broken({ what: `failed (${ended.with})` }))
        return Effect.flatMap(Effect.mapError(decodeError(ended.with), strange), (failure) => Effect.fail(failure))
      }
      return Effect.zipWith(Effect.orDie(Schema.encode(arg)(given)), here, (encoded, span) =>
        Effect.async<Ended | Broken>((resume) => {
          if (closed !== null) return resume(Effect.succeed(closed))
          const id = ++last
          asked.set(id, (ended) => resume(Effect.succeed(ended)))
          send({ is: "call", id, name, arg: encoded, ...(Option.isSome(span) && { span: span.value }) })
          return Effect.sync(() => {
            asked.delete(id)
            if (!whole && closed === null) send({ is: "stop", id })
          })
        })
      ).pipe(Effect.flatten, Effect.flatMap(settled))
    }

    return {
      call,
      tell: ({ arg, name }, given) => {
        if (closed === null) send({ is: "tell", id: ++last, name, arg: Schema.encodeSync(arg)(given) })
      },
      close: (why) => {
        closed ??= why
        for (const settle of asked.values()) settle(why)
        asked.clear()
      },
      traffic: () => ({ asked: asked.size, serving, heard })
    }
  })
