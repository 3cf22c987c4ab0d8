// The list of activities, read from the emulator: once in full, then back to some days ago, for what was edited, uploaded late
// or deleted.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { layer, memory, type Run, run } from "./Reading.ts"
import { NOW, type Service, start } from "./Service.ts"

const read = run.bind(null, "activities")
const key = (id: number | undefined) => JSON.stringify([String(id)])
const daysAgo = (days: number) => new Date(NOW.getTime() - days * 86_400_000).toISOString()
const asked = (service: Service, path = /\/athlete\/activities$/) =>
  Effect.map(service.asked, (entries) => entries.filter((entry) => path.test(entry.path)).map(({ query }) => query))

const isClean = ({ error, recorded }: Run) => assert.deepStrictEqual({ error, recorded }, { error: null, recorded: 0 })

describe("a first reading", () => {
  it.scoped("brings every activity, and the next one nothing", () =>
    Effect.gen(function* () {
      const service = yield* start({ activities: 430 })
      const kept = memory()
      const activities = yield* service.items()
      yield* Effect.gen(function* () {
        const first = yield* read(kept)
        assert.isNull(first.error)
        assert.strictEqual(first.recorded, first.pages.length)
        assert.strictEqual(kept.rows.size, activities.length)
        for (const { id, name, start_date } of activities) {
          const row = kept.rows.get(key(id))
          assert.deepInclude(row, { start_date: new Date(start_date).toISOString(), deleted: 0 })
          assert.strictEqual<unknown>(row?.name, name)
        }
        isClean(yield* read(kept))
      }).pipe(Effect.provide(layer(service)))
      assert.match((yield* asked(service)).at(-1) ?? "", /^\??per_page=200$/)
    })
  )

  it.scoped("misses nothing that stays, whatever is uploaded or deleted between its pages", () =>
    Effect.gen(function* () {
      const service = yield* start({ activities: 430 })
      const before = yield* service.items()
      const kept = memory()
      const moves = Effect.gen(function* () {
        // One of the first page moves the others up, uploads move them down.
        yield* service.remove(before[3]?.id)
        yield* service.remove(before[4]?.id)
        yield* service.add({ count: 1, start_date: daysAgo(0.1) })
      })
      yield* read(kept, (_, count) => Effect.as(count === 1 ? moves : Effect.void, true)).pipe(
        Effect.provide(layer(service))
      )
      const after = new Set((yield* service.items()).map(({ id }) => id))
      for (const { id } of before) if (after.has(id)) assert.isTrue(kept.rows.has(key(id)), String(id))
    })
  )

  it.scoped("goes on at the page at which it was stopped, at each of them", () =>
    Effect.gen(function* () {
      const service = yield* start({ activities: 430 })
      const kept = memory()
      let runs = 0
      let pages = 0
      yield* Effect.gen(function* () {
        for (;;) {
          runs++
          const { error, pages: found } = yield* read(kept, () => Effect.succeed(false))
          assert.isNull(error)
          pages += found.length
          if (kept.position === null) break
        }
      }).pipe(Effect.provide(layer(service)))
      assert.strictEqual(runs, pages)
      assert.strictEqual(kept.rows.size, (yield* service.items()).length)
    })
  )

  it.scoped("ends at an empty page where there is nothing", () =>
    Effect.gen(function* () {
      const service = yield* start({ activities: 0 })
      const kept = memory()
      isClean(yield* Effect.provide(read(kept), layer(service)))
      assert.lengthOf(yield* asked(service), 1)
    })
  )
})

