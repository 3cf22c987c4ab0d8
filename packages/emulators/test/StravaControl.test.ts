import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { type Activity, readActivities, readAdded, start } from "./StravaClient.ts"

type Strava = Effect.Effect.Success<ReturnType<typeof start>>

const kinds = ["activities", "details", "laps", "gear", "stats"]

const snapshot = (strava: Strava) =>
  Effect.map(
    Effect.forEach(strava.athletes, ({ id }) =>
      Effect.forEach(kinds, (kind) => strava.control("GET", `items?athlete=${id}&kind=${kind}`))
    ),
    (answers) => answers.flat().map(({ text }) => text)
  )

const byId = (activities: ReadonlyArray<Activity>) => new Map(activities.map((one) => [one.id, one]))

describe("the demo behind the Strava emulator", () => {
  it.scoped("one seed gives the same bytes, in one step or several; another seed others", () =>
    Effect.gen(function* () {
      const [one, twin, other] = yield* Effect.all([
        start({ seed: 5, activities: 120 }),
        start({ seed: 5, activities: 120 }),
        start({ seed: 6, activities: 120 })
      ])
      const first = yield* snapshot(one)
      assert.deepStrictEqual(yield* snapshot(twin), first)
      assert.notDeepEqual(yield* snapshot(other), first)
      yield* one.control("POST", "advance", { days: 12.5 })
      for (const days of [0.25, 3, 9.25]) yield* twin.control("POST", "advance", { days })
      const later = yield* snapshot(one)
      assert.notDeepEqual(later, first)
      assert.deepStrictEqual(yield* snapshot(twin), later)
    })
  )

  it.scoped("life goes on: uploads, late ones too, edits, kudos and deletions", () =>
    Effect.gen(function* () {
      const strava = yield* start()
      const athlete = strava.athletes[0]?.id ?? 0
      const before = byId(yield* strava.held(athlete))
      const moved = yield* strava.control("POST", "advance", { days: 30 })
      assert.strictEqual(moved.text, '{"now":"2026-12-01T12:00:00Z"}')
      const after = yield* strava.held(athlete)
      const fresh = after.filter(({ id }) => !before.has(id))
      assert.isAbove(fresh.length, 20)
      assert.isTrue(fresh.every(({ start_date }) => start_date <= "2026-12-01T12:00:00Z"))
      // A late upload has a higher id than what began after it.
      assert.isTrue(fresh.some((late) => fresh.some((one) => one.start_date > late.start_date && one.id < late.id)))
      assert.isAbove([...before.keys()].filter((id) => !byId(after).has(id)).length, 0)
      const changed = (of: (activity: Activity) => unknown) =>
        after.filter((one) => {
          const old = before.get(one.id)
          return old !== undefined && of(old) !== of(one)
        }).length
      assert.isAbove(
        changed(({ kudos_count }) => kudos_count),
        5
      )
      // Edits go to what is new, so most are of activities of these days.
      assert.isAbove(
        changed((one) => [one.name, one.gear_id, one.sport_type, one.visibility].join()),
        0
      )
      assert.strictEqual(
        changed(({ distance }) => distance),
        0
      )
    })
  )

  it.scoped("days that passed by themselves are lived through on demand", () =>
    Effect.gen(function* () {
      const [strava, twin] = yield* Effect.all([start({ activities: 50 }), start({ activities: 50 })])
      const before = yield* snapshot(strava)
      yield* TestClock.adjust("5 days")
      assert.deepStrictEqual((yield* snapshot(strava)).slice(0, 4), before.slice(0, 4))
      yield* strava.control("POST", "advance", { days: 0 })
      yield* twin.control("POST", "advance", { days: 0 })
      const after = yield* snapshot(strava)
      assert.notDeepEqual(after, before)
      assert.deepStrictEqual(yield* snapshot(twin), after)
    })
  )
})

