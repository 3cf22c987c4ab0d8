// What is recorded of a source's answers, and when the cursor moves.

import { assert, describe, it } from "@effect/vitest"
import { type Event, type Source, Sync } from "@inlet/core"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/TestClock"
import * as PipelineState from "../src/model/PipelineState.ts"
import { recordPage } from "../src/programs/Extract.ts"
import { Memory, layer as memoryLayer } from "./MemoryStore.ts"
import { FakeSink, FakeSource } from "./World.ts"

const page = (lines: ReadonlyArray<string>, more: Partial<Source.Page> = {}): Source.Page => ({
  request: { method: "GET", url: "/items", key: "GET /items", query: {}, status: 200, etag: null, requestId: null },
  body: new Uint8Array(3),
  records: 2,
  fresh: 2,
  shape: { fingerprint: lines.join(), lines },
  next: null,
  ...more
})

const types = (facts: ReadonlyArray<Event.Fact>) => facts.map(({ type }) => type)

describe("recordPage", () => {
  it("learns the shape until a first run is completed, and reports drift after that", () => {
    const first = recordPage(PipelineState.emptyHead, page(["a string", "b number"], { next: 1 }), "r/1", "hash")
    assert.deepStrictEqual(types(first), ["BatchRecorded"])
    const learned = first[0]
    assert(learned?.type === "BatchRecorded")
    assert.deepStrictEqual(learned.data.learned, ["a string", "b number"])

    const head = { ...PipelineState.emptyHead, grown: true, shape: ["a string", "b number"] }
    assert.deepStrictEqual(types(recordPage(head, page(["a string", "b number"]), "r/2", "hash")), ["BatchRecorded"])
    const drifted = recordPage(head, page(["a number", "b number", "c string"]), "r/2", "hash")[1]
    assert(drifted?.type === "SchemaDrifted")
    assert.deepStrictEqual(drifted.data, { batch: "r/2", added: ["c string"], removed: [], retyped: ["a number"] })
  })

  it("moves the cursor with the last page of a listing only", () => {
    assert.deepStrictEqual(types(recordPage(PipelineState.emptyHead, page([], { next: 1 }), "r/1", "h")), [
      "BatchRecorded"
    ])
    const last = recordPage(PipelineState.emptyHead, page([], { cursor: { at: 1 } }), "r/1", "h")
    assert.deepStrictEqual(types(last), ["BatchRecorded", "CursorMoved"])
    const same = { ...PipelineState.emptyHead, cursor: { at: 1 } }
    assert.deepStrictEqual(types(recordPage(same, page([], { cursor: { at: 1 } }), "r/1", "h")), ["BatchRecorded"])
  })
})

describe("a page that overlaps with the one before", () => {
  it("counts only what it brings", () => {
    const [recorded] = recordPage(PipelineState.emptyHead, page([], { records: 3, repeated: [0] }), "r/1", "h")
    assert(recorded?.type === "BatchRecorded")
    assert.strictEqual(recorded.data.records, 2)
    assert.strictEqual(recorded.data.repeated, "0")
  })
})

describe("the end of a limited read", () => {
  it.live("keeps the place, and the next run goes on there", () =>
    Effect.gen(function* () {
      const memory = new Memory()
      const source = new FakeSource()
      const sink = new FakeSink()
      sink.delay = 0
      source.pages = [0, 1, 2].map((n) => [
        { id: `a${n}`, v: 1 },
        { id: `b${n}`, v: 1 }
      ])
      const layer = Layer.mergeAll(memoryLayer(memory), source.layer, sink.layer)
      const options = { trigger: "test", versions: { app: "0", connector: "0" }, wait: true, settle: 0 }
      const first = yield* Effect.provide(Sync.sync("items", { ...options, limit: 3 }), layer)
      assert.strictEqual(first.counts.read, 4)
      assert.isNull(memory.head("pipeline/test/items").cursor)
      assert.strictEqual(memory.head("pipeline/test/items").position, 2)
      const second = yield* Effect.provide(Sync.sync("items", options), layer)
      assert.strictEqual(second.counts.read, 2)
      assert.deepStrictEqual(source.asked, [0, 1, 2])
      assert.strictEqual(memory.head("pipeline/test/items").cursor, 3)
    })
  )
})

describe("a list that is read whole each time", () => {
  it.live("is read from its begin again, also where its last page was not worth recording", () =>
    Effect.gen(function* () {
      const memory = new Memory()
      const source = new FakeSource()
      source.whole = true
      const sink = new FakeSink()
      sink.delay = 0
      source.pages = [[{ id: "a", v: 1 }], [{ id: "b", v: 1 }], [{ id: "c", v: 1 }]]
      const layer = Layer.mergeAll(memoryLayer(memory), source.layer, sink.layer)
      const options = { trigger: "test", versions: { app: "0", connector: "0" }, wait: true, settle: 0 }
      const sync = Effect.provide(Sync.sync("items", options), layer)
      yield* sync
      source.pages[1] = [{ id: "b", v: 2 }]
      assert.strictEqual((yield* sync).counts.sent, 1)
      assert.isNull(memory.head("pipeline/test/items").position)
      assert.isNull((yield* sync).run)
      assert.deepStrictEqual(source.asked, [0, 1, 2, 0, 1, 2, 0, 1, 2])
    })
  )
})

describe("a page that the source shows still", () => {
  it.effect("is recorded again before it is removed after its time, and when it was removed", () =>
    Effect.gen(function* () {
      const memory = new Memory()
      const source = new FakeSource()
      source.whole = true
      source.pages = [[{ id: "a", v: 1 }]]
      const layer = Layer.mergeAll(memoryLayer(memory), source.layer, new FakeSink().layer)
      const options = { trigger: "test", versions: { app: "0", connector: "0" }, wait: true, settle: 0 }
      const sync = Effect.gen(function* () {
        const run = Effect.provide(Sync.sync("items", { ...options, retention: "8 days" }), layer)
        const fiber = yield* Effect.fork(run)
        yield* TestClock.adjust("1 minute")
        return (yield* Fiber.join(fiber)).counts
      })
      assert.deepInclude(yield* sync, { read: 1, sent: 1 })
      yield* TestClock.adjust("3 days")
      assert.deepInclude(yield* sync, { read: 0 })
      yield* TestClock.adjust("1 day")
      assert.deepInclude(yield* sync, { read: 1, sent: 0, unchanged: 1 })
      assert.deepInclude(yield* sync, { read: 0 })
      memory.blobs.clear()
      assert.deepInclude(yield* sync, { read: 1, unchanged: 1 })
      assert.strictEqual(memory.blobs.size, 1)
    })
  )
})
