// The budget that forgets: as the store's is, but for that.
import { assert, describe, it } from "@effect/vitest"
import { Budget } from "@inlet/core"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"

describe("a budget in memory", () => {
  it.effect("gives what is left in a window, for each credential", () =>
    Effect.gen(function* () {
      const budget = yield* Budget.Budget
      const hourly = { limit: 10, millis: 3_600_000 }
      assert.deepStrictEqual(yield* budget.take("a", hourly, 8), { granted: 8, remaining: 2, resetsAt: 3_600_000 })
      assert.deepStrictEqual(yield* budget.take("a", hourly, 8), { granted: 2, remaining: 0, resetsAt: 3_600_000 })
      assert.strictEqual((yield* budget.take("b", hourly, 8)).granted, 8)
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual(yield* budget.take("a", hourly, 1), { granted: 1, remaining: 9, resetsAt: 7_200_000 })
    }).pipe(Effect.provide(Budget.layerMemory))
  )

  it.effect("knows what was seen last, until it is made anew", () =>
    Effect.gen(function* () {
      const seen = { remaining: 7, resetsAt: 1000 }
      yield* Effect.gen(function* () {
        const budget = yield* Budget.Budget
        yield* budget.observe("a", "core", { remaining: 8, resetsAt: 1000 })
        yield* budget.observe("a", "core", seen)
        assert.deepStrictEqual(yield* budget.seen("a", "core"), seen)
        assert.isNull(yield* budget.seen("a", "search"))
        assert.isNull(yield* budget.seen("b", "core"))
      }).pipe(Effect.provide(Budget.layerMemory))
      const other = yield* Effect.provide(Budget.Budget, Budget.layerMemory)
      assert.isNull(yield* other.seen("a", "core"))
    })
  )
})
