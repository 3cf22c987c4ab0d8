// What a list no longer has, and items that are looked into by and by, over a real socket.
import { assert, describe, it } from "@effect/vitest"
import type { Source } from "@inlet/core"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { Order, Pages, RestStream } from "../src/index.ts"
import { dataset, item, read, serve } from "./Walking.ts"

/** The newest first, by pages of 10; the times are seconds. */
const newest = (ids: () => ReadonlyArray<number>) => (url: URL) => {
  const page = Number(url.searchParams.get("page") ?? 1)
  const [, , id] = url.pathname.split("/")
  if (id !== undefined) return { body: { ...item(Number(id)), size: 7 } }
  const sorted = ids().toSorted((a, b) => b - a)
  return { body: sorted.slice((page - 1) * 10, page * 10).map((id) => item(id)) }
}
const list = { dataset, template: "/items", pages: Pages.page(), time: "changed_at" }
const ids = (records: ReadonlyArray<unknown>) => records.map((record) => RestStream.at(record, "id"))
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index)

const bodyOf = ({ body }: Source.Page): unknown => JSON.parse(new TextDecoder().decode(body))

/** What a runner keeps of a reading. */
const memory = (pages: ReadonlyArray<Source.Page>, before: ReadonlyMap<string, unknown> = new Map()) => ({
  cursor: pages.at(-1)?.cursor,
  recorded: new Map([
    ...before,
    ...pages.filter(({ fresh }) => fresh > 0).map((page) => [page.request.key, bodyOf(page)] as const)
  ])
})

describe("a list that looks back", () => {
  const stream = RestStream.make({
    ...list,
    order: Order.lookingBack("25 seconds"),
    record: (found) => ({ ...item(Number(RestStream.at(found, "id"))), gone: RestStream.at(found, "gone") ?? false }),
    gone: (found) => ({ id: RestStream.at(found, "id"), changed_at: RestStream.at(found, "changed_at"), gone: true })
  })
  const isGone = (record: unknown) => RestStream.at(record, "gone") === true

  const cases: ReadonlyArray<readonly [string, ReadonlyArray<number>]> = [
    ["the newest", [100]],
    ["those at the border of a page", [90, 91]],
    ["one on a page behind", [80]],
    ["as many as a page has", range(85, 95)]
  ]
  for (const [name, missing] of cases) {
    it.scoped(`tells what is gone of it: ${name}`, () =>
      Effect.gen(function* () {
        let there = range(1, 100)
        const { asked, url } = yield* serve(newest(() => there))
        yield* TestClock.setTime(100_000)
        const first = yield* read(stream, url)
        assert.deepStrictEqual(ids(first.records), range(1, 100).reverse())
        // What it looks back at is one page; the others are as they come.
        assert.deepStrictEqual(
          first.pages.slice(0, 2).map(({ records }) => records),
          [30, 10]
        )

        there = there.filter((id) => !missing.includes(id))
        const before = asked.length
        const known = memory(first.pages)
        const second = yield* read(stream, url, {}, known)
        assert.isAtMost(asked.length - before, 3)
        assert.deepStrictEqual(ids(second.records.filter(isGone)).sort(), [...missing].sort())

        // It stays so, and the page as it was.
        const third = yield* read(stream, url, {}, memory(second.pages, known.recorded))
        assert.deepStrictEqual(third.pages.map(bodyOf), second.pages.map(bodyOf))
      })
    )
  }

  it.scoped("takes nothing for gone that it does not reach, nor what it was not known to have had", () =>
    Effect.gen(function* () {
      let there = range(1, 100)
      const { url } = yield* serve(newest(() => there))
      yield* TestClock.setTime(100_000)
      const first = yield* read(stream, url)
      there = there.filter((id) => id !== 60)
      const known = memory(first.pages)
      assert.isEmpty((yield* read(stream, url, {}, known)).records.filter(isGone))
      there = there.filter((id) => id !== 99)
      assert.isEmpty((yield* read(stream, url, {}, { cursor: known.cursor })).records.filter(isGone))
    })
  )

  it.scoped("takes nothing for gone where it is in no order", () =>
    Effect.gen(function* () {
      let first = [2000, 3, 1, 2]
      const { url } = yield* serve(({ searchParams }) => {
        const page = Number(searchParams.get("page"))
        return { body: page === 1 ? first.map((id) => item(id)) : page === 2 && first.length === 2 ? [item(0)] : [] }
      })
      yield* TestClock.setTime(1_000_000)
      const { pages } = yield* read(stream, url)
      first = [1, 3]
      assert.isEmpty((yield* read(stream, url, {}, memory(pages))).records.filter(isGone))
    })
  )

  it.scoped("looks back as far as the service says", () =>
    Effect.gen(function* () {
      const { asked, url } = yield* serve(newest(() => range(1, 100)))
      yield* TestClock.setTime(100_000)
      const first = yield* read(stream, url)
      const before = asked.length
      yield* read(stream, url, { lookBack: "55 seconds" }, memory(first.pages))
      assert.strictEqual(asked.length - before, 6)
    })
  )
})

