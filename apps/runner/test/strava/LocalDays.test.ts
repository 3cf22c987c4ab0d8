// The calendar day of an activity is that of the place where it began: from Strava through the built program to the rows at
// Databox, around midnight and on the days on which clocks are changed.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { athletes, sent } from "./Athletes.ts"

const activities: ReadonlyArray<readonly [place: string, wall: string, start: string, zone: string, day: string]> = [
  ["UTC+5:45", "23:30", "2025-06-10T17:45:00Z", "Asia/Kathmandu", "2025-06-10"],
  ["UTC+5:45", "00:15", "2025-06-10T18:30:00Z", "Asia/Kathmandu", "2025-06-11"],
  ["UTC-10", "23:30", "2025-06-11T09:30:00Z", "Pacific/Honolulu", "2025-06-10"],
  ["UTC-10", "00:15", "2025-06-11T10:15:00Z", "Pacific/Honolulu", "2025-06-11"],
  ["New York, before the clocks go forward", "23:30", "2025-03-09T04:30:00Z", "America/New_York", "2025-03-08"],
  ["New York, as they do", "01:30", "2025-03-09T06:30:00Z", "America/New_York", "2025-03-09"],
  ["New York, in summer time", "03:30", "2025-03-09T07:30:00Z", "America/New_York", "2025-03-09"],
  ["New York, in summer time", "23:30", "2025-03-10T03:30:00Z", "America/New_York", "2025-03-09"],
  ["New York, before the clocks go back", "23:30", "2025-11-02T03:30:00Z", "America/New_York", "2025-11-01"],
  ["New York, the first time", "01:30", "2025-11-02T05:30:00Z", "America/New_York", "2025-11-02"],
  ["New York, the second time", "01:30", "2025-11-02T06:30:00Z", "America/New_York", "2025-11-02"],
  ["New York, in winter time", "23:30", "2025-11-03T04:30:00Z", "America/New_York", "2025-11-02"],
  ["Vienna, after the clocks went forward", "23:30", "2025-03-30T21:30:00Z", "Europe/Vienna", "2025-03-30"],
  ["Vienna, after the clocks went back", "23:30", "2025-10-26T22:30:00Z", "Europe/Vienna", "2025-10-26"],
  ["half an hour forward", "23:30", "2025-10-05T12:30:00Z", "Australia/Lord_Howe", "2025-10-05"],
  ["half an hour back", "23:30", "2025-04-06T13:00:00Z", "Australia/Lord_Howe", "2025-04-06"]
]

describe("the local day", () => {
  it.scopedLive("is right in each dataset, whatever the clocks do", () =>
    Effect.gen(function* () {
      const it = yield* athletes()
      const added = yield* Effect.forEach(activities, ([place, wall, start_date, timezone, day]) =>
        Effect.map(it.add("anna", { start_date, timezone }), (id) => ({ id, day, name: `${wall} in ${place}`, wall }))
      )
      // The clocks on the walls are those that the names tell.
      const shown = new Map((yield* it.activities("anna")).map(({ id, start_date_local }) => [id, start_date_local]))
      for (const { day, id, name, wall } of added) {
        assert.strictEqual(shown.get(id)?.slice(0, 16), `${day}T${wall}`, name)
      }

      const { code, runs, stderr } = yield* it.report("sync", "anna")
      assert.strictEqual(code, 0, stderr)
      assert.isAtLeast(sent(runs), 3 * added.length)
      for (const stream of ["activities", "activity_details", "laps"]) {
        for (const { day, id, name } of added) {
          const rows = yield* it.of("anna", stream, id)
          assert.isNotEmpty(rows, `${stream}: ${name}`)
          for (const { local_day } of rows) assert.strictEqual(local_day, day, `${stream}: ${name}`)
        }
      }
      // The instant is told, too, and not shifted.
      const [row] = yield* it.of("anna", "activities", added[0]?.id)
      assert.strictEqual(row?.start_date, "2025-06-10T17:45:00.000Z")
    })
  )
})
