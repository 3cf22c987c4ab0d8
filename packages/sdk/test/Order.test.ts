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
  const mark = (second: number, floor: number) => ({
    updatedAt: Model.time(second),
    seen: {},
    floor: Model.time(floor)
  })

  it("ends with a floor below the highest time, and takes what is above it for new", () => {
    const { mark: reached } = order.step(Order.begin(null), turn(Model.entries(100, 95, 80), null))
    assert.deepStrictEqual(reached, mark(100, 90))
    const [a, b, c] = Model.entries(100, 90, 89)
    assert.isTrue(a !== undefined && Incremental.isFresh(reached, a))
    assert.isTrue(b !== undefined && Incremental.isFresh(reached, b))
    assert.isFalse(c !== undefined && Incremental.isFresh(reached, c))
  })

  it("walks back to the floor, in either direction of the pages", () => {
    const listing = Order.begin(mark(100, 90))
    assert.isNotNull(order.step(listing, turn(Model.entries(105, 95, 90), "2")).next)
    assert.isNull(order.step(listing, turn(Model.entries(105, 95, 89), "2")).next)
    assert.isNull(order.step(listing, turn(Model.entries(89, 95, 105), "2")).next)
  })

  it("neither ends early nor goes on for ever for one time out of order", () => {
    const listing = Order.begin(mark(100, 90))
    assert.isNotNull(order.step(listing, turn(Model.entries(105, 3, 95), "2")).next)
    assert.isNull(order.step(listing, turn(Model.entries(80, 70, 75), "2")).next)
  })

  it("keeps the floor at the oldest record that is not settled", () => {
    const entries = [
      ...Model.entries(100, 95),
      { ...Model.entry({ id: 9, updated_at: Model.time(50) }), settled: false }
    ]
    const { mark: reached } = order.step(Order.begin(null), turn(entries, null))
    assert.deepStrictEqual(reached, mark(100, 50))
    // Once it is settled, the floor rises again.
    const settled = order.step(Order.begin(reached), turn([...Model.entries(100, 95, 50)], null))
    assert.deepStrictEqual(settled.mark, mark(100, 90))
  })

  it("gives up a record that has not settled for 35 days", () => {
    const day = 86_400
    const open = { ...Model.entry({ id: 9, updated_at: Model.time(50) }), settled: false }
    const { mark: reached } = order.step(Order.begin(null), turn([...Model.entries(50 + 36 * day), open], null))
    assert.deepStrictEqual(reached, mark(50 + 36 * day, 40 + 36 * day))
  })

  it("is not led astray by a time in the future", () => {
    const year = now / 1000 + 365 * 86_400
    const { mark: reached } = order.step(Order.begin(null), turn(Model.entries(year, now / 1000 - 5), null))
    assert.strictEqual(reached?.floor, Model.time(now / 1000 - 10))
  })

  it("does not judge by a page that was only asked to find another", () => {
    const listing = Order.begin(mark(100, 90))
    const { next } = order.step(listing, { entries: Model.entries(1, 2), next: { at: "last", found: true }, now })
    assert.deepInclude(next, { at: "last", mark: listing.mark })
  })

  it("knows the records above the floor again where it is to remember them", () => {
    const entries = Model.entries(100, 95, 80)
    const { mark: reached } = order.step(Order.begin(null), { ...turn(entries, null), remember: true })
    assert.deepStrictEqual(
      entries.map((entry) => [Incremental.isFresh(reached, entry), Incremental.isRepeated(reached, entry)]),
      [
        [false, true],
        [false, true],
        [false, false]
      ]
    )
    const changed = { ...Model.entry({ id: 1, updated_at: Model.time(95) }), record: { id: 1, revision: 2 } }
    assert.isTrue(Incremental.isFresh(reached, changed))
  })

  it("remembers where it is through a crash", () => {
    const { next } = order.step(Order.begin(mark(100, 90)), turn(Model.entries(105, 95), "2"))
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
