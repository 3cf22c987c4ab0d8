// The limits on requests, by the test clock: the HTTP client is a script that notes when each request left.
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { assert, describe, it } from "@effect/vitest"
import { Budget, EventStore, Hash, Sink } from "@inlet/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/TestClock"
import * as DataboxSink from "../src/DataboxSink.ts"
import { dataset, hurried, KEY, memoryBudget, send } from "./Fixture.ts"

const body = JSON.stringify({ status: "success", ingestionId: "i-1", ingestions: [] })

const port = (limits: Partial<DataboxSink.Limits>, budget = memoryBudget().layer) => {
  const departures: Array<number> = []
  const client = HttpClient.make((request) =>
    Effect.map(Clock.currentTimeMillis, (now) => {
      departures.push(now)
      return HttpClientResponse.fromWeb(request, new Response(body))
    })
  )
  const layer = DataboxSink.layer({ apiKey: Redacted.make(KEY), dataSource: "Inlet", limits }).pipe(
    Layer.provide([Layer.succeed(HttpClient.HttpClient, client), budget])
  )
  return { departures, layer }
}

const outcome = Effect.flatMap(Sink.Sink, ({ outcome }) => outcome(dataset, { requestId: null, ingestionId: "i-1" }, 1))
const unsettled = Effect.flatMap(Sink.Sink, ({ unsettled }) => unsettled(dataset))

const HOUR = 3_600_000

describe("the limit of a second", () => {
  it.scoped("lets so many through at once, the others when theirs is over", () =>
    Effect.gen(function* () {
      const { departures, layer } = port({ perSecond: 3 })
      const { waits } = yield* hurried(Effect.replicateEffect(send, 7).pipe(Effect.provide(layer)))
      assert.deepStrictEqual(departures, [0, 0, 0, 1000, 1000, 1000, 2000])
      const wait = { kind: "pace", millis: 1000 }
      assert.deepStrictEqual(waits, [wait, wait])
    })
  )

  it.effect("holds for sends and reads together, side by side", () =>
    Effect.gen(function* () {
      const { departures, layer } = port({ perSecond: 3 })
      const all = Effect.all([send, outcome, send, outcome, send], { concurrency: "unbounded" })
      const fiber = yield* Effect.fork(Effect.provide(all, layer))
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(departures, [0, 0, 0, 1000, 1000])
    })
  )

  it.effect.prop(
    "is never passed, in whichever second",
    [Schema.Array(Schema.Int.pipe(Schema.between(0, 900))).pipe(Schema.minItems(5), Schema.maxItems(20))],
    ([pauses]) =>
      Effect.gen(function* () {
        const { departures, layer } = port({ perSecond: 3 })
        yield* Effect.gen(function* () {
          for (const pause of pauses) {
            yield* Effect.fork(send)
            yield* TestClock.adjust(pause)
          }
          yield* TestClock.adjust("1 minute")
        }).pipe(Effect.provide(layer))
        assert.lengthOf(departures, pauses.length)
        for (const [index, at] of departures.entries())
          assert.isAtLeast((departures[index + 3] ?? Number.POSITIVE_INFINITY) - at, 1000)
      }),
    { fastCheck: { numRuns: 10 } }
  )
})

describe("the budget of an hour", () => {
  const four = Effect.all([send, outcome, send, unsettled])

  it.scoped("is shared by sends and reads, and used up for both", () =>
    Effect.gen(function* () {
      const { departures, layer } = port({ perHour: 4 })
      const { result, waits } = yield* hurried(
        Effect.gen(function* () {
          yield* four
          for (const effect of [send, outcome]) {
            const error = yield* Effect.flip<unknown, Sink.SinkError, Sink.Sink>(effect)
            const facts = {
              kind: "retryable",
              concerns: "service",
              code: "budget_exhausted",
              retryAfter: HOUR
            } as const
            assert.deepInclude({ ...error }, facts)
          }
        }).pipe(Effect.provide(layer))
      )
      assert.isTrue(Either.isRight(result))
      assert.lengthOf(departures, 4)
      assert.lengthOf(waits, 0)
    })
  )

  it.scoped("is waited for when it is whole again soon", () =>
    Effect.gen(function* () {
      const { departures, layer } = port({ perHour: 4 })
      const { result, waits } = yield* hurried(
        Effect.gen(function* () {
          yield* four
          yield* TestClock.setTime(HOUR - 300_000)
          yield* send
        }).pipe(Effect.provide(layer))
      )
      assert.isTrue(Either.isRight(result))
      assert.deepStrictEqual(departures, [0, 0, 0, 0, HOUR])
      assert.deepStrictEqual(waits, [{ kind: "rate_limit", millis: 300_000 }])
    })
  )

  it.scoped("is shared by processes, under a name that is not the key", () =>
    Effect.gen(function* () {
      const { layer: budget, taken } = memoryBudget()
      const [one, other] = [port({ perHour: 5 }, budget), port({ perHour: 5 }, budget)]
      yield* Effect.provide(four, one.layer)
      yield* Effect.provide(send, other.layer)
      const error = yield* Effect.flip(Effect.provide(send, one.layer))
      assert.strictEqual(error.code, "budget_exhausted")
      assert.deepStrictEqual([...taken], [[Hash.sha256(`databox:${KEY}`).slice(0, 16), 5]])
    })
  )

  it.effect("is taken in blocks, which end with their hour", () =>
    Effect.gen(function* () {
      const { layer: budget, taken } = memoryBudget()
      const { layer } = port({ perSecond: 1000 }, budget)
      const total = () => [...taken.values()][0]
      yield* Effect.gen(function* () {
        yield* send
        assert.strictEqual(total(), 50)
        yield* Effect.replicateEffect(send, 49)
        assert.strictEqual(total(), 50)
        yield* send
        assert.strictEqual(total(), 100)
        yield* TestClock.setTime(HOUR)
        yield* send
        assert.strictEqual(total(), 150)
      }).pipe(Effect.provide(layer))
    })
  )

  it.effect("out of reach, nothing is sent", () =>
    Effect.gen(function* () {
      const detail = "The store's disk is full"
      const broken = Layer.succeed(Budget.Budget, {
        take: () => Effect.fail(new EventStore.StoreError({ reason: "Full", operation: "take", detail })),
        observe: () => Effect.void,
        seen: () => Effect.succeed(null)
      })
      const { departures, layer } = port({}, broken)
      const error = yield* Effect.flip(Effect.provide(send, layer))
      assert.deepInclude({ ...error }, { kind: "retryable", code: "budget_unavailable" })
      assert.include(error.detail, detail)
      assert.lengthOf(departures, 0)
    })
  )
})
