// What a replay would send, for any history; and replays and releases against a scripted sink, with the store in memory.
import { assert, describe, it } from "@effect/vitest"
import {
  Event,
  EventStore,
  Hash,
  type Leases,
  Mapping,
  Quarantine,
  Replay,
  type SentRows,
  type Sink,
  type Source,
  Sync
} from "@inlet/core"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/TestClock"
import { Memory, layer as memoryLayer } from "./MemoryStore.ts"
import { contract, FakeSink, FakeSource, type Item, mapping, spec } from "./World.ts"

const STREAM = Event.pipeline("test", "items")

const options: Sync.RunOptions = {
  trigger: "test",
  versions: { app: "0", connector: "0" },
  wait: true,
  settle: "30 seconds"
}

const everything: Pick<Replay.ReplayOptions, "range" | "mapping" | "purge"> = {
  range: {},
  mapping: "recorded",
  purge: false
}

const adds = ({ counts }: Sync.RunReport) =>
  assert.strictEqual(
    counts.read,
    counts.sent + counts.unchanged + counts.superseded + counts.quarantined + counts.pending
  )

describe("what a replay requires", () => {
  it("has no source in it", () => {
    const replayed: Effect.Effect<
      Sync.RunReport,
      never,
      Sink.Sink | EventStore.EventStore | SentRows.SentRows | Leases.Leases
    > = Replay.replay("test", mapping, { ...options, ...everything })
    const planned: Effect.Effect<Replay.Plan, unknown, Sink.Sink | EventStore.EventStore> = Replay.plan(
      "test",
      mapping,
      everything
    )
    assert.isTrue([replayed, planned].every(Effect.isEffect))
    // A sync does require one, so the lines above say something.
    const without: Asks<typeof Replay.replay> = false
    const withSource: Asks<typeof Sync.sync> = true
    assert.deepStrictEqual([without, withSource], [false, true])
  })
})

/** Whether a function's effect requires a source. */
type Asks<F extends (...args: ReadonlyArray<never>) => Effect.Effect<unknown, unknown, unknown>> =
  Source.Source extends Requires<F> ? true : false

type Requires<F extends (...args: ReadonlyArray<never>) => Effect.Effect<unknown, unknown, unknown>> =
  Effect.Effect.Context<ReturnType<F>>

/** A record of a page: whose key it has, and what had become of it before the replay. */
interface Past {
  readonly key: number
  readonly fate: "sent" | "open" | "discarded"
  /** The mapping refuses it. */
  readonly bad: boolean
}

const past: FastCheck.Arbitrary<Past> = FastCheck.record({
  key: FastCheck.nat(4),
  fate: FastCheck.oneof(
    { weight: 6, arbitrary: FastCheck.constant("sent" as const) },
    { weight: 1, arbitrary: FastCheck.constantFrom("open" as const, "discarded" as const) }
  ),
  bad: FastCheck.constant(false)
})

const histories = FastCheck.array(FastCheck.array(past, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 8 })

const at = (batch: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, batch)).toISOString()

/** Appends a history, each page by a run of its own at a second of its own. */
const append = (history: ReadonlyArray<ReadonlyArray<Past>>) =>
  Effect.gen(function* () {
    const store = yield* EventStore.EventStore
    let version = 0
    for (const [n, page] of history.entries()) {
      const records = page.map(({ bad, key }, item): Item => ({ id: `k${key}`, v: n * 100 + item, bad }))
      const bytes = new TextEncoder().encode(JSON.stringify(records))
      const blob = Hash.sha256(bytes)
      const batch = `r${n}/1`
      const request = { method: "GET", url: "/", key: "/", query: {}, status: 200, etag: null, requestId: null }
      const rest = { bytes: bytes.length, request, next: null, shape: "" }
      const inQuarantine = page.flatMap(({ fate }, index) => (fate === "sent" ? [] : [index]))
      const discarded = page.flatMap(({ fate }, index) => (fate === "discarded" ? [{ batch, index }] : []))
      const facts: ReadonlyArray<Event.Fact> = [
        { type: "BatchRecorded", data: { batch, blob, records: page.length, ...rest } },
        {
          type: "RowsQuarantined",
          data: {
            batch,
            part: 0,
            attempt: 0,
            stage: "map",
            rows: inQuarantine.map((index) => ({ index, key: null, code: "x", path: null }))
          }
        },
        { type: "QuarantineResolved", data: { items: discarded, how: "discarded" } }
      ]
      const drafts = facts.map(
        (fact, index): Event.Draft => ({
          ...fact,
          id: `${batch}/${index}`,
          schema: 1,
          at: at(n),
          run: `r${n}`,
          cause: null,
          trace: null
        })
      )
      version += (yield* store.append(STREAM, version, drafts, { blobs: [{ hash: blob, bytes }] })).length
    }
  })

