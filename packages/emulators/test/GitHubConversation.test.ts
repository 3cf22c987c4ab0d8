import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { link, readAdded, reader, start } from "./GitHubClient.ts"

const Comment = Schema.Struct({
  id: Schema.Int,
  issue_url: Schema.String,
  html_url: Schema.String,
  body: Schema.String,
  created_at: Schema.String,
  updated_at: Schema.String
})
type Comment = typeof Comment.Type
const readComments = reader(Schema.Array(Comment))

const User = Schema.NullOr(Schema.Struct({ login: Schema.String }))
const Review = Schema.Struct({
  id: Schema.Int,
  user: User,
  state: Schema.String,
  pull_request_url: Schema.String,
  submitted_at: Schema.String
})
const readReviews = reader(Schema.Array(Review))

const Pull = Schema.Struct({
  id: Schema.Int,
  number: Schema.Int,
  user: User,
  updated_at: Schema.String,
  merged_at: Schema.NullOr(Schema.String),
  head: Schema.Struct({ repo: Schema.NullOr(Schema.Struct({ id: Schema.Int })) })
})
const FullPull = Schema.Struct({
  ...Pull.fields,
  merged: Schema.Boolean,
  merged_by: User,
  mergeable: Schema.NullOr(Schema.Boolean),
  comments: Schema.Int,
  commits: Schema.Positive,
  additions: Schema.Positive,
  deletions: Schema.NonNegative,
  changed_files: Schema.Positive
})
const readPulls = reader(Schema.Array(Pull))
const readFullPull = reader(FullPull)

const comments = "/repos/acme/app/issues/comments"
const ids = (objects: ReadonlyArray<{ readonly id: number }>) => objects.map(({ id }) => id)
const sorted = (numbers: ReadonlyArray<number>) => numbers.toSorted((one, other) => one - other)
const numberAt = (url: string) => Number(url.split("/").at(-1))

describe("issue comments", () => {
  it.scoped("come by ascending id, as many as the items count, each within the life of its item", () =>
    Effect.gen(function* () {
      const github = yield* start()
      const pages = yield* github.pages(`${comments}?per_page=100`, readComments)
      const all = pages.flat()
      assert.isAbove(all.length, 1000)
      assert.isTrue(pages.slice(0, -1).every((page) => page.length === 100))
      assert.deepStrictEqual(ids(all), sorted(ids(all)))
      const held = readComments((yield* github.control("GET", "items?repository=acme/app&kind=comments&full=1")).text)
      assert.deepStrictEqual(all, held)
      const counts = new Map<number, number>()
      for (const { issue_url } of all) counts.set(numberAt(issue_url), (counts.get(numberAt(issue_url)) ?? 0) + 1)
      const items = new Map((yield* github.heldInFull("acme/app", "issues")).map((item) => [item.number, item]))
      for (const item of items.values()) assert.strictEqual(counts.get(item.number) ?? 0, item.comments)
      for (const { created_at, html_url, issue_url, updated_at } of all) {
        const item = items.get(numberAt(issue_url))
        assert.isTrue(created_at >= (item?.created_at ?? "") && updated_at <= (item?.updated_at ?? ""))
        assert.include(html_url, item?.pull_request === undefined ? "/issues/" : "/pull/")
      }
      assert.isAbove(all.filter(({ created_at, updated_at }) => created_at !== updated_at).length, 20)
    })
  )

  it.scoped("are sorted and filtered as asked, by page or cursor, under the repository's id too", () =>
    Effect.gen(function* () {
      const github = yield* start()
      const all = (yield* github.pages(`${comments}?per_page=100`, readComments)).flat()
      const since = all[Math.floor(all.length * 0.8)]?.updated_at ?? ""
      const times = {
        created: ({ created_at }: Comment) => created_at,
        updated: ({ updated_at }: Comment) => updated_at
      }
      for (const paging of ["page", "cursor"]) {
        yield* github.control("PUT", "behaviour", { paging })
        for (const sort of ["created", "updated"] as const)
          for (const direction of ["asc", "desc"]) {
            const query = `sort=${sort}&direction=${direction}&since=${since}&per_page=100`
            const found = (yield* github.pages(`/repositories/1001/issues/comments?${query}`, readComments)).flat()
            const expected = all
              .filter(({ updated_at }) => updated_at >= since)
              .sort((one, other) => (times[sort](one) < times[sort](other) ? -1 : 1))
            if (direction === "desc") expected.reverse()
            assert.isAbove(expected.length, 100)
            assert.deepStrictEqual(found.map(times[sort]), expected.map(times[sort]))
            assert.deepStrictEqual(sorted(ids(found)), sorted(ids(expected)))
          }
      }
      // Without a sort there is no direction.
      const [first] = readComments((yield* github.get(`${comments}?direction=desc&per_page=1`)).text)
      assert.strictEqual(first?.id, all[0]?.id)
      assert.strictEqual((yield* github.get(`${comments}?sort=size`)).status, 422)
    })
  )

  it.scoped("are added, edited and removed on order", () =>
    Effect.gen(function* () {
      const github = yield* start()
      const count = Effect.map(github.heldInFull("acme/app", "issues"), (items) => items[6]?.comments ?? 0)
      const before = yield* count
      const order = { repository: "acme/app", kind: "comments" }
      const { added, now } = readAdded((yield* github.control("POST", "add", { ...order, number: 7, count: 3 })).text)
      assert.strictEqual(now, "2026-11-01T00:00:01Z")
      assert.strictEqual(yield* count, before + 3)
      const newest = Effect.map(github.get(`${comments}?sort=updated&direction=asc&since=${now}`), ({ text }) =>
        readComments(text)
      )
      const found = yield* newest
      assert.deepStrictEqual(
        ids(found),
        added.map(({ id }) => id)
      )
      assert.isTrue(found.every(({ created_at, issue_url }) => created_at === now && issue_url.endsWith("/issues/7")))

      const id = added[1]?.id ?? 0
      yield* github.control("POST", "touch", { ...order, id })
      const edited = (yield* newest).at(-1)
      assert.deepInclude(edited, { id, created_at: now, updated_at: "2026-11-01T00:00:02Z" })
      assert.notStrictEqual(edited?.body, found[1]?.body)

      yield* github.control("POST", "remove", { ...order, id })
      assert.deepStrictEqual(ids(yield* newest), [added[0]?.id, added[2]?.id])
      assert.strictEqual(yield* count, before + 2)
      assert.strictEqual((yield* github.control("POST", "remove", { ...order, id })).status, 404)
      // An item takes its comments with it.
      yield* github.control("POST", "remove", { repository: "acme/app", number: 7 })
      assert.deepStrictEqual(yield* newest, [])
    })
  )
})

