// The ways to walk a list, against a model of lists that change under the walk.

import { assert, describe, it } from "@effect/vitest"
import * as Incremental from "../src/Incremental.ts"
import * as Order from "../src/Order.ts"
import * as Model from "./Model.ts"

const at = (second: number) => Incremental.advance(null, Model.entries(second))
const now = Date.UTC(2026, 0)
const turn = (entries: ReadonlyArray<Incremental.Entry>, next: string | null) => ({
  entries,
  next: next === null ? null : { at: next },
  now
})
const forty = Array.from({ length: 40 }, (_, second) => second)

describe("ascending", () => {
  const order = Order.ascending("since")

  it("finds all, whatever moves, and however many share a time stamp", () => Model.checkWalks(order, "up"))

  it("takes hardly more requests than there are pages", () => {
    // Each page after the first begins with the last item of the one before.
    assert.strictEqual(Model.walk(order, Model.make("up", forty, 10), null, new Map()).requests, 5)
  })

  it("asks for what changed since the watermark", () => {
    assert.deepStrictEqual(order.query(Order.begin(null)), {})
    assert.deepStrictEqual(order.query(Order.begin(at(5))), { since: Model.time(5) })
  })

  it("goes by the paginator to the end where the server does not sort or heed the lower bound", () => {
    const listing = Order.begin(at(5))
    for (const page of [Model.entries(9, 8), Model.entries(1, 9)]) {
      const { known, next } = order.step(listing, turn(page, "2"))
      assert.deepInclude(next, { at: "2", since: Model.time(5), linked: true })
      assert.strictEqual(known, listing.from)
      const after = order.step(next ?? listing, turn(Model.entries(10, 11), "3"))
      assert.deepInclude(after.next, { at: "3", linked: true })
      const end = order.step(after.next ?? listing, turn(Model.entries(2), null))
      assert.isNull(end.next)
      assert.strictEqual(end.mark?.updatedAt, Model.time(11))
    }
  })

  it("copes with records without a time", () => {
    const untimed = [Model.entry({ id: 1 }), Model.entry({ id: 2 })]
    const { next } = order.step(Order.begin(null), turn(untimed, "2"))
    assert.deepInclude(next, { at: "2", since: null })
    assert.isNull(order.step(next ?? Order.begin(null), turn(untimed, null)).mark)
  })
})

describe("newestFirst", () => {
  const order = Order.newestFirst

  it("finds all, whatever moves, and however many share a time stamp", () => Model.checkWalks(order, "down"))

  it("reads no further back than to the watermark", () => {
    const source = Model.make("down", forty, 10)
    const { mark } = Model.walk(order, source, null, new Map())
    assert.strictEqual(Model.walk(order, source, mark, new Map()).requests, 1)
    for (let id = 0; id < 12; id++) source.touch(id, 1)
    assert.strictEqual(Model.walk(order, source, mark, new Map()).requests, 2)
  })

  it("reads to the end where the server does not sort", () => {
    assert.isNotNull(order.step(Order.begin(at(5)), turn(Model.entries(3, 9, 4), "2")).next)
    assert.isNull(order.step(Order.begin(at(5)), turn(Model.entries(9, 4), "2")).next)
  })

  it("never lowers the watermark", () => {
    assert.deepStrictEqual(order.step(Order.begin(at(5)), turn(Model.entries(4), null)).mark, at(5))
  })
})

