// What Strava refuses, and what the connector makes of it: limits that end by the clock, sign-ins that ended, and all that
// somebody has to decide about.
import { assert, describe, it } from "@effect/vitest"
import { Budget, Source } from "@inlet/sdk"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import * as RateLimit from "../src/RateLimit.ts"
import { layer, memory, run, source } from "./Reading.ts"
import { NOW, start } from "./Service.ts"

const at = (time: string) => Date.parse(`2026-11-24T${time}Z`)
const MIDNIGHT = Date.parse("2026-11-25T00:00:00Z")
const limits = (readQuarter: number, readDay = 1000, quarter = 200, day = 2000) => ({
  rateLimit: { overall: { quarter, day }, read: { quarter: readQuarter, day: readDay } }
})
const read = run.bind(null, "activities")

describe("what is known of the limits", () => {
  const headers = (overall: string, reads: string | undefined) => ({
    "x-ratelimit-limit": "200,2000",
    "x-ratelimit-usage": overall,
    "x-readratelimit-limit": "100,1000",
    "x-readratelimit-usage": reads
  })
  const cases = [
    ["8,151", "8,151", { limit: 100, remaining: 92, resetsAt: at("12:15:00") }],
    ["199,300", "40,100", { limit: 200, remaining: 1, resetsAt: at("12:15:00") }],
    ["100,151", "100,151", { limit: 100, remaining: 0, resetsAt: at("12:15:00") }],
    ["200,151", "3,3", { limit: 200, remaining: 0, resetsAt: at("12:15:00") }],
    ["8,1000", "8,1000", { limit: 1000, remaining: 0, resetsAt: MIDNIGHT }],
    ["100,1100", "100,1100", { limit: 1000, remaining: 0, resetsAt: MIDNIGHT }],
    ["9,2000", undefined, { limit: 2000, remaining: 0, resetsAt: MIDNIGHT }]
  ] as const
  for (const [overall, reads, expected] of cases) {
    it(`is what holds back the longest: ${overall} and ${reads}`, () =>
      assert.deepInclude(RateLimit.standing(headers(overall, reads), NOW.getTime()), expected))
  }

  it("is nothing where Strava says nothing, or something else", () => {
    for (const told of [{}, { "x-ratelimit-limit": "200", "x-ratelimit-usage": "8" }, headers("", "many")]) {
      assert.isUndefined(RateLimit.standing(told, NOW.getTime()))
    }
  })
})

describe("a limit of the quarter of an hour", () => {
  it.scoped("is waited for where it ends soon, without a request that would be refused", () =>
    Effect.gen(function* () {
      const service = yield* start({ activities: 430, behaviour: limits(1) })
      yield* TestClock.setTime(at("12:13:30"))
      const kept = memory()
      const { error, waits } = yield* Effect.provide(read(kept), layer(service))
      assert.deepInclude(error, { reason: "RateLimited", retryAt: at("12:30:00") })
      assert.deepStrictEqual(waits, [at("12:15:00")])
      assert.deepStrictEqual(
        (yield* service.asked).map(({ status }) => status),
        [200, 200]
      )
      assert.isNotNull(kept.position)
    })
  )

  it.scoped("ends the run where it ends late, and the next one goes on behind the pages", () =>
    Effect.gen(function* () {
      const service = yield* start({ activities: 430, behaviour: limits(1) })
      const kept = memory()
      const ends: Array<number | null> = []
      yield* Effect.gen(function* () {
        for (;;) {
          const { error, waits } = yield* read(kept)
          assert.deepStrictEqual(waits, [])
          if (error === null) break
          ends.push(error.retryAt)
          yield* TestClock.setTime(error.retryAt ?? 0)
        }
      }).pipe(Effect.provide(layer(service)))
      assert.deepStrictEqual(ends.slice(0, 2), [at("12:15:00"), at("12:30:00")])
      assert.strictEqual(kept.rows.size, (yield* service.items()).length)
    })
  )

  it.scoped("is computed from the clock where the refusal says nothing", () =>
    Effect.gen(function* () {
      const service = yield* start({ behaviour: { ...limits(0), rateLimitHeaders: false } })
      const { error } = yield* Effect.provide(read(memory()), layer(service))
      assert.deepInclude(error, { reason: "RateLimited", retryAt: at("12:15:00"), status: 429 })
    })
  )

  it.scoped("is that of all sources of the application", () =>
    Effect.gen(function* () {
      const service = yield* start({ behaviour: limits(1) })
      yield* Effect.gen(function* () {
        yield* Effect.provide(read(memory()), source("one", service))
        const asked = (yield* service.asked).length
        const { error } = yield* Effect.provide(read(memory()), source("other", service))
        assert.deepInclude(error, { reason: "RateLimited", retryAt: at("12:15:00"), status: null })
        assert.lengthOf(yield* service.asked, asked)
        const another = { ...service, clientId: "67890" }
        yield* Effect.provide(read(memory()), source("another", another))
        assert.isAbove((yield* service.asked).length, asked)
      }).pipe(Effect.provide(Budget.layerMemory))
    })
  )
})

