import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/TestClock"
import { StravaEmulator } from "../src/index.ts"
import { type Activity, fault, now, readActivities, reader, start } from "./StravaClient.ts"

const list = "/athlete/activities"
const epoch = Date.parse(now) / 1000
const readId = reader(Schema.Struct({ id: Schema.Union(Schema.Int, Schema.String) }))
const ids = (activities: ReadonlyArray<Activity>) => activities.map(({ id }) => id)

describe("the list of activities", () => {
  it.scoped("is newest first, in pages until an empty one", () =>
    Effect.gen(function* () {
      const strava = yield* start()
      const held = yield* strava.held(strava.athletes[0]?.id ?? 0)
      const pages: Array<ReadonlyArray<Activity>> = []
      for (let page = 1; pages.at(-1)?.length !== 0; page++) {
        const answer = yield* strava.get(`${list}?per_page=50&page=${page}`)
        assert.isFalse(answer.headers.has("link"))
        pages.push(readActivities(answer.text))
      }
      const found = pages.flat()
      assert.isAbove(found.length, 350)
      assert.deepStrictEqual(found, held)
      const starts = found.map(({ start_date }) => start_date)
      assert.deepStrictEqual(starts, starts.toSorted().toReversed())
      assert.lengthOf(readActivities((yield* strava.get(list)).text), 30)
      assert.lengthOf(readActivities((yield* strava.get(`${list}?per_page=200`)).text), 200)
    })
  )

  it.scoped("keeps to before and after", () =>
    Effect.gen(function* () {
      const strava = yield* start()
      const held = yield* strava.held(strava.athletes[0]?.id ?? 0)
      const [at, to] = [held[40], held[20]].map((one) => Date.parse(one?.start_date ?? "") / 1000)
      const read = (query: string) =>
        Effect.map(strava.get(`${list}?per_page=200&${query}`), ({ text }) => ids(readActivities(text)))
      assert.deepStrictEqual(yield* read(`after=${at}&before=${to}`), ids(held.slice(21, 40)))
      assert.deepStrictEqual(yield* read(`after=${at}`), ids(held.slice(0, 40)))
      assert.deepStrictEqual(yield* read(`before=${to}`), ids(held.slice(21, 221)))
      yield* strava.control("PUT", "behaviour", { afterOrder: "oldest" })
      assert.deepStrictEqual(yield* read(`after=${at}`), ids(held.slice(0, 40)).toReversed())
      assert.deepStrictEqual(yield* read(`after=${at}&before=${to}`), ids(held.slice(21, 40)))
    })
  )

  it.scoped("refuses what it does not take, such as an `after` in the future", () =>
    Effect.gen(function* () {
      const strava = yield* start()
      for (const [query, wrong] of [
        [`after=${epoch + 1}`, "after/future"],
        [`after=${epoch}000`, "after/future"],
        ["before=soon", "before/invalid"],
        ["page=0", "page/invalid"],
        ["per_page=201", "per page/max exceeded"]
      ] as const)
        assert.strictEqual(fault(yield* strava.get(`${list}?${query}`)), `400 Bad Request Application/${wrong}`)
      assert.strictEqual((yield* strava.get(`${list}?after=${epoch}`)).text, "[]")
      yield* TestClock.adjust("1 seconds")
      assert.strictEqual((yield* strava.get(`${list}?after=${epoch + 1}`)).status, 200)
    })
  )

  it.scoped("shows what only the athlete sees to the wider scope alone, and nothing without any", () =>
    Effect.gen(function* () {
      const strava = yield* start()
      const narrow = strava.tokens.issue({ scopes: ["read", "activity:read"] }).accessToken
      const held = yield* strava.held(strava.athletes[0]?.id ?? 0)
      const [hidden] = held.filter(({ visibility }) => visibility === "only_me")
      assert.isDefined(hidden)
      const seen = yield* Effect.forEach([1, 2, 3], (page) => strava.get(`${list}?per_page=200&page=${page}`, narrow))
      assert.deepStrictEqual(
        seen.flatMap(({ text }) => ids(readActivities(text))),
        ids(held.filter(({ visibility }) => visibility !== "only_me"))
      )
      for (const path of [`/activities/${hidden?.id}`, `/activities/${hidden?.id}/laps`]) {
        assert.strictEqual((yield* strava.get(path)).status, 200)
        assert.strictEqual(fault(yield* strava.get(path, narrow)), "404 Record Not Found Activity/id/invalid")
      }

      const none = strava.tokens.issue({ scopes: ["read"] }).accessToken
      for (const path of [list, `/activities/${hidden?.id}`])
        assert.strictEqual(
          fault(yield* strava.get(path, none)),
          "403 Forbidden AccessToken/activity:read_permission/missing"
        )
      yield* strava.control("PUT", "behaviour", { missingScope: 401 })
      assert.strictEqual((yield* strava.get(list, none)).status, 401)
      assert.strictEqual((yield* strava.get("/athlete", none)).status, 200)
    })
  )
})

