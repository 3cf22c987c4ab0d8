// Whole histories from a seed: pages with hot keys, a sink that loses answers, applies late and refuses rows, and a runner
// that dies at any append or request. Whatever happened, what was promised must hold at the end.

import { assert, describe, it } from "@effect/vitest"
import { EventStore, Sink, Sync } from "@inlet/core"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/TestClock"
import { Memory, layer as memoryLayer } from "./MemoryStore.ts"
import { FakeSink, FakeSource, failure, type Item } from "./World.ts"

const SEEDS = Number(process.env.INLET_SEEDS ?? 8)
const FIRST = Number(process.env.INLET_SEED ?? 8)

/** A small generator (mulberry32), so that a seed names a history. */
const random = (seed: number) => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

const options: Sync.SyncOptions = {
  trigger: "test",
  versions: { app: "0", connector: "0" },
  wait: true,
  settle: "30 seconds"
}

const history = (seed: number) =>
  Effect.gen(function* () {
    const next = random(seed)
    const below = (n: number) => Math.floor(next() * n)
    const memory = new Memory()
    const source = new FakeSource()
    const sink = new FakeSink()
    const newest = new Map<string, number>()
    let version = 0
    const page = (): ReadonlyArray<Item> =>
      Array.from({ length: 1 + below(25) }, () => {
        const id = `k${below(40)}`
        version += 1
        newest.set(id, version)
        return { id, v: version }
      })
    const poison = new Set([`k${below(40)}`, `k${below(40)}`])
    let quiet = false
    const faults = { uncertain: 0, retryable: 0, refused: 0, kills: 0 }
    sink.answer = (_, rows) => {
      // Each ingestion takes its own time, so a lost one can be applied after what was sent later.
      sink.delay = next() < 0.3 ? 5_000 + below(20_000) : 100
      if (!quiet && next() < 0.08) {
        faults.uncertain += 1
        const lost = failure("uncertain", "timeout")
        return next() < 0.5 ? { thenFail: lost } : lost
      }
      if (!quiet && next() < 0.05) {
        faults.retryable += 1
        return failure("retryable", "rate_limited")
      }
      if (rows.some(({ id }) => poison.has(id)) && next() < 0.5) {
        faults.refused += 1
        return failure("permanent", "invalid_field_value", "rows")
      }
      return "accept"
    }
    sink.verdict = (rows) =>
      rows.some(({ id }) => poison.has(id))
        ? { _tag: "Refused", code: "schema_mismatch", detail: "refused", rejected: next() < 0.5 ? 1 : null }
        : null

    let fuse = Number.POSITIVE_INFINITY
    const mayDie = Effect.suspend(() => (--fuse < 0 ? Effect.die("killed") : Effect.void))
    const mortal = Layer.unwrapEffect(
      Effect.gen(function* () {
        const store = yield* EventStore.EventStore
        const real = yield* Sink.Sink
        return Layer.succeedContext(
          Context.empty().pipe(
            Context.add(EventStore.EventStore, {
              ...store,
              append: (...args: Parameters<typeof store.append>) =>
                Effect.zipRight(mayDie, Effect.zipLeft(store.append(...args), mayDie))
            }),
            Context.add(Sink.Sink, {
              ...real,
              send: (...args: Parameters<typeof real.send>) =>
                Effect.zipRight(mayDie, Effect.zipLeft(real.send(...args), mayDie))
            })
          )
        )
      })
    )
    const layer = () => {
      const real = Layer.mergeAll(memoryLayer(memory), source.layer, sink.layer)
      return Layer.merge(real, Layer.provide(mortal, real))
    }
    const attempt = Effect.gen(function* () {
      fuse = quiet ? Number.POSITIVE_INFINITY : below(60)
      const fiber = yield* Effect.fork(Effect.provide(Sync.sync("items", options), layer()))
      for (let step = 0; step < 50_000; step++) {
        if ((yield* Fiber.poll(fiber))._tag === "Some") break
        yield* TestClock.adjust("1 seconds")
      }
      const exit = yield* Fiber.await(fiber)
      memory.held.clear()
      if (Exit.isFailure(exit)) faults.kills += 1
      return exit
    })

    for (let round = 0; round < 6; round++) {
      for (let pages = 1 + below(4); pages > 0; pages--) source.pages = [...source.pages, page()]
      yield* attempt
    }
    quiet = true
    let last = yield* attempt
    for (let tries = 0; tries < 5 && Exit.isSuccess(last) && last.value.error !== null; tries++) last = yield* attempt
    return { memory, sink, newest, poison, last, faults }
  })

describe("simulated histories", () => {
  for (let seed = FIRST; seed < FIRST + SEEDS; seed++) {
    it.effect(`seed ${seed}`, () =>
      Effect.gen(function* () {
        const { last, memory, newest, poison, sink } = yield* history(seed)
        assert(Exit.isSuccess(last), "the last run ends by itself")
        const report = last.value
        assert.strictEqual(report.error?.message ?? null, null)
        assert.strictEqual(report.counts.pending, 0)
        for (const [id, version] of newest) {
          if (!poison.has(id))
            assert.strictEqual(sink.rows.get(id), version, `${id} is at the sink with its newest version`)
        }
        const seen = new Map<string, number>()
        for (const { id, v } of sink.applied) {
          assert.isAtLeast(v, seen.get(id) ?? 0, `${id} never goes back`)
          seen.set(id, v)
        }
        const totals = memory.ofType("RunEnded").map(({ totals }) => totals)
        for (const t of totals)
          assert.strictEqual(t.read, t.sent + t.unchanged + t.superseded + t.quarantined + t.pending)
        const recorded = memory.ofType("BatchRecorded").reduce((sum, { records }) => sum + records, 0)
        const settled = totals.reduce((sum, t) => sum + t.sent + t.unchanged + t.superseded + t.quarantined, 0)
        assert.strictEqual(settled, recorded, "every record is accounted for once")
      })
    )
  }
})
