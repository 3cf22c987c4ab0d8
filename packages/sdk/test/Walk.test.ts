// Described streams, read over a real socket from a service that answers by what it is asked.
import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { Order, Pages, Policy, RestStream } from "../src/index.ts"
import { labels } from "./Labels.ts"
import { dataset, item, items, read, serve } from "./Walking.ts"

const ids = (records: ReadonlyArray<unknown>) => records.map((record) => RestStream.at(record, "id"))
const oneTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

/** A list of `count` items cut into pages of 10 by a number in the query, with a Link header. */
const linked = (count: number) => (url: URL) => {
  const page = Number(url.searchParams.get("page") ?? 1)
  const last = Math.max(1, Math.ceil(count / 10))
  const rel = (name: string, to: number) => `<${url.origin}${url.pathname}?page=${to}>; rel="${name}"`
  const links = [
    ...(page > 1 ? [rel("prev", page - 1), rel("first", 1)] : []),
    ...(page < last ? [rel("next", page + 1), rel("last", last)] : [])
  ]
  return {
    body: items(count).slice((page - 1) * 10, page * 10),
    headers: links.length === 0 ? {} : { link: links.join(", ") }
  }
}

describe("a listing", () => {
  it.scoped("goes on by links", () =>
    Effect.gen(function* () {
      const { asked, url } = yield* serve(linked(25))
      const { records } = yield* read(RestStream.make({ dataset, template: "/items" }), url)
      assert.deepStrictEqual(ids(records), oneTo(25))
      assert.deepStrictEqual(asked, ["/items", "/items?page=2", "/items?page=3"])
    })
  )

  it.scoped("goes on by links from the last page back, which the first one finds", () =>
    Effect.gen(function* () {
      const stream = RestStream.make({
        dataset,
        template: "/items",
        pages: Pages.linkFromLast,
        order: Order.lookingBack("0 seconds"),
        time: "changed_at"
      })
      const { asked, url } = yield* serve(linked(35))
      yield* TestClock.setTime(Date.UTC(2026, 0))
      const first = yield* read(stream, url)
      assert.deepStrictEqual(
        [...new Set(ids(first.records))].sort((a, b) => Number(a) - Number(b)),
        oneTo(35)
      )
      assert.deepStrictEqual(
        asked.map((path) => path.slice(6)),
        ["", "?page=4", "?page=3", "?page=2", "?page=1"]
      )
      const cursor = first.pages.at(-1)?.cursor
      const again = yield* read(stream, url, {}, { cursor })
      assert.strictEqual(again.pages.length, 2)
      assert.deepStrictEqual(again.pages.at(-1)?.cursor, cursor)
    })
  )

  it.scoped("goes on by page numbers, to the first empty page", () =>
    Effect.gen(function* () {
      const { asked, url } = yield* serve((url) => {
        const page = Number(url.searchParams.get("p"))
        return { body: items(20).slice(page * 10, page * 10 + 10) }
      })
      const pages = Pages.page({ parameter: "p", first: 0, query: { size: 10 } })
      const { records } = yield* read(RestStream.make({ dataset, template: "/items", pages }), url)
      assert.deepStrictEqual(ids(records), oneTo(20))
      assert.deepStrictEqual(asked, ["/items?size=10&p=0", "/items?size=10&p=1", "/items?size=10&p=2"])
    })
  )

  it.scoped("goes on by offsets, to the first page that is not full", () =>
    Effect.gen(function* () {
      const { asked, url } = yield* serve((url) => {
        const offset = Number(url.searchParams.get("offset"))
        return { body: { data: items(25).slice(offset, offset + Number(url.searchParams.get("limit"))) } }
      })
      const stream = RestStream.make({ dataset, template: "/items", items: "data", pages: Pages.offset({ limit: 10 }) })
      assert.deepStrictEqual(ids((yield* read(stream, url)).records), oneTo(25))
      assert.strictEqual(asked.length, 3)
    })
  )

  it.scoped("goes on by tokens in the body", () =>
    Effect.gen(function* () {
      const { asked, url } = yield* serve((url) => {
        const from = Number(url.searchParams.get("after") ?? 0)
        const next = from + 10 < 25 ? { next: `${from + 10}` } : {}
        return { body: { items: items(25).slice(from, from + 10), meta: next } }
      })
      const pages = Pages.cursor({ parameter: "after", from: "meta.next" })
      const stream = RestStream.make({ dataset, template: "/items", items: "items", pages })
      assert.deepStrictEqual(ids((yield* read(stream, url)).records), oneTo(25))
      assert.deepStrictEqual(asked, ["/items", "/items?after=10", "/items?after=20"])
    })
  )

  it.scoped("that leads back to one of its pages is an error, not an endless walk", () =>
    Effect.gen(function* () {
      const { asked, url } = yield* serve((url) => {
        const page = Number(url.searchParams.get("page") ?? 1)
        return {
          body: [item(page)],
          headers: { link: `<${url.origin}/items?page=${page === 4 ? 2 : page + 1}>; rel="next"` }
        }
      })
      const { error, pages } = yield* read(RestStream.make({ dataset, template: "/items" }), url)
      assert.deepInclude(error, { reason: "Malformed" })
      assert.include(error?.message, "lead back")
      assert.strictEqual(pages.length, 3)
      assert.strictEqual(asked.length, 4)
    })
  )

  it.scoped("that is none is an error", () =>
    Effect.gen(function* () {
      const { url } = yield* serve(() => ({ body: { message: "Hello" } }))
      const { error } = yield* read(RestStream.make({ dataset, template: "/items" }), url)
      assert.deepInclude(error, { reason: "Malformed" })
    })
  )

  it.scoped("goes on at the page that was recorded last", () =>
    Effect.gen(function* () {
      const { asked, url } = yield* serve(linked(35))
      const stream = RestStream.make({ dataset, template: "/items" })
      const { pages } = yield* read(stream, url)
      const resumed = yield* read(stream, url, {}, { position: pages[1]?.next })
      assert.deepStrictEqual(ids(resumed.records), oneTo(35).slice(20))
      assert.deepStrictEqual(asked.slice(4), ["/items?page=3", "/items?page=4"])
    })
  )

  it.scoped("of one page is told unchanged by its tag", () =>
    Effect.gen(function* () {
      const { url } = yield* serve((_, headers) =>
        headers["if-none-match"] === '"1"' ? { status: 304, body: null } : { body: [item(1)], headers: { etag: '"1"' } }
      )
      const stream = RestStream.make({ dataset, template: "/items" })
      const { pages } = yield* read(stream, url, { pageSize: 2 })
      assert.strictEqual(pages[0]?.request.etag, '"1"')
      // Behind a full page there may be another one, later.
      for (const service of [{ pageSize: 1 }, {}]) {
        assert.isNull((yield* read(stream, url, service)).pages[0]?.request.etag)
      }
      const etags = new Map([[pages[0]?.request.key ?? "", '"1"']])
      const again = yield* read(stream, url, { pageSize: 2 }, { cursor: pages[0]?.cursor, etags })
      assert.deepStrictEqual(
        again.pages.map(({ fresh, next, records, request }) => [request.status, records, fresh, next]),
        [[304, 0, 0, null]]
      )
    })
  )
})

