// An erasure that cannot be completed at once: somebody else is at work, Databox does not take it, or it is killed. What is
// erased here stays erased, and any later run does the rest.
import { assert, describe, it } from "@effect/vitest"
import { Archive } from "@inlet/core"
import { SqliteStore } from "@inlet/store-sqlite"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { until } from "../proof/Store.ts"
import { differences, erasures, events, type Riders, riders, ridesOf, wordsOf } from "./Riders.ts"

const WORDS = wordsOf("R")
const ERASE = ["erase", "cycling", "--subject", "R", "--yes"]
const OTHERS = ["AxID0", "AxID1", "AxID2", "BxID0", "BxID1", "BxID2"]
const ALL = [...OTHERS, "RxID0", "RxID1", "RxID2"]

const ridden = Effect.gen(function* () {
  const it = yield* riders()
  for (const rider of ["A", "R", "B"]) yield* it.writes("rides", rider, ...ridesOf(rider, 3))
  assert.strictEqual((yield* it.report("sync")).code, 0)
  assert.deepStrictEqual(yield* keys(it), ALL)
  return it
})

const keys = (it: Riders) => Effect.map(it.rows("cycling_rides"), (rows) => [...rows.keys()].map(String).sort())

/** How often rides were erased. */
const ofRides = (it: Riders) => erasures(it).filter(([stream]) => stream.endsWith("/rides")).length

/** What `inlet verify` finds. */
const findings = ({ store }: Riders) =>
  Effect.flatMap(Archive.Archive, (archive) => Stream.runCollect(archive.verify())).pipe(
    Effect.provide(SqliteStore.archive({ filename: store })),
    Effect.map((found) => [...found].filter(({ ok }) => !ok))
  )

describe("inlet erase while a sync runs", () => {
  it.scopedLive("is refused, and nothing is erased, of streams that nobody is at work on either", () =>
    Effect.gen(function* () {
      const it = yield* ridden
      yield* it.writes("walks", "R", ...ridesOf("R", 1))
      assert.strictEqual((yield* it.report("sync")).code, 0)
      const before = events(it)
      it.service.asked.length = 0
      it.service.hold = true
      const { code, error } = yield* Effect.raceFirst(
        Effect.zipRight(it.run(["sync", "--stream", "rides"]), Effect.dieMessage("the sync ended")),
        Effect.zipRight(
          until(() => it.service.asked.length > 0),
          it.refusal(ERASE)
        )
      )
      assert.deepStrictEqual([code, error.code], [41, "E_LEASE_HELD"])
      assert.deepStrictEqual([events(it), erasures(it)], [before, []])
      assert.deepStrictEqual([yield* keys(it), (yield* it.rows("cycling_walks")).size], [ALL, 1])
    })
  )
})

describe("inlet erase while Databox does not empty the dataset", () => {
  it.scopedLive("erases what is here, says what is not done, and any later run does it", () =>
    Effect.gen(function* () {
      const it = yield* ridden
      const answers = (status: number) =>
        it.databoxFaults([{ match: { path: "/purge$" }, times: 0, action: { type: "status", status } }])
      yield* answers(403)
      const refused = yield* it.run(ERASE)
      assert.strictEqual(refused.code, 11, refused.stdout + refused.stderr)
      assert.match(refused.stdout, /^Nothing of R of cycling is kept here; Databox has it until a run gets through/m)
      assert.deepStrictEqual(yield* it.found(WORDS), [])
      assert.deepStrictEqual(yield* findings(it), [])
      assert.deepStrictEqual(yield* keys(it), ALL)

      yield* answers(503)
      assert.strictEqual((yield* it.report(...ERASE)).code, 21)
      assert.deepStrictEqual(yield* keys(it), ALL)
      yield* it.databoxFaults([])
      const asked = it.service.asked.length
      const { code, runs } = yield* it.report("send")
      assert.deepStrictEqual([code, runs[0]?.counts.sent], [0, 6])
      assert.strictEqual(it.service.asked.length, asked)
      assert.deepStrictEqual(yield* keys(it), OTHERS)
      assert.strictEqual((yield* it.run(ERASE)).stdout, "Nothing of R of cycling is kept.\n")
      assert.strictEqual(ofRides(it), 1)

      // Also where nothing is left to be sent.
      yield* answers(503)
      assert.strictEqual((yield* it.report("erase", "cycling", "--yes")).code, 21)
      assert.deepStrictEqual(yield* keys(it), OTHERS)
      yield* it.databoxFaults([])
      assert.strictEqual((yield* it.report("erase", "cycling", "--yes")).code, 0)
      assert.deepStrictEqual(yield* keys(it), [])
    })
  )
})

const COMMIT = "commit of RunStarted, DataErased, CursorMoved, BatchReplayed"
const POINTS = [
  "write delete blobs#1",
  `before ${COMMIT}#1`,
  `after ${COMMIT}#1`,
  "sink: POST /v1/datasets/*/purge in mid-answer#1",
  "after commit of DatasetPurged#1",
  "rows: POST /v1/datasets/*/data in mid-answer#1",
  "before commit of schema#1",
  "before commit of checkpoint#1"
]

describe("inlet erase, killed", () => {
  it.scopedLive(
    "is completed by the next run as far as the log and Databox go, and wholly by doing it again",
    () =>
      Effect.gen(function* () {
        const it = yield* ridden
        for (const [n, point] of POINTS.entries()) {
          const before = ofRides(it)
          const { dead } = yield* it.killed(ERASE, point)
          assert.isTrue(dead, point)
          assert.deepStrictEqual(yield* findings(it), [], point)
          const erased = ofRides(it) > before
          if (n % 2 === 0) {
            it.service.riders.splice(1, 1)
            const { code, runs } = yield* it.report("sync")
            assert.strictEqual(code, 0, point + JSON.stringify(runs))
            assert.deepStrictEqual(yield* keys(it), erased ? OTHERS : ALL, point)
            it.service.riders.splice(1, 0, "R")
          }
          const { code, runs } = yield* it.report(...ERASE)
          assert.strictEqual(code, 0, point + JSON.stringify(runs))
          assert.deepStrictEqual(yield* it.found(WORDS), [], point)
          assert.deepStrictEqual(yield* keys(it), OTHERS, point)
          assert.deepStrictEqual(yield* findings(it), [], point)
          // R rides again.
          assert.strictEqual((yield* it.report("sync")).code, 0)
          assert.deepStrictEqual(yield* keys(it), ALL)
        }
        assert.deepStrictEqual(yield* differences(it), [])
      }),
    240_000
  )
})