/** What a plan sends: versions, in its order. */
const versionsOf = ({ batches }: Replay.Plan) =>
  batches.flatMap(({ batch, omitted }) => {
    const left = new Set(omitted)
    return Array.from({ length: batch.records }, (_, item) => item)
      .filter((item) => !left.has(item))
      .map((item) => Number(batch.run.slice(1)) * 100 + item)
  })

const planOf = (history: ReadonlyArray<ReadonlyArray<Past>>, more: Partial<typeof everything>) =>
  Effect.gen(function* () {
    yield* append(history)
    return yield* Replay.plan("test", mapping, { ...everything, ...more })
  }).pipe(
    Effect.map(versionsOf),
    Effect.catchIf(
      (error) => error._tag === "ReplayError" && error.reason === "NothingThere",
      () => Effect.succeed<ReadonlyArray<number>>([])
    ),
    Effect.provide(Layer.mergeAll(memoryLayer(new Memory()), new FakeSink().layer)),
    Effect.runPromise
  )

/** The newest version of each key among the records that count, by the plain way: from the oldest on, the last one wins. */
const newest = (history: ReadonlyArray<ReadonlyArray<Past>>, counts: (record: Past) => boolean) => {
  const last = new Map<number, number>()
  for (const [n, page] of history.entries()) {
    for (const [item, record] of page.entries()) if (counts(record)) last.set(record.key, n * 100 + item)
  }
  return [...last.values()].sort((a, b) => a - b)
}

describe("the plan", () => {
  const isSent = ({ fate }: Past) => fate === "sent"

  it("of everything has each key once, in the newest version that lies at the sink", () =>
    FastCheck.assert(
      FastCheck.asyncProperty(histories, async (history) => {
        assert.deepStrictEqual(await planOf(history, {}), newest(history, isSent))
      })
    ))

  it("of a range has only those of them that lie in it, never an older one", () =>
    FastCheck.assert(
      FastCheck.asyncProperty(histories, FastCheck.nat(7), FastCheck.nat(7), async (history, a, b) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)]
        const within = newest(history, isSent).filter((version) => version >= from * 100 && version < to * 100)
        assert.deepStrictEqual(await planOf(history, { range: { from: at(from), to: at(to) } }), within)
        const one = newest(history, isSent).filter((version) => Math.floor(version / 100) === from)
        assert.deepStrictEqual(await planOf(history, { range: { run: `r${from}` } }), one)
      })
    ))

  it("with the current mapping tries again what is in quarantine, and nothing that was given up", () =>
    FastCheck.assert(
      FastCheck.asyncProperty(histories, async (history) => {
        const expected = newest(history, ({ fate }) => fate !== "discarded")
        assert.deepStrictEqual(await planOf(history, { mapping: "current" }), expected)
      })
    ))

  it("with the current mapping hides no row that it refuses: it goes out beside the version before it", async () => {
    const sent = { key: 1, fate: "sent", bad: false } as const
    const versions = await planOf([[sent], [{ ...sent, bad: true }]], { mapping: "current" })
    assert.deepStrictEqual(versions, [0, 100])
  })
})

class World {
  memory = new Memory()
  source = new FakeSource()
  sink = new FakeSink()

