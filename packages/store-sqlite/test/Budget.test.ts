import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { file, open } from "./Stores.ts"

const hourly = { limit: 10, millis: 3_600_000 }

describe("a budget", () => {
  it.scoped("is shared by all stores on one file and outlives them", () =>
    Effect.gen(function* () {
      const filename = yield* file
      yield* Effect.scoped(
        Effect.gen(function* () {
          const [one, two] = [yield* open(filename), yield* open(filename)]
          const resetsAt = 3_600_000
          assert.deepStrictEqual(yield* one.budget.take("key", hourly, 4), { granted: 4, remaining: 6, resetsAt })
          yield* TestClock.adjust("1 minute")
          assert.deepStrictEqual(yield* two.budget.take("key", hourly, 4), { granted: 4, remaining: 2, resetsAt })
          assert.deepStrictEqual(yield* one.budget.take("key", hourly, 4), { granted: 2, remaining: 0, resetsAt })
        })
      )
      const { budget } = yield* open(filename)
      assert.strictEqual((yield* budget.take("key", hourly, 1)).granted, 0)
    })
  )

  it.scoped("is full again in the next window, and one for each credential and window", () =>
    Effect.gen(function* () {
      const { budget } = yield* open(yield* file)
      const second = { limit: 2, millis: 1000 }
      yield* budget.take("key", hourly, 10)
      assert.strictEqual((yield* budget.take("other", hourly, 3)).remaining, 7)
      assert.strictEqual((yield* budget.take("key", second, 2)).remaining, 0)
      yield* TestClock.adjust("999 millis")
      assert.strictEqual((yield* budget.take("key", second, 1)).granted, 0)
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(yield* budget.take("key", second, 1), { granted: 1, remaining: 1, resetsAt: 2000 })
      assert.strictEqual((yield* budget.take("key", hourly, 1)).granted, 0)
    })
  )

  it.scoped("knows what a provider said last", () =>
    Effect.gen(function* () {
      const filename = yield* file
      const [one, two] = [yield* open(filename), yield* open(filename)]
      assert.isNull(yield* one.budget.seen("key", "core"))
      yield* one.budget.observe("key", "core", { remaining: 4999, resetsAt: 1_893_456_000_000 })
      yield* one.budget.observe("key", "core", { remaining: 4998, resetsAt: 1_893_456_000_000 })
      assert.deepStrictEqual(yield* two.budget.seen("key", "core"), { remaining: 4998, resetsAt: 1_893_456_000_000 })
      assert.isNull(yield* two.budget.seen("key", "search"))
    })
  )
})
