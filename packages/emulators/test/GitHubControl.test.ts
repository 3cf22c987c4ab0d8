import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { start } from "./GitHubClient.ts"

type GitHub = Effect.Effect.Success<ReturnType<typeof start>>

const lists = [
  "/repos/acme/app",
  "/repos/acme/app/issues?state=all&per_page=100&sort=updated",
  "/repos/acme/api/pulls?state=all",
  ...[
    "issues/comments?sort=updated&direction=desc",
    "pulls/2",
    "pulls/2/reviews",
    "commits",
    "releases",
    "actions/runs",
    "deployments",
    "stargazers?page=2",
    "traffic/views",
    "traffic/clones"
  ].map((list) => `/repositories/1001/${list}`)
]

const newest = (kind: string) => `/repos/acme/app/${kind}?state=all&sort=updated&direction=desc`

const snapshot = (github: GitHub) =>
  Effect.map(
    Effect.forEach(lists, (list) => github.get(list)),
    (answers) => answers.map(({ text }) => text)
  )

describe("the demo behind the GitHub emulator", () => {
  it.scoped("one seed gives the same bytes, however often asked; another seed others", () =>
    Effect.gen(function* () {
      const [one, twin, other] = yield* Effect.all([start({ seed: 5 }), start({ seed: 5 }), start({ seed: 6 })])
      const first = yield* snapshot(one)
      assert.deepStrictEqual(yield* snapshot(one), first)
      assert.deepStrictEqual(yield* snapshot(twin), first)
      assert.notDeepEqual(yield* snapshot(other), first)
      for (const github of [one, twin]) yield* github.control("POST", "advance", { days: 12.5 })
      const later = yield* snapshot(one)
      assert.notDeepEqual(later, first)
      assert.deepStrictEqual(yield* snapshot(twin), later)
    })
  )

  it.scoped("advance creates, updates, closes and merges within the days that pass", () =>
    Effect.gen(function* () {
      const github = yield* start()
      const before = new Map((yield* github.heldInFull("acme/app", "issues")).map((item) => [item.number, item]))
      const moved = yield* github.control("POST", "advance", { days: 30 })
      assert.strictEqual(moved.text, '{"now":"2026-12-01T00:00:00Z"}')
      const after = yield* github.heldInFull("acme/app", "issues")
      const changed = after.filter((item) => item.updated_at !== before.get(item.number)?.updated_at)
      assert.isTrue(changed.every(({ updated_at: at }) => at > "2026-11-01T00:00:00Z" && at <= "2026-12-01T00:00:00Z"))
      const was = (number: number) => before.get(number)
      assert.isAbove(changed.filter(({ number }) => was(number) === undefined).length, 5)
      assert.isAbove(
        changed.filter(({ number, state }) => state === "closed" && was(number)?.state === "open").length,
        5
      )
      assert.isAbove(
        changed.filter(({ number, state }) => state === "open" && was(number)?.state === "closed").length,
        5
      )
      assert.isAbove(
        changed.filter(({ number, pull_request }) => pull_request?.merged_at && !was(number)?.pull_request?.merged_at)
          .length,
        5
      )
      // Whatever changed is found by its time, and nothing else.
      const { items } = yield* github.walk("/repos/acme/app/issues?state=all&per_page=100&since=2026-11-01T00:00:01Z")
      assert.deepStrictEqual(
        items.map(({ number }) => number).toSorted(),
        changed.map(({ number }) => number).toSorted()
      )
    })
  )

  it.scoped("touch changes one item, in both lists, and moves the clock", () =>
    Effect.gen(function* () {
      const github = yield* start()
      const number = (yield* github.held("acme/app", "pulls"))[0]?.number ?? 0
      const before = yield* github.heldInFull("acme/app", "issues")
      // Both orders were served before, so a stale one would show.
      yield* Effect.forEach(["issues", "pulls"], (kind) => github.items(newest(kind)))
      const touched = yield* github.control("POST", "touch", { repository: "acme/app", number })
      assert.strictEqual(touched.text, '{"now":"2026-11-01T00:00:01Z"}')
      const after = yield* github.heldInFull("acme/app", "issues")
      for (const [at, item] of after.entries()) {
        const old = before[at]
        if (old === undefined || item.number !== number) assert.deepStrictEqual(item, old)
        else
          assert.deepStrictEqual(item, {
            ...old,
            comments: (old.comments ?? 0) + 1,
            updated_at: "2026-11-01T00:00:01Z"
          })
      }
      for (const kind of ["issues", "pulls"]) assert.strictEqual((yield* github.items(newest(kind)))[0]?.number, number)
      yield* github.control("POST", "touch", { repository: "acme/app", number, at: "2026-11-05T06:07:08Z" })
      const [first] = yield* github.items(newest("issues"))
      assert.deepInclude(first, { number, updated_at: "2026-11-05T06:07:08Z" })
    })
  )

  it.scoped("remove leaves no trace in the lists", () =>
    Effect.gen(function* () {
      const github = yield* start()
      const all = "/repos/acme/app/issues?state=all&per_page=100"
      assert.lengthOf((yield* github.walk(all)).items, 420)
      yield* github.control("POST", "remove", { repository: "acme/app", number: 400 })
      const { items, pages } = yield* github.walk(all)
      assert.deepStrictEqual(
        pages.map(({ length }) => length),
        [100, 100, 100, 100, 19]
      )
      assert.isFalse(items.some(({ number }) => number === 400))
      assert.lengthOf(yield* github.held("acme/app", "issues"), 419)
      assert.strictEqual((yield* github.control("POST", "remove", { repository: "acme/app", number: 400 })).status, 404)
    })
  )

  it.scoped("switches change one by one; reset puts all back", () =>
    Effect.gen(function* () {
      const github = yield* start({ behaviour: { maxPage: 3 } })
      const first = yield* snapshot(github)
      yield* github.control("POST", "advance", { days: 1 })
      yield* github.control("PUT", "behaviour", { paging: "cursor" })
      const { text } = yield* github.control("PUT", "behaviour", { forbidden: ["acme/app"] })
      assert.include(text, '"paging":"cursor","maxPage":3')
      assert.strictEqual((yield* github.get("/repos/acme/app")).status, 403)
      const wrong = yield* github.control("PUT", "behaviour", { paging: "scroll", colour: 1 })
      assert.strictEqual(wrong.status, 400)
      assert.strictEqual((yield* github.control("GET", "behaviour")).text, text)

      assert.strictEqual((yield* github.control("POST", "reset")).status, 204)
      assert.deepStrictEqual(yield* snapshot(github), first)
      assert.strictEqual(
        (yield* github.get("/repos/acme/app")).headers.get("x-ratelimit-used"),
        String(lists.length + 1)
      )
      assert.include((yield* github.control("GET", "behaviour")).text, '"paging":"page","maxPage":3')
    })
  )

  it.scoped("refuses orders it cannot follow", () =>
    Effect.gen(function* () {
      const github = yield* start()
      for (const [name, body, status] of [
        ["advance", { days: 0 }, 400],
        ["advance", { days: "7" }, 400],
        ["touch", { repository: "acme/app", number: 100_000 }, 404],
        ["touch", { repository: "acme/none", number: 1 }, 404],
        ["touch", { repository: "acme/app", number: 1, at: "soon" }, 400],
        ["remove", { number: 1 }, 400],
        ["remove", { repository: "acme/app" }, 400],
        ["touch", { repository: "acme/app", kind: "runs", number: 1, id: 1 }, 400],
        ["touch", { repository: "acme/app", kind: "stargazers", number: 1 }, 400],
        ["add", { repository: "acme/app", kind: "traffic" }, 400],
        ["add", { repository: "acme/app", kind: "comments", number: 100_000 }, 404],
        ["add", { repository: "acme/empty", kind: "reviews" }, 404]
      ] as const)
        assert.strictEqual((yield* github.control("POST", name, body)).status, status, name)
      assert.strictEqual((yield* github.control("GET", "items?repository=acme/none")).status, 404)
    })
  )
})
