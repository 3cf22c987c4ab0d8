// `inlet prune`, and the prune after a sync: raw pages go when their time is over and nothing of theirs waits any more.
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Retention from "../../src/run/Retention.ts"
import { verify } from "../proof/Store.ts"
import { jsonLines } from "../support/Inlet.ts"
import { batches, differences, events, later, pages, type Riders, riders, ridesOf, wordsOf } from "./Riders.ts"

const keys = (it: Riders) => Effect.map(it.rows("cycling_rides"), (rows) => [...rows.keys()].map(String).sort())

describe("how long raw pages are kept", () => {
  it("is what inlet.yaml says, or shorter where the connector demands it", () => {
    const demanding = (days: number) => ({ retention: { raw: Duration.days(days) } })
    const { others, sources } = Retention.of(Duration.days(30), [
      { name: "free", connector: { retention: undefined } },
      { name: "shorter", connector: demanding(7) },
      { name: "longer", connector: demanding(90) }
    ])
    assert.deepStrictEqual(
      [others, sources.free, sources.shorter, sources.longer].map((one) => one && Duration.toDays(one)),
      [30, 30, 7, 30]
    )
  })
})

describe("inlet prune", () => {
  it.scopedLive("removes what is past its time, but not what waits or is in quarantine", () =>
    Effect.gen(function* () {
      const it = yield* riders({ raw: "7d" })
      yield* it.writes("rides", "A", ...ridesOf("A", 2), ...ridesOf("A", 1, { distance: undefined }, 5))
      yield* it.writes("rides", "R", ...ridesOf("R", 2, { title: "of old" }))
      const { runs } = yield* it.report("sync")
      yield* it.writes("rides", "R", ...ridesOf("R", 1, {}, 10))
      yield* it.databoxFaults([{ match: { path: "/data$" }, times: 0, action: { type: "status", status: 403 } }])
      assert.strictEqual((yield* it.report("sync")).code, 11)
      yield* it.databoxFaults([])

      const early = yield* it.run(["prune"], later(6))
      assert.deepStrictEqual([early.code, early.stdout, early.stderr], [0, "", "No raw page is past its time.\n"])
      const dry = yield* it.run(["prune", "--dry-run", "--json"], later(8))
      const [told] = jsonLines(dry.stdout)
      assert.deepInclude(told, { source: "cycling", pages: 1, waiting: 1, quarantined: 1, dryRun: true })
      assert.deepStrictEqual([dry.code, pages(it)], [0, 3])

      assert.isNotEmpty(yield* it.found(["of old"]))
      const count = events(it)
      const pruned = yield* it.run(["prune"], later(8))
      assert.strictEqual(pruned.code, 0, pruned.stderr)
      assert.deepStrictEqual(pruned.stdout.split("\n"), [
        "cycling: 1 raw page removed (0.0 MB).",
        "cycling: 1 raw page past the time stay, since rows of theirs wait: inlet send.",
        "cycling: 1 raw page past the time stay, since rows of theirs are in quarantine: inlet quarantine list.",
        ""
      ])
      assert.deepStrictEqual([pages(it), batches(it), events(it)], [2, 3, count])
      assert.deepStrictEqual(yield* it.found(["of old"]), [])
      const checked = yield* verify(it)
      assert.deepStrictEqual([checked.code, checked.findings], [0, []])
      assert.include((yield* it.run(["verify"])).stdout, "2 raw pages, 1 removed after their time")

      const replayed = yield* it.report("replay", "sends", "--stream", "rides")
      assert.strictEqual(replayed.code, 2)
      assert.include(replayed.runs[0]?.error?.message, `not kept any more: ${runs[0]?.run}/2`)
      assert.strictEqual(events(it), count)

      // What waited goes out, and then its page.
      assert.strictEqual((yield* it.report("send")).code, 3)
      assert.deepStrictEqual(yield* keys(it), ["AxID0", "AxID1", "RxID0", "RxID1", "RxID10"])
      assert.strictEqual((yield* it.report("quarantine", "discard", "--all")).code, 0)
      assert.strictEqual((yield* it.run(["prune", "--json"], later(8))).code, 0)
      assert.strictEqual(pages(it), 0)
      assert.deepStrictEqual(yield* differences(it), [])
    })
  )
})

describe("a connector that demands that raw pages are not kept", () => {
  it.scopedLive(
    "has them removed after each sync; what was pruned is erased as well, and read again for the others",
    () =>
      Effect.gen(function* () {
        const it = yield* riders({ retention: "7 days" })
        for (const rider of ["A", "R"]) yield* it.writes("rides", rider, ...ridesOf(rider, 2, { title: "of old" }))
        assert.strictEqual((yield* it.report("sync")).code, 0)
        yield* it.writes("rides", "A", ...ridesOf("A", 1, {}, 10))
        const next = yield* it.run(["sync"], later(8))
        assert.strictEqual(next.code, 0, next.stderr)
        assert.deepStrictEqual([batches(it), pages(it)], [3, 1])
        assert.deepStrictEqual(yield* it.found(["of old"]), [])
        const all = ["AxID0", "AxID1", "AxID10", "RxID0", "RxID1"]
        assert.deepStrictEqual(yield* keys(it), all)

        const asked = yield* it.run(["erase", "cycling", "--subject", "R"])
        assert.match(asked.stdout, /^rides +1 +2 +cycling_rides +1 +1$/m)
        assert.include(asked.stdout, "What was on pages not kept comes back with the next sync")
        const { code } = yield* it.report("erase", "cycling", "--subject", "R", "--yes")
        assert.strictEqual(code, 0)
        assert.deepStrictEqual(yield* it.found(wordsOf("R")), [])
        assert.deepStrictEqual(yield* keys(it), ["AxID10"])
        it.service.riders.pop()
        assert.strictEqual((yield* it.report("sync")).code, 0)
        assert.deepStrictEqual(yield* keys(it), ["AxID0", "AxID1", "AxID10"])
        assert.deepStrictEqual((yield* verify(it)).findings, [])
        assert.deepStrictEqual(yield* differences(it), [])
      })
  )
})
