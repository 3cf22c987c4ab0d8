import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { readAdded, readAddedCommits, reader, start } from "./GitHubClient.ts"

const Commit = Schema.Struct({
  sha: Schema.String,
  author: Schema.NullOr(Schema.Struct({ login: Schema.String })),
  committer: Schema.NullOr(Schema.Struct({ login: Schema.String })),
  commit: Schema.Struct({
    message: Schema.NonEmptyString,
    author: Schema.Struct({ date: Schema.String }),
    committer: Schema.Struct({ date: Schema.String }),
    verification: Schema.Struct({ verified: Schema.Boolean })
  }),
  parents: Schema.Array(Schema.Struct({ sha: Schema.String }))
})
const readCommits = reader(Schema.Array(Commit))

const Release = Schema.Struct({
  id: Schema.Int,
  tag_name: Schema.String,
  name: Schema.NullOr(Schema.String),
  draft: Schema.Boolean,
  created_at: Schema.String,
  published_at: Schema.String
})
const readReleases = reader(Schema.Array(Release))

const Run = Schema.Struct({
  id: Schema.Int,
  status: Schema.String,
  conclusion: Schema.NullOr(Schema.String),
  event: Schema.String,
  head_branch: Schema.String,
  run_attempt: Schema.Int,
  created_at: Schema.String,
  updated_at: Schema.String,
  run_started_at: Schema.String
})
const Runs = Schema.Struct({ total_count: Schema.Int, workflow_runs: Schema.Array(Run) })
const readHeldRuns = reader(Schema.Array(Run))
const readRunPage = reader(Runs)
const readRuns = (text: string) => readRunPage(text).workflow_runs

const Deployment = Schema.Struct({
  id: Schema.Int,
  environment: Schema.String,
  created_at: Schema.String,
  updated_at: Schema.String
})
const readDeployments = reader(Schema.Array(Deployment))
const Status = Schema.Struct({ id: Schema.Int, state: Schema.String, created_at: Schema.String })
const readStatuses = reader(Schema.Array(Status))

const descending = (times: ReadonlyArray<string>) => times.toSorted().reverse()
const committed = ({ commit }: typeof Commit.Type) => commit.committer.date
const created = ({ created_at }: { readonly created_at: string }) => created_at

describe("commits", () => {
  it.scoped("come newest first by committer date, once each, with parents, and some without accounts", () =>
    Effect.gen(function* () {
      const github = yield* start()
      const all = (yield* github.pages("/repos/acme/app/commits?per_page=100", readCommits)).flat()
      const held = readCommits((yield* github.control("GET", "items?repository=acme/app&kind=commits&full=1")).text)
      assert.lengthOf(all, 320)
      assert.sameMembers(
        all.map(({ sha }) => sha),
        held.map(({ sha }) => sha)
      )
      assert.deepStrictEqual(all.map(committed), descending(all.map(committed)))
      assert.isTrue(all.some(({ author, committer }) => author === null && committer !== null))
      assert.isTrue(all.some(({ committer }) => committer === null))
      assert.isTrue(all.some(({ commit }) => commit.author.date < commit.committer.date))
      assert.isTrue(all.every(({ commit }) => commit.author.date <= commit.committer.date))
      assert.sameMembers([...new Set(all.map(({ parents }) => parents.length))], [0, 1, 2])
      const known = new Set(all.map(({ sha }) => sha))
      assert.isTrue(all.every(({ parents }) => parents.every(({ sha }) => known.has(sha))))
    })
  )

  it.scoped("are cut out by committer date, both ends included", () =>
    Effect.gen(function* () {
      const github = yield* start()
      const all = (yield* github.pages("/repos/acme/api/commits?per_page=100", readCommits)).flat()
      const [until = "", since = ""] = [all[40], all[130]].flatMap((commit) => commit?.commit.committer.date ?? [])
      const window = `/repositories/1002/commits?since=${since}&until=${until}&per_page=30`
      const found = (yield* github.pages(window, readCommits)).flat()
      assert.deepStrictEqual(found, all.slice(40, 131))
      assert.strictEqual((yield* github.get("/repos/acme/api/commits?since=then")).status, 422)
    })
  )

  it.scoped("of an empty repository are a conflict, until there is one", () =>
    Effect.gen(function* () {
      const github = yield* start()
      const empty = yield* github.get("/repos/acme/empty/commits")
      assert.strictEqual(empty.status, 409)
      assert.include(empty.text, '"message":"Git Repository is empty."')
      assert.strictEqual((yield* github.get("/repos/acme/empty/issues?state=all")).text, "[]")
      yield* github.control("POST", "add", { repository: "acme/empty", kind: "commits" })
      assert.lengthOf(readCommits((yield* github.get("/repos/acme/empty/commits")).text), 1)
    })
  )

  it.scoped("are added, also with a date of the past, and leave by a force push", () =>
    Effect.gen(function* () {
      const github = yield* start()
      const order = { repository: "acme/app", kind: "commits" }
      const all = Effect.map(github.pages("/repos/acme/app/commits?per_page=100", readCommits), (pages) => pages.flat())
      const before = yield* all
      const at = "2026-03-04T05:06:07Z"
      const { added, now } = readAddedCommits((yield* github.control("POST", "add", { ...order, at, count: 2 })).text)
      assert.strictEqual(now, "2026-11-01T00:00:00Z")
      const after = yield* all
      assert.sameMembers(
        after.filter((commit) => committed(commit) === at).map(({ sha }) => sha),
        added.map(({ id }) => id)
      )
      assert.deepStrictEqual(after.map(committed), descending(after.map(committed)))
      for (const { id } of added) yield* github.control("POST", "remove", { ...order, id })
      assert.deepStrictEqual(yield* all, before)
      const fixed = yield* github.control("POST", "touch", { ...order, id: before[0]?.sha })
      assert.strictEqual(fixed.status, 400)
    })
  )
})

