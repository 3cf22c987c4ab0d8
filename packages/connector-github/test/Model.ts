// A model of GitHub's lists, by page numbers as they were for long: a page is cut when it is asked for, and its items move
// when they change.

import { assert } from "@effect/vitest"
import { Incremental } from "@inlet/sdk"
import * as FastCheck from "effect/FastCheck"
import * as Listing from "../src/Listing.ts"

export interface Item {
  readonly id: number
  readonly updated_at: string
  readonly revision: number
}

export const time = (second: number) => new Date(second * 1000).toISOString().replace(".000Z", "Z")

export const entries = (...seconds: ReadonlyArray<number>) =>
  seconds.map((second, id) => Listing.entry({ id, updated_at: time(second) }))

/** `issues` go up from `since`, `pulls` go down. */
export const make = (kind: "issues" | "pulls", stamps: ReadonlyArray<number>, pageSize: number) => {
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
    ask: ({ since, url }: Listing.Listing) => {
      const page = url === null ? 1 : Number(url)
      const sorted = [...items.values()].sort((a, b) => rank(a) - rank(b))
      const selected =
        kind === "issues" ? sorted.filter(({ updated_at }) => since === null || updated_at >= since) : sorted.reverse()
      const link = selected.length > page * pageSize ? String(page + 1) : null
      return { items: selected.slice((page - 1) * pageSize, page * pageSize), link }
    }
  }
}

export type Model = ReturnType<typeof make>

/** Walks to the end of a listing; `between` runs after each page. */
export const walk = (
  list: Listing.List,
  source: Model,
  from: Incremental.Watermark | null,
  kept: Map<number, Item>,
  between: () => void = () => {}
) => {
  let requests = 0
  for (let listing: Listing.Listing = Listing.begin(from); ; ) {
    assert.isBelow(++requests, 2000, "the walk does not end")
    const { items, link } = source.ask(listing)
    const { known, mark, next } = list.step(listing, items.map(Listing.entry), link)
    // As the runner does: a page without anything new is not kept.
    if (items.some((item) => Incremental.isFresh(known, Listing.entry(item)))) {
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
export const checkWalks = (list: Listing.List, kind: "issues" | "pulls") =>
  FastCheck.assert(
    FastCheck.property(scenario, ({ changes, pageSize, stamps }) => {
      const source = make(kind, stamps, pageSize)
      const kept = new Map<number, Item>()
      const untouched = new Map(source.items)
      let page = 0
      const first = walk(list, source, null, kept, () => {
        for (const { id, later } of changes[page++] ?? []) {
          source.touch(id, later)
          untouched.delete(id)
        }
      })
      for (const [id, item] of untouched) assert.deepStrictEqual(kept.get(id), item)
      const second = walk(list, source, first.mark, kept)
      assert.deepStrictEqual(byId(kept), byId(source.items))
      const nothing = new Map<number, Item>()
      const third = walk(list, source, second.mark, nothing)
      assert.deepStrictEqual(nothing, new Map())
      assert.deepStrictEqual(third.mark, second.mark)
    }),
    { seed: 11, numRuns: 3000 }
  )
