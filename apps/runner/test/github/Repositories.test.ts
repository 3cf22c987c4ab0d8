// Which repositories are read: renamed, gone, shut, archived and empty ones, and those that patterns and topics select.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { type Run, type World, world } from "../support/World.ts"

const configured = (repositories: ReadonlyArray<string>, more: Parameters<typeof world>[0] = {}) =>
  world({ streams: ["releases"], repositories, ...more })

/** How many releases of each repository are at Databox. */
const arrived = (it: World) =>
  Effect.map(it.rows("github_releases"), (rows) => {
    const counts: Record<string, number> = {}
    for (const { repository = "" } of rows.values()) counts[repository] = (counts[repository] ?? 0) + 1
    return counts
  })

const sync = (it: World) => Effect.map(it.report("sync"), ({ code, runs }) => ({ code, run: runs[0] }))

const sent = (runs: ReadonlyArray<Run>, streams: ReadonlyArray<string>) =>
  streams.map((name) => runs.find(({ stream }) => stream === name)?.counts.sent)

const paths = (it: World) => Effect.map(it.journal(it.github.url), ({ entries }) => entries.map(({ path }) => path))

/** As GitHub hides what the token may not see, and what is gone. */
const hidden = (repository: string) => [
  { match: { path: `^/repos/${repository}(/|$)` }, times: 0, action: { type: "status", status: 404 } }
]

describe("a repository", () => {
  it.scopedLive("that was renamed is read, and a warning tells so", () =>
    Effect.gen(function* () {
      const it = yield* configured(["acme/old", "acme/app"], {
        streams: ["releases", "commits"],
        github: { behaviour: { renamed: { "acme/old": "acme/api" } } }
      })
      const { code, runs } = yield* it.report("sync")
      assert.strictEqual(code, 0)
      assert.deepStrictEqual(yield* arrived(it), { "acme/api": 14, "acme/app": 14 })
      for (const { error, warnings } of runs) {
        assert.isNull(error)
        assert.deepStrictEqual(warnings, [
          "acme/old has another name now; GitHub leads on to it, but put the new one into inlet.yaml"
        ])
      }
      const commits = [...(yield* it.rows("github_commits")).values()]
      assert.deepStrictEqual([...new Set(commits.map(({ repository }) => repository))].toSorted(), [
        "acme/api",
        "acme/app"
      ])
      assert.deepStrictEqual(sent(runs, ["releases", "commits"]), [28, 640])
      // It is looked for under its old name again, and brings nothing twice.
      const again = yield* it.report("sync")
      assert.strictEqual(again.code, 0)
      assert.deepStrictEqual(sent(again.runs, ["releases", "commits"]), [0, 0])
      assert.match(again.runs[0]?.warnings[0] ?? "", /^acme\/old has another name now/)
    })
  )

  it.scopedLive("that the token may not see ends the stream with exit 30, after the others", () =>
    Effect.gen(function* () {
      const it = yield* configured(["acme/api", "acme/app"])
      yield* it.githubFaults(hidden("acme/api"))
      const { code, run } = yield* sync(it)
      assert.strictEqual(code, 30)
      assert.deepStrictEqual(yield* arrived(it), { "acme/app": 14 })
      assert.deepInclude(run?.error, {
        code: "E_SOURCE_NOT_FOUND",
        message: "GitHub shows no repository acme/api to this token; a private one needs a token with access to it",
        kept: "Everything read so far is recorded."
      })
      yield* it.githubFaults([])
      const again = yield* sync(it)
      assert.strictEqual(again.code, 0)
      assert.deepStrictEqual(yield* arrived(it), { "acme/api": 14, "acme/app": 14 })
      assert.strictEqual(again.run?.counts.sent, 14)
    })
  )

  it.scopedLive("that went away keeps its rows, and the others are read on", () =>
    Effect.gen(function* () {
      const it = yield* configured(["acme/api", "acme/app"], { streams: ["releases", "issues"] })
      assert.strictEqual((yield* it.report("sync")).code, 0)
      yield* it.githubFaults(hidden("acme/api"))
      for (const kind of ["releases", "issues"]) yield* it.githubPost("add", { repository: "acme/app", kind })
      const { code, runs } = yield* it.report("sync")
      assert.strictEqual(code, 30)
      for (const { counts, error } of runs) {
        assert.strictEqual(error?.code, "E_SOURCE_NOT_FOUND")
        assert.deepInclude(counts, { sent: 1, pending: 0, quarantined: 0 })
      }
      assert.deepStrictEqual(yield* arrived(it), { "acme/api": 14, "acme/app": 15 })
      // What is new where it came back is found.
      yield* it.githubPost("add", { repository: "acme/api", kind: "issues" })
      yield* it.githubFaults([])
      const back = yield* it.report("sync")
      assert.strictEqual(back.code, 0)
      assert.deepStrictEqual(sent(back.runs, ["releases", "issues"]), [0, 1])
    })
  )

  it.scopedLive("that is archived is read like any other, and one without commits has none", () =>
    Effect.gen(function* () {
      const it = yield* configured(["acme/empty", "acme/archive"], { streams: ["releases", "commits"] })
      const { code, runs } = yield* it.report("sync")
      assert.strictEqual(code, 0)
      assert.deepStrictEqual(sent(runs, ["releases", "commits"]), [2, 30])
      for (const { error, warnings } of runs) assert.deepStrictEqual({ error, warnings }, { error: null, warnings: [] })
      const answers = (yield* it.journal(it.github.url)).entries.filter(({ path }) => path.endsWith("/commits"))
      assert.deepStrictEqual(
        answers.map(({ status }) => status),
        [409, 200]
      )
    })
  )
})