describe("later readings", () => {
  /** A reading of everything, a change, and what the next two bring: the change, and nothing. */
  const after = (
    options: Parameters<typeof start>[0],
    change: (service: Service) => Effect.Effect<unknown>,
    config = {}
  ) =>
    Effect.gen(function* () {
      const service = yield* start(options)
      const kept = memory()
      const before = yield* service.items()
      yield* Effect.gen(function* () {
        assert.isNull((yield* read(kept)).error)
        yield* change(service)
        const second = yield* read(kept)
        assert.deepStrictEqual([second.error, second.recorded], [null, 1])
        isClean(yield* read(kept))
      }).pipe(Effect.provide(layer(service, config)))
      return { before, kept, service }
    })

  it.scoped("find an edit", () =>
    Effect.gen(function* () {
      const change = (service: Service) =>
        Effect.flatMap(service.items(), ([, , activity]) => service.touch(activity?.id, { name: "Renamed" }))
      const { before, kept } = yield* after({}, change)
      assert.deepInclude(kept.rows.get(key(before[2]?.id)), { name: "Renamed", deleted: 0 })
    })
  )

  it.scoped("find what was uploaded late", () =>
    Effect.gen(function* () {
      let late: number | undefined
      const change = (service: Service) =>
        Effect.map(service.add({ start_date: daysAgo(20) }), ([id]) => {
          late = id
        })
      const { kept } = yield* after({}, change)
      assert.isTrue(kept.rows.has(key(late)))
    })
  )

  it.scoped("mark what was deleted, and keep nothing else of it than when it was", () =>
    Effect.gen(function* () {
      const change = (service: Service) =>
        Effect.flatMap(service.items(), ([, activity]) => service.remove(activity?.id))
      const { before, kept } = yield* after({}, change)
      const [, gone] = before
      assert.deepStrictEqual(kept.rows.get(key(gone?.id)), {
        activity_id: String(gone?.id),
        local_day: String(gone?.start_date_local).slice(0, 10),
        start_date: new Date(gone?.start_date ?? 0).toISOString(),
        deleted: 1
      })
      assert.strictEqual([...kept.rows.values()].filter(({ deleted }) => deleted === 1).length, 1)
      const [body = ""] = [...kept.bodies.values()].filter((body) => body.includes('"gone"'))
      assert.notMatch(body.slice(body.indexOf('"gone"')), /name|distance|heart|latlng/)
    })
  )

  it.scoped("mark the only ones, the newest and the oldest one of a young account", () =>
    Effect.gen(function* () {
      const few = (service: Service) =>
        Effect.forEach([3, 2, 1], (days) => service.add({ start_date: daysAgo(days) })).pipe(
          Effect.map((ids) => ids.flat())
        )
      for (const gone of [[0], [2], [0, 1, 2]]) {
        yield* Effect.scoped(
          Effect.gen(function* () {
            const service = yield* start({ activities: 0 })
            const ids = yield* few(service)
            const kept = memory()
            yield* Effect.gen(function* () {
              yield* read(kept)
              isClean(yield* read(kept))
              for (const index of gone) yield* service.remove(ids[index])
              assert.strictEqual((yield* read(kept)).recorded, 1)
              isClean(yield* read(kept))
            }).pipe(Effect.provide(layer(service)))
            assert.deepStrictEqual(
              ids.map((id) => kept.rows.get(key(id))?.deleted),
              ids.map((_, index) => (gone.includes(index) ? 1 : 0))
            )
          })
        )
      }
    })
  )

  it.scoped("bring back what was hidden for a while", () =>
    Effect.gen(function* () {
      const service = yield* start()
      const [activity] = yield* service.items()
      const kept = memory()
      const narrow = { ...service, tokens: service.narrow }
      yield* Effect.gen(function* () {
        yield* read(kept)
        yield* service.touch(activity?.id, { visibility: "only_me" })
        yield* read(kept)
        assert.strictEqual(kept.rows.get(key(activity?.id))?.deleted, 1)
        yield* service.touch(activity?.id, { visibility: "everyone" })
        yield* read(kept)
        assert.deepInclude(kept.rows.get(key(activity?.id)), { deleted: 0, visibility: "everyone" })
      }).pipe(Effect.provide(layer(narrow)))
    })
  )

  it.scoped("take the days of several pages for one list", () =>
    Effect.gen(function* () {
      const service = yield* start({ activities: 0 })
      const ids = yield* Effect.forEach(
        Array.from({ length: 450 }, (_, index) => index),
        // Two in each second, so that they share one at the borders of pages.
        (index) => service.add({ start_date: daysAgo(Math.floor(index / 2) / 10) })
      ).pipe(Effect.map((added) => added.flat()))
      const kept = memory()
      yield* Effect.gen(function* () {
        assert.isNull((yield* read(kept)).error)
        assert.strictEqual(kept.rows.size, 450)
        isClean(yield* read(kept))
        const gone = [ids[0], ids[199], ids[200], ids[201], ids[430]]
        for (const id of gone) yield* service.remove(id)
        assert.strictEqual((yield* read(kept)).recorded, 1)
        for (const id of gone) assert.strictEqual(kept.rows.get(key(id))?.deleted, 1, String(id))
        assert.strictEqual([...kept.rows.values()].filter(({ deleted }) => deleted === 1).length, gone.length)
        isClean(yield* read(kept))
      }).pipe(Effect.provide(layer(service)))
    })
  )

  it.scoped("look back as far as they are told, and no further", () =>
    Effect.gen(function* () {
      const service = yield* start()
      const kept = memory()
      const old = (yield* service.items()).find(({ start_date }) => start_date < daysAgo(300))
      yield* Effect.gen(function* () {
        yield* read(kept)
        yield* service.touch(old?.id, { name: "Renamed" })
      }).pipe(Effect.provide(layer(service)))
      yield* Effect.provide(read(kept), layer(service))
      assert.notStrictEqual(kept.rows.get(key(old?.id))?.name, "Renamed")
      yield* Effect.provide(read(kept), layer(service, { lookBackDays: 365 }))
      assert.strictEqual(kept.rows.get(key(old?.id))?.name, "Renamed")
    })
  )

  it.scoped("say nothing of what cannot be compared any more", () =>
    Effect.gen(function* () {
      const service = yield* start()
      const [activity] = yield* service.items()
      const kept = memory()
      yield* Effect.gen(function* () {
        yield* read(kept)
        kept.bodies.clear()
        yield* service.remove(activity?.id)
        assert.isNull((yield* read(kept)).error)
      }).pipe(Effect.provide(layer(service)))
      assert.strictEqual(kept.rows.get(key(activity?.id))?.deleted, 0)
    })
  )

  it.scoped("do not make a deletion of time that passes", () =>
    Effect.gen(function* () {
      const service = yield* start()
      const kept = memory()
      yield* Effect.gen(function* () {
        yield* read(kept)
        for (const _ of [1, 2, 3]) {
          yield* TestClock.adjust("20 days")
          isClean(yield* read(kept))
        }
      }).pipe(Effect.provide(layer(service)))
      assert.isTrue([...kept.rows.values()].every(({ deleted }) => deleted === 0))
    })
  )
})
