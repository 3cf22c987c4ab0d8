// A replay that is killed: whatever command comes next completes it, and nothing has to be mended by hand.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { jsonLines } from "../support/Inlet.ts"
import { applied, goesBack, killedAt, putBeside } from "./Databox.ts"
import { moment, rides, some } from "./Rides.ts"

const DATA = "/v1/datasets/.+/data$"
const PURGE = "/v1/datasets/.+/purge$"
const INGESTIONS = "/v1/datasets/.+/ingestions"

/** 250 rides, the first 150 of them a second time with newer values, and a row beside that Inlet knows nothing of. */
const filled = Effect.gen(function* () {
  const it = yield* rides({ databox: { behaviour: { processMillis: 0, rateLimit: null, recordApplied: true } } })
  yield* it.writes(...some(250))
  yield* it.report("sync")
  yield* it.writes(...some(150, { distance: 7 }, 1))
  yield* it.report("sync")
  const right = yield* it.rows("cycling_rides")
  assert.strictEqual(right.size, 250)
  yield* putBeside(it, "cycling_rides", [{ ride_id: "beside", updated_at: moment(0), distance: 1 }])
  assert.strictEqual((yield* it.rows("cycling_rides")).size, 251)
  return { ...it, right }
})

const AGAIN = ["replay", "sends", "--purge"]

const MOMENTS = [
  ["after the intention, before the purge", { path: PURGE }, ["sync"]],
  ["after the intention, before the purge", { path: PURGE }, AGAIN],
  ["right after the purge", { path: PURGE, after: true }, ["send"]],
  ["before its first row arrives", { path: DATA }, ["sync"]],
  ["in the middle, a part on the wire", { path: DATA, nth: 2, after: true }, ["send"]],
  ["while it waits for a verdict", { path: INGESTIONS, nth: 3 }, AGAIN]
] as const

for (const [when, hold, next] of MOMENTS) {
  describe(`a replay with --purge, killed ${when}`, () => {
    it.scopedLive(`is completed by ${next.join(" ")}; a second runner is told that it is held`, () =>
      Effect.gen(function* () {
        const it = yield* filled
        const second = Effect.gen(function* () {
          const { code, stdout } = yield* it.run(["replay", "sends", "--json"])
          assert.strictEqual(code, 41, stdout)
          assert.include(stdout, "E_LEASE_HELD")
        })
        yield* killedAt(it, ["replay", "sends", "--purge"], hold, second)
        const asked = it.service.asked
        it.service.down = next[0] !== "sync"
        const { code, runs } = yield* it.report(...next)
        assert.strictEqual(code, 0, JSON.stringify(runs))
        if (it.service.down) assert.strictEqual(it.service.asked, asked)
        assert.strictEqual(runs[0]?.counts.pending, 0)
        assert.deepStrictEqual(yield* it.rows("cycling_rides"), it.right)
        assert.deepStrictEqual(goesBack(yield* applied(it)), [])
        // And is over: nothing is purged or sent once more.
        it.service.down = false
        assert.isNull((yield* it.report("sync")).runs[0]?.run)
        assert.deepStrictEqual(yield* it.rows("cycling_rides"), it.right)
        const views = jsonLines((yield* it.run(["replay", "views", "--json"])).stdout)
        assert.isTrue(views.every((view) => JSON.stringify(view).includes('"missing":0,"wrong":0')))
      })
    )
  })
}

describe("a replay into another dataset, killed in the middle", () => {
  it.scopedLive("is completed by the next sync, and newer rows of the pipeline go to their own dataset", () =>
    Effect.gen(function* () {
      const it = yield* filled
      yield* killedAt(it, ["replay", "sends", "--into", "beside"], { path: DATA, nth: 2 }, Effect.void)
      yield* it.writes({ id: "r0", at: moment(9), distance: 9 })
      const { code, runs } = yield* it.report("sync")
      assert.strictEqual(code, 0, JSON.stringify(runs))
      assert.deepStrictEqual(yield* it.rows("beside"), it.right)
      assert.strictEqual((yield* it.rows("cycling_rides")).get("r0")?.distance, 9)
      assert.strictEqual((yield* it.rows("cycling_rides")).size, 251)
    })
  )
})