describe("releases", () => {
  it.scoped("come newest first, without drafts; they are added, renamed and removed on order", () =>
    Effect.gen(function* () {
      const github = yield* start()
      const order = { repository: "acme/app", kind: "releases" }
      const all = Effect.map(github.pages("/repos/acme/app/releases?per_page=5", readReleases), (pages) => pages.flat())
      const before = yield* all
      assert.lengthOf(before, 14)
      assert.deepStrictEqual(
        before.map(({ published_at }) => published_at),
        descending(before.map(({ published_at }) => published_at))
      )
      assert.strictEqual(new Set(before.map(({ tag_name }) => tag_name)).size, 14)
      assert.isTrue(before.every(({ created_at, draft, published_at }) => !draft && created_at <= published_at))

      const { added } = readAdded((yield* github.control("POST", "add", order)).text)
      const [release, ...others] = yield* all
      assert.deepInclude(release, { id: added[0]?.id ?? 0, published_at: "2026-11-01T00:00:01Z" })
      assert.deepStrictEqual(others, before)
      yield* github.control("POST", "touch", { ...order, id: release?.id })
      const [renamed] = yield* all
      assert.notStrictEqual(renamed?.name, release?.name)
      assert.strictEqual(renamed?.published_at, release?.published_at)
      yield* github.control("POST", "remove", { ...order, id: release?.id })
      assert.deepStrictEqual(yield* all, before)
    })
  )
})

