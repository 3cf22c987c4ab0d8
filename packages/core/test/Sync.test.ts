// The programs against a scripted source and sink, with the store in memory and the clock in the test's hands.

import { assert, describe, it } from "@effect/vitest"
import { type RunError, Source, Sync } from "@inlet/core"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/TestClock"
import { Memory, layer as memoryLayer } from "./MemoryStore.ts"
import { FakeSink, FakeSource, failure, type Item, mapping } from "./World.ts"

const options: Sync.RunOptions = {
  trigger: "test",
  versions: { app: "0", connector: "0" },
  wait: true,
  settle: "30 seconds"
}

const items = (from: number, count: number, v = 1): ReadonlyArray<Item> =>
  Array.from({ length: count }, (_, index) => ({ id: `k${from + index}`, v }))

class World {
  memory = new Memory()
  source = new FakeSource()
  sink = new FakeSink()

  layer = () => Layer.mergeAll(memoryLayer(this.memory), this.source.layer, this.sink.layer)

  /** Lets the clock run until the program is done. */
  finish = <A>(effect: Effect.Effect<A>) =>
    Effect.gen(function* () {
      const fiber = yield* Effect.fork(effect)
      for (let step = 0; step < 20_000; step++) {
        const done = yield* Fiber.poll(fiber)
        if (done._tag === "Some") break
        yield* TestClock.adjust("200 millis")
      }
      return yield* Fiber.join(fiber)
    })

  sync = (more: Partial<Sync.SyncOptions> = {}) =>
    this.finish(Effect.provide(Sync.sync("items", { ...options, ...more }), this.layer()))

  send = (more: Partial<Sync.RunOptions> = {}) =>
    this.finish(Effect.provide(Sync.send("test", mapping, { ...options, ...more }), this.layer()))
}

const adds = ({ counts }: Sync.RunReport) =>
  assert.strictEqual(
    counts.read,
    counts.sent + counts.unchanged + counts.superseded + counts.quarantined + counts.pending
  )

const tag = (error: RunError.RunError | null) => error?._tag ?? null