describe("details", () => {
  const stream = RestStream.make({
    ...list,
    order: Order.lookingBack("200 seconds"),
    details: {
      template: "/items/{id}",
      params: (found) => ({ id: String(RestStream.at(found, "id")) }),
      records: (_, details) => (details === undefined ? [] : [details]),
      by: (found) => RestStream.at(found, "changed_at"),
      bounded: true
    }
  })

  it.scoped("that are bounded come in parts, one in each run, and nothing twice", () =>
    Effect.gen(function* () {
      const { asked, url } = yield* serve(newest(() => range(1, 45)))
      yield* TestClock.setTime(100_000)
      const found: Array<unknown> = []
      let position: unknown = null
      const parts: Array<number> = []
      do {
        const { error, pages, records, warnings } = yield* read(stream, url, { details: 15 }, { position })
        assert.isNull(error)
        found.push(...ids(records))
        parts.push(records.length)
        position = pages.at(-1)?.next ?? null
        assert.strictEqual(warnings.length, position === null ? 0 : 1)
      } while (position !== null)
      assert.deepStrictEqual(parts, [20, 20, 5])
      assert.deepStrictEqual(found, range(1, 45).reverse())
      assert.strictEqual(asked.filter((path) => /\d$/.test(path) && path.startsWith("/items/")).length, 45)
    })
  )

  it.scoped("are asked for again where what tells of a change has changed, and not for what else did", () =>
    Effect.gen(function* () {
      let likes = 0
      let moved = 0
      const { asked, url } = yield* serve((url) => {
        const [, , id] = url.pathname.split("/")
        if (id !== undefined) return { body: item(Number(id), Number(id) + moved) }
        return { body: url.searchParams.get("page") === "1" ? [item(9, 9 + moved), { ...item(8), likes }] : [] }
      })
      yield* TestClock.setTime(100_000)
      const { pages } = yield* read(stream, url)
      const { cursor } = pages.at(-1) ?? {}
      likes = 5
      const before = asked.length
      const same = yield* read(stream, url, {}, { cursor })
      assert.isTrue(same.pages.every(({ fresh }) => fresh === 0))
      moved = 1
      const { records } = yield* read(stream, url, {}, { cursor })
      assert.deepStrictEqual(ids(records), [9])
      assert.strictEqual(asked.slice(before).filter((path) => path.startsWith("/items/")).length, 1)
    })
  )
})

