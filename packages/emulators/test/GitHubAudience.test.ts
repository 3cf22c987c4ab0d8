import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { link, readAdded, reader, start } from "./GitHubClient.ts"

const User = Schema.Struct({ login: Schema.String, id: Schema.Int })
const readUsers = reader(Schema.Array(User))
const readStars = reader(Schema.Array(Schema.Struct({ starred_at: Schema.String, user: User })))
const readRepository = reader(Schema.Struct({ stargazers_count: Schema.Int, open_issues_count: Schema.Int }))

const Count = Schema.Struct({ timestamp: Schema.String, count: Schema.Int, uniques: Schema.Int })
const totals = { count: Schema.Int, uniques: Schema.Int }
const readViews = reader(Schema.Struct({ ...totals, views: Schema.Array(Count) }))
const readClones = reader(Schema.Struct({ ...totals, clones: Schema.Array(Count) }))
const Day = Schema.Struct({
  timestamp: Schema.String,
  views: Schema.Int,
  view_uniques: Schema.Int,
  clones: Schema.Int,
  clone_uniques: Schema.Int
})
const readDays = reader(Schema.Array(Day))

const dated = { accept: "application/vnd.github.star+json" }
const path = "/repos/acme/app/stargazers"

describe("stargazers", () => {
  it.scoped("come oldest first, with their time where it is asked for, by page number always", () =>
    Effect.gen(function* () {
      const github = yield* start({ behaviour: { paging: "cursor" } })
      const users = (yield* github.pages(`${path}?per_page=10`, readUsers)).flat()
      const stars = (yield* github.pages(`${path}?per_page=10`, readStars, dated)).flat()
      assert.deepStrictEqual(
        stars.map(({ user }) => user),
        users
      )
      const times = stars.map(({ starred_at }) => starred_at)
      assert.deepStrictEqual(times, times.toSorted())
      assert.strictEqual(new Set(users.map(({ id }) => id)).size, users.length)
      assert.strictEqual(readRepository((yield* github.get("/repos/acme/app")).text).stargazers_count, users.length)
      const { headers } = yield* github.get(`${path}?per_page=10`)
      assert.include(link(headers, "last") ?? "", "page=5")
      assert.notStrictEqual((yield* github.get(path, dated)).headers.get("etag"), headers.get("etag"))
    })
  )

  it.scoped("end at the deepest page", () =>
    Effect.gen(function* () {
      const github = yield* start({ behaviour: { maxStarPage: 2 } })
      assert.strictEqual((yield* github.get(`${path}?page=2`)).status, 200)
      const deep = yield* github.get(`${path}?page=3`)
      assert.strictEqual(deep.status, 422)
      assert.include(deep.text, "pagination is limited for this resource")
    })
  )

  it.scoped("come and go on order, and leave no trace", () =>
    Effect.gen(function* () {
      const github = yield* start()
      const order = { repository: "acme/app", kind: "stargazers" }
      const all = Effect.map(github.pages(path, readStars, dated), (pages) => pages.flat())
      const before = yield* all
      const { added, now } = readAdded((yield* github.control("POST", "add", { ...order, count: 25 })).text)
      const [first, second] = added
      const after = yield* all
      assert.deepStrictEqual(
        after.slice(before.length).map(({ starred_at, user }) => [starred_at, user.id]),
        added.map(({ id }) => [now, id])
      )
      yield* github.control("POST", "remove", { ...order, id: first?.id })
      yield* github.control("POST", "remove", { ...order, id: before[3]?.user.id })
      const left = yield* all
      assert.lengthOf(left, before.length + 23)
      assert.strictEqual(left[before.length - 1]?.user.id, second?.id)
      const held = readStars((yield* github.control("GET", "items?repository=acme/app&kind=stargazers")).text)
      assert.deepStrictEqual(held, left)
      assert.strictEqual(readRepository((yield* github.get("/repos/acme/app")).text).stargazers_count, left.length)
    })
  )
})

describe("traffic", () => {
  it.scoped("is that of the last fourteen days, the current one so far", () =>
    Effect.gen(function* () {
      const github = yield* start({ until: new Date("2026-10-31T06:00:00Z") })
      const read = Effect.gen(function* () {
        const views = readViews((yield* github.get("/repos/acme/app/traffic/views?per=day")).text)
        const clones = readClones((yield* github.get("/repositories/1001/traffic/clones")).text)
        const held = readDays((yield* github.control("GET", "items?repository=acme/app&kind=traffic")).text)
        return { views, clones, held }
      })
      const { clones, held, views } = yield* read
      assert.deepStrictEqual(
        views.views.map(({ timestamp }) => timestamp),
        Array.from({ length: 14 }, (_, nth) => `2026-10-${18 + nth}T00:00:00Z`)
      )
      assert.deepStrictEqual(
        held,
        views.views.map(({ count, timestamp, uniques }, nth) => ({
          timestamp,
          views: count,
          view_uniques: uniques,
          clones: clones.clones[nth]?.count ?? -1,
          clone_uniques: clones.clones[nth]?.uniques ?? -1
        }))
      )
      for (const { count, entries, uniques } of [
        { ...views, entries: views.views },
        { ...clones, entries: clones.clones }
      ]) {
        assert.strictEqual(
          count,
          entries.reduce((sum, day) => sum + day.count, 0)
        )
        assert.isTrue(entries.every((day) => day.uniques <= day.count && day.uniques <= uniques))
      }

      yield* github.control("POST", "advance", { days: 0.5 })
      const later = yield* read
      assert.deepStrictEqual(later.held.slice(0, 13), held.slice(0, 13))
      assert.isAbove(later.held[13]?.views ?? 0, held[13]?.views ?? 0)
      yield* github.control("POST", "advance", { days: 1 })
      const next = yield* read
      assert.deepStrictEqual(next.held.slice(0, 12), later.held.slice(1, 13))
      assert.isAbove(next.held[12]?.views ?? 0, later.held[13]?.views ?? 0)
    })
  )

  it.scoped("comes by weeks from Monday too", () =>
    Effect.gen(function* () {
      const github = yield* start({ until: new Date("2026-10-30T00:00:00Z") })
      const days = readViews((yield* github.get("/repos/acme/app/traffic/views")).text)
      const weeks = readViews((yield* github.get("/repos/acme/app/traffic/views?per=week")).text)
      assert.deepStrictEqual(
        weeks.views.map(({ timestamp }) => timestamp),
        ["2026-10-12T00:00:00Z", "2026-10-19T00:00:00Z", "2026-10-26T00:00:00Z"]
      )
      assert.strictEqual(weeks.count, days.count)
      assert.strictEqual(
        weeks.views.reduce((sum, week) => sum + week.count, 0),
        days.count
      )
    })
  )

  it.scoped("is for those who may push", () =>
    Effect.gen(function* () {
      const github = yield* start({ behaviour: { withoutPush: ["Acme/App"] } })
      for (const kind of ["views", "clones"]) {
        const refused = yield* github.get(`/repos/acme/app/traffic/${kind}`)
        assert.strictEqual(refused.status, 403)
        assert.include(refused.text, '"message":"Must have push access to repository"')
        assert.strictEqual((yield* github.get(`/repos/acme/api/traffic/${kind}`)).status, 200)
      }
      assert.include((yield* github.get("/repos/acme/app")).text, '"push":false')
      assert.include((yield* github.get("/repos/acme/api")).text, '"push":true')
    })
  )
})