describe("workflow runs", () => {
  const path = "/repos/acme/app/actions/runs"

  it.scoped("come newest first with their number, and only completed ones have a conclusion", () =>
    Effect.gen(function* () {
      const github = yield* start()
      const all = (yield* github.pages(`${path}?per_page=100`, readRuns)).flat()
      assert.strictEqual(readRunPage((yield* github.get(path)).text).total_count, all.length)
      assert.lengthOf(all, 450)
      assert.deepStrictEqual(all.map(created), descending(all.map(created)))
      assert.sameMembers([...new Set(all.map(({ status }) => status))], ["queued", "in_progress", "completed"])
      for (const { conclusion, created_at, run_attempt, run_started_at, status, updated_at } of all) {
        assert.strictEqual(conclusion === null, status !== "completed")
        assert.isTrue(created_at <= run_started_at && run_started_at <= updated_at)
        assert.strictEqual(run_started_at === created_at, run_attempt === 1)
      }
      assert.isTrue(all.some(({ run_attempt }) => run_attempt > 1))
      assert.isTrue(all.some(({ conclusion }) => conclusion === "failure"))
    })
  )

  it.scoped("are filtered by creation, status, event and branch", () =>
    Effect.gen(function* () {
      const github = yield* start()
      const all = readHeldRuns((yield* github.control("GET", "items?repository=acme/app&kind=runs&full=1")).text)
      const at = all[200]?.created_at ?? ""
      const day = at.slice(0, 10)
      const cases: ReadonlyArray<readonly [string, (run: typeof Run.Type) => boolean]> = [
        [`created=${day}..2026-05-01`, ({ created_at }) => created_at >= day && created_at < "2026-05-02"],
        [`created=${at}..*`, ({ created_at }) => created_at >= at],
        [`created=*..${at}`, ({ created_at }) => created_at <= at],
        [`created=%3E${at}`, ({ created_at }) => created_at > at],
        [`created=>=${at.replace("Z", "%2B00:00")}`, ({ created_at }) => created_at >= at],
        [`created=<${day}`, ({ created_at }) => created_at < day],
        [`created=<=${day}`, ({ created_at }) => created_at.slice(0, 10) <= day],
        [`created=${day}`, ({ created_at }) => created_at.startsWith(day)],
        ["status=queued", ({ status }) => status === "queued"],
        ["status=failure", ({ conclusion }) => conclusion === "failure"],
        ["event=schedule", ({ event }) => event === "schedule"],
        ["branch=main&event=push", ({ event, head_branch }) => head_branch === "main" && event === "push"]
      ]
      for (const [query, fits] of cases) {
        const found = (yield* github.pages(`${path}?per_page=100&${query}`, readRuns)).flat()
        assert.isAbove(found.length, 0, query)
        assert.deepStrictEqual(found, all.filter(fits).reverse(), query)
      }
      for (const created of ["lately", "2026-01-01..", "..2026-01-01", "2026-13-01"])
        assert.strictEqual((yield* github.get(`${path}?created=${created}`)).status, 422, created)
    })
  )

  it.scoped("are not more than a thousand under a filter", () =>
    Effect.gen(function* () {
      const github = yield* start()
      const at = "2026-11-02T00:00:00Z"
      yield* github.control("POST", "add", { repository: "acme/app", kind: "runs", count: 1100, at })
      const found = (yield* github.pages(`${path}?per_page=100&created=${at}`, readRuns)).flat()
      assert.lengthOf(found, 1000)
      assert.strictEqual(readRunPage((yield* github.get(`${path}?created=${at}`)).text).total_count, 1100)
      assert.lengthOf((yield* github.pages(`${path}?per_page=100`, readRuns)).flat(), 1550)
    })
  )

  it.scoped("are begun, completed, run again and removed on order", () =>
    Effect.gen(function* () {
      const github = yield* start()
      const order = { repository: "acme/app", kind: "runs" }
      const newest = Effect.map(github.get(path), ({ text }) => readRuns(text)[0])
      const { added, now } = readAdded((yield* github.control("POST", "add", order)).text)
      const id = added[0]?.id ?? 0
      assert.deepInclude(yield* newest, { id, status: "queued", conclusion: null, run_attempt: 1, updated_at: now })
      yield* github.control("POST", "touch", { ...order, id })
      const done = yield* newest
      assert.deepInclude(done, { id, status: "completed", run_started_at: now, updated_at: "2026-11-01T00:00:02Z" })
      yield* github.control("POST", "touch", { ...order, id, at: "2026-11-04T00:00:00Z" })
      assert.deepInclude(yield* newest, {
        id,
        status: "in_progress",
        conclusion: null,
        run_attempt: 2,
        created_at: now,
        run_started_at: "2026-11-04T00:00:00Z",
        updated_at: "2026-11-04T00:00:00Z"
      })
      yield* github.control("POST", "remove", { ...order, id })
      assert.notStrictEqual((yield* newest)?.id, id)
    })
  )

  it.scoped("end and begin as the days pass, and run again within thirty days", () =>
    Effect.gen(function* () {
      const github = yield* start()
      const read = Effect.map(github.control("GET", "items?repository=acme/api&kind=runs&full=1"), ({ text }) =>
        readHeldRuns(text)
      )
      const before = yield* read
      yield* github.control("POST", "advance", { days: 60 })
      const after = yield* read
      const since = "2026-11-01T00:00:00Z"
      const changed = before.filter((run, nth) => JSON.stringify(run) !== JSON.stringify(after[nth]))
      assert.isAbove(after.length, before.length + 20)
      assert.isTrue(before.some(({ status }) => status !== "completed"))
      assert.isTrue(after.slice(0, before.length).every(({ status }) => status === "completed"))
      assert.isTrue(after.some(({ status }) => status === "queued"))
      assert.isAbove(changed.length, 0)
      for (const { id } of changed) assert.isTrue((after.find((run) => run.id === id)?.updated_at ?? "") > since)
      for (const { created_at, run_attempt, run_started_at } of after)
        if (run_attempt > 1) assert.isAtMost(Date.parse(run_started_at) - Date.parse(created_at), 30 * 86_400_000)
    })
  )
})