describe("what selects repositories", () => {
  const app = { "acme/app": 14 }
  const api = { "acme/api": 14 }
  const archive = { "acme/archive": 2 }
  const owner = ["/orgs/acme/repos"]
  const own = ["/user/repos"]
  const cases: ReadonlyArray<
    readonly [written: ReadonlyArray<string>, rows: Readonly<Record<string, number>>, lists: ReadonlyArray<string>]
  > = [
    [["acme/*"], { ...app, ...api, ...archive }, owner],
    [["acme/a*"], { ...app, ...api, ...archive }, owner],
    [["acme/*p*"], { ...app, ...api }, owner],
    [["ACME/App"], app, []],
    [["topic:backend"], { ...app, ...api }, own],
    [["acme/topic:core"], app, owner],
    [["acme/ap*", "acme/app"], { ...app, ...api }, owner],
    [["Acme/APP", "acme/topic:backend"], { ...app, ...api }, owner],
    [["mira-lund/*"], { "mira-lund/notes": 2 }, ["/orgs/mira-lund/repos", "/users/mira-lund/repos", "/user/repos"]]
  ]
  for (const [written, rows, lists] of cases) {
    it.scopedLive(`${written.join(" and ")}: each of them is read once`, () =>
      Effect.gen(function* () {
        const it = yield* configured(written)
        const { code, run } = yield* sync(it)
        assert.strictEqual(code, 0)
        assert.deepStrictEqual(run?.warnings, [])
        assert.deepStrictEqual(yield* arrived(it), rows)
        const asked = yield* paths(it)
        assert.deepStrictEqual(
          asked.filter((path) => !path.startsWith("/repos/acme") && !path.endsWith("/releases")),
          lists
        )
        // One page each, and acme/empty has one without a release.
        const read = asked.filter((path) => path.endsWith("/releases")).map((path) => path.toLowerCase())
        const all = Object.keys(rows).map((name) => `/repos/${name}/releases`)
        assert.deepStrictEqual(read.filter((path) => path !== "/repos/acme/empty/releases").toSorted(), all.toSorted())
      })
    )
  }

  it.scopedLive("is asked for once, by all streams together", () =>
    Effect.gen(function* () {
      const it = yield* configured(["acme/a*"], { streams: ["releases", "stargazers", "deployments"] })
      assert.strictEqual((yield* it.report("sync")).code, 0)
      assert.deepStrictEqual(
        (yield* paths(it)).filter((path) => path.startsWith("/orgs/")),
        ["/orgs/acme/repos"]
      )
    })
  )

  it.scopedLive("finds one that came since the last run", () =>
    Effect.gen(function* () {
      const it = yield* configured(["acme/topic:core"])
      yield* it.githubFaults([
        { match: { path: "^/orgs/acme/repos" }, times: 1, action: { type: "status", status: 200, body: [] } }
      ])
      const before = yield* sync(it)
      assert.strictEqual(before.code, 0)
      assert.deepStrictEqual(before.run?.warnings, ["acme/topic:core selects no repository"])
      const { code, run } = yield* sync(it)
      assert.strictEqual(code, 0)
      assert.deepStrictEqual(run?.warnings, [])
      assert.deepStrictEqual(yield* arrived(it), app)
    })
  )

  it.scopedLive("but fits none is told in a warning", () =>
    Effect.gen(function* () {
      const it = yield* configured(["acme/web-*", "acme/topic:core", "topic:frontend"])
      const { code, run } = yield* sync(it)
      assert.strictEqual(code, 0)
      assert.isNull(run?.error)
      assert.deepStrictEqual(run?.warnings, [
        "acme/web-* selects no repository",
        "topic:frontend selects no repository"
      ])
      assert.deepStrictEqual(yield* arrived(it), app)
    })
  )

  it.scopedLive("by a topic alone needs a token; the others are read without", () =>
    Effect.gen(function* () {
      const it = yield* configured(["topic:backend", "acme/topic:core"], { config: [] })
      const { code, run } = yield* sync(it)
      assert.strictEqual(code, 30)
      assert.deepInclude(run?.error, {
        code: "E_SOURCE_FORBIDDEN",
        message: "topic:backend needs a token, or the name of an account: acme/topic:backend"
      })
      assert.deepStrictEqual(yield* arrived(it), app)
    })
  )

  it.scopedLive("in an account that is not there ends the stream with its name; the others are read", () =>
    Effect.gen(function* () {
      const it = yield* configured(["nobody-here/*", "acme/app"])
      const { code, run } = yield* sync(it)
      assert.strictEqual(code, 30)
      assert.strictEqual(run?.error?.code, "E_SOURCE_NOT_FOUND")
      assert.strictEqual(run?.error?.message, "GitHub shows no account nobody-here to this token")
      assert.deepStrictEqual(yield* arrived(it), app)
    })
  )
})
