// What is shown of work that says nothing by itself, as time passes.
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import * as Activity from "../src/output/Activity.ts"
import { Output } from "../src/output/Output.ts"
import { type Options, type Watched, watched } from "./support/Watched.ts"

/** Work that goes on until it is told how it ends, and what is shown of it. */
const working = <A>(
  options: Options & Activity.Options,
  look: (
    seen: Watched,
    tell: Activity.Tell,
    end: (exit: Effect.Effect<string, string>) => Effect.Effect<void>
  ) => Effect.Effect<A>
) =>
  Effect.gen(function* () {
    const seen = watched(options)
    const ending = yield* Deferred.make<string, string>()
    const begun = yield* Deferred.make<Activity.Tell>()
    const { atOnce = false } = options
    const work = Activity.during(
      "copying the store",
      (tell) => Effect.zipRight(Deferred.succeed(begun, tell), Deferred.await(ending)),
      { atOnce }
    )
    const fiber = yield* Effect.fork(Effect.either(Effect.provideService(work, Output, seen.output)))
    const tell = yield* Deferred.await(begun)
    yield* Effect.yieldNow()
    return yield* look(seen, tell, (exit) =>
      Effect.zipRight(Deferred.complete(ending, exit), Effect.asVoid(Fiber.await(fiber)))
    )
  })

describe("what a command is at", () => {
  it.effect("is shown once it takes longer than a moment, with how far it is, and goes with it", () =>
    working({ live: true }, (seen, tell, end) =>
      Effect.gen(function* () {
        yield* TestClock.adjust("499 millis")
        assert.deepStrictEqual(seen.screen(), [])
        yield* TestClock.adjust("1 millis")
        assert.deepStrictEqual(seen.screen(), ["copying the store  0 s"])
        tell("38 %")
        yield* TestClock.adjust("2 seconds")
        assert.deepStrictEqual(seen.screen(), ["copying the store  38 %  2 s"])
        assert.deepStrictEqual(seen.screen(20), ["copying the store  …"])
        tell((now) => `${10 - now / 1000} s left`)
        assert.deepStrictEqual(seen.screen(), ["copying the store  7.5 s left"])
        yield* end(Effect.succeed("done"))
        assert.deepStrictEqual(seen.screen(), [])
        yield* TestClock.adjust("1 minute")
        assert.deepStrictEqual(seen.screen(), [])
      })
    )
  )

  it.effect("goes where it fails, too", () =>
    working({ live: true }, (seen, _, end) =>
      Effect.gen(function* () {
        yield* TestClock.adjust("1 seconds")
        assert.lengthOf(seen.screen(), 1)
        yield* end(Effect.fail("no room on the disk"))
        assert.deepStrictEqual(seen.screen(), [])
      })
    )
  )

  it.effect("is shown at once where nothing can be drawn later", () =>
    working({ live: true, atOnce: true }, (seen) =>
      Effect.sync(() => assert.deepStrictEqual(seen.screen(), ["copying the store  0 s"]))
    )
  )

  it.effect("is not shown where there is no terminal", () =>
    working({}, (seen) =>
      Effect.gen(function* () {
        yield* TestClock.adjust("1 minute")
        assert.deepStrictEqual([...seen.screen(), ...seen.said], [])
      })
    )
  )

  it("is some part of the whole", () => {
    assert.deepStrictEqual(
      [Activity.percent(0, 10), Activity.percent(999, 1000), Activity.percent(11, 10), Activity.percent(1, 0)],
      ["0 %", "99 %", "100 %", ""]
    )
  })
})
