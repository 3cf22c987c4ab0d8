// A model of lists by page numbers: a page is cut when it is asked for, and its items move when they change.

import { assert } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import * as Incremental from "../src/Incremental.ts"
import * as Order from "../src/Order.ts"

export interface Item {
  readonly id: number
  readonly updated_at: string
  readonly revision: number
}

export const time = (second: number) => new Date(second * 1000).toISOString().replace(".000Z", "Z")

export const entry = (record: { readonly id: number; readonly updated_at?: string }): Incremental.Entry => ({
  id: String(record.id),
  updatedAt: record.updated_at ?? null,
  record
})

export const entries = (...seconds: ReadonlyArray<number>) =>
  seconds.map((second, id) => entry({ id, updated_at: time(second) }))

/** `up` from a time on, or `down` from the newest. */
export const make = (direction: "up" | "down", stamps: ReadonlyArray<number>, pageSize: number) => {
  const items = new Map<number, Item>(stamps.map((second, id) => [id, { id, updated_at: time(second), revision: 0 }]))
  let now = Math.max(0, ...stamps)
  const rank = ({ id, updated_at }: Item) => Date.parse(updated_at) * 1000 + id
  return {
    items,
    /** One item changes, `later` seconds after the change before. */
    touch: (id: number, later: number) => {
      const item = items.get(id)
      now += later
      if (item !== undefined) items.set(id, { id, updated_at: time(now), revision: item.revision + 1 })
    },
    ask: ({ at, since }: Order.Listing) => {
      const page = at === null ? 1 : Number(at)
      const sorted = [...items.values()].sort((a, b) => rank(a) - rank(b))
      const selected =
        direction === "up" ? sorted.filter(({ updated_at }) => since === null || updated_at >= since) : sorted.reverse()
      const next = selected.length > page * pageSize ? { at: page + 1 } : null
      return { items: selected.slice((page - 1) * pageSize, page * pageSize), next }
    }
  }
}

export type Model = ReturnType<typeof make>

/** Walks to the end of a listing; `between` runs after each page. */
export const walk = (
  order: Order.Order,
  source: Model,
  from: Incremental.Watermark | null,
  kept: Map<number, Item>,
  between: () => void = () => {}
) => {
  let requests = 0
  for (let listing: Order.Listing = Order.begin(from); ; ) {
    assert.isBelow(++requests, 2000, "the walk does not end")
    const { items, next: behind } = source.ask(listing)
    const turn = { entries: items.map(entry), next: behind, now: Date.UTC(2026, 0) }
    const { known, mark, next } = order.step(listing, turn)
    // As the runner does: a page without anything new is not kept.
    if (items.some((item) => Incremental.isFresh(known, entry(item)))) {
      for (const item of items) kept.set(item.id, item)
    }
    between()
    if (next === null) return { mark, requests }
    // A crash at any page: the listing goes on from what was recorded.
    listing = JSON.parse(JSON.stringify(next))
  }
}

const scenario = FastCheck.record({
  // Few distinct seconds, so that time stamps are shared within and across pages.
  stamps: FastCheck.array(FastCheck.nat({ max: 12 }), { minLength: 1, maxLength: 40 }),
  pageSize: FastCheck.integer({ min: 2, max: 7 }),
  changes: FastCheck.array(
    FastCheck.array(FastCheck.record({ id: FastCheck.nat({ max: 39 }), later: FastCheck.constantFrom(0, 0, 1, 2) }), {
      maxLength: 4
    }),
    { maxLength: 30 }
  )
})

const byId = (items: Map<number, Item>) => [...items.values()].sort((a, b) => a.id - b.id)

/** Walks lists that change between their pages: nothing that stays may be missed, nor anything at all by the next walk. */
export const checkWalks = (order: Order.Order, direction: "up" | "down") =>
  FastCheck.assert(
    FastCheck.property(scenario, ({ changes, pageSize, stamps }) => {
      const source = make(direction, stamps, pageSize)
      const kept = new Map<number, Item>()
      const untouched = new Map(source.items)
      let page = 0
      const first = walk(order, source, null, kept, () => {
        for (const { id, later } of changes[page++] ?? []) {
          source.touch(id, later)
          untouched.delete(id)
        }
      })
      for (const [id, item] of untouched) assert.deepStrictEqual(kept.get(id), item)
      const second = walk(order, source, first.mark, kept)
      assert.deepStrictEqual(byId(kept), byId(source.items))
      const nothing = new Map<number, Item>()
      const third = walk(order, source, second.mark, nothing)
      assert.deepStrictEqual(nothing, new Map())
      assert.deepStrictEqual(third.mark, second.mark)
    }),
    { seed: 11, numRuns: 3000 }
  )