  layer = () => Layer.mergeAll(memoryLayer(this.memory), this.source.layer, this.sink.layer)

  finish = <A, E>(
    effect: Effect.Effect<A, E, Source.Source | Sink.Sink | Layer.Layer.Success<ReturnType<typeof memoryLayer>>>
  ) =>
    Effect.gen(this, function* () {
      const fiber = yield* Effect.fork(Effect.provide(effect, this.layer()))
      for (let step = 0; step < 20_000; step++) {
        if ((yield* Fiber.poll(fiber))._tag === "Some") break
        yield* TestClock.adjust("200 millis")
      }
      return yield* Fiber.join(fiber)
    })

  sync = () => this.finish(Sync.sync("items", options))
  replay = (more: Partial<Replay.ReplayOptions> = {}, by: Mapping.Mapping = mapping) =>
    this.finish(Replay.replay("test", by, { ...options, ...everything, ...more }))
  resolve = (how: "released" | "discarded", ...items: ReadonlyArray<Quarantine.Item>) =>
    this.finish(Quarantine.resolve("test", mapping, items, how, options))
  send = () => this.finish(Sync.send("test", mapping, options))
  quarantined = () =>
    this.memory.ofType("RowsQuarantined").flatMap(({ batch, rows }) => rows.map(({ index }) => ({ batch, index })))
}

const items = (from: number, count: number, v = 1): ReadonlyArray<Item> =>
  Array.from({ length: count }, (_, index) => ({ id: `k${from + index}`, v }))

describe("a replay", () => {
  it.effect("sends the end of the film, each key once", () =>
    Effect.gen(function* () {
      const world = new World()
      world.source.pages = [items(0, 12), items(10, 12, 2)]
      yield* world.sync()
      world.sink.applied.length = 0
      const report = yield* world.replay()
      assert.isNull(report.error)
      adds(report)
      assert.strictEqual(report.counts.sent, 22)
      assert.deepStrictEqual(
        world.sink.applied.map(({ id, v }) => [id, v]).sort(),
        [...items(0, 10), ...items(10, 12, 2)].map(({ id, v }) => [id, v]).sort()
      )
    })
  )

  it.effect("stops where a mapping that calls itself the same makes other rows", () =>
    Effect.gen(function* () {
      const world = new World()
      world.source.pages = [items(0, 5)]
      yield* world.sync()
      const events = world.memory.events.length
      const moody = Mapping.local({ ...spec, map: () => ({ _tag: "Row", row: { id: "k0", v: 9 } }) })
      const { error, run } = yield* world.replay({}, moody)
      assert.strictEqual(error?._tag === "ReplayError" && error.reason, "DigestDiffers")
      assert.isNull(run)
      assert.strictEqual(world.memory.events.length, events)
    })
  )

  it.effect("names the batches that another mapping sent", () =>
    Effect.gen(function* () {
      const world = new World()
      world.source.pages = [items(0, 5)]
      yield* world.sync()
      const [column] = contract.columns
      const columns = contract.columns.concat(column === undefined ? [] : { ...column, name: "more" })
      const { error } = yield* world.replay({}, Mapping.local({ ...spec, contract: { ...contract, columns } }))
      assert.strictEqual(error?._tag === "ReplayError" && error.reason, "MappingChanged")
      const [recorded] = world.memory.ofType("BatchRecorded")
      assert.include(error?.message, recorded?.batch)
    })
  )

  it.effect("purges also where the runner before was killed, and says so in its own RunStarted", () =>
    Effect.gen(function* () {
      const world = new World()
      world.source.pages = [items(0, 5)]
      yield* world.sync()
      // A runner that was killed: it began and never ended.
      const store = world.finish(
        Effect.gen(function* () {
          const store = yield* EventStore.EventStore
          const versions = { app: "0", connector: "0", mapping: "m" }
          const data = { mode: "sync", trigger: "test", cursor: null, outbox: 0, versions } as const
          const envelope = { id: "dead/started", schema: 1, at: at(0), run: "dead", cause: null, trace: null }
          const { version } = yield* store.standing(STREAM)
          yield* store.append(STREAM, version, [{ type: "RunStarted", data, ...envelope }])
        })
      )
      yield* store
      const { error, run } = yield* world.replay({ purge: true })
      assert.isNull(error)
      assert.strictEqual(world.memory.ofType("DatasetPurged").length, 1)
      const started = world.memory.events.find((event) => event.type === "RunStarted" && event.run === run)
      assert.isTrue(started?.type === "RunStarted" && started.data.replays?.purge)
      assert.deepStrictEqual(
        world.memory.ofType("RunEnded").map(({ outcome }) => outcome),
        ["completed", "abandoned", "completed"]
      )
    })
  )

  it.effect("that could not purge is not forgotten for one into another dataset", () =>
    Effect.gen(function* () {
      const world = new World()
      world.source.pages = [items(0, 5)]
      yield* world.sync()
      world.sink.down = true
      for (const into of ["one", "other"]) {
        const { error } = yield* world.replay({ purge: true, mapping: "current", into })
        assert.isNotNull(error)
      }
      world.sink.down = false
      assert.isNull((yield* world.send()).error)
      const purged = () => world.memory.ofType("DatasetPurged").map(({ dataset }) => dataset)
      assert.deepStrictEqual(purged().sort(), ["one", "other"])
      assert.strictEqual(world.sink.bodies.flat().length, 15)
      yield* world.send()
      assert.strictEqual(purged().length, 2)
    })
  )
})

