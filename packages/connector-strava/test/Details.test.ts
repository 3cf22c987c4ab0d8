// The streams that look into activities one by one, and those about the athlete, read from the emulator.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { layer, memory, type Run, run } from "./Reading.ts"
import { type Service, start } from "./Service.ts"

/** The limits of an application that reads a lot. */
const generous = { rateLimit: { overall: { quarter: 5000, day: 50_000 }, read: { quarter: 5000, day: 50_000 } } }
const options = { activities: 100, behaviour: generous }

const isClean = ({ error, recorded, warnings }: Run) =>
  assert.deepStrictEqual({ error, recorded, warnings }, { error: null, recorded: 0, warnings: [] })

/** How often each path was asked for since. */
const watch = (service: Service, path: RegExp) =>
  Effect.gen(function* () {
    const before = (yield* service.asked).length
    return Effect.map(service.asked, (entries) => entries.slice(before).filter((entry) => path.test(entry.path)).length)
  })

for (const [stream, path] of [
  ["activity_details", /\/activities\/\d+$/],
  ["laps", /\/activities\/\d+\/laps$/]
] as const) {
  describe(stream, () => {
    const read = run.bind(null, stream)

    it.scoped("look into so many in a run, the newest first, until all are there", () =>
      Effect.gen(function* () {
        const service = yield* start(options)
        const all = yield* service.items()
        const kept = memory()
        const rows: Array<number> = []
        const covered = () => new Set([...kept.rows.values()].map(({ activity_id }) => activity_id))
        yield* Effect.gen(function* () {
          for (let runs = 1; runs === 1 || kept.position !== null; runs++) {
            const asked = yield* watch(service, path)
            const { error, warnings } = yield* read(kept)
            assert.isNull(error)
            assert.isAtMost(yield* asked, 60)
            assert.strictEqual(warnings.length, kept.position === null ? 0 : 1)
            rows.push(covered().size)
            if (runs > 1) continue
            for (const id of covered())
              assert.include(
                all.slice(0, 60).map((one) => String(one.id)),
                id
              )
          }
          isClean(yield* read(kept))
        }).pipe(Effect.provide(layer(service, { details: 35 })))
        assert.deepStrictEqual(rows, [...new Set(rows)])
        const expected = stream === "laps" ? all.filter(({ manual }) => manual === false) : all
        assert.strictEqual(covered().size, expected.length)
      })
    )

    it.scoped("ask again for what was edited, and not for what was praised", () =>
      Effect.gen(function* () {
        const service = yield* start(options)
        const [first, second] = yield* service.items()
        const kept = memory()
        yield* Effect.gen(function* () {
          assert.isNull((yield* read(kept)).error)
          yield* service.touch(first?.id, { kudos_count: 99, comment_count: 7 })
          const praised = yield* watch(service, path)
          isClean(yield* read(kept))
          assert.strictEqual(yield* praised, 0)
          yield* service.touch(second?.id, { distance: 12_345, manual: false })
          const edited = yield* watch(service, path)
          assert.strictEqual((yield* read(kept)).recorded, 1)
          assert.strictEqual(yield* edited, 1)
          isClean(yield* read(kept))
        }).pipe(Effect.provide(layer(service)))
      })
    )

    it.scoped("mark what was deleted, and keep nothing else of it than when it was", () =>
      Effect.gen(function* () {
        const service = yield* start(options)
        const found = (yield* service.items()).filter(({ manual }) => manual === false)
        const kept = memory()
        yield* Effect.gen(function* () {
          assert.isNull((yield* read(kept)).error)
          const before = new Map(kept.rows)
          const gone = [found[0], found[2]]
          for (const activity of gone) yield* service.remove(activity?.id)
          const again = yield* watch(service, path)
          assert.strictEqual((yield* read(kept)).recorded, 1)
          assert.strictEqual(yield* again, 0)
          isClean(yield* read(kept))
          const ids = gone.map((activity) => String(activity?.id))
          assert.isAtLeast(kept.rows.size, 2)
          for (const [key, row] of kept.rows) {
            const { activity_id, local_day } = row
            if (!ids.includes(String(activity_id))) {
              assert.deepStrictEqual(row, before.get(key))
              continue
            }
            const { start_date } = before.get(key) ?? {}
            assert.deepStrictEqual<unknown>(row, {
              activity_id,
              local_day: before.get(key)?.local_day,
              ...(stream === "laps" ? { lap: row.lap } : { start_date }),
              deleted: 1
            })
            const activity = found.find(({ id }) => String(id) === activity_id)
            assert.strictEqual<unknown>(local_day, String(activity?.start_date_local).slice(0, 10))
          }
          assert.strictEqual(kept.rows.size, before.size)
        }).pipe(Effect.provide(layer(service)))
      })
    )

    it.scoped("pass over what is not shown any more", () =>
      Effect.gen(function* () {
        const service = yield* start(options)
        const [, , hidden] = yield* service.items()
        yield* service.fault({ type: "status", status: 404, body: "" }, { path: `/activities/${hidden?.id}` }, 9)
        const kept = memory()
        const { error } = yield* Effect.provide(read(kept), layer(service))
        assert.isNull(error)
        const ids = [...kept.rows.values()].map(({ activity_id }) => activity_id)
        assert.notInclude(ids, String(hidden?.id))
        assert.isAbove(kept.rows.size, 90)
      })
    )

    it.scoped("get through within Strava's limits, however often they stop", () =>
      Effect.gen(function* () {
        const service = yield* start({ activities: 100 })
        const kept = memory()
        let stopped = 0
        yield* Effect.gen(function* () {
          for (;;) {
            const { error } = yield* read(kept)
            if (error === null) break
            assert.deepInclude(error, { reason: "RateLimited" })
            stopped++
            yield* TestClock.setTime(error.retryAt ?? 0)
          }
        }).pipe(Effect.provide(layer(service)))
        assert.isAtLeast(stopped, 1)
        assert.isAtMost(stopped, 2)
        assert.isTrue((yield* service.asked).every(({ status }) => status !== 429))
      })
    )
  })
}

