// `inlet erase`: a person, or a whole source, is nowhere in the store any more, and at Databox are the others' rows only.
import { assert, describe, it } from "@effect/vitest"
import { Hash } from "@inlet/core"
import * as Effect from "effect/Effect"
import { until, verify } from "../proof/Store.ts"
import { killedAt } from "../replay/Databox.ts"
import { jsonLines } from "../support/Inlet.ts"
import { batches, differences, erasures, events, type Riders, riders, ridesOf, wordsOf } from "./Riders.ts"

const WORDS = wordsOf("R")
const ERASE = ["erase", "cycling", "--subject", "R", "--yes"]

/** Rides of A, R and B in two pages each, and walks of A: R was only asked for there. All of it is at Databox. */
const ridden = Effect.gen(function* () {
  const it = yield* riders()
  for (const rider of ["A", "R", "B"]) yield* it.writes("rides", rider, ...ridesOf(rider, 3))
  yield* it.writes("walks", "A", ...ridesOf("A", 2))
  assert.strictEqual((yield* it.report("sync")).code, 0)
  for (const rider of ["A", "R", "B"]) yield* it.writes("rides", rider, ...ridesOf(rider, 2, {}, 10))
  assert.strictEqual((yield* it.report("sync")).code, 0)
  return it
})

/** The rows of a dataset that are not R's. */
const others = (it: Riders, title: string) =>
  Effect.map(it.rows(title), (rows) => new Map([...rows].filter(([key]) => !String(key).startsWith("R"))))

const healthy = (it: Riders) =>
  Effect.gen(function* () {
    const { code, findings } = yield* verify(it)
    assert.deepStrictEqual([code, findings], [0, []])
    assert.deepStrictEqual(yield* differences(it), [])
  })

describe("inlet erase SOURCE --subject SUBJECT", () => {
  it.scopedLive(
    "leaves nothing of the person in any file, and the rows of the others at Databox; so does a whole source",
    () =>
      Effect.gen(function* () {
        const it = yield* ridden
        assert.strictEqual((yield* it.report("replay", "sends", "--stream", "rides", "--into", "beside")).code, 0)
        const [rides, walks, all] = [
          yield* others(it, "cycling_rides"),
          yield* others(it, "cycling_walks"),
          yield* it.rows("cycling_rides")
        ]
        assert.deepStrictEqual([rides.size, walks.size, all.size], [10, 2, 15])
        const before = yield* it.found(WORDS)
        for (const word of WORDS) assert.isTrue(before.some((place) => place.startsWith(word), word))

        // Not before it was confirmed, and not of somebody who is not there.
        const count = events(it)
        const unconfirmed = yield* it.run(ERASE.slice(0, -1))
        assert.strictEqual(unconfirmed.code, 2)
        assert.match(unconfirmed.stdout, /^rides +2 +5 +cycling_rides, beside +4$/m)
        assert.notMatch(unconfirmed.stdout, /^walks/m)
        assert.include(unconfirmed.stderr, "next: inlet erase cycling --subject R --yes")
        for (const args of [
          ["cycling", "--subject", "Nobody"],
          ["cyclin", "--subject", "R"]
        ]) {
          assert.strictEqual((yield* it.refusal(["erase", ...args, "--yes"])).code, 2)
        }
        assert.strictEqual(events(it), count)

        const { code, runs, stderr } = yield* it.report(...ERASE)
        assert.strictEqual(code, 0, JSON.stringify(runs) + stderr)
        assert.deepStrictEqual(yield* it.found(WORDS), [])
        assert.deepStrictEqual(yield* it.rows("cycling_rides"), rides)
        assert.deepStrictEqual(yield* it.rows("cycling_walks"), walks)
        assert.strictEqual((yield* it.rows("beside")).size, 0)
        assert.deepStrictEqual(erasures(it), [
          ["pipeline/cycling/rides", Hash.pseudonym("R", "pipeline/cycling/rides"), 2],
          ["pipeline/cycling/walks", Hash.pseudonym("R", "pipeline/cycling/walks"), 0]
        ])
        yield* healthy(it)
        const again = yield* it.run(ERASE)
        assert.deepStrictEqual([again.code, again.stdout], [0, "Nothing of R of cycling is kept.\n"])
        assert.strictEqual(erasures(it).length, 2)

        // The source has R no more.
        it.service.riders.splice(1, 1)
        const next = yield* it.report("sync")
        assert.deepStrictEqual([next.code, ...next.runs.map(({ counts }) => counts.sent)], [0, 0, 0])
        assert.deepStrictEqual(yield* it.rows("cycling_rides"), rides)
        assert.deepStrictEqual(yield* it.found(WORDS), [])
        // And has again: what it shows is copied, whoever it was erased of before.
        it.service.riders.push("R")
        assert.strictEqual((yield* it.report("sync")).code, 0)
        assert.deepStrictEqual(yield* it.rows("cycling_rides"), all)

        // All streams that were ever recorded, configured or not.
        yield* it.configure(["rides"])
        const whole = yield* it.run(["erase", "cycling", "--yes"])
        yield* it.configure()
        assert.strictEqual(whole.code, 0, whole.stderr)
        assert.match(whole.stdout, /^Nothing of cycling is kept\.$/m)
        assert.deepStrictEqual(yield* it.found(["A", "R", "B"].flatMap(wordsOf)), [])
        assert.deepStrictEqual([(yield* it.rows("cycling_rides")).size, (yield* it.rows("cycling_walks")).size], [0, 0])
        yield* healthy(it)
        assert.strictEqual((yield* it.report("sync")).code, 0)
        assert.deepStrictEqual(yield* it.rows("cycling_rides"), all)
        yield* healthy(it)
      }),
    120_000
  )

  it.scopedLive("takes what waits, what is in quarantine, and what is on its way as well", () =>
    Effect.gen(function* () {
      const it = yield* riders()
      const bad = { distance: undefined }
      for (const rider of ["A", "R"])
        yield* it.writes("rides", rider, ...ridesOf(rider, 2), ...ridesOf(rider, 1, bad, 5))
      assert.strictEqual((yield* it.report("sync")).code, 3)
      for (const rider of ["R", "A"]) yield* it.writes("rides", rider, ...ridesOf(rider, 2, {}, 10))
      // Databox has taken rows of R, of which nobody knows, and will apply them late; those of A wait.
      it.service.riders.reverse()
      yield* it.databoxBehaves({ processMillis: 3_000 })
      const hold = { path: "/v1/datasets/.+/data$", after: true }
      yield* killedAt(
        it,
        ["sync"],
        hold,
        until(() => batches(it) === 4)
      )
      yield* it.databoxBehaves({ processMillis: 20 })

      const { code, runs } = yield* it.report(...ERASE)
      assert.strictEqual(code, 3, JSON.stringify(runs))
      assert.deepStrictEqual(yield* it.found(WORDS), [])
      const keys = [...(yield* it.rows("cycling_rides")).keys()].sort()
      assert.deepStrictEqual(keys, ["AxID0", "AxID1", "AxID10", "AxID11"])
      yield* healthy(it)
      const waiting = jsonLines((yield* it.run(["quarantine", "list", "--json"])).stdout)
      assert.strictEqual(waiting.length, 1)
      assert.include(JSON.stringify(waiting), "AxID5")
    })
  )
})
