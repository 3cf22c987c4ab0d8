// What athletes change at Strava while time passes, and how it reaches the rows at Databox; each athlete is a source.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { type Athletes, athletes, SOURCES, type SourceName, sent } from "./Athletes.ts"

const STREAMS = ["activities", "activity_details", "laps"]

/** A day so many days behind an instant, in UTC. */
const dayFrom = (instant: number, days: number) => new Date(instant + days * 86_400_000).toISOString().slice(0, 10)
const dayAfter = (day: string, days = 1) => dayFrom(Date.parse(day), days)

const sync = (it: Athletes) =>
  Effect.gen(function* () {
    const { code, runs, stderr } = yield* it.report("sync")
    assert.strictEqual(code, 0, stderr)
    return sent(runs)
  })

/** A run that finds nothing new sends nothing and is no event. */
const assertQuiet = (it: Athletes) =>
  Effect.gen(function* () {
    const before = yield* it.events
    const { code, runs, stderr } = yield* it.report("sync")
    assert.strictEqual(code, 0, stderr)
    for (const { counts, requests, run, stream } of runs) {
      assert.deepStrictEqual([run, counts.read, counts.sent, requests.sink], [null, 0, 0, 0], stream)
    }
    assert.strictEqual(yield* it.events, before)
  })

describe("a day later", () => {
  it.scopedLive("an edit, a deletion and a late upload are reflected, once", () =>
    Effect.gen(function* () {
      const it = yield* athletes()
      const day = dayFrom(Date.now(), -4)
      const kathmandu = { start_date: `${day}T17:45:00Z`, timezone: "Asia/Kathmandu", distance: 5000 }
      const honolulu = { start_date: `${dayAfter(day)}T09:30:00Z`, timezone: "Pacific/Honolulu" }
      const renamed = yield* it.add("anna", { ...kathmandu, name: "Before" })
      const moved = yield* it.add("anna", { ...kathmandu, start_date: `${day}T17:50:00Z` })
      const deleted = yield* it.add("anna", { ...honolulu, name: "Secret" })
      const kept = yield* it.add("anna", honolulu)
      yield* sync(it)
      for (const id of [renamed, moved, deleted, kept]) {
        for (const stream of STREAMS) {
          const [row] = yield* it.of("anna", stream, id)
          assert.deepInclude(row, { local_day: day, deleted: 0 }, stream)
        }
      }
      const before = yield* it.of("anna", "activities", kept)
      const laps = yield* it.of("anna", "laps", deleted)
      assert.isNotEmpty(laps)
      yield* assertQuiet(it)

      yield* it.touch(renamed, { name: "After", distance: 6000 })
      // From 23:35 to 00:35.
      yield* it.touch(moved, { start_date: `${day}T18:50:00Z` })
      yield* it.remove(deleted)
      const late = yield* it.add("anna", { ...honolulu, start_date: `${day}T09:30:00Z` })
      assert.isAbove(yield* sync(it), 0)

      const [one] = yield* it.of("anna", "activities", renamed)
      assert.deepInclude(one, { name: "After", distance: 6000, local_day: day })
      assert.deepInclude((yield* it.of("anna", "activity_details", renamed))[0], { distance: 6000 })
      for (const stream of STREAMS) {
        assert.deepInclude((yield* it.of("anna", stream, moved))[0], { local_day: dayAfter(day) }, stream)
        assert.deepInclude(
          (yield* it.of("anna", stream, late))[0],
          { local_day: dayAfter(day, -1), deleted: 0 },
          stream
        )
      }
      // Nothing but when it was is left of what was deleted.
      const gone = { activity_id: String(deleted), local_day: day, deleted: 1 }
      const start_date = honolulu.start_date.replace("Z", ".000Z")
      assert.deepStrictEqual(yield* it.of("anna", "activities", deleted), [{ ...gone, start_date }])
      assert.deepStrictEqual(yield* it.of("anna", "activity_details", deleted), [{ ...gone, start_date }])
      assert.deepStrictEqual(
        yield* it.of("anna", "laps", deleted),
        laps.map(({ lap }) => ({ ...gone, lap: lap ?? 0 }))
      )
      assert.deepStrictEqual(yield* it.of("anna", "activities", kept), before)
      yield* assertQuiet(it)
      assert.strictEqual((yield* it.run(["verify"])).code, 0)
    })
  )

  it.scopedLive("the last activities that there were can be deleted", () =>
    Effect.gen(function* () {
      const it = yield* athletes()
      const ids = [yield* it.add("ben", {}), yield* it.add("ben", {})]
      yield* sync(it)
      for (const id of ids) yield* it.remove(id)
      yield* sync(it)
      for (const id of ids) {
        for (const stream of STREAMS) {
          const rows = yield* it.of("ben", stream, id)
          assert.isNotEmpty(rows, stream)
          for (const { deleted } of rows) assert.strictEqual(deleted, 1, stream)
        }
      }
      yield* assertQuiet(it)
    })
  )
})

describe("two athletes", () => {
  it.scopedLive("are two sources: each has its own datasets, its own sign-in, and its own raw data", () =>
    Effect.gen(function* () {
      const it = yield* athletes({ activities: 40, streams: [...STREAMS, "athlete_stats", "gear"] })
      yield* sync(it)
      const check = (name: SourceName) =>
        Effect.gen(function* () {
          const own = (yield* it.activities(name)).map(({ id }) => String(id)).toSorted()
          assert.isNotEmpty(own)
          const rows = yield* it.dataset(`${name}_activities`)
          assert.deepStrictEqual(rows.map(({ activity_id }) => String(activity_id)).toSorted(), own)
          for (const { athlete_id } of rows) assert.strictEqual(athlete_id, String(it.idOf(name)))
          const details = yield* it.dataset(`${name}_activity_details`)
          assert.deepStrictEqual(details.map(({ activity_id }) => String(activity_id)).toSorted(), own)
          for (const { athlete_id } of yield* it.dataset(`${name}_athlete_stats`)) {
            assert.strictEqual(athlete_id, String(it.idOf(name)))
          }
          assert.deepStrictEqual(yield* it.subjects(name), [String(it.idOf(name))])
          return own
        })
      const [one, other] = yield* Effect.forEach(SOURCES, check)
      assert.isEmpty(one?.filter((id) => other?.includes(id)))
      yield* assertQuiet(it)

      // What one of them takes back does not stop the other.
      it.strava.tokens.revoke(it.idOf("anna"))
      const late = yield* it.add("ben", {})
      const { code, runs } = yield* it.report("sync")
      assert.strictEqual(code, 10)
      for (const { error, source } of runs) {
        assert.strictEqual(error?.code, source === "anna" ? "E_SOURCE_AUTH" : undefined, source)
      }
      assert.lengthOf(yield* it.of("ben", "activities", late), 1)
      assert.lengthOf(yield* it.dataset("anna_activities"), one?.length ?? 0)
    })
  )
})