describe("one thing", () => {
  it.scoped("is its owner's alone", () =>
    Effect.gen(function* () {
      const strava = yield* start()
      const [own, other] = strava.athletes.map(({ id }) => id)
      const activity = (yield* strava.held(own ?? 0)).find(({ gear_id }) => gear_id !== null)
      const paths = [`/activities/${activity?.id}`, `/activities/${activity?.id}/laps`, `/gear/${activity?.gear_id}`]
      const stranger = strava.tokens.issue({ ...(other === undefined ? {} : { athlete: other }) }).accessToken
      for (const path of paths) {
        assert.strictEqual((yield* strava.get(path)).status, 200, path)
        assert.strictEqual((yield* strava.get(path, stranger)).status, 404, path)
      }
      assert.strictEqual((yield* strava.get(`/athletes/${own}/stats`)).status, 200)
      assert.strictEqual(fault(yield* strava.get(`/athletes/${other}/stats`)), "403 Forbidden Athlete/id/invalid")
      assert.strictEqual(readId((yield* strava.get("/athlete", stranger)).text).id, other)
      for (const path of ["/activities/1", "/gear/b1", "/clubs/1", "/activities/x"])
        assert.strictEqual((yield* strava.get(path)).status, 404, path)
    })
  )

  it.scoped("adds up: laps to their activity, activities to gear and totals", () =>
    Effect.gen(function* () {
      const strava = yield* start()
      const athlete = strava.athletes[0]?.id ?? 0
      const held = yield* strava.held(athlete)
      const readLaps = reader(
        Schema.Array(
          Schema.Struct({
            activity: Schema.Struct({ id: Schema.Int }),
            moving_time: Schema.Int,
            elapsed_time: Schema.Int,
            distance: Schema.Number,
            id: Schema.Int
          })
        )
      )
      const laps = readLaps((yield* strava.control("GET", "items?kind=laps")).text)
      assert.strictEqual(new Set(laps.map(({ id }) => id)).size, laps.length)
      const ofActivity = new Map(held.map((one) => [one.id, laps.filter(({ activity }) => activity.id === one.id)]))
      for (const { distance, elapsed_time, id, manual, moving_time } of held) {
        const own = ofActivity.get(id) ?? []
        if (manual) assert.lengthOf(own, 0)
        else {
          const sum = (of: (lap: (typeof laps)[number]) => number) => own.reduce((total, lap) => total + of(lap), 0)
          assert.strictEqual(
            sum((lap) => lap.moving_time),
            moving_time
          )
          assert.strictEqual(
            sum((lap) => lap.elapsed_time),
            elapsed_time
          )
          assert.approximately(
            sum((lap) => lap.distance),
            distance,
            2
          )
        }
      }
      const [first] = held.filter(({ manual }) => !manual)
      const own = readLaps((yield* strava.get(`/activities/${first?.id}/laps`)).text)
      assert.deepStrictEqual(own, ofActivity.get(first?.id ?? 0))

      const bike = held.find(({ gear_id }) => gear_id?.startsWith("b"))?.gear_id
      const readGear = reader(Schema.Struct({ distance: Schema.Number, resource_state: Schema.Literal(3) }))
      const before = readGear((yield* strava.get(`/gear/${bike}`)).text).distance
      yield* strava.control("POST", "add", { sport_type: "Ride", gear_id: bike, distance: 41_000 })
      assert.strictEqual(readGear((yield* strava.get(`/gear/${bike}`)).text).distance, before + 41_000)

      const Total = Schema.Struct({ count: Schema.Int, distance: Schema.Number })
      const readStats = reader(Schema.Struct({ all_run_totals: Total, recent_swim_totals: Total }))
      const stats = readStats((yield* strava.get(`/athletes/${athlete}/stats`)).text)
      const public_ = held.filter(({ visibility }) => visibility === "everyone")
      assert.strictEqual(stats.all_run_totals.count, public_.filter(({ type }) => type === "Run").length)
      const since = new Date((epoch - 28 * 86_400) * 1000).toISOString()
      assert.strictEqual(
        stats.recent_swim_totals.count,
        public_.filter(({ start_date, type }) => type === "Swim" && start_date > since).length
      )
    })
  )

  it.scoped("tells more of the athlete to the scope for that", () =>
    Effect.gen(function* () {
      const strava = yield* start()
      const read = reader(
        Schema.Struct({ resource_state: Schema.Int, bikes: Schema.optional(Schema.Array(Schema.Unknown)) })
      )
      const whole = read((yield* strava.get("/athlete")).text)
      assert.strictEqual(whole.resource_state, 3)
      assert.lengthOf(whole.bikes ?? [], 2)
      const narrow = strava.tokens.issue({ scopes: ["read"] }).accessToken
      assert.deepStrictEqual(read((yield* strava.get("/athlete", narrow)).text), { resource_state: 2 })
    })
  )
})

