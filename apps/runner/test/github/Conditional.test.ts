// A sync of what has not changed: GitHub is asked with the tag of its last answer, says 304, and counts nothing.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { jsonLines } from "../support/Inlet.ts"
import { type World, world } from "../support/World.ts"

const Limits = Schema.Struct({ resources: Schema.Struct({ core: Schema.Struct({ used: Schema.Number }) }) })

/** What the token has spent of its requests; to ask costs none. */
const spent = ({ github: { token, url } }: World) =>
  Effect.promise(async () => {
    const headers = { authorization: `Bearer ${token}`, "user-agent": "test" }
    const answer: unknown = await (await fetch(`${url}/rate_limit`, { headers })).json()
    return Schema.decodeUnknownSync(Limits)(answer).resources.core.used
  })

const events = (it: World) => Effect.map(it.run(["events", "--json"]), ({ stdout }) => jsonLines(stdout).length)

const lists = (it: World) =>
  Effect.map(it.journal(it.github.url), ({ entries }) =>
    entries.flatMap(({ headers, path, status }) =>
      path === "/rate_limit" ? [] : [{ path, status, tag: headers["if-none-match"] ?? null }]
    )
  )

/** What a sync asks, spends and records. */
const sync = (it: World) =>
  Effect.gen(function* () {
    const [asked, used, known] = [(yield* lists(it)).length, yield* spent(it), yield* events(it)]
    const { code, runs } = yield* it.report("sync")
    assert.strictEqual(code, 0)
    return {
      runs,
      asked: (yield* lists(it)).slice(asked),
      spent: (yield* spent(it)) - used,
      events: (yield* events(it)) - known
    }
  })

const REPOSITORY = "/repos/acme/archive"

/** What each stream asks where nothing is new. */
const streams: Readonly<Record<string, string>> = {
  repositories: REPOSITORY,
  issues: `${REPOSITORY}/issues`,
  issue_comments: `${REPOSITORY}/issues/comments`,
  pull_requests: `${REPOSITORY}/pulls`,
  pull_request_reviews: `${REPOSITORY}/pulls`,
  commits: `${REPOSITORY}/commits`,
  releases: `${REPOSITORY}/releases`,
  workflow_runs: `${REPOSITORY}/actions/runs`,
  stargazers: `${REPOSITORY}/stargazers`
}

describe("a sync of single pages that are as they were", () => {
  it.scopedLive("asks with their tags, costs nothing and records nothing", () =>
    Effect.gen(function* () {
      const it = yield* world({ repositories: ["acme/archive"], streams: Object.keys(streams) })
      const first = yield* sync(it)
      assert.isAbove(first.events, 0)
      assert.isAbove(first.spent, 0)
      assert.deepStrictEqual(
        first.asked.filter(({ tag }) => tag !== null),
        []
      )
      const answers = ({ asked }: typeof first) => asked.map(({ path, status }) => `${status} ${path}`).toSorted()
      const unchanged = (path: string) => `304 ${path}`
      // What the streams of commits and stargazers have to know of the repository is asked without a tag.
      const known = `200 ${REPOSITORY}`

      // Issues and comments are asked for by a time that the first sync found: for them it is another request.
      const second = yield* sync(it)
      const since = [`${REPOSITORY}/issues`, `${REPOSITORY}/issues/comments`]
      const anew = Object.values(streams).map((path) => (since.includes(path) ? `200 ${path}` : unchanged(path)))
      assert.deepStrictEqual(answers(second), [known, ...anew].toSorted())
      assert.strictEqual(second.spent, 1 + since.length)

      const third = yield* sync(it)
      assert.deepStrictEqual(answers(third), [known, ...Object.values(streams).map(unchanged)].toSorted())
      assert.strictEqual(third.spent, 1)
      for (const { status, tag } of third.asked) if (status === 304) assert.match(tag ?? "", /^(W\/)?"[^"]+"$/)

      for (const { events, runs } of [second, third]) {
        assert.strictEqual(events, 0)
        assert.deepStrictEqual([...new Set(runs.map(({ run }) => run))], [null])
      }
    })
  )

  it.scopedLive("is seen to have changed by its tag", () =>
    Effect.gen(function* () {
      const it = yield* world({ repositories: ["acme/archive"], streams: ["releases"] })
      yield* sync(it)
      yield* it.githubPost("touch", { repository: "acme/archive", kind: "releases", number: 1 })
      const changed = yield* sync(it)
      assert.strictEqual(changed.asked[0]?.status, 200)
      assert.isNotNull(changed.asked[0]?.tag)
      assert.strictEqual(changed.runs[0]?.counts.sent, 1)
      const unchanged = yield* sync(it)
      assert.strictEqual(unchanged.asked[0]?.status, 304)
      assert.notStrictEqual(unchanged.asked[0]?.tag, changed.asked[0]?.tag)
    })
  )

  it.scopedLive("in full is asked without a tag, and sends nothing that is there", () =>
    Effect.gen(function* () {
      const it = yield* world({ repositories: ["acme/archive"], streams: ["releases"] })
      yield* sync(it)
      const { code, runs } = yield* it.report("sync", "--full")
      assert.strictEqual(code, 0)
      assert.strictEqual(runs[0]?.counts.sent, 0)
      const [, full] = yield* lists(it)
      assert.deepInclude(full, { status: 200, tag: null })
    })
  )
})