describe("deployments", () => {
  it.scoped("come newest first, and their statuses too", () =>
    Effect.gen(function* () {
      const github = yield* start()
      const all = (yield* github.pages("/repos/acme/app/deployments?per_page=40", readDeployments)).flat()
      assert.lengthOf(all, 90)
      assert.deepStrictEqual(all.map(created), descending(all.map(created)))
      const seen = new Set<string>()
      for (const { created_at, id, updated_at } of all) {
        const statuses = (yield* github.pages(
          `/repositories/1001/deployments/${id}/statuses?per_page=2`,
          readStatuses
        )).flat()
        assert.deepStrictEqual(statuses.map(created), descending(statuses.map(created)))
        assert.strictEqual(statuses[0]?.created_at, updated_at)
        assert.deepInclude(statuses.at(-1), { state: "pending", created_at })
        for (const { state } of statuses) seen.add(state)
      }
      assert.sameMembers([...seen], ["pending", "in_progress", "success", "failure", "inactive"])
      const production = yield* github.pages("/repos/acme/app/deployments?environment=production", readDeployments)
      assert.deepStrictEqual(
        production.flat(),
        all.filter(({ environment }) => environment === "production")
      )
      assert.strictEqual((yield* github.get("/repos/acme/app/deployments/1/statuses")).status, 404)
    })
  )

  it.scoped("are begun and moved on by order", () =>
    Effect.gen(function* () {
      const github = yield* start()
      const order = { repository: "acme/api", kind: "deployments" }
      const { added } = readAdded((yield* github.control("POST", "add", order)).text)
      const id = added[0]?.id ?? 0
      const states = Effect.map(github.get(`/repos/acme/api/deployments/${id}/statuses`), ({ text }) =>
        readStatuses(text).map(({ state }) => state)
      )
      assert.deepStrictEqual(yield* states, ["pending"])
      for (const _ of [1, 2, 3]) yield* github.control("POST", "touch", { ...order, id })
      assert.deepStrictEqual(yield* states, ["inactive", "success", "in_progress", "pending"])
      const [newest] = readDeployments((yield* github.get("/repos/acme/api/deployments")).text)
      assert.deepInclude(newest, { id, created_at: "2026-11-01T00:00:01Z", updated_at: "2026-11-01T00:00:04Z" })
      yield* github.control("POST", "remove", { ...order, id })
      assert.strictEqual((yield* github.get(`/repos/acme/api/deployments/${id}/statuses`)).status, 404)
    })
  )

  it.scoped("leave the deployments before them inactive as the days pass", () =>
    Effect.gen(function* () {
      const github = yield* start()
      const read = Effect.map(github.control("GET", "items?repository=acme/app&kind=deployments&full=1"), ({ text }) =>
        readDeployments(text)
      )
      const before = yield* read
      yield* github.control("POST", "advance", { days: 60 })
      const after = yield* read
      assert.isAbove(after.length, before.length)
      const moved = before.filter(({ updated_at }, nth) => after[nth]?.updated_at !== updated_at)
      assert.isAbove(moved.length, 1)
      for (const { id } of moved)
        assert.isTrue((after.find((one) => one.id === id)?.updated_at ?? "") > "2026-11-01T00:00:00Z")
    })
  )
})
