// Raw data of Strava is kept for seven days. That must neither hide what was deleted, nor send anything twice.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { type Athletes, athletes, sent } from "./Athletes.ts"

const DAY = 86_400_000
const SUMMARY = ["activities"]

/** So many days from now nothing older than seven days is kept, and something newer is. */
const assertKept = (it: Athletes, daysLater: number) =>
  Effect.gen(function* () {
    const kept = yield* it.kept
    assert.isNotEmpty(kept)
    for (const at of kept) assert.isAtMost(Date.now() + daysLater * DAY - Date.parse(at), 7 * DAY + 60_000)
  })

const sync = (it: Athletes, daysLater: number) =>
  Effect.gen(function* () {
    const { code, runs, stderr } = yield* it.sync("anna", daysLater)
    assert.strictEqual(code, 0, stderr)
    return sent(runs)
  })

const year = { behaviour: { tokenSeconds: 366 * 86_400 } }

describe("raw data", () => {
  for (const [often, days] of [
    ["every other day", [0, 2, 4, 6, 8, 10, 12, 14]],
    ["more rarely than it is kept for", [0, 9, 18]]
  ] as const) {
    it.scopedLive(`of an unchanged list is renewed, not sent again, and tells of a deletion: ${often}`, () =>
      Effect.gen(function* () {
        const it = yield* athletes({ ...year, streams: SUMMARY })
        const [first, second] = [yield* it.add("anna", {}), yield* it.add("anna", { name: "Secret" })]
        const last = days.at(-1) ?? 0
        for (const day of days.slice(0, -1)) {
          assert.strictEqual(yield* sync(it, day), day === 0 ? 2 : 0)
          yield* assertKept(it, day)
        }
        yield* it.remove(second)
        assert.strictEqual(yield* sync(it, last), 1)
        assert.deepInclude((yield* it.of("anna", "activities", second))[0], { deleted: 1 })
        assert.deepInclude((yield* it.of("anna", "activities", first))[0], { deleted: 0 })
        assert.strictEqual(yield* sync(it, last + 8), 0)
        yield* assertKept(it, last + 8)
        assert.strictEqual((yield* it.run(["verify"])).code, 0)
      })
    )
  }

  it.scopedLive("comes and goes while life goes on, and the rows are what Strava has", () =>
    Effect.gen(function* () {
      const it = yield* athletes({ activities: 60, lookBackDays: 365 })
      let known = new Set<string>()
      let deleted = 0
      for (let day = 0; day <= 20; day += 4) {
        if (day > 0) yield* it.advance(4)
        assert.isAbove(yield* sync(it, day), 0)
        const activities = yield* it.activities("anna")
        const there = new Map(activities.map((activity) => [String(activity.id), activity]))
        known = new Set([...known, ...there.keys()])
        for (const stream of ["activities", "activity_details"]) {
          const rows = yield* it.dataset(`anna_${stream}`)
          assert.deepStrictEqual(new Set(rows.map(({ activity_id }) => String(activity_id))), known, stream)
          for (const row of rows) {
            const activity = there.get(String(row.activity_id))
            assert.strictEqual(row.deleted, activity === undefined ? 1 : 0, stream)
            if (activity === undefined) continue
            const { name, sport_type, start_date_local } = activity
            const expected = { sport_type, local_day: start_date_local.slice(0, 10) }
            assert.deepInclude<unknown>(row, stream === "activities" ? { ...expected, name } : expected)
          }
        }
        for (const { activity_id, deleted } of yield* it.dataset("anna_laps")) {
          assert.strictEqual(deleted, there.has(String(activity_id)) ? 0 : 1)
        }
        deleted = known.size - there.size
        yield* assertKept(it, day)
      }
      assert.isAtLeast(deleted, 3)
    })
  )
})
