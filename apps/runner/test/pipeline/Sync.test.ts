// The main job from outside: the built program between a GitHub and a Databox on loopback.
import { existsSync } from "node:fs"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { jsonLines } from "../support/Inlet.ts"
import { type Run, world } from "../support/World.ts"

const sum = (runs: ReadonlyArray<Run>, name: keyof Run["counts"]) =>
  runs.reduce((total, { counts }) => total + counts[name], 0)

const addsUp = (runs: ReadonlyArray<Run>) => {
  for (const { counts } of runs) {
    const { pending, quarantined, read, sent, superseded, unchanged } = counts
    assert.strictEqual(read, sent + unchanged + superseded + quarantined + pending)
  }
}

describe("a sync", () => {
  it.scopedLive("brings both streams whole, each row once, and a second one does nothing", () =>
    Effect.gen(function* () {
      const it = yield* world()
      const first = yield* it.report("sync")
      assert.strictEqual(first.code, 0)
      assert.strictEqual(first.exitCode, 0)
      addsUp(first.runs)
      for (const [stream, kind] of [
        ["issues", "issues"],
        ["pull_requests", "pulls"]
      ] as const) {
        const items = [...(yield* it.items("acme/app", kind)), ...(yield* it.items("acme/api", kind))]
        const rows = yield* it.rows(`github_${stream}`)
        assert.strictEqual(rows.size, items.length)
        for (const { id, updated_at } of items) {
          assert.strictEqual(rows.get(String(id))?.updated_at, new Date(updated_at).toISOString())
        }
        assert.strictEqual(first.runs.find((run) => run.stream === stream)?.counts.sent, items.length)
      }
      const events = jsonLines((yield* it.run(["events", "--json"])).stdout).length
      const second = yield* it.report("sync")
      assert.strictEqual(second.code, 0)
      assert.strictEqual(sum(second.runs, "read"), 0)
      assert.deepStrictEqual(
        second.runs.map(({ run }) => run),
        [null, null]
      )
      assert.strictEqual(jsonLines((yield* it.run(["events", "--json"])).stdout).length, events)
    })
  )

  it.scopedLive("sends what changed at the source, and nothing else", () =>
    Effect.gen(function* () {
      const it = yield* world({ streams: ["issues"] })
      yield* it.report("sync")
      const [old] = (yield* it.items("acme/app", "issues")).toSorted((a, b) => a.updated_at.localeCompare(b.updated_at))
      yield* it.githubPost("touch", { repository: "acme/app", number: old?.number })
      const { code, runs } = yield* it.report("sync")
      assert.strictEqual(code, 0)
      assert.strictEqual(sum(runs, "sent"), 1)
      const [now] = (yield* it.items("acme/app", "issues")).filter(({ id }) => id === old?.id)
      assert.notStrictEqual(now?.updated_at, old?.updated_at)
      const rows = yield* it.rows("github_issues")
      assert.strictEqual(rows.get(String(old?.id))?.updated_at, new Date(now?.updated_at ?? "").toISOString())
    })
  )

  it.scopedLive("is told from the send log and the events by the same numbers as Databox's own journal", () =>
    Effect.gen(function* () {
      const it = yield* world({ streams: ["issues"] })
      yield* it.report("sync")
      const sends = jsonLines((yield* it.run(["sends", "--json"])).stdout)
      const posts = (yield* it.journal(it.databox.url)).entries.filter(({ path }) => path.endsWith("/data"))
      assert.strictEqual(sends.length, posts.length)
      const { stdout } = yield* it.run(["sends", "--format", "csv"])
      assert.strictEqual(stdout.trimEnd().split("\n").length, sends.length + 1)
    })
  )

  it.scopedLive(
    "takes 20,000 issues, is killed in the middle, and ends complete without asking for recorded pages again",
    () =>
      Effect.gen(function* () {
        const it = yield* world({ github: { issues: 20_000 }, repositories: ["acme/large"], streams: ["issues"] })
        let killed = false
        const watch = setInterval(() => {}, 1_000)
        yield* Effect.race(
          it.run(["sync", "--json"]),
          Effect.gen(function* () {
            // Killed once a hundred pages were answered: in the middle by what the source has seen, not by the clock.
            for (;;) {
              const { entries } = yield* it.journal(it.github.url)
              if (entries.filter(({ status }) => status === 200).length >= 100) break
              yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
            }
            killed = true
          })
        )
        clearInterval(watch)
        assert.isTrue(killed)
        const recorded = jsonLines((yield* it.run(["events", "--json", "--type", "BatchRecorded"])).stdout).length
        assert.isAbove(recorded, 50)
        const before = (yield* it.journal(it.github.url)).entries
        const { code, runs } = yield* it.report("sync")
        assert.strictEqual(code, 0)
        addsUp(runs)
        const rows = yield* it.rows("github_issues")
        const items = yield* it.items("acme/large", "issues")
        assert.strictEqual(items.length, 20_000)
        assert.strictEqual(rows.size, 20_000)
        for (const { id, updated_at } of items) {
          assert.strictEqual(rows.get(String(id))?.updated_at, new Date(updated_at).toISOString())
        }
        const after = (yield* it.journal(it.github.url)).entries.slice(before.length)
        const asked = new Set(before.slice(0, recorded).map(({ path, query }) => `${path}?${query}`))
        const again = after.filter(({ path, query }) => asked.has(`${path}?${query}`))
        assert.deepStrictEqual(again, [])
        const verdicts = jsonLines((yield* it.run(["runs", "--json"])).stdout)
        assert.isAtLeast(verdicts.length, 2)
      }),
    120_000
  )

  it.scopedLive(
    "records everything while Databox is down, and send delivers it without a request to the source",
    () =>
      Effect.gen(function* () {
        const it = yield* world()
        yield* it.databoxBehaves({ down: true })
        const { code, runs } = yield* it.report("sync")
        assert.strictEqual(code, 21)
        addsUp(runs)
        assert.strictEqual(sum(runs, "sent"), 0)
        assert.strictEqual(sum(runs, "pending"), sum(runs, "read"))
        assert.isAbove(sum(runs, "read"), 700)
        for (const { error } of runs) assert.strictEqual(error?.code, "E_SINK_UNAVAILABLE")
        yield* it.databoxBehaves({ down: false })
        const asked = (yield* it.journal(it.github.url)).entries.length
        const sent = yield* it.report("send")
        assert.strictEqual(sent.code, 0)
        assert.strictEqual(sum(sent.runs, "sent"), sum(runs, "read"))
        assert.strictEqual(sum(sent.runs, "pending"), 0)
        assert.strictEqual((yield* it.journal(it.github.url)).entries.length, asked)
        assert.strictEqual(
          (yield* it.rows("github_issues")).size + (yield* it.rows("github_pull_requests")).size,
          sum(runs, "read")
        )
      }),
    180_000
  )

  it.scopedLive(
    "does not end well where every ingestion fails after it was accepted",
    () =>
      Effect.gen(function* () {
        const it = yield* world({ streams: ["issues"] })
        yield* it.databoxBehaves({ failIngestions: "all", processMillis: 0 })
        const { code, runs } = yield* it.report("sync")
        assert.strictEqual(code, 31)
        addsUp(runs)
        assert.strictEqual(sum(runs, "sent"), 0)
        assert.strictEqual(sum(runs, "pending"), sum(runs, "read"))
        assert.strictEqual((yield* it.rows("github_issues")).size, 0)
        const failed = jsonLines((yield* it.run(["sends", "--json", "--outcome", "failed"])).stdout)
        assert.isAbove(failed.length, 0)
        // And when Databox works again, nothing was lost.
        yield* it.databoxBehaves({ failIngestions: "none" })
        const sent = yield* it.report("send")
        assert.strictEqual(sent.code, 0)
        assert.strictEqual(sum(sent.runs, "sent"), sum(runs, "read"))
      }),
    120_000
  )

  for (const [how, behaviour] of [
    ["rejects it alone", (id: string) => ({ rejectRows: { column: "issue_id", equals: id } })],
    [
      "fails its whole ingestion later",
      (id: string) => ({ failIngestions: { rows: { column: "issue_id", equals: id } } })
    ],
    ["refuses its whole part at once", (id: string) => ({ refuseRows: { column: "issue_id", equals: id } })]
  ] as const) {
    it.scopedLive(`loses none of a bad row's neighbours where Databox ${how}`, () =>
      Effect.gen(function* () {
        const it = yield* world({ github: { issues: 100 }, repositories: ["acme/large"], streams: ["issues"] })
        const items = yield* it.items("acme/large", "issues")
        const bad = String(items[41]?.id)
        yield* it.databoxBehaves({ ...behaviour(bad), processMillis: 0 })
        const { code, runs } = yield* it.report("sync")
        assert.strictEqual(code, 3)
        assert.deepStrictEqual(runs[0]?.counts, {
          read: 100,
          sent: 99,
          unchanged: 0,
          superseded: 0,
          quarantined: 1,
          pending: 0
        })
        const rows = yield* it.rows("github_issues")
        assert.strictEqual(rows.size, 99)
        assert.isFalse(rows.has(bad))
        const quarantined = jsonLines((yield* it.run(["events", "--json", "--type", "RowsQuarantined"])).stdout)
        assert.strictEqual(quarantined.length, 1)
        assert.include(JSON.stringify(quarantined), `[\\"${bad}\\"]`)
        // The gap stays visible: a later sync that finds nothing new does not pretend that all is at Databox.
        assert.strictEqual((yield* it.report("sync")).code, 3)
      })
    )
  }

  it.scopedLive(
    "passes under unlucky answers: lost ones, late ones, 5xx, 429 and errors inside 200",
    () =>
      Effect.gen(function* () {
        const it = yield* world({ streams: ["issues"], databox: { behaviour: { processMillis: 0, rateLimit: null } } })
        const data = "/v1/datasets/.+/data$"
        yield* it.databoxFaults([
          { match: { path: data, nth: [1] }, action: { type: "reset-after" } },
          { match: { path: data, nth: [2] }, action: { type: "reset-before" } },
          { match: { path: data, nth: [3] }, action: { type: "status", status: 503 } },
          { match: { path: data, nth: [4] }, action: { type: "rate-limit", retryAfter: 0 } },
          { match: { path: data, nth: [5] }, action: { type: "reset-mid-body" } }
        ])
        const { code, runs } = yield* it.report("sync")
        assert.strictEqual(code, 0, JSON.stringify(runs))
        assert.strictEqual((yield* it.rows("github_issues")).size, runs[0]?.counts.sent)
        const attempts = jsonLines((yield* it.run(["sends", "--json", "--outcome", "failed"])).stdout)
        assert.isAtLeast(attempts.length, 4)
      }),
    120_000
  )

  it.scopedLive("ends after acceptance with --no-wait, says so, and the next command confirms", () =>
    Effect.gen(function* () {
      const it = yield* world({
        streams: ["issues"],
        databox: { behaviour: { processMillis: 3_000, rateLimit: null } }
      })
      const early = yield* it.report("sync", "--no-wait")
      assert.strictEqual(early.code, 21)
      assert.strictEqual(sum(early.runs, "pending"), sum(early.runs, "read"))
      const posts = (yield* it.journal(it.databox.url)).entries.filter(({ path }) => path.endsWith("/data")).length
      const late = yield* it.report("send")
      assert.strictEqual(late.code, 0)
      assert.strictEqual(sum(late.runs, "sent"), sum(early.runs, "read"))
      assert.strictEqual(
        (yield* it.journal(it.databox.url)).entries.filter(({ path }) => path.endsWith("/data")).length,
        posts
      )
    })
  )

  it.scopedLive(
    "creates one data source and one dataset, also where the answers of the creations are lost",
    () =>
      Effect.gen(function* () {
        const it = yield* world()
        yield* it.databoxFaults([
          { match: { method: "POST", path: "/v1/data-sources$", nth: [1] }, action: { type: "reset-after" } },
          { match: { method: "POST", path: "/v1/datasets$", nth: [1, 2] }, action: { type: "reset-after" } }
        ])
        yield* it.report("sync")
        const again = yield* it.report("sync")
        assert.strictEqual(again.code, 0)
        const made = (yield* it.journal(it.databox.url)).entries.filter(({ method }) => method === "POST")
        assert.strictEqual(made.filter(({ path }) => path === "/v1/data-sources").length, 1)
        assert.strictEqual(made.filter(({ path }) => path === "/v1/datasets").length, 2)
      }),
    180_000
  )

  it.scopedLive("leaves neither key nor token in the store, in its output or in the events", () =>
    Effect.gen(function* () {
      const it = yield* world({
        github: { token: "ghp_canary_5f1c0de" },
        databox: { apiKey: "pak_canary_77aa31" }
      })
      const { stderr, stdout } = yield* it.run(["sync", "--log-level", "debug"])
      const events = (yield* it.run(["events", "--json"])).stdout
      const files = yield* Effect.promise(() =>
        Promise.all(
          ["inlet.db", "inlet.db-wal", "inlet.db-shm"]
            .map((name) => join(it.cwd, ".inlet", name))
            .filter(existsSync)
            .map((path) => readFile(path, "latin1"))
        )
      )
      for (const text of [stderr, stdout, events, ...files]) {
        assert.notInclude(text, "canary")
      }
      assert.isAbove(events.length, 1_000, events + stdout + stderr)
    })
  )
})