describe("a limit of the day", () => {
  it.scoped("ends the run until midnight in UTC", () =>
    Effect.gen(function* () {
      const service = yield* start({ activities: 430, behaviour: limits(100, 1) })
      const kept = memory()
      yield* Effect.gen(function* () {
        const first = yield* read(kept)
        assert.deepInclude(first.error, { reason: "RateLimited", retryAt: MIDNIGHT })
        assert.include(first.error?.detail, "2026-11-25 00:00:00 UTC")
        const asked = (yield* service.asked).length
        yield* TestClock.setTime(at("23:59:00") - 240_000)
        assert.deepInclude((yield* read(kept)).error, { retryAt: MIDNIGHT })
        assert.lengthOf(yield* service.asked, asked)
        yield* TestClock.setTime(MIDNIGHT)
        assert.isAbove((yield* read(kept)).recorded, 0)
      }).pipe(Effect.provide(layer(service)))
    })
  )
})

describe("a sign-in", () => {
  it.scoped("that is refused once is renewed, and the run goes on", () =>
    Effect.gen(function* () {
      const service = yield* start()
      yield* service.fault({ type: "status", status: 401 }, { path: "/athlete/activities" })
      const { error } = yield* Effect.provide(read(memory()), layer(service))
      assert.isNull(error)
      const paths = (yield* service.asked).map(({ path, status }) => [path.replace("/api/v3", ""), status])
      assert.deepStrictEqual(paths.slice(0, 4), [
        ["/athlete", 200],
        ["/athlete/activities", 401],
        ["/oauth/token", 200],
        ["/athlete/activities", 200]
      ])
    })
  )

  it.scoped("that is refused again and again needs a person", () =>
    Effect.gen(function* () {
      const service = yield* start()
      yield* service.fault({ type: "status", status: 401 }, { path: "/athlete/activities" }, 99)
      const { error } = yield* Effect.provide(read(memory()), layer(service))
      assert.deepInclude(error, { reason: "Unauthorized" })
      assert.deepStrictEqual(
        (yield* service.asked).map(({ status }) => status),
        [200, 401, 200, 401]
      )
    })
  )

  it.scoped("that the athlete took back needs a person", () =>
    Effect.gen(function* () {
      const service = yield* start()
      yield* service.revoke(service.athletes[0]?.id ?? 0)
      const { error } = yield* Effect.provide(read(memory()), layer(service))
      assert.deepInclude(error, { reason: "Unauthorized" })
    })
  )

  for (const missingScope of [401, 403]) {
    it.scoped(`that lacks a scope needs a person, as ${missingScope} says`, () =>
      Effect.gen(function* () {
        const service = yield* start({ behaviour: { missingScope: missingScope === 401 ? 401 : 403 } })
        const { error } = yield* Effect.provide(read(memory()), layer({ ...service, tokens: service.scopeless }))
        assert.deepInclude(error, { reason: "Unauthorized" })
        assert.include(error?.detail, "activity:read_permission")
      })
    )
  }
})

describe("a refusal for good", () => {
  const cases = [
    ["an inactive application", { type: "status", status: 403 }, "Forbidden", "subscription"],
    ["what only subscribers see", { type: "status", status: 402, body: {} }, "Forbidden", "subscribers"],
    ["what is not there", { type: "status", status: 404, body: "" }, "NotFound", "/athlete/activities"],
    [
      "a wrong request",
      {
        type: "status",
        status: 400,
        body: { message: "Bad Request", errors: [{ resource: "Application", field: "after", code: "future" }] }
      },
      "Rejected",
      "Application/after/future"
    ],
    ["errors that are a text", { type: "status", status: 403, body: { errors: "no" } }, "Forbidden", "403"]
  ] as const
  for (const [name, action, reason, detail] of cases) {
    it.scoped(`is told: ${name}`, () =>
      Effect.gen(function* () {
        const service = yield* start()
        yield* service.fault(action, { path: "/athlete/activities" }, 99)
        const { error } = yield* Effect.provide(read(memory()), layer(service))
        assert.instanceOf(error, Source.SourceError)
        assert.deepInclude(error, { reason })
        assert.include(error?.detail, detail)
      })
    )
  }

  it.scoped("is no fault that passes", () =>
    Effect.gen(function* () {
      const service = yield* start()
      yield* service.fault({ type: "status", status: 502, html: true }, { path: "/athlete/activities" }, 2)
      assert.isNull((yield* Effect.provide(read(memory()), layer(service))).error)
    })
  )
})