describe("details of what is gone", () => {
  const stream = RestStream.make({
    ...list,
    order: Order.lookingBack("25 seconds"),
    details: {
      template: "/items/{id}",
      params: (found) => ({ id: String(RestStream.at(found, "id")) }),
      records: (_, answer) => (answer === undefined ? [] : [answer]),
      by: (found) => RestStream.at(found, "changed_at"),
      bounded: true,
      gone: {
        keep: (_, answer) => `size ${RestStream.at(answer, "size")}`,
        records: ({ id, kept, updatedAt }) => [{ id: Number(id), changed_at: updatedAt, kept, gone: true }]
      }
    }
  })
  const isGone = (record: unknown) => RestStream.at(record, "gone") === true
  const cursorOf = ({ pages }: { readonly pages: ReadonlyArray<Source.Page> }) => pages.at(-1)?.cursor

  it.scoped("are told once, with what is kept of them, whatever else is new", () =>
    Effect.gen(function* () {
      let there = range(1, 100)
      const { url } = yield* serve(newest(() => there))
      yield* TestClock.setTime(100_000)
      const first = yield* read(stream, url)
      // The newest, both sides of a border of pages, the oldest that is looked back to, and one before.
      const missing = [100, 91, 90, 75]
      there = [...there.filter((id) => ![...missing, 74].includes(id)), 101]
      const second = yield* read(stream, url, {}, { cursor: cursorOf(first) })
      assert.isNull(second.error)
      assert.deepStrictEqual(
        second.records.filter(isGone),
        missing.toSorted((a, b) => a - b).map((id) => ({ ...item(id), kept: "size 7", gone: true }))
      )
      assert.deepStrictEqual(ids(second.records.filter((record) => !isGone(record))), [101])

      const third = yield* read(stream, url, {}, { cursor: cursorOf(second) })
      assert.isTrue(third.pages.every(({ fresh }) => fresh === 0))
      assert.deepStrictEqual(cursorOf(third), cursorOf(second))
      // What was not looked into again in between is remembered all the same.
      there = there.filter((id) => id !== 95)
      const fourth = yield* read(stream, url, {}, { cursor: cursorOf(third) })
      assert.deepStrictEqual(fourth.records, [{ ...item(95), kept: "size 7", gone: true }])
    })
  )

  it.scoped("are found where all is gone, and not where time has passed", () =>
    Effect.gen(function* () {
      let there = range(90, 100)
      const { url } = yield* serve(newest(() => there))
      yield* TestClock.setTime(100_000)
      const first = yield* read(stream, url)
      yield* TestClock.setTime(118_000)
      assert.isEmpty((yield* read(stream, url, {}, { cursor: cursorOf(first) })).records)
      there = []
      // The others were made longer ago than is looked back to.
      assert.deepStrictEqual(ids((yield* read(stream, url, {}, { cursor: cursorOf(first) })).records), range(93, 100))
    })
  )

  it.scoped("come back where they were hidden only", () =>
    Effect.gen(function* () {
      let there = range(80, 100)
      const { url } = yield* serve(newest(() => there))
      yield* TestClock.setTime(100_000)
      const first = yield* read(stream, url)
      there = there.filter((id) => id !== 99)
      const second = yield* read(stream, url, {}, { cursor: cursorOf(first) })
      assert.deepStrictEqual(ids(second.records), [99])
      there = range(80, 100)
      const third = yield* read(stream, url, {}, { cursor: cursorOf(second) })
      assert.deepStrictEqual(third.records, [{ ...item(99), size: 7 }])
    })
  )
})

describe("the items of an answer", () => {
  it.scoped("may be made of several of its lists", () =>
    Effect.gen(function* () {
      const { url } = yield* serve(() => ({ body: { old: [item(1)], new: [item(2), item(3)] } }))
      const listOf = (body: unknown, name: string) => {
        const found = RestStream.at(body, name)
        return Array.isArray(found) ? found : []
      }
      const { records } = yield* read(
        RestStream.make({
          dataset,
          template: "/items",
          pages: Pages.single,
          items: (body) => [...listOf(body, "old"), ...listOf(body, "new")]
        }),
        url
      )
      assert.deepStrictEqual(ids(records), [1, 2, 3])
    })
  )
})