describe("lookingBack", () => {
  const order = Order.lookingBack("10 seconds")
  /** A page seen at a second of the same clock as its times. */
  const turn = (entries: ReadonlyArray<Incremental.Entry>, next: string | null, second = 100) => ({
    entries,
    next: next === null ? null : { at: next },
    now: second * 1000
  })
  const read = (entries: ReadonlyArray<Incremental.Entry>, second = 100, from: Incremental.Watermark | null = null) =>
    order.step(order.begin(from, second * 1000), turn(entries, null, second)).mark
  const begun = (mark: Incremental.Watermark | null, second = 100) => order.begin(mark, second * 1000).from
  const open = (second: number) => ({ ...Model.entry({ id: 9, updated_at: Model.time(second) }), settled: false })

  it("takes for new what was made within the time that it looks back", () => {
    const from = begun(read(Model.entries(100, 95, 80)))
    assert.strictEqual(from?.floor, Model.time(90))
    assert.deepStrictEqual(
      Model.entries(100, 90, 89).map((entry) => Incremental.isFresh(from, entry)),
      [true, true, false]
    )
    // The time that passes alone moves nothing.
    assert.deepStrictEqual(read(Model.entries(100, 95, 80), 104, from), read(Model.entries(100, 95, 80)))
  })

  it("walks back to the floor, in either direction of the pages", () => {
    const listing = order.begin(read(Model.entries(100)), 100_000)
    assert.isNotNull(order.step(listing, turn(Model.entries(105, 95, 90), "2")).next)
    assert.isNull(order.step(listing, turn(Model.entries(105, 95, 89), "2")).next)
    assert.isNull(order.step(listing, turn(Model.entries(89, 95, 105), "2")).next)
  })

  it("neither ends early nor goes on for ever for one time out of order", () => {
    const listing = order.begin(read(Model.entries(100)), 100_000)
    assert.isNotNull(order.step(listing, turn(Model.entries(105, 3, 95), "2")).next)
    assert.isNull(order.step(listing, turn(Model.entries(80, 70, 75), "2")).next)
  })

  it("goes back to the oldest record that is not settled, until it is", () => {
    const reached = read([...Model.entries(100, 95), open(50)])
    assert.strictEqual(begun(reached)?.floor, Model.time(50))
    assert.strictEqual(begun(reached, 500)?.floor, Model.time(50))
    const settled = read(Model.entries(100, 95, 50), 100, reached)
    assert.strictEqual(begun(settled)?.floor, Model.time(90))
  })

  it("gives up a record that has not settled for 35 days", () => {
    const later = 50 + 36 * 86_400
    assert.strictEqual(begun(read([...Model.entries(later), open(50)], later), later)?.floor, Model.time(later - 10))
  })

  it("is not led astray by a time in the future", () => {
    assert.strictEqual(begun(read(Model.entries(100 + 365 * 86_400, 95)))?.floor, Model.time(90))
  })

  it("leaves at rest what was made long ago", () => {
    assert.strictEqual(begun(read(Model.entries(100, 95), 5000), 5000)?.floor, Model.time(100))
  })

  it("does not judge by a page that was only asked to find another", () => {
    const listing = order.begin(read(Model.entries(100)), 100_000)
    const turn = { entries: Model.entries(1, 2), next: { at: "last", found: true }, now: 100_000 }
    assert.deepInclude(order.step(listing, turn).next, { at: "last", mark: listing.mark })
  })

  it("knows the records above the floor again where it is to remember them, and the newest in any case", () => {
    for (const second of [100, 5000]) {
      const entries = Model.entries(100, 95, 80)
      const listing = order.begin(null, second * 1000)
      const { mark } = order.step(listing, { ...turn(entries, null, second), remember: true })
      const from = begun(mark, second)
      assert.deepStrictEqual(
        entries.map((entry) => [Incremental.isFresh(from, entry), Incremental.isRepeated(from, entry)]),
        [
          [false, true],
          [false, second === 100],
          [false, false]
        ]
      )
      const changed = { ...Model.entry({ id: 0, updated_at: Model.time(100) }), record: { id: 0, revision: 2 } }
      assert.isTrue(Incremental.isFresh(from, changed))
    }
  })

  it("remembers where it is through a crash", () => {
    const { next } = order.step(
      order.begin(read([...Model.entries(100), open(50)]), 100_000),
      turn(Model.entries(105, 95), "2")
    )
    assert.deepStrictEqual(JSON.parse(JSON.stringify(next)), next)
  })
})

describe("whole", () => {
  it("reads to the end and keeps no watermark", () => {
    const { known, mark, next } = Order.whole.step(Order.begin(null), turn(Model.entries(3, 2), "2"))
    assert.deepStrictEqual({ known, mark, at: next?.at }, { known: null, mark: null, at: "2" })
    assert.isNull(Order.whole.step(Order.begin(null), turn([], null)).next)
  })
})