describe("a row in quarantine", () => {
  /** `k3` is refused in its first version, and the source has a newer one of it then. */
  const overtaken = Effect.gen(function* () {
    const world = new World()
    const refuse = (rows: ReadonlyArray<Item>) => rows.some(({ id, v }) => id === "k3" && v === 1)
    const bad = { _tag: "Refused", code: "x", detail: "x", rejected: 1 } as const
    world.sink.verdict = (rows) => (refuse(rows) ? bad : null)
    world.source.pages = [items(0, 10)]
    yield* world.sync()
    world.sink.verdict = () => null
    return world
  })

  it.effect("that a newer version has overtaken is settled and does not go out", () =>
    Effect.gen(function* () {
      const world = yield* overtaken
      world.source.pages = [items(0, 10), [{ id: "k3", v: 2 }]]
      yield* world.sync()
      const resolved = yield* world.resolve("released", ...world.quarantined())
      adds(resolved)
      assert.strictEqual(resolved.counts.superseded, 1)
      assert.strictEqual(resolved.counts.pending, 0)
      adds(yield* world.send())
      assert.strictEqual(world.sink.rows.get("k3"), 2)
      assert.notDeepInclude(world.sink.applied, { id: "k3", v: 1 })
    })
  )

  it.effect(
    "that a replay with the current mapping takes along waits no longer, but for one into another dataset",
    () =>
      Effect.gen(function* () {
        const world = yield* overtaken
        assert.isNull((yield* world.replay({ mapping: "current", into: "beside" })).error)
        assert.strictEqual(world.memory.ofType("QuarantineResolved").length, 0)
        const report = yield* world.replay({ mapping: "current" })
        assert.isNull(report.error)
        adds(report)
        assert.deepInclude(report.counts, { read: 11, sent: 10, superseded: 1, pending: 0 })
        assert.strictEqual(world.sink.rows.get("k3"), 1)
        assert.deepStrictEqual(
          world.memory.ofType("QuarantineResolved").map(({ items }) => items),
          [world.quarantined()]
        )
        const sent = world.sink.bodies.length
        assert.isNull((yield* world.resolve("released", ...world.quarantined())).run)
        yield* world.send()
        assert.strictEqual(world.sink.bodies.length, sent)
      })
  )

  it.effect("goes out where the newer version lies in quarantine itself", () =>
    Effect.gen(function* () {
      const world = yield* overtaken
      world.source.pages = [items(0, 10), [{ id: "k3", v: 2 }, ...items(20, 9)]]
      world.sink.verdict = (rows) =>
        rows.some(({ id }) => id === "k3") ? { _tag: "Refused", code: "x", detail: "x", rejected: 1 } : null
      yield* world.sync()
      world.sink.verdict = () => null
      const [older, newer] = world.quarantined()
      assert.strictEqual(world.quarantined().length, 2)
      if (older === undefined || newer === undefined) return
      assert.strictEqual((yield* world.resolve("released", older)).counts.pending, 1)
      yield* world.send()
      assert.strictEqual(world.sink.rows.get("k3"), 1)
      assert.strictEqual((yield* world.resolve("released", newer)).counts.pending, 1)
      yield* world.send()
      assert.strictEqual(world.sink.rows.get("k3"), 2)
    })
  )

  it.effect("of two that are released together only the newer one goes out", () =>
    Effect.gen(function* () {
      const world = yield* overtaken
      world.source.pages = [items(0, 10), [{ id: "k3", v: 2 }, ...items(20, 9)]]
      world.sink.verdict = (rows) =>
        rows.some(({ id }) => id === "k3") ? { _tag: "Refused", code: "x", detail: "x", rejected: 1 } : null
      yield* world.sync()
      world.sink.verdict = () => null
      const resolved = yield* world.resolve("released", ...world.quarantined())
      adds(resolved)
      assert.deepInclude(resolved.counts, { superseded: 1, pending: 1 })
      yield* world.send()
      assert.notDeepInclude(world.sink.applied, { id: "k3", v: 1 })
      assert.strictEqual(world.sink.rows.get("k3"), 2)
    })
  )

  it.effect("goes out though the version before it was replayed since: that is no newer one", () =>
    Effect.gen(function* () {
      const world = new World()
      world.source.pages = [items(0, 10)]
      yield* world.sync()
      world.sink.verdict = (rows) =>
        rows.some(({ v }) => v === 2) ? { _tag: "Refused", code: "x", detail: "x", rejected: 1 } : null
      world.source.pages = [items(0, 10), [{ id: "k3", v: 2 }, ...items(20, 9)]]
      yield* world.sync()
      world.sink.verdict = () => null
      assert.strictEqual((yield* world.replay()).counts.sent, 19)
      assert.strictEqual(world.sink.rows.get("k3"), 1)
      assert.strictEqual((yield* world.resolve("released", ...world.quarantined())).counts.pending, 1)
      yield* world.send()
      assert.strictEqual(world.sink.rows.get("k3"), 2)
    })
  )

  it.effect("is decided about once, however often it is named and by whomever", () =>
    Effect.gen(function* () {
      const world = yield* overtaken
      const [row] = world.quarantined()
      assert.isDefined(row)
      if (row === undefined) return
      assert.strictEqual((yield* world.resolve("released", row, row)).counts.read, 1)
      const events = world.memory.events.length
      assert.isNull((yield* world.resolve("released", row)).run)
      assert.isNull((yield* world.resolve("discarded", row)).run)
      assert.strictEqual(world.memory.events.length, events)
      const sent = yield* world.send()
      assert.deepInclude(sent.counts, { read: 1, sent: 1, pending: 0 })
      assert.strictEqual(world.sink.rows.get("k3"), 1)
    })
  )

  it.effect("that the mapping refuses goes back each time it is released", () =>
    Effect.gen(function* () {
      const world = new World()
      world.source.pages = [[{ id: "k0", v: 1, bad: true }]]
      yield* world.sync()
      for (let time = 1; time <= 3; time++) {
        const [row] = world.quarantined().slice(-1)
        assert.isDefined(row)
        if (row === undefined) return
        yield* world.resolve("released", row)
        const report = yield* world.send()
        assert.isNull(report.error)
        assert.deepInclude(report.counts, { read: 1, quarantined: 1, pending: 0 })
        assert.strictEqual(world.quarantined().length, time + 1)
        const ids = world.memory.events.map(({ id }) => id)
        assert.strictEqual(new Set(ids).size, ids.length)
      }
    })
  )
})
