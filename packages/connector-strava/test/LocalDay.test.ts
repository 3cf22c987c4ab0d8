// The athlete's calendar day: around midnight, on the days on which clocks are changed, and where Strava tells less than usual.
import { assert, describe, it } from "@effect/vitest"
import * as LocalDay from "../src/LocalDay.ts"
import { streams } from "../src/streams/index.ts"

const KATHMANDU = { timezone: "(GMT+05:45) Asia/Kathmandu", utc_offset: 20_700 }
const HONOLULU = { timezone: "(GMT-10:00) Pacific/Honolulu", utc_offset: -36_000 }
const summer = { timezone: "(GMT-05:00) America/New_York", utc_offset: -14_400 }
const winter = { timezone: "(GMT-05:00) America/New_York", utc_offset: -18_000 }

const cases: ReadonlyArray<readonly [string, object, string]> = [
  ["23:30 at UTC+5:45", { start_date: "2026-03-10T17:45:00Z", ...KATHMANDU }, "2026-03-10"],
  ["00:15 at UTC+5:45", { start_date: "2026-03-10T18:30:00Z", ...KATHMANDU }, "2026-03-11"],
  ["23:30 at UTC-10", { start_date: "2026-03-11T09:30:00Z", ...HONOLULU }, "2026-03-10"],
  ["00:30 at UTC-10", { start_date: "2026-03-11T10:30:00Z", ...HONOLULU }, "2026-03-11"],
  ["23:30 before the clocks go forward", { start_date: "2026-03-08T04:30:00Z", ...winter }, "2026-03-07"],
  ["23:30 after the clocks went forward", { start_date: "2026-03-09T03:30:00Z", ...summer }, "2026-03-08"],
  ["00:30 after the clocks went forward", { start_date: "2026-03-09T04:30:00Z", ...summer }, "2026-03-09"],
  ["00:30 before the clocks go back", { start_date: "2026-11-01T04:30:00Z", ...summer }, "2026-11-01"],
  ["23:30 after the clocks went back", { start_date: "2026-11-02T04:30:00Z", ...winter }, "2026-11-01"],
  ["a hidden start", { start_date: "2026-06-01T04:00:01Z", ...summer }, "2026-06-01"],
  [
    "a local time that would be another day if it were shifted once more",
    { start_date: "2026-03-10T17:45:00Z", start_date_local: "2026-03-10T23:30:00Z", ...KATHMANDU },
    "2026-03-10"
  ]
]

describe("the local day", () => {
  for (const [name, activity, day] of cases) {
    it(`is right: ${name}`, () => {
      assert.strictEqual(LocalDay.of(activity), day)
      // Without the offset the zone has to do, summer time and all.
      assert.strictEqual(LocalDay.of({ ...activity, utc_offset: undefined }), day)
    })
  }

  const start_date = "2026-03-10T17:45:00Z"
  const start_date_local = "2026-03-10T23:30:00Z"
  for (const timezone of [undefined, null, "(GMT+05:45) Asia/Nowhere", "somewhere"]) {
    it(`is that of the local time where offset and zone are ${timezone}`, () =>
      assert.strictEqual(LocalDay.of({ start_date, start_date_local, timezone, utc_offset: null }), "2026-03-10"))
  }

  it("is nothing where nothing tells it, and the activity goes into quarantine", () => {
    assert.isUndefined(LocalDay.of({ start_date }))
    assert.isUndefined(LocalDay.of({}))
    const { spec } = streams.activities
    assert.deepStrictEqual(spec.records([{ id: 7, start_date }], {}).map(spec.map), [
      { _tag: "Rejected", rejection: { code: "missing", path: "local_day" }, key: '["7"]' }
    ])
  })
})
