// `replay sends`: what is recorded goes out again, the newest of each key, and no source is asked.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { jsonLines } from "../support/Inlet.ts"
import { type Run, type World, world } from "../support/World.ts"
import { applied, goesBack, putBeside } from "./Databox.ts"
import { moment, rides, some } from "./Rides.ts"

const only = (runs: ReadonlyArray<Run>): Run["counts"] => {
  assert.strictEqual(runs.length, 1)
  const counts = runs[0]?.counts ?? { read: -1, sent: 0, unchanged: 0, superseded: 0, quarantined: 0, pending: 0 }
  const { pending, quarantined, read, sent, superseded, unchanged } = counts
  assert.strictEqual(read, sent + unchanged + superseded + quarantined + pending)
  return counts
}

const events = (it: World) => Effect.map(it.run(["events", "--json"]), ({ stdout }) => jsonLines(stdout).length)
const posts = (it: World) =>
  Effect.map(it.journal(it.databox.url), ({ entries }) => entries.filter(({ method }) => method === "POST").length)

const large = { github: { issues: 250 }, repositories: ["acme/large"], streams: ["issues"] }

describe("replay sends", () => {
  it.scopedLive("overwrites every row with the same value, asks GitHub nothing, and leaves nothing new behind", () =>
    Effect.gen(function* () {
      const it = yield* world(large)
      yield* it.report("sync")
      const before = yield* it.rows("github_issues")
      assert.strictEqual(before.size, 250)
      const asked = (yield* it.journal(it.github.url)).entries.length
      const { code, command, runs } = yield* it.report("replay", "sends")
      assert.strictEqual(code, 0)
      assert.strictEqual(command, "replay sends")
      assert.deepInclude(only(runs), { read: 250, sent: 250, pending: 0 })
      assert.deepInclude(runs[0], { mode: "resend", outcome: "completed", dataset: "github_issues" })
      assert.strictEqual(runs[0]?.requests.source, 0)
      assert.strictEqual((yield* it.journal(it.github.url)).entries.length, asked)
      assert.deepStrictEqual(yield* it.rows("github_issues"), before)
      const then = yield* events(it)
      assert.isNull((yield* it.report("sync")).runs[0]?.run)
      assert.strictEqual(yield* events(it), then)
      // What was confirmed says so: all of them were there.
      const confirmed = jsonLines((yield* it.run(["events", "--json", "--run", `${runs[0]?.run}`])).stdout)
      assert.include(JSON.stringify(confirmed), '"overwritten":100')
      assert.deepStrictEqual(
        jsonLines((yield* it.run(["replay", "views", "--json"])).stdout).filter(
          (line) => JSON.stringify(line).includes('"missing":0,"wrong":0') === false
        ),
        []
      )
    })
  )

  it.scopedLive("works while the source is off, of every stream that is configured", () =>
    Effect.gen(function* () {
      const it = yield* rides()
      yield* it.configure(["rides", "walks"])
      yield* it.writes(...some(150))
      yield* it.walks(...some(7))
      yield* it.report("sync")
      it.service.down = true
      const asked = it.service.asked
      const { code, runs } = yield* it.report("replay", "sends")
      assert.strictEqual(code, 0)
      assert.deepStrictEqual(
        runs.map(({ counts }) => counts.sent),
        [150, 7]
      )
      assert.strictEqual(it.service.asked, asked)
    })
  )

  it.scopedLive("sends only the newest version of each key, and of a range only what has no newer one behind it", () =>
    Effect.gen(function* () {
      const it = yield* rides({ databox: { behaviour: { recordApplied: true, rateLimit: null } } })
      const run = Effect.map(it.report("sync"), ({ runs }) => runs[0]?.run ?? "")
      yield* it.writes(...some(150))
      const first = yield* run
      yield* it.writes(...some(100, { distance: 1_000 }, 1))
      const second = yield* run
      yield* it.writes(...some(50, { distance: 2_000 }, 2))
      const third = yield* run
      const right = yield* it.rows("cycling_rides")
      const sent = function* (...args: ReadonlyArray<string>) {
        const { code, runs } = yield* it.report("replay", "sends", ...args)
        assert.strictEqual(code, 0)
        return only(runs).sent
      }
      assert.strictEqual(yield* sent(), 150)
      assert.strictEqual(yield* sent("--run", first), 50)
      assert.strictEqual(yield* sent("--run", second), 50)
      assert.strictEqual(yield* sent("--run", third), 50)
      assert.strictEqual(yield* sent("--from", "1h"), 150)
      const recorded = jsonLines((yield* it.run(["events", "--json", "--type", "BatchRecorded"])).stdout)
      const at = (n: number) => String(Object(recorded[n]).at)
      assert.strictEqual(yield* sent("--to", at(1)), 50)
      assert.strictEqual(yield* sent("--from", at(0), "--to", at(2)), 100)
      assert.deepStrictEqual(goesBack(yield* applied(it)), [])
      assert.deepStrictEqual(yield* it.rows("cycling_rides"), right)
      assert.strictEqual(right.get("r0")?.updated_at, moment(2))
    })
  )

  it.scopedLive("with --dry-run records and sends nothing", () =>
    Effect.gen(function* () {
      const it = yield* world(large)
      yield* it.report("sync")
      const before = [yield* events(it), yield* posts(it)]
      const { code, stdout } = yield* it.run(["replay", "sends", "--dry-run", "--json"])
      assert.strictEqual(code, 0)
      assert.deepInclude(jsonLines(stdout)[0], { stream: "issues", dataset: "github_issues", rows: 250, purge: false })
      assert.include((yield* it.run(["replay", "sends", "--dry-run"])).stdout, "250 rows")
      assert.deepStrictEqual([yield* events(it), yield* posts(it)], before)
    })
  )

  it.scopedLive("with nothing in the range is refused, of one stream and of several, dry or not", () =>
    Effect.gen(function* () {
      const it = yield* rides()
      yield* it.configure(["rides", "walks"])
      yield* it.writes(...some(5))
      yield* it.report("sync")
      const before = yield* events(it)
      for (const more of [[], ["--dry-run"], ["--stream", "rides"], ["--stream", "rides", "--dry-run"]]) {
        const { code, stdout } = yield* it.run(["replay", "sends", "--to", "2020-01-01", "--json", ...more])
        assert.strictEqual(code, 2, stdout)
        assert.include(stdout, "E_REPLAY")
      }
      assert.strictEqual(yield* events(it), before)
      // One of the two has something.
      const { code, runs } = yield* it.report("replay", "sends", "--from", "1h")
      assert.strictEqual(code, 0)
      assert.deepStrictEqual(
        runs.map(({ counts, run }) => [counts.sent, run === null]),
        [
          [5, false],
          [0, true]
        ]
      )
    })
  )

  it.scopedLive("refuses a run that is not there, and one of a stream that is not selected", () =>
    Effect.gen(function* () {
      const it = yield* rides()
      yield* it.configure(["rides", "walks"])
      yield* it.writes(...some(5))
      const { runs } = yield* it.report("sync")
      const none = yield* it.refusal(["replay", "sends", "--run", "20200101T000000-aaaaaa"])
      assert.strictEqual(none.code, 2)
      const other = yield* it.refusal(["replay", "sends", "--run", runs[0]?.run ?? "", "--stream", "walks"])
      assert.strictEqual(other.code, 2)
      assert.include(other.error.message, "cycling/rides")
    })
  )

  it.scopedLive("names the batches whose raw page is no longer there", () =>
    Effect.gen(function* () {
      const it = yield* rides()
      yield* it.writes(...some(5))
      const { runs } = yield* it.report("sync")
      const { default: Sqlite } = yield* Effect.promise(() => import("better-sqlite3"))
      const sql = new Sqlite(it.store)
      sql.exec("DELETE FROM blobs")
      sql.close()
      const before = yield* events(it)
      const replayed = yield* it.report("replay", "sends")
      assert.strictEqual(replayed.code, 2)
      assert.strictEqual(replayed.runs[0]?.error?.code, "E_REPLAY")
      assert.include(replayed.runs[0]?.error?.message ?? "", `${runs[0]?.run}/1`)
      assert.strictEqual(yield* events(it), before)
    })
  )
})

