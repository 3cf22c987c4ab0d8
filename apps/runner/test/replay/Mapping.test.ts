// `replay sends --mapping current --into`: what a newer mapping makes of old raw pages, beside what is there.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { jsonLines } from "../support/Inlet.ts"
import { COLUMNS, moment, rides, some } from "./Rides.ts"

const NEWER = { ...COLUMNS, bike: 'Column.text("bike.name", { meaning, optional: true })' }

/** 120 rides of a first mapping, and the second one in force. */
const mappedAnew = Effect.gen(function* () {
  const it = yield* rides()
  yield* it.writes(...some(120, { bike: { name: "Brompton" } }))
  const { runs } = yield* it.report("sync")
  yield* it.define(NEWER)
  it.service.down = true
  return { ...it, first: runs[0]?.run ?? "" }
})

describe("a mapping that changed", () => {
  it.scopedLive("is not sent as what was sent: it says which batches, and what to do", () =>
    Effect.gen(function* () {
      const it = yield* mappedAnew
      for (const more of [[], ["--into", "rides_v2"]]) {
        const { code, runs } = yield* it.report("replay", "sends", ...more)
        assert.strictEqual(code, 2)
        assert.deepInclude(runs[0]?.error, { code: "E_REPLAY", kept: "Nothing was sent, nothing was recorded." })
        assert.include(runs[0]?.error?.message, `${it.first}/1`)
        assert.include(runs[0]?.error?.fix, "--mapping current")
      }
      assert.strictEqual((yield* it.rows("rides_v2")).size, 0)
    })
  )

  it.scopedLive("fills another dataset with its new column, with the source off", () =>
    Effect.gen(function* () {
      const it = yield* mappedAnew
      const before = yield* it.rows("cycling_rides")
      const asked = it.service.asked
      const { code, runs } = yield* it.report("replay", "sends", "--mapping", "current", "--into", "rides_v2")
      assert.strictEqual(code, 0, JSON.stringify(runs))
      assert.deepInclude(runs[0], { mode: "remap", dataset: "rides_v2" })
      assert.strictEqual(runs[0]?.counts.sent, 120)
      const rows = yield* it.rows("rides_v2")
      assert.deepStrictEqual(rows, new Map([...before].map(([id, row]) => [id, { ...row, bike: "Brompton" }])))
      assert.deepStrictEqual(yield* it.rows("cycling_rides"), before)
      assert.strictEqual(it.service.asked, asked)
      // The pipeline goes on with its own dataset.
      it.service.down = false
      yield* it.writes({ id: "r1", at: moment(1), distance: 5, bike: { name: "Bianchi" } })
      assert.strictEqual((yield* it.report("sync")).code, 0)
      assert.strictEqual((yield* it.rows("cycling_rides")).get("r1")?.bike, "Bianchi")
      assert.strictEqual((yield* it.rows("rides_v2")).get("r1")?.bike, "Brompton")
    })
  )

  it.scopedLive("into the same dataset gives the rows their new column", () =>
    Effect.gen(function* () {
      const it = yield* mappedAnew
      const { code } = yield* it.report("replay", "sends", "--mapping", "current")
      assert.strictEqual(code, 0)
      const rows = [...(yield* it.rows("cycling_rides")).values()]
      assert.strictEqual(rows.length, 120)
      assert.isTrue(rows.every(({ bike }) => bike === "Brompton"))
      // And is from then on what was sent.
      assert.strictEqual((yield* it.report("replay", "sends", "--mapping", "current")).code, 0)
    })
  )

  it.scopedLive("that refuses rows now shows them in quarantine", () =>
    Effect.gen(function* () {
      const it = yield* rides()
      yield* it.writes(...some(3), { id: "r3", at: moment(0), distance: 3, bike: "none" })
      yield* it.report("sync")
      yield* it.define({ ...COLUMNS, bike: 'Column.text("bike", { meaning })' })
      const { code, runs } = yield* it.report("replay", "sends", "--mapping", "current", "--into", "rides_v2")
      assert.strictEqual(code, 3)
      assert.deepInclude(runs[0]?.counts, { read: 4, sent: 1, quarantined: 3, pending: 0 })
      assert.strictEqual((yield* it.rows("rides_v2")).size, 1)
      const listed = jsonLines((yield* it.run(["quarantine", "list", "--json"])).stdout)
      assert.strictEqual(listed.length, 3)
    })
  )
})

describe("--into", () => {
  it.scopedLive("refuses the dataset of another pipeline, configured or not any more, and several streams", () =>
    Effect.gen(function* () {
      const it = yield* rides()
      yield* it.configure(["rides", "walks"], ["issues"])
      yield* it.writes(...some(3))
      yield* it.walks(...some(3))
      yield* it.report("sync")
      const issues = yield* it.rows("github_issues")
      const walks = yield* it.rows("cycling_walks")
      const into = (...args: ReadonlyArray<string>) => it.refusal(["replay", "sends", "--into", ...args])
      const several = yield* into("x", "--source", "cycling")
      assert.deepInclude({ ...several.error, exit: several.code }, { code: "E_USAGE", exit: 2 })
      assert.include(several.error.message, "2 are selected")
      for (const title of ["github_issues", "cycling_walks"]) {
        const taken = yield* into(title, "--stream", "rides")
        assert.strictEqual(taken.code, 2)
        assert.include(taken.error.message, title)
      }
      yield* it.configure(["rides"])
      for (const title of ["github_issues", "cycling_walks"]) {
        assert.strictEqual((yield* into(title, "--stream", "rides", "--dry-run")).code, 2)
      }
      assert.deepStrictEqual(yield* it.rows("github_issues"), issues)
      assert.deepStrictEqual(yield* it.rows("cycling_walks"), walks)
    })
  )
})
