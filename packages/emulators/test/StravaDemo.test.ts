import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { type Activity, start } from "./StravaClient.ts"

/** The wall clock at an instant, by the platform's own rules. */
const wallClock = ({ start_date, timezone }: Activity) => {
  const zone = timezone.slice(timezone.indexOf(" ") + 1)
  const parts = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "medium" })
  return parts.format(new Date(start_date))
}
const time = ({ start_date_local }: Activity) => start_date_local.slice(11, 19)
const day = ({ start_date_local }: Activity) => start_date_local.slice(0, 10)
const count = (activities: ReadonlyArray<Activity>, fits: (activity: Activity) => boolean) =>
  activities.filter(fits).length

describe("demo athletes", () => {
  it.scoped("have a year of what real ones have, the rare things too", () =>
    Effect.gen(function* () {
      const strava = yield* start()
      assert.deepStrictEqual(
        strava.athletes.map(({ timezone }) => timezone),
        ["Europe/Ljubljana", "Pacific/Honolulu"]
      )
      for (const { id } of strava.athletes) {
        const all = yield* strava.held(id)
        assert.isTrue(all.length > 350 && all.length < 450, String(all.length))
        assert.isTrue(all.every((one) => one.athlete.id === id))
        assert.isTrue(all.every(({ start_date: at }) => at > "2025-10-31" && at < "2026-11-01T12"))
        assert.strictEqual(new Set(all.map((one) => one.id)).size, all.length)
        for (const sport of ["Ride", "GravelRide", "Run", "TrailRun", "Swim", "Hike", "VirtualRide", "WeightTraining"])
          assert.isAbove(
            count(all, ({ sport_type }) => sport_type === sport),
            0,
            sport
          )
        for (const fits of [
          ({ manual }: Activity) => manual,
          ({ distance, manual }: Activity) => manual && distance === 0,
          ({ trainer }: Activity) => trainer,
          ({ commute }: Activity) => commute,
          ({ gear_id }: Activity) => gear_id === null,
          ({ gear_id }: Activity) => gear_id?.startsWith("g") === true,
          ({ visibility }: Activity) => visibility === "followers_only",
          ({ visibility }: Activity) => visibility === "only_me"
        ])
          assert.isAbove(count(all, fits), 0, String(fits))
        for (const one of all) {
          if (one.manual) assert.deepInclude(one, { upload_id: null, start_latlng: [] })
          else assert.strictEqual(one.upload_id_str, String(one.upload_id))
          if (one.manual) assert.notProperty(one, "upload_id_str")
          assert.strictEqual(one.map.summary_polyline === "", one.start_latlng.length === 0)
          assert.strictEqual(one.private, one.visibility === "only_me")
          assert.isAtLeast(one.elapsed_time, one.moving_time)
        }
      }
    })
  )

  it.scoped("have wall clocks that are right, and labels that know no summer time", () =>
    Effect.gen(function* () {
      const strava = yield* start({ athletes: 4 })
      const labels = new Set<string>()
      for (const { id } of strava.athletes) {
        for (const one of yield* strava.held(id)) {
          assert.strictEqual(one.start_date_local, `${wallClock(one).replace(" ", "T")}Z`)
          assert.strictEqual((Date.parse(one.start_date_local) - Date.parse(one.start_date)) / 1000, one.utc_offset)
          labels.add(`${one.timezone} ${one.utc_offset}`)
        }
      }
      assert.sameMembers(
        [...labels],
        [
          "(GMT+01:00) Europe/Ljubljana 3600",
          "(GMT+01:00) Europe/Ljubljana 7200",
          "(GMT+05:45) Asia/Kathmandu 20700",
          "(GMT-10:00) Pacific/Honolulu -36000",
          "(GMT-05:00) America/New_York -18000",
          "(GMT-05:00) America/New_York -14400",
          "(GMT-03:30) America/St_Johns -12600",
          "(GMT-03:30) America/St_Johns -9000",
          "(GMT+09:30) Australia/Adelaide 34200",
          "(GMT+09:30) Australia/Adelaide 37800"
        ]
      )
    })
  )

  it.scoped("are up late where days are hard to tell, and on days with a change of clocks", () =>
    Effect.gen(function* () {
      const strava = yield* start()
      const all = (yield* Effect.forEach(strava.athletes, ({ id }) => strava.held(id))).flat()
      const late = all.filter((one) => time(one) === "23:30:00")
      const at = (zone: string) => late.filter(({ timezone }) => timezone.endsWith(zone))
      assert.isAbove(at("Asia/Kathmandu").length, 1)
      assert.isAbove(at("Pacific/Honolulu").length, 10)
      // Behind Greenwich the day of UTC is the next one already.
      assert.isTrue(at("Pacific/Honolulu").every((one) => one.start_date.slice(0, 10) > day(one)))
      const home = all.filter(({ timezone }) => timezone.endsWith("Ljubljana"))
      for (const date of ["2026-03-29", "2026-10-25"])
        assert.deepStrictEqual(
          home.filter((one) => day(one) === date).map((one) => [time(one), one.utc_offset]),
          date < "2026-06"
            ? [
                ["23:30:00", 7200],
                ["00:30:00", 3600]
              ]
            : [
                ["23:30:00", 3600],
                ["00:30:00", 7200]
              ],
          date
        )
      assert.isAbove(
        count(all, (one) => time(one) === "00:00:01"),
        5
      )
    })
  )
})