describe("activity_details", () => {
  it.scoped("tell what the list does not", () =>
    Effect.gen(function* () {
      const service = yield* start(options)
      const [item] = yield* service.items("details")
      const kept = memory()
      yield* Effect.provide(run("activity_details", kept), layer(service))
      const row = kept.rows.get(JSON.stringify([String(item?.id)]))
      assert.strictEqual<unknown>(row?.calories, item?.calories)
      assert.strictEqual<unknown>(row?.local_day, String(item?.start_date_local).slice(0, 10))
    })
  )
})

describe("athlete_stats and gear", () => {
  for (const [stream, rows] of [
    ["athlete_stats", 9],
    ["gear", undefined]
  ] as const) {
    it.scoped(`${stream} has rows for each day on which it was read`, () =>
      Effect.gen(function* () {
        const service = yield* start(options)
        const count = rows ?? (yield* service.gear).length
        const kept = memory()
        yield* Effect.gen(function* () {
          assert.strictEqual((yield* run(stream, kept)).recorded, 1)
          isClean(yield* run(stream, kept))
          assert.strictEqual(kept.rows.size, count)
          yield* TestClock.adjust("1 day")
          assert.strictEqual((yield* run(stream, kept)).recorded, 1)
          assert.strictEqual(kept.rows.size, 2 * count)
        }).pipe(Effect.provide(layer(service)))
        assert.deepStrictEqual(
          [...new Set([...kept.rows.values()].map(({ day }) => day))],
          ["2026-11-24", "2026-11-25"]
        )
      })
    )
  }

  it.scoped("keep what the list of gear tells where a piece itself is gone", () =>
    Effect.gen(function* () {
      const service = yield* start(options)
      yield* service.fault({ type: "status", status: 404, body: "" }, { path: "/gear/" }, 99)
      const kept = memory()
      const { error } = yield* Effect.provide(run("gear", kept), layer(service))
      assert.isNull(error)
      for (const row of kept.rows.values()) assert.containsAllKeys(row, ["gear_id", "kind", "name", "distance"])
    })
  )
})