describe("the limits", () => {
  const rateLimit = { overall: { quarter: 4, day: 9 }, read: { quarter: 2, day: 5 } }
  const used = ({ headers }: { readonly headers: Headers }) => headers.get("x-readratelimit-usage")

  it.scoped("are told in both families, and a call beyond them counts for the day", () =>
    Effect.gen(function* () {
      const strava = yield* start({ now: new Date("2026-11-01T12:14:58Z"), behaviour: { rateLimit } })
      const answer = yield* strava.get("/athlete")
      const headers = Object.fromEntries([...answer.headers].filter(([name]) => name.includes("ratelimit")))
      assert.deepStrictEqual(headers, {
        "x-ratelimit-limit": "4,9",
        "x-ratelimit-usage": "1,1",
        "x-readratelimit-limit": "2,5",
        "x-readratelimit-usage": "1,1"
      })
      yield* strava.get("/nothing")
      const over = yield* strava.get("/athlete")
      assert.strictEqual(fault(over), "429 Rate Limit Exceeded Application/rate limit/exceeded")
      assert.strictEqual(used(over), "3,3")
      assert.isFalse(over.headers.has("retry-after"))
      // The next quarter of an hour begins with the clock's, not with the first call.
      yield* TestClock.adjust("1 seconds")
      assert.strictEqual((yield* strava.get("/athlete")).status, 429)
      yield* TestClock.adjust("1 seconds")
      const next = yield* strava.get("/athlete")
      assert.strictEqual(next.status, 200)
      assert.strictEqual(used(next), "1,5")
      // Now the day's are spent, though the quarter's are not.
      assert.strictEqual((yield* strava.get("/athlete")).status, 429)
      yield* TestClock.adjust("15 minutes")
      assert.strictEqual((yield* strava.get("/athlete")).status, 429)
    })
  )

  it.scoped("turn with the day of UTC, and strangers do not count", () =>
    Effect.gen(function* () {
      const strava = yield* start({
        now: new Date("2026-11-01T23:59:00Z"),
        behaviour: { rateLimit: { overall: { quarter: 100, day: 1 }, read: { quarter: 100, day: 100 } } }
      })
      const stranger = yield* strava.get("/athlete", "none")
      assert.strictEqual(fault(stranger), "401 Authorization Error Athlete/access_token/invalid")
      assert.isFalse(stranger.headers.has("x-ratelimit-usage"))
      assert.strictEqual((yield* strava.get("/athlete")).status, 200)
      assert.strictEqual((yield* strava.get("/athlete")).status, 429)
      yield* TestClock.adjust("1 minutes")
      assert.strictEqual(used(yield* strava.get("/athlete")), "1,1")
      yield* strava.control("PUT", "behaviour", { rateLimitHeaders: false })
      assert.isFalse((yield* strava.get("/athlete")).headers.has("x-ratelimit-limit"))
    })
  )

  it.scoped("count an answer that the client has already", () =>
    Effect.gen(function* () {
      const strava = yield* start()
      const first = yield* strava.get("/athlete")
      const tag = first.headers.get("etag") ?? ""
      assert.match(tag, /^W\/"/)
      const same = yield* strava.get("/athlete", strava.token, { "if-none-match": tag })
      assert.deepInclude(same, { status: 304, text: "" })
      assert.strictEqual(used(same), "2,2")
      assert.strictEqual((yield* strava.get(list, strava.token, { "if-none-match": tag })).status, 200)
    })
  )
})

describe("the service", () => {
  it.scoped("refuses an application that is inactive", () =>
    Effect.gen(function* () {
      const strava = yield* start()
      yield* strava.control("PUT", "behaviour", { inactive: true })
      for (const path of ["/athlete", list])
        assert.strictEqual(fault(yield* strava.get(path)), "403 Forbidden Application/Status/Inactive")
      yield* strava.control("PUT", "behaviour", { inactive: false })
      assert.strictEqual((yield* strava.get("/athlete")).status, 200)
    })
  )

  it.scoped("obeys the shared faults, with errors in its own form", () =>
    Effect.gen(function* () {
      const strava = yield* start()
      yield* strava.control("PUT", "faults", [
        { action: { type: "rate-limit" } },
        { match: { nth: [2] }, action: { type: "status", status: 500 } }
      ])
      assert.strictEqual(
        fault(yield* strava.get("/athlete")),
        "429 Rate Limit Exceeded Application/rate limit/exceeded"
      )
      assert.strictEqual(fault(yield* strava.get("/athlete")), "500 Internal Server Error")
      assert.strictEqual((yield* strava.get("/athlete")).status, 200)
    })
  )

  it.scoped("names other addresses where it stands behind a proxy", () =>
    Effect.gen(function* () {
      const { apiUrl, authUrl, url } = yield* StravaEmulator.start({ publicUrl: "https://strava.test/", activities: 0 })
      assert.deepStrictEqual([apiUrl, authUrl], ["https://strava.test/api/v3", "https://strava.test/oauth"])
      assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/)
    })
  )

  it.scoped("refuses options that make no sense", () =>
    Effect.gen(function* () {
      for (const options of [
        { athletes: 0 },
        { athletes: 5 },
        { activities: -1 },
        { behaviour: { tokenSeconds: 0 } },
        { port: 70_000 }
      ]) {
        const error = yield* Effect.flip(StravaEmulator.start(options))
        assert.strictEqual(error.reason, "InvalidOptions")
      }
    })
  )
})