describe("replay sends --purge", () => {
  it.scopedLive("empties the dataset and fills it with what is recorded; a sync knows all of it then", () =>
    Effect.gen(function* () {
      const it = yield* world({ ...large, databox: { behaviour: { processMillis: 0, rateLimit: null } } })
      yield* it.report("sync")
      const right = yield* it.rows("github_issues")
      yield* putBeside(it, "github_issues", [{ issue_id: "1", title: "somebody else's" }])
      assert.strictEqual((yield* it.rows("github_issues")).size, 251)
      const { code, runs } = yield* it.report("replay", "sends", "--purge")
      assert.strictEqual(code, 0)
      assert.strictEqual(only(runs).sent, 250)
      assert.deepStrictEqual(yield* it.rows("github_issues"), right)
      const then = yield* events(it)
      assert.isNull((yield* it.report("sync")).runs[0]?.run)
      assert.strictEqual(yield* events(it), then)
      // Everything is asked for again, and known.
      const full = yield* it.report("sync", "--full")
      assert.strictEqual(full.code, 0)
      assert.strictEqual(full.runs[0]?.counts.sent, 0)
    })
  )

  it.scopedLive("of a part of what is recorded is refused, and the dataset stays as it is", () =>
    Effect.gen(function* () {
      const it = yield* rides()
      yield* it.writes(...some(5))
      const { runs } = yield* it.report("sync")
      yield* it.writes({ id: "r9", at: moment(3), distance: 9 })
      yield* it.report("sync")
      const before = yield* it.rows("cycling_rides")
      const replayed = yield* it.report("replay", "sends", "--purge", "--run", runs[0]?.run ?? "")
      assert.strictEqual(replayed.code, 2)
      assert.strictEqual(replayed.runs[0]?.error?.code, "E_REPLAY")
      assert.deepStrictEqual(yield* it.rows("cycling_rides"), before)
    })
  )

  it.scopedLive("keeps the version that Databox had where a newer one lies in quarantine", () =>
    Effect.gen(function* () {
      const it = yield* rides()
      yield* it.writes(...some(5))
      yield* it.report("sync")
      yield* it.writes({ id: "r3", at: moment(1) })
      assert.strictEqual((yield* it.report("sync")).code, 3)
      const before = yield* it.rows("cycling_rides")
      const { code, runs } = yield* it.report("replay", "sends", "--purge")
      assert.strictEqual(code, 3)
      assert.strictEqual(only(runs).sent, 5)
      assert.deepStrictEqual(yield* it.rows("cycling_rides"), before)
    })
  )
})