describe("sync", () => {
  it.effect("brings every row to the sink, and a second run over the same appends nothing", () =>
    Effect.gen(function* () {
      const world = new World()
      world.source.pages = [items(0, 25), items(25, 5)]
      const report = yield* world.sync()
      assert.deepStrictEqual(report.counts, {
        read: 30,
        sent: 30,
        unchanged: 0,
        superseded: 0,
        quarantined: 0,
        pending: 0
      })
      assert.strictEqual(report.outcome, "completed")
      assert.strictEqual(world.sink.rows.size, 30)
      const before = world.memory.events.length
      const second = yield* world.sync()
      assert.strictEqual(second.run, null)
      assert.strictEqual(world.memory.events.length, before)
    })
  )

  it.effect("sends only what changed and counts the rest as unchanged or superseded", () =>
    Effect.gen(function* () {
      const world = new World()
      world.source.pages = [items(0, 5)]
      yield* world.sync()
      world.source.pages = [...world.source.pages, [...items(0, 4), { id: "k4", v: 2 }, { id: "k4", v: 3 }]]
      const report = yield* world.sync()
      assert.deepStrictEqual(report.counts, {
        read: 6,
        sent: 1,
        unchanged: 4,
        superseded: 1,
        quarantined: 0,
        pending: 0
      })
      assert.strictEqual(world.sink.rows.get("k4"), 3)
    })
  )

  it.effect("has the first page at the sink before it asks for the third", () =>
    Effect.gen(function* () {
      const world = new World()
      world.source.pages = [items(0, 3), items(3, 3), items(6, 3)]
      let sentBeforeThird = 0
      world.source.onAsk = (index) =>
        Effect.sync(() => {
          if (index === 2) sentBeforeThird = world.sink.bodies.length
        })
      yield* world.sync()
      assert.isAtLeast(sentBeforeThird, 1)
    })
  )

  it.effect("records everything while the sink is down, and send delivers it without asking the source", () =>
    Effect.gen(function* () {
      const world = new World()
      world.source.pages = [items(0, 10), items(10, 10), items(20, 10), items(30, 10)]
      world.sink.down = true
      const report = yield* world.sync()
      assert.strictEqual(tag(report.error), "SinkError")
      assert.strictEqual(report.counts.pending, 40)
      adds(report)
      world.sink.down = false
      const asked = world.source.asked.length
      const sent = yield* world.send()
      assert.deepStrictEqual(sent.counts, {
        read: 40,
        sent: 40,
        unchanged: 0,
        superseded: 0,
        quarantined: 0,
        pending: 0
      })
      assert.strictEqual(world.source.asked.length, asked)
      assert.strictEqual(world.sink.rows.size, 40)
    })
  )

  it.effect("goes on at the recorded page after the source failed in the middle", () =>
    Effect.gen(function* () {
      const world = new World()
      world.source.pages = [items(0, 3), items(3, 3), items(6, 3), items(9, 3)]
      const away = new Source.SourceError({ reason: "Unavailable", detail: "away", status: 503, retryAt: null })
      world.source.onAsk = (index) => (index === 2 ? away : Effect.void)
      const report = yield* world.sync()
      assert.strictEqual(tag(report.error), "SourceError")
      assert.strictEqual(report.counts.sent, 6)
      assert.strictEqual(report.outcome, "failed")
      world.source.onAsk = () => Effect.void
      world.source.asked.length = 0
      const rest = yield* world.sync()
      assert.deepStrictEqual(world.source.asked, [2, 3])
      assert.strictEqual(rest.counts.sent, 6)
      assert.strictEqual(world.sink.rows.size, 12)
    })
  )

  it.effect("quarantines the rows that the mapping refuses and the row that the sink refuses, nothing else", () =>
    Effect.gen(function* () {
      const world = new World()
      world.source.pages = [[...items(0, 9), { id: "x", v: 1, bad: true }]]
      const bad = (rows: ReadonlyArray<Item>) => rows.some(({ id }) => id === "k3")
      world.sink.verdict = (rows) =>
        bad(rows) ? { _tag: "Refused", code: "schema_mismatch", detail: "refused", rejected: 1 } : null
      const report = yield* world.sync()
      adds(report)
      assert.deepStrictEqual(report.counts, {
        read: 10,
        sent: 8,
        unchanged: 0,
        superseded: 0,
        quarantined: 2,
        pending: 0
      })
      assert.deepStrictEqual([...world.sink.rows.keys()].sort(), ["k0", "k1", "k2", "k4", "k5", "k6", "k7", "k8"])
      const quarantined = world.memory
        .ofType("RowsQuarantined")
        .flatMap(({ rows, stage }) => rows.map((row) => ({ stage, ...row })))
      assert.deepStrictEqual(quarantined, [
        { stage: "map", index: 9, key: null, code: "missing", path: "id" },
        { stage: "sink", index: 3, key: '["k3"]', code: "schema_mismatch", path: null }
      ])
    })
  )

  it.effect("keeps the rows pending where the sink fails everything after it accepted it", () =>
    Effect.gen(function* () {
      const world = new World()
      world.source.pages = [items(0, 40)]
      world.sink.verdict = () => ({ _tag: "Refused", code: "processing_failed", detail: "failed", rejected: null })
      const report = yield* world.sync()
      adds(report)
      assert.strictEqual(tag(report.error), "SinkError")
      assert.strictEqual(report.counts.pending, 40)
      assert.strictEqual(report.counts.quarantined, 0)
      world.sink.verdict = () => null
      const sent = yield* world.send()
      assert.strictEqual(sent.counts.sent, 40)
      assert.strictEqual(world.sink.rows.size, 40)
    })
  )

  it.effect("waits at the barrier after an unknown outcome, so that a late old part overwrites nothing newer", () =>
    Effect.gen(function* () {
      const world = new World()
      world.source.pages = [items(0, 3)]
      world.sink.delay = 20_000
      world.sink.answer = (n) => (n === 0 ? { thenFail: failure("uncertain", "timeout") } : "accept")
      const report = yield* world.sync()
      assert.strictEqual(report.counts.sent, 3)
      assert.strictEqual(world.sink.bodies.length, 2)
      const starts = world.memory.events.flatMap((event) =>
        event.type === "SendStarted" ? [Date.parse(event.at)] : []
      )
      assert.isAtLeast((starts[1] ?? 0) - (starts[0] ?? 0), 30_000)
      assert.deepStrictEqual(
        world.memory
          .ofType("SendStarted")
          .map(({ digest }) => digest)
          .filter((d, i, all) => all.indexOf(d) === i).length,
        1
      )
    })
  )

  it.effect("ends after acceptance without waiting, and the next run confirms", () =>
    Effect.gen(function* () {
      const world = new World()
      world.source.pages = [items(0, 25)]
      const report = yield* world.sync({ wait: false })
      assert.strictEqual(report.error, null)
      assert.strictEqual(report.counts.pending, 25)
      const bodies = world.sink.bodies.length
      const confirmed = yield* world.send()
      assert.strictEqual(confirmed.counts.sent, 25)
      assert.strictEqual(world.sink.bodies.length, bodies)
    })
  )

  it.effect("does not let a part overtake an unsettled part with the same key", () =>
    Effect.gen(function* () {
      const world = new World()
      world.sink.delay = 5_000
      world.source.pages = [items(0, 3, 1), items(0, 3, 2), items(0, 3, 3)]
      yield* world.sync({ wait: true })
      const versions = world.sink.applied.filter(({ id }) => id === "k0").map(({ v }) => v)
      assert.deepStrictEqual(versions, [1, 2, 3])
    })
  )

  it.effect("refuses to run while another runner holds the pipeline", () =>
    Effect.gen(function* () {
      const world = new World()
      world.memory.held.set("pipeline/test/items", "elsewhere:7")
      const report = yield* world.sync()
      assert.strictEqual(tag(report.error), "LeaseHeld")
      assert.strictEqual(world.memory.events.length, 0)
    })
  )

  it.effect("ends an abandoned run, waits for what it left unknown and sends it again", () =>
    Effect.gen(function* () {
      const world = new World()
      world.source.pages = [items(0, 3)]
      yield* world.sync()
      // As a kill leaves it: everything behind the intention to send is missing.
      const cut = world.memory.events.findIndex(({ type }) => type === "SendStarted")
      world.memory.events.splice(cut + 1)
      const report = yield* world.sync()
      assert.deepStrictEqual(report.counts, {
        read: 3,
        sent: 3,
        unchanged: 0,
        superseded: 0,
        quarantined: 0,
        pending: 0
      })
      assert.deepStrictEqual(
        world.memory.ofType("RunEnded").map(({ outcome }) => outcome),
        ["abandoned", "completed"]
      )
      assert.deepStrictEqual(
        world.memory.ofType("SendStarted").map(({ attempt }) => attempt),
        [1, 2]
      )
      assert.deepStrictEqual(world.source.asked, [0, 1])
    })
  )
})
