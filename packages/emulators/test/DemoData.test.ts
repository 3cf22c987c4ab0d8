import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { start } from "./GitHubClient.ts"

const User = Schema.NullOr(Schema.Struct({ login: Schema.String, type: Schema.String }))
const Issue = Schema.Struct({
  number: Schema.Int,
  title: Schema.NonEmptyString,
  body: Schema.NullOr(Schema.String),
  user: User,
  labels: Schema.Array(Schema.Struct({ id: Schema.Int, name: Schema.String })),
  milestone: Schema.NullOr(Schema.Struct({ title: Schema.String })),
  state: Schema.String,
  state_reason: Schema.NullOr(Schema.String),
  closed_by: User,
  draft: Schema.optional(Schema.Boolean),
  created_at: Schema.String,
  updated_at: Schema.String,
  closed_at: Schema.NullOr(Schema.String)
})
const Side = Schema.Struct({ ref: Schema.String, repo: Schema.NullOr(Schema.Struct({ id: Schema.Int })) })
const Pull = Schema.Struct({
  state: Schema.String,
  draft: Schema.Boolean,
  merged_at: Schema.NullOr(Schema.String),
  closed_at: Schema.NullOr(Schema.String),
  head: Side,
  base: Side
})
const decodeIssues = Schema.decodeSync(Schema.parseJson(Schema.Array(Issue)))
const decodePulls = Schema.decodeSync(Schema.parseJson(Schema.Array(Pull)))

const count = <A>(items: ReadonlyArray<A>, fits: (item: A) => boolean) => items.filter(fits).length

describe("demo data", () => {
  for (const repository of ["acme/app", "acme/api"]) {
    it.scoped(`${repository} has what real issues have, the rare things too`, () =>
      Effect.gen(function* () {
        const github = yield* start()
        const issues = decodeIssues((yield* github.control("GET", `items?repository=${repository}&full=1`)).text)
        const some: Record<string, (issue: (typeof issues)[number]) => boolean> = {
          "no user": ({ user }) => user === null,
          ghost: ({ user }) => user?.login === "ghost",
          bot: ({ user }) => user?.type === "Bot",
          "no body": ({ body }) => body === null,
          CRLF: ({ body }) => body?.includes("\r\n") === true,
          emoji: ({ body, title }) => /\p{Emoji_Presentation}/u.test(title + body),
          "other script": ({ title }) => title.includes("日本語"),
          milestone: ({ milestone }) => milestone !== null,
          labels: ({ labels }) => labels.length > 1,
          completed: ({ state_reason }) => state_reason === "completed",
          "not planned": ({ state_reason }) => state_reason === "not_planned",
          duplicate: ({ state_reason }) => state_reason === "duplicate",
          reopened: ({ state_reason, state }) => state_reason === "reopened" && state === "open",
          draft: ({ draft }) => draft === true,
          "closed by nobody": ({ closed_by, state }) => state === "closed" && closed_by === null
        }
        for (const [what, fits] of Object.entries(some)) assert.isAbove(count(issues, fits), 0, what)
        assert.isAbove(new Set(issues.map(({ user }) => user?.login)).size, 12)

        for (const { closed_at, created_at, labels, state, updated_at } of issues) {
          assert.isTrue(created_at >= "2024-11-01T00:00:00Z" && created_at <= updated_at)
          assert.isTrue(updated_at <= "2026-11-01T00:00:00Z" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(updated_at))
          assert.strictEqual(state === "closed", closed_at !== null)
          if (closed_at !== null) assert.isTrue(created_at < closed_at && closed_at <= updated_at)
          assert.strictEqual(new Set(labels.map(({ id }) => id)).size, labels.length)
        }
        const updates = issues.map(({ updated_at }) => updated_at)
        assert.notDeepEqual(updates, updates.toSorted())
        assert.isAbove(updates.length - new Set(updates).size, 5)
      })
    )
  }

  it.scoped("pull requests are drafts, merged, from forks, and from forks that are gone", () =>
    Effect.gen(function* () {
      const github = yield* start()
      const pulls = decodePulls((yield* github.control("GET", "items?repository=acme/app&kind=pulls&full=1")).text)
      assert.isAbove(
        count(pulls, ({ merged_at }) => merged_at !== null),
        50
      )
      assert.isAbove(
        count(pulls, ({ merged_at, state }) => merged_at === null && state === "closed"),
        5
      )
      assert.isAbove(
        count(pulls, ({ draft }) => draft),
        5
      )
      assert.isAbove(
        count(pulls, ({ head }) => head.repo === null),
        3
      )
      assert.isAbove(
        count(pulls, ({ head }) => head.repo !== null && head.repo.id !== 1001),
        20
      )
      assert.isAbove(
        count(pulls, ({ head }) => head.repo?.id === 1001),
        50
      )
      for (const { base, closed_at, merged_at } of pulls) {
        assert.strictEqual(base.repo?.id, 1001)
        if (merged_at !== null) assert.strictEqual(merged_at, closed_at)
      }
    })
  )

  it.scoped("an item says more about itself after each change", () =>
    Effect.gen(function* () {
      const github = yield* start({ issues: 50 })
      const read = Effect.map(github.control("GET", "items?repository=acme/large&full=1"), ({ text }) =>
        decodeIssues(text)
      )
      const number = (yield* read).find(({ body }) => body !== null)?.number ?? 0
      const bodies = new Set<string | null | undefined>()
      for (const _ of [1, 2, 3]) {
        bodies.add((yield* read)[number - 1]?.body)
        yield* github.control("POST", "touch", { repository: "acme/large", number })
      }
      assert.strictEqual(bodies.size, 3)
    })
  )
})
