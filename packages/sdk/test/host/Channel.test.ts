// Calls between two ends that share nothing but messages, cloned as a process's messages are.
import { assert, describe, it } from "@effect/vitest"
import { Source } from "@inlet/core"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import { Channel } from "../../src/host/index.ts"

/** Two ends. A message arrives after the sender has gone on. */
const ports = (): readonly [Channel.Port, Channel.Port] => {
  const listeners: [Array<(message: unknown) => void>, Array<(message: unknown) => void>] = [[], []]
  const port = (own: 0 | 1, other: 0 | 1): Channel.Port => ({
    send: (message) => {
      const copy: unknown = structuredClone(message)
      queueMicrotask(() => {
        for (const listener of listeners[other]) listener(copy)
      })
    },
    receive: (listener) => void listeners[own].push(listener)
  })
  return [port(0, 1), port(1, 0)]
}

const half = Channel.method("half", {
  arg: Schema.Struct({ of: Schema.Number }),
  value: Schema.Number,
  error: Source.SourceError
})
const slow = Channel.method("slow", { arg: Schema.Struct({}), value: Schema.Struct({}), error: Schema.Never })
const whole = { ...slow, name: "whole", whole: true }

const odd = new Source.SourceError({ reason: "Rejected", detail: "an odd number", status: 400, retryAt: null })

const between = Effect.gen(function* () {
  const [here, there] = ports()
  const begun = yield* Deferred.make<void>()
  const interrupted = yield* Deferred.make<void>()
  const gate = yield* Deferred.make<void>()
  const work = Effect.as(
    Deferred.succeed(begun, undefined).pipe(
      Effect.zipRight(Deferred.await(gate)),
      Effect.onInterrupt(() => Deferred.succeed(interrupted, undefined))
    ),
    {}
  )
  yield* Channel.make(there, [
    Channel.handle(half, ({ of }) => {
      if (of < 0) throw new TypeError("a secret")
      return of % 2 === 0 ? Effect.succeed(of / 2) : Effect.fail(odd)
    }),
    Channel.handle(slow, () => work),
    Channel.handle(whole, () => work)
  ])
  return { channel: yield* Channel.make(here, []), begun, interrupted, gate }
})

describe("a channel", () => {
  it.scoped("brings values and errors over, also from within a span", () =>
    Effect.gen(function* () {
      const { channel } = yield* between
      assert.strictEqual(yield* channel.call(half, { of: 8 }), 4)
      const error = yield* Effect.flip(Effect.withSpan(channel.call(half, { of: 3 }), "asking"))
      assert.instanceOf(error, Source.SourceError)
      assert.deepInclude({ ...error }, { reason: "Rejected", detail: "an odd number", status: 400 })
    })
  )

  it.scoped("tells that the other side threw, and not what it said", () =>
    Effect.gen(function* () {
      const { channel } = yield* between
      const { message } = yield* Effect.flip(channel.call(half, { of: -1 }))
      assert.match(message, /^failed \(TypeError at .*Channel\.test\.ts:\d+\)$/)
    })
  )

  it.scoped("refuses an answer that is none", () =>
    Effect.gen(function* () {
      const { channel } = yield* between
      const other = { ...half, value: Schema.Boolean }
      assert.strictEqual(
        (yield* Effect.flip(channel.call(other, { of: 8 }))).message,
        "answered half with something else"
      )
    })
  )

  it.scoped("breaks off at the other side what is interrupted here", () =>
    Effect.gen(function* () {
      const { begun, channel, interrupted } = yield* between
      const fiber = yield* Effect.fork(channel.call(slow, {}))
      yield* Deferred.await(begun)
      yield* Fiber.interrupt(fiber)
      yield* Deferred.await(interrupted)
    })
  )

  it.scoped("lets the other side finish what has to be whole", () =>
    Effect.gen(function* () {
      const { begun, channel, gate, interrupted } = yield* between
      const fiber = yield* Effect.fork(channel.call(whole, {}))
      yield* Deferred.await(begun)
      yield* Fiber.interrupt(fiber)
      assert.strictEqual(yield* channel.call(half, { of: 2 }), 1)
      assert.isFalse(yield* Deferred.isDone(interrupted))
      yield* Deferred.succeed(gate, undefined)
    })
  )

  it.scoped("ends what is under way once the other side is gone", () =>
    Effect.gen(function* () {
      const { begun, channel } = yield* between
      const fiber = yield* Effect.fork(channel.call(slow, {}))
      yield* Deferred.await(begun)
      channel.close(new Channel.Broken({ what: "ended its own process" }))
      const exits = [yield* Fiber.await(fiber), yield* Effect.exit(channel.call(half, { of: 2 }))]
      for (const exit of exits) assert.isTrue(Exit.isFailure(exit))
      assert.strictEqual((yield* Effect.flip(Fiber.join(fiber))).message, "ended its own process")
    })
  )
})