describe("steering the Strava emulator", () => {
  it.scoped("adds an activity as told, with its day where it took place", () =>
    Effect.gen(function* () {
      const strava = yield* start()
      const athlete = strava.athletes[1]?.id ?? 0
      for (const [timezone, start_date, local, label, offset] of [
        ["Asia/Kathmandu", "2026-06-01T17:45:00Z", "2026-06-01T23:30:00Z", "(GMT+05:45)", 20_700],
        ["Pacific/Honolulu", "2026-06-02T09:30:00Z", "2026-06-01T23:30:00Z", "(GMT-10:00)", -36_000],
        ["Europe/Ljubljana", "2026-03-29T00:59:59Z", "2026-03-29T01:59:59Z", "(GMT+01:00)", 3600],
        ["Europe/Ljubljana", "2026-03-29T01:00:00Z", "2026-03-29T03:00:00Z", "(GMT+01:00)", 7200],
        ["America/St_Johns", "2026-11-01T03:00:00Z", "2026-11-01T00:30:00Z", "(GMT-03:30)", -9000]
      ] as const) {
        const added = yield* strava.control("POST", "add", { athlete, timezone, start_date, sport_type: "Zorbing" })
        const [id] = readAdded(added.text).added
        const found = byId(yield* strava.held(athlete)).get(id)
        assert.deepInclude(found, {
          start_date,
          start_date_local: local,
          timezone: `${label} ${timezone}`,
          utc_offset: offset,
          sport_type: "Zorbing",
          type: "Workout"
        })
      }
      assert.lengthOf(
        readAdded((yield* strava.control("POST", "add", { count: 3, manual: true, start_latlng: null })).text).added,
        3
      )
    })
  )

  it.scoped("edits one activity, and removes it without a trace", () =>
    Effect.gen(function* () {
      const strava = yield* start()
      const athlete = strava.athletes[0]?.id ?? 0
      const before = yield* strava.held(athlete)
      const old = before[7]
      assert.isDefined(old)
      const id = old?.id
      yield* strava.control("POST", "touch", { id })
      yield* strava.control("POST", "touch", { id, gear_id: null, visibility: "only_me", kudos_count: 99 })
      const edited = { ...old, name: `${old?.name} (edited)`, gear_id: null, kudos_count: 99 }
      const after = yield* strava.held(athlete)
      assert.deepStrictEqual(after[7], { ...old, ...edited, visibility: "only_me", private: true })
      assert.deepStrictEqual(after.toSpliced(7, 1), before.toSpliced(7, 1))
      assert.strictEqual((yield* strava.control("POST", "remove", { id })).status, 200)
      assert.deepStrictEqual(yield* strava.held(athlete), before.toSpliced(7, 1))
      assert.strictEqual((yield* strava.get(`/activities/${id}`)).status, 404)
      for (const name of ["remove", "touch"])
        assert.strictEqual((yield* strava.control("POST", name, { id })).status, 404)
    })
  )

  it.scoped("says what is wrong with an order", () =>
    Effect.gen(function* () {
      const strava = yield* start({ activities: 1 })
      for (const [name, body, path] of [
        ["add", { timezone: "Mars/Olympus" }, "timezone"],
        ["add", { start_date: "yesterday" }, "start_date"],
        ["add", { colour: "red" }, "colour"],
        ["touch", { id: 1, distance: -1 }, "distance"],
        ["advance", { days: -1 }, "days"],
        ["grant", { scopes: ["everything"] }, "scopes.0"]
      ] as const) {
        const { status, text } = yield* strava.control("POST", name, body)
        assert.strictEqual(status, 400, name)
        assert.include(text, `"path":"${path}"`)
      }
      assert.strictEqual((yield* strava.control("POST", "add", { athlete: 1 })).status, 404)
      assert.strictEqual((yield* strava.control("GET", "items?kind=clubs")).status, 404)
    })
  )

  it.scoped("switches change one by one; reset puts all back and ends all sign-ins", () =>
    Effect.gen(function* () {
      const strava = yield* start({ behaviour: { tokenSeconds: 60 } })
      const first = yield* snapshot(strava)
      yield* strava.control("POST", "advance", { days: 2 })
      yield* strava.control("PUT", "behaviour", { rotate: "near-expiry" })
      assert.strictEqual((yield* strava.control("PUT", "behaviour", { consent: "perhaps" })).status, 400)
      const { text } = yield* strava.control("GET", "behaviour")
      assert.include(text, '"tokenSeconds":60,"rotate":"near-expiry"')
      assert.strictEqual((yield* strava.control("POST", "reset")).status, 204)
      assert.deepStrictEqual(yield* snapshot(strava), first)
      assert.include((yield* strava.control("GET", "behaviour")).text, '"rotate":"always"')
      assert.strictEqual((yield* strava.get("/athlete")).status, 401)
      const { accessToken } = strava.tokens.issue()
      const answer = yield* strava.get("/athlete/activities?per_page=1", accessToken)
      assert.strictEqual(answer.headers.get("x-ratelimit-usage"), "1,1")
      assert.lengthOf(readActivities(answer.text), 1)
    })
  )
})