describe("what is read each day", () => {
  const stream = RestStream.make({ dataset, template: "/items", pages: Pages.single, daily: true, context: true })
  const partition = { name: "one", params: {}, context: Effect.succeed({ place: "here" }) }
  const partitions = Effect.succeed({ found: [partition], missing: [] })

  it.scoped("is another request on each day, and its records know the day and what they belong to", () =>
    Effect.gen(function* () {
      const { asked, url } = yield* serve(() => ({ body: item(1) }))
      yield* TestClock.setTime(Date.UTC(2026, 10, 24, 23, 59))
      const first = yield* read(stream, url, { partitions })
      yield* TestClock.adjust("2 minutes")
      const second = yield* read(stream, url, { partitions })
      assert.deepStrictEqual(first.records, [{ ...item(1), "@": { place: "here", day: "2026-11-24" } }])
      assert.deepStrictEqual(second.pages[0]?.context, { place: "here", day: "2026-11-25" })
      assert.notStrictEqual(first.pages[0]?.request.key, second.pages[0]?.request.key)
      assert.deepStrictEqual(asked, ["/items", "/items"])
    })
  )
})

describe("details", () => {
  const stream = RestStream.make({
    dataset,
    template: "/items",
    order: Order.newestFirst,
    time: "changed_at",
    details: {
      template: "/items/{id}",
      params: (found) => ({ id: String(RestStream.at(found, "id")) }),
      records: (found, details) => [details ?? found],
      lacking: "their size"
    }
  })
  /** The newest first; item 3 is gone when it is looked into. */
  const service = (changed: ReadonlyMap<number, number>) => (url: URL) => {
    const all = items(5).map(({ id }) => item(id, changed.get(id)))
    const [, , id] = url.pathname.split("/")
    if (id === undefined) return { body: all.sort((a, b) => (a.changed_at < b.changed_at ? 1 : -1)) }
    return id === "3" ? { status: 404, body: {} } : { body: { ...all.find((one) => `${one.id}` === id), size: 7 } }
  }

  it.scoped("are recorded with their page, each as it was received", () =>
    Effect.gen(function* () {
      const { url } = yield* serve(service(new Map()))
      const { pages, records, warnings } = yield* read(stream, url)
      assert.deepStrictEqual(
        records.map((record) => [RestStream.at(record, "id"), RestStream.at(record, "size")]),
        [
          [5, 7],
          [4, 7],
          [3, undefined],
          [2, 7],
          [1, 7]
        ]
      )
      const body: unknown = JSON.parse(new TextDecoder().decode(pages[0]?.body))
      assert.deepStrictEqual(RestStream.at(body, "details.5"), { ...item(5), size: 7 })
      assert.isNull(RestStream.at(body, "details.3"))
      assert.deepStrictEqual(warnings, [])
    })
  )

  it.scoped("are asked for what changed only", () =>
    Effect.gen(function* () {
      const changed = new Map<number, number>()
      const { asked, url } = yield* serve((url) => service(changed)(url))
      const { pages } = yield* read(stream, url)
      const { cursor } = pages.at(-1) ?? {}
      const same = yield* read(stream, url, {}, { cursor })
      assert.deepStrictEqual(
        same.pages.map(({ fresh }) => fresh),
        [0]
      )
      assert.strictEqual(asked.length, 7)
      changed.set(2, 60)
      const { records } = yield* read(stream, url, {}, { cursor })
      assert.deepStrictEqual(ids(records), [2])
      assert.deepStrictEqual(asked.slice(7), ["/items", "/items/2"])
    })
  )

  it.scoped("are bounded in a first reading, which says what is lacking", () =>
    Effect.gen(function* () {
      const { asked, url } = yield* serve(service(new Map()))
      const { records, warnings } = yield* read(stream, url, { details: 2 })
      assert.deepStrictEqual(asked.slice().sort(), ["/items", "/items/4", "/items/5"])
      assert.deepStrictEqual(ids(records), [5, 4, 3, 2, 1])
      assert.deepStrictEqual(warnings, [
        "only the newest items were looked into one by one; the older ones lack their size"
      ])
    })
  )
})