describe("pull requests", () => {
  it.scoped("have their size and their fate by themselves", () =>
    Effect.gen(function* () {
      const github = yield* start()
      const listed = readPulls((yield* github.control("GET", "items?repository=acme/app&kind=pulls&full=1")).text)
      const full = yield* Effect.forEach(listed, ({ number }) =>
        Effect.map(github.get(`/repos/acme/app/pulls/${number}`), ({ text }) => readFullPull(text))
      )
      for (const [nth, pull] of full.entries()) {
        const { id, merged_at, updated_at } = listed[nth] ?? pull
        assert.deepInclude(pull, { id, merged_at, updated_at, merged: merged_at !== null })
        assert.strictEqual(pull.merged_by === null, merged_at === null)
      }
      assert.isTrue(listed.some(({ user }) => user === null))
      assert.isTrue(full.every(({ user }) => user !== null))
      assert.sameMembers([...new Set(full.map(({ mergeable }) => mergeable))], [true, false, null])
      const issue = (yield* github.heldInFull("acme/app", "issues")).find((item) => item.pull_request === undefined)
      for (const number of [issue?.number, 9999])
        for (const path of [`pulls/${number}`, `pulls/${number}/reviews`])
          assert.strictEqual((yield* github.get(`/repositories/1001/${path}`)).status, 404)
    })
  )

  it.scoped("come from forks that all exist where the option says so", () =>
    Effect.gen(function* () {
      const [usual, whole] = yield* Effect.all([start(), start({ deletedForks: false })])
      const gone = (github: typeof usual) =>
        Effect.map(
          github.control("GET", "items?repository=acme/app&kind=pulls&full=1"),
          ({ text }) => readPulls(text).filter(({ head }) => head.repo === null).length
        )
      assert.isAbove(yield* gone(usual), 3)
      assert.strictEqual(yield* gone(whole), 0)
    })
  )

  it.scoped("are never older than their last review, also as the days pass", () =>
    Effect.gen(function* () {
      const github = yield* start()
      const held = Effect.map(github.control("GET", "items?repository=acme/app&kind=reviews&full=1"), ({ text }) =>
        readReviews(text)
      )
      const before = yield* held
      yield* github.control("POST", "advance", { days: 20 })
      assert.isAbove((yield* held).length, before.length + 10)
      const reviewed = new Map<number, ReadonlyArray<typeof Review.Type>>()
      for (const { number, updated_at } of yield* github.held("acme/app", "pulls")) {
        const path = `/repos/acme/app/pulls/${number}/reviews`
        const reviews = (yield* github.pages(`${path}?per_page=2`, readReviews)).flat()
        reviewed.set(number, reviews)
        const times = reviews.map(({ submitted_at }) => submitted_at)
        assert.deepStrictEqual(times, times.toSorted())
        assert.isTrue((times.at(-1) ?? "") <= updated_at)
        assert.isTrue(reviews.every(({ pull_request_url }) => pull_request_url.endsWith(`/app/pulls/${number}`)))
      }
      const all = [...reviewed.values()].flat()
      assert.sameMembers(ids(all), ids(yield* held))
      assert.includeMembers(
        [...reviewed.values()].map(({ length }) => length),
        [0, 1, 2, 3, 4]
      )
      assert.sameMembers(
        [...new Set(all.map(({ state }) => state))],
        ["APPROVED", "CHANGES_REQUESTED", "COMMENTED", "DISMISSED"]
      )
      assert.isTrue(all.some(({ user }) => user === null))
    })
  )

  it.scoped("are reviewed on order", () =>
    Effect.gen(function* () {
      const github = yield* start()
      const { number } = (yield* github.held("acme/api", "pulls"))[3] ?? { number: 0 }
      const order = { repository: "acme/api", kind: "reviews" }
      const { added } = readAdded((yield* github.control("POST", "add", { ...order, number })).text)
      const path = `/repos/acme/api/pulls/${number}`
      const last = Effect.map(github.get(`${path}/reviews`), ({ text }) => readReviews(text).at(-1))
      const id = added[0]?.id ?? 0
      assert.deepInclude(yield* last, { id, state: "COMMENTED", submitted_at: "2026-11-01T00:00:01Z" })
      assert.strictEqual(readFullPull((yield* github.get(path)).text).updated_at, "2026-11-01T00:00:01Z")
      yield* github.control("POST", "touch", { ...order, id })
      assert.deepInclude(yield* last, { id, state: "DISMISSED", submitted_at: "2026-11-01T00:00:01Z" })
      assert.strictEqual(readFullPull((yield* github.get(path)).text).updated_at, "2026-11-01T00:00:02Z")
      const issue = (yield* github.heldInFull("acme/api", "issues")).find((item) => item.pull_request === undefined)
      assert.strictEqual((yield* github.control("POST", "add", { ...order, number: issue?.number })).status, 404)
    })
  )

  it.scoped("and issues are added on order, with one time stamp", () =>
    Effect.gen(function* () {
      const github = yield* start()
      for (const kind of ["issues", "pulls"] as const) {
        const order = { repository: "acme/app", kind, count: 4, at: "2026-11-03T04:05:06Z" }
        const { added, now } = readAdded((yield* github.control("POST", "add", order)).text)
        assert.strictEqual(now, order.at)
        const newest = yield* github.items(`/repos/acme/app/${kind}?state=all&sort=created&direction=asc&per_page=100`)
        assert.lengthOf(newest, 100)
        const held = (yield* github.heldInFull("acme/app", kind)).slice(-4)
        assert.deepStrictEqual(
          held.map(({ id, number }) => ({ number, id })),
          added
        )
        assert.isTrue(held.every(({ created_at, updated_at }) => created_at === order.at && updated_at === order.at))
      }
    })
  )
})

describe("addresses", () => {
  it.scoped("begin with the public one where there is one", () =>
    Effect.gen(function* () {
      const github = yield* start({
        behaviour: { publicUrl: "https://github.example/api/", renamed: { "acme/old": "acme/app" } }
      })
      const { headers } = yield* github.get(comments)
      assert.strictEqual(link(headers, "next"), "https://github.example/api/repositories/1001/issues/comments?page=2")
      const moved = yield* github.get("/repos/acme/old/issues/comments?per_page=5")
      assert.strictEqual(moved.status, 301)
      assert.strictEqual(
        moved.headers.get("location"),
        "https://github.example/api/repositories/1001/issues/comments?per_page=5"
      )
    })
  )
})
