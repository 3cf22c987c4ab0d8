// An erasure against a scripted sink that is slow to show what it took, or down; with the store in memory.
import { assert, describe, it } from "@effect/vitest"
import { Erase, Event, Sync } from "@inlet/core"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/TestClock"
import { holding } from "../src/programs/Holding.ts"
import { Memory, layer as memoryLayer } from "./MemoryStore.ts"
import { FakeSink, FakeSource, failure, mapping } from "./World.ts"

const STREAM = Event.pipeline("test", "items")
const SETTLE = 30_000

const options = { trigger: "test", versions: { app: "0", connector: "0" }, wait: true, settle: SETTLE }

/** A world with a page of A and one of R, and ways to let time pass while something goes on. */
const world = () => {
  const memory = new Memory()
  const source = new FakeSource()
  const sink = new FakeSink()
  source.pages = [[{ id: "a", v: 1 }], [{ id: "r", v: 1 }]]
  source.subjects = ["A", "R"]
  const layer = Layer.mergeAll(memoryLayer(memory), source.layer, sink.layer)
  type Run = Effect.Effect<Sync.RunReport, never, Layer.Layer.Success<typeof layer>>
  const forked = (run: Run) => Effect.fork(Effect.provide(run, layer))
  const whole = (run: Run) =>
    Effect.gen(function* () {
      const fiber = yield* forked(run)
      yield* TestClock.adjust("10 minutes")
      return yield* Fiber.join(fiber)
    })
  const erase = (subject: string | null) => Erase.erase("test", mapping, { ...options, subject })
  const pages = () => [...memory.subjects.values()]
  return { memory, sink, forked, whole, erase, pages }
}

const IN_FLIGHT = [
  ["whose outcome nobody knows", { wait: true }, { thenFail: failure("uncertain", "timeout") }],
  ["that was taken", { wait: false }, "accept"]
] as const

describe("what is on its way to the sink", () => {
  for (const [what, more, answer] of IN_FLIGHT) {
    it.effect(`and ${what} arrives before the purge, however late the sink shows it`, () =>
      Effect.gen(function* () {
        const { erase, forked, memory, pages, sink, whole } = world()
        yield* whole(Sync.sync("items", { ...options, limit: 1 }))
        // Taken, and neither listed nor applied for a long while.
        Object.assign(sink, { delay: SETTLE - 2_000, hidden: SETTLE - 1_000 })
        sink.answer = () => answer
        const sync = yield* forked(Sync.sync("items", { ...options, ...more }))
        yield* TestClock.adjust("1 second")
        yield* Fiber.interrupt(sync)
        assert.deepStrictEqual([...sink.rows.keys()], ["a"])
        sink.answer = () => "accept"
        const { error, outcome } = yield* whole(erase("R"))
        assert.deepStrictEqual([outcome, error], ["completed", null])
        assert.deepStrictEqual([...sink.rows.keys()], ["a"])
        assert.isTrue(sink.applied.some(({ id }) => id === "r"))
        assert.deepStrictEqual(pages(), ["A"])
        const { purge, unsettled } = memory.head(STREAM)
        assert.deepStrictEqual([purge, unsettled], [undefined, undefined])
      })
    )
  }

  it.effect(
    "keeps nothing from being erased here while the sink is down, and is waited for by the run that completes it",
    () =>
      Effect.gen(function* () {
        const { erase, forked, pages, sink, whole } = world()
        yield* whole(Sync.sync("items", { ...options, limit: 1 }))
        Object.assign(sink, { delay: SETTLE - 2_000, hidden: SETTLE - 1_000 })
        sink.answer = () => ({ thenFail: failure("uncertain", "timeout") })
        const sync = yield* forked(Sync.sync("items", options))
        yield* TestClock.adjust("1 second")
        yield* Fiber.interrupt(sync)
        sink.down = true
        const down = yield* forked(erase("R"))
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(pages(), ["A"])
        yield* Fiber.interrupt(down)
        Object.assign(sink, { down: false, answer: () => "accept" })
        const { outcome } = yield* whole(Sync.send("test", mapping, options))
        assert.strictEqual(outcome, "completed")
        assert.deepStrictEqual([...sink.rows.keys()], ["a"])
        assert.isTrue(sink.applied.some(({ id }) => id === "r"))
      })
  )
})

describe("an erasure", () => {
  it.effect("of nobody who is there is no fact, and of a whole stream leaves nothing to send", () =>
    Effect.gen(function* () {
      const { erase, memory, pages, sink, whole } = world()
      yield* whole(Sync.sync("items", options))
      const everything = yield* whole(erase(null))
      assert.deepStrictEqual([everything.outcome, everything.counts.read], ["completed", 0])
      assert.deepStrictEqual([pages(), sink.rows.size, memory.sent.size], [[], 0, 0])
      const { length } = memory.events
      assert.isNull((yield* whole(erase(null))).run)
      assert.strictEqual(memory.events.length, length)
    })
  )

  it.effect("counts what it drops, so that the counts of every run add up", () =>
    Effect.gen(function* () {
      const { erase, memory, sink, whole } = world()
      sink.down = true
      yield* whole(Sync.sync("items", options))
      sink.down = false
      const { counts, outcome } = yield* whole(erase("R"))
      assert.strictEqual(outcome, "completed")
      // What waited, and what is sent again.
      assert.deepStrictEqual(counts, { read: 3, sent: 2, unchanged: 0, superseded: 1, quarantined: 0, pending: 0 })
      assert.deepStrictEqual([...sink.rows.keys()], ["a"])
      for (const { totals } of memory.ofType("RunEnded")) {
        const { pending, quarantined, read, sent, superseded, unchanged } = totals
        assert.strictEqual(read, sent + unchanged + superseded + quarantined + pending)
      }
    })
  )
})

describe("holding a lease", () => {
  it.effect("ends with the work also where nothing may be interrupted", () =>
    Effect.gen(function* () {
      const memory = new Memory()
      const held = holding("a lease", () => Effect.succeed("done")).pipe(Effect.uninterruptible)
      assert.strictEqual(yield* Effect.provide(held, memoryLayer(memory)), "done")
      assert.strictEqual(memory.held.size, 0)
    })
  )
})