describe("an error", () => {
  const named = (name: string) => ({ name, params: { name } })
  const partitions = Effect.succeed({ found: ["a", "b", "c"].map(named), missing: [] })
  const service = (status: number) => (url: URL) =>
    url.pathname === "/b/items" ? { status, body: {} } : { body: [item(1)] }
  const template = "/{name}/items"

  it.scoped("that ends the stream keeps the rest from being read", () =>
    Effect.gen(function* () {
      const { asked, url } = yield* serve(service(401))
      const { error } = yield* read(RestStream.make({ dataset, template }), url, { partitions })
      assert.deepInclude(error, { reason: "Unauthorized" })
      assert.deepStrictEqual(asked, ["/a/items", "/b/items"])
    })
  )

  it.scoped("that concerns a part is told after the others were read", () =>
    Effect.gen(function* () {
      const { asked, url } = yield* serve(service(403))
      const { error, pages } = yield* read(RestStream.make({ dataset, template }), url, { partitions })
      assert.deepInclude(error, { reason: "Forbidden" })
      assert.strictEqual(pages.length, 2)
      assert.strictEqual(asked.length, 3)
    })
  )

  it.scoped("that may be passed over is a warning", () =>
    Effect.gen(function* () {
      const { url } = yield* serve(service(403))
      const stream = RestStream.make({ dataset, template, errors: { ...Policy.usual, Forbidden: "skip" } })
      const { error, pages, warnings } = yield* read(stream, url, { partitions })
      assert.isNull(error)
      assert.strictEqual(pages.length, 2)
      assert.strictEqual(warnings.length, 1)
      assert.include(warnings[0], "403")
    })
  )
})

describe("a plain stream", () => {
  it("takes no more than 30 lines, its schema included", () => {
    const lines = readFileSync(new URL("./Labels.ts", import.meta.url), "utf8")
      .trimEnd()
      .split("\n")
    assert.isAtMost(lines.length, 30)
  })

  it.scoped("is read in all partitions, page by page, into rows", () =>
    Effect.gen(function* () {
      const label = (id: number) => ({ id, name: `l${id}`, created: "2026-01-31T10:00:00Z", issues: [1, 2] })
      const { url } = yield* serve(({ origin, pathname, searchParams }) =>
        searchParams.has("page")
          ? { body: [label(2)] }
          : { body: [label(1)], headers: { link: `<${origin}${pathname}?page=2>; rel="next"` } }
      )
      const found = ["one", "two"].map((project) => ({
        name: project,
        params: { project },
        context: Effect.succeed({ project })
      }))
      const { records } = yield* read(labels, url, { partitions: Effect.succeed({ found, missing: [] }) })
      const row = (id: number, project: string) => ({
        _tag: "Row",
        row: { label_id: `${id}`, project, name: `l${id}`, uses: 2, made_at: "2026-01-31T10:00:00.000Z" }
      })
      assert.deepStrictEqual<unknown>(records.map(labels.spec.map), [
        row(1, "one"),
        row(2, "one"),
        row(1, "two"),
        row(2, "two")
      ])
    })
  )
})

describe("a description that does not fit", () => {
  it("is refused where an order goes by times and nothing says where they are", () =>
    assert.throws(() => RestStream.make({ dataset, template: "/items", order: Order.newestFirst }), "goes by times"))

  const wrong = [
    ["id", { id: "uid" }, "uid"],
    ["time", { time: "updated" }, "updated"]
  ] as const
  for (const [name, member, path] of wrong) {
    it.scoped(
      `is a mistake of the connector where no item has the ${name} that it names, and no row is lost silently`,
      () =>
        Effect.gen(function* () {
          const { url } = yield* serve(linked(25))
          const order = Order.newestFirst
          const stream = RestStream.make({ dataset, template: "/items", order, time: "changed_at", ...member })
          const { error, pages } = yield* read(stream, url)
          assert.deepInclude(error, { reason: "Misbehaved" })
          assert.include(error?.message, path)
          assert.strictEqual(pages.length, 0)
        })
    )
  }
})
