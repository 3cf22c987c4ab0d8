import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { type Item, link, start } from "./GitHubClient.ts"

const numbers = (items: ReadonlyArray<{ readonly number: number }>) => items.map(({ number }) => number)

describe("GitHub lists", () => {
  for (const paging of ["page", "cursor"] as const) {
    it.scoped(`a walk gives every item exactly once, paging by ${paging}`, () =>
      Effect.gen(function* () {
        const github = yield* start({ behaviour: { paging } })
        for (const kind of ["issues", "pulls"] as const) {
          const { items, pages } = yield* github.walk(`/repos/acme/app/${kind}?state=all&per_page=37`)
          const held = yield* github.held("acme/app", kind)
          assert.isAbove(held.length, 100)
          assert.deepStrictEqual(numbers(items), numbers(held).reverse())
          assert.deepStrictEqual(new Set(items.map(({ id }) => id)), new Set(held.map(({ id }) => id)))
          assert.isTrue(pages.slice(0, -1).every((page) => page.length === 37))
        }
      })
    )
  }

  it.scoped("links have the numeric path, the emulator's own origin and the relations of GitHub", () =>
    Effect.gen(function* () {
      const github = yield* start()
      const { answers } = yield* github.walk("/repos/acme/app/issues?state=all&per_page=100&since=2024-11-02T00:00:00Z")
      const relations = answers.map(({ headers }) => (headers.get("link") ?? "").match(/(?<=rel=")\w+/g))
      assert.deepStrictEqual(relations, [
        ["next", "last"],
        ["prev", "next", "last", "first"],
        ["prev", "next", "last", "first"],
        ["prev", "next", "last", "first"],
        ["prev", "first"]
      ])
      const next = new URL(link(answers[0]?.headers ?? new Headers(), "next") ?? "")
      assert.strictEqual(next.origin, github.url)
      assert.strictEqual(next.pathname, "/repositories/1001/issues")
      assert.deepStrictEqual(Object.fromEntries(next.searchParams), {
        state: "all",
        per_page: "100",
        since: "2024-11-02T00:00:00Z",
        page: "2"
      })
      const single = yield* github.get("/repos/acme/app/issues?since=2026-10-31T00:00:00Z&per_page=100")
      assert.isFalse(single.headers.has("link"))
      const beyond = yield* github.get("/repos/acme/app/issues?state=all&per_page=100&page=9")
      assert.strictEqual(beyond.text, "[]")
      assert.isUndefined(link(beyond.headers, "next"))
    })
  )

  it.scoped("cursors have no last page, lead back too, and do not slip when items move", () =>
    Effect.gen(function* () {
      const github = yield* start({ behaviour: { paging: "cursor" } })
      const before = numbers(yield* github.held("acme/app", "issues"))
      // The page just read loses its first item, which shifts every page number after it.
      const { answers, items } = yield* github.walk(
        "/repos/acme/app/issues?state=all&direction=asc&per_page=50",
        (page) => github.control("POST", "remove", { repository: "acme/app", number: (page - 1) * 50 + 1 })
      )
      assert.deepStrictEqual(numbers(items), before)
      assert.isTrue(answers.every(({ headers }) => link(headers, "last") === undefined))

      const second = link(answers[0]?.headers ?? new Headers(), "next") ?? ""
      assert.isTrue(new URL(second).searchParams.has("after"))
      const back = link((yield* github.get(second)).headers, "prev") ?? ""
      assert.deepStrictEqual(numbers(yield* github.items(back)), before.slice(1, 50))
      assert.strictEqual((yield* github.get("/repos/acme/app/issues?after=nonsense")).status, 422)
    })
  )

  it.scoped("state, since, sort and direction choose and order like a plain filter and sort", () =>
    Effect.gen(function* () {
      const github = yield* start()
      const value = {
        created: ({ created_at }: Item) => Date.parse(created_at),
        updated: ({ updated_at }: Item) => Date.parse(updated_at),
        comments: ({ comments }: Item) => comments ?? 0
      }
      for (const kind of ["issues", "pulls"] as const) {
        const held = yield* github.heldInFull("acme/api", kind)
        // An instant that items have: since means at or after.
        const at = held[Math.floor(held.length * 0.7)]?.updated_at ?? ""
        for (const state of ["open", "closed", "all"] as const)
          for (const sort of kind === "issues"
            ? (["created", "updated", "comments"] as const)
            : (["created", "updated"] as const))
            for (const direction of ["asc", "desc"] as const)
              for (const since of kind === "issues" ? ["", at] : [""]) {
                const query = `state=${state}&sort=${sort}&direction=${direction}&per_page=100&since=${since}`
                const { items } = yield* github.walk(
                  `/repos/acme/api/${kind}?${since === "" ? query.replace("&since=", "") : query}`
                )
                const expected = held
                  .filter((item) => (state === "all" || item.state === state) && item.updated_at >= since)
                  .sort((one, other) => value[sort](one) - value[sort](other) || one.number - other.number)
                if (direction === "desc") expected.reverse()
                assert.isAbove(expected.length, 0)
                assert.deepStrictEqual(numbers(items), numbers(expected), `${kind} ${query}`)
              }
      }
    })
  )

  it.scoped("defaults: open items, 30 of them, newest first; pulls sorted by update go up", () =>
    Effect.gen(function* () {
      const github = yield* start()
      const issues = yield* github.items("/repos/acme/app/issues")
      assert.lengthOf(issues, 30)
      assert.isTrue(issues.every(({ state }) => state === "open"))
      assert.deepStrictEqual(
        numbers(issues),
        numbers(issues).toSorted((a, b) => b - a)
      )
      assert.lengthOf(yield* github.items("/repos/acme/app/issues?state=all&per_page=1000"), 100)

      const updates = (yield* github.items("/repos/acme/app/pulls?state=all&sort=updated")).map(
        ({ updated_at }) => updated_at
      )
      assert.deepStrictEqual(updates, updates.toSorted())
      const created = numbers(yield* github.items("/repos/acme/app/pulls?state=all&sort=created"))
      assert.deepStrictEqual(
        created,
        created.toSorted((a, b) => b - a)
      )
    })
  )

  it.scoped("the issues list holds pull requests under another id", () =>
    Effect.gen(function* () {
      const github = yield* start()
      const { items: issues } = yield* github.walk("/repos/acme/app/issues?state=all&per_page=100")
      const { items: pulls } = yield* github.walk("/repos/acme/app/pulls?state=all&per_page=100")
      const inIssues = issues.filter(({ pull_request }) => pull_request !== undefined)
      assert.deepStrictEqual(numbers(inIssues), numbers(pulls))
      assert.deepStrictEqual(
        inIssues.map(({ pull_request }) => pull_request?.merged_at),
        pulls.map(({ merged_at }) => merged_at)
      )
      const ids = new Set([...issues, ...pulls].map(({ id }) => id))
      assert.strictEqual(ids.size, issues.length + pulls.length)
    })
  )

  it.scoped("refuses deep pages where told to, and values that no list takes", () =>
    Effect.gen(function* () {
      const github = yield* start({ behaviour: { maxPage: 2 } })
      assert.strictEqual((yield* github.get("/repos/acme/app/issues?page=2")).status, 200)
      const deep = yield* github.get("/repos/acme/app/issues?page=3")
      assert.strictEqual(deep.status, 422)
      assert.include(deep.text, "cursor based pagination")
      assert.notInclude(deep.text, "errors")
      for (const [query, field] of [
        ["state=merged", "state"],
        ["sort=popularity", "sort"],
        ["direction=up", "direction"],
        ["since=yesterday", "since"],
        ["state=constructor", "state"]
      ]) {
        const refused = yield* github.get(`/repos/acme/app/issues?${query}`)
        assert.strictEqual(refused.status, 422)
        assert.include(refused.text, `"field":"${field}","code":"invalid"`)
      }
    })
  )

  it.scoped("a large repository is walked in full", () =>
    Effect.gen(function* () {
      const github = yield* start({ issues: 20_000, pullRequestShare: 0.1 })
      const { items, pages } = yield* github.walk(
        "/repos/acme/large/issues?state=all&sort=updated&direction=asc&per_page=100"
      )
      assert.lengthOf(pages, 200)
      assert.strictEqual(new Set(numbers(items)).size, 20_000)
      const updates = items.map(({ updated_at }) => updated_at)
      assert.deepStrictEqual(updates, updates.toSorted())
      const pulls = items.filter(({ pull_request }) => pull_request !== undefined).length
      assert.isTrue(pulls > 1500 && pulls < 2500)
      assert.strictEqual((yield* github.get("/repos/acme/app/issues")).status, 404)
    })
  )
})
