// Rows in quarantine: seen, released once their cause is gone, given up; and never a newer row overwritten by one of them.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { jsonLines } from "../support/Inlet.ts"
import type { World } from "../support/World.ts"
import { applied, goesBack } from "./Databox.ts"
import { COLUMNS, moment, rides, some } from "./Rides.ts"

const Row = Schema.Struct({
  source: Schema.String,
  stream: Schema.String,
  batch: Schema.String,
  item: Schema.Number,
  at: Schema.String,
  run: Schema.String,
  stage: Schema.String,
  key: Schema.NullOr(Schema.String),
  code: Schema.String,
  path: Schema.NullOr(Schema.String),
  state: Schema.String
})
const Status = Schema.Struct({ stream: Schema.String, quarantined: Schema.Number, pending: Schema.Number })
const decodeRow = Schema.decodeUnknownSync(Row, { onExcessProperty: "error" })
const decodeStatus = Schema.decodeUnknownSync(Status)

const listed = (it: World, ...args: ReadonlyArray<string>) =>
  Effect.map(it.run(["quarantine", "list", "--json", ...args]), ({ stdout }) =>
    jsonLines(stdout).map((line) => decodeRow(line))
  )
const names = (it: World) => Effect.map(listed(it), (rows) => rows.map(({ batch, item }) => `${batch}/${item}`))

const status = (it: World) =>
  Effect.map(it.run(["status", "--json"]), ({ stdout }) =>
    jsonLines(stdout)
      .map((line) => decodeStatus(line))
      .filter(({ stream }) => stream === "rides")
  )

const Totals = Schema.Struct({ counts: Schema.Record({ key: Schema.String, value: Schema.Number }) })
/** Every run of the store, whoever ran it. */
const addUp = (it: World) =>
  Effect.map(it.run(["runs", "--json"]), ({ stdout }) => {
    for (const run of jsonLines(stdout)) {
      const { counts } = Schema.decodeUnknownSync(Totals)(run)
      const { read = 0, ...rest } = counts
      assert.isTrue(
        Object.values(counts).every((count) => count >= 0),
        JSON.stringify(run)
      )
      assert.strictEqual(
        Object.values(rest).reduce((sum, count) => sum + count, 0),
        read,
        JSON.stringify(run)
      )
    }
  })

const quick = { databox: { behaviour: { processMillis: 0, rateLimit: null, recordApplied: true } } }
const SECRET = "a secret place"

const CAUSES = [
  ["rejects it alone", { rejectRows: { column: "ride_id", equals: "r41" } }, { rejectRows: null }],
  [
    "fails its ingestion",
    { failIngestions: { rows: { column: "ride_id", equals: "r41" } } },
    { failIngestions: "none" }
  ],
  ["refuses its part", { refuseRows: { column: "ride_id", equals: "r41" } }, { refuseRows: null }]
] as const

for (const [how, bad, good] of CAUSES) {
  describe(`a row where Databox ${how}`, () => {
    it.scopedLive("goes back while the cause remains, and arrives once it is gone; its neighbours are left alone", () =>
      Effect.gen(function* () {
        const it = yield* rides(quick)
        yield* it.databoxBehaves(bad)
        yield* it.writes(...some(100))
        assert.strictEqual((yield* it.report("sync")).code, 3)
        const [row] = yield* listed(it)
        assert.deepInclude(row, { source: "cycling", stream: "rides", item: 41, stage: "sink", state: "open" })
        const name = `${row?.batch}/41`

        const before = (yield* applied(it)).length
        for (let time = 0; time < 2; time++) {
          const still = yield* it.report("quarantine", "release", name)
          assert.strictEqual(still.code, 3, JSON.stringify(still.runs))
          assert.deepInclude(still.runs[0]?.counts, { read: 1, quarantined: 1, pending: 0 })
          assert.deepStrictEqual(yield* names(it), [name])
        }
        assert.strictEqual((yield* applied(it)).length, before)

        yield* it.databoxBehaves(good)
        const released = yield* it.report("quarantine", "release", name)
        assert.strictEqual(released.code, 0, JSON.stringify(released.runs))
        assert.strictEqual(released.command, "quarantine release")
        assert.deepInclude(released.runs[0]?.counts, { read: 1, sent: 1, pending: 0 })
        assert.strictEqual((yield* applied(it)).length, before + 1)
        const rows = yield* it.rows("cycling_rides")
        assert.strictEqual(rows.size, 100)
        assert.strictEqual(rows.get("r41")?.distance, 41)
        assert.deepStrictEqual(yield* names(it), [])
        assert.deepInclude((yield* status(it))[0], { quarantined: 0, pending: 0 })
        assert.strictEqual((yield* it.report("sync")).code, 0)
        yield* addUp(it)
      })
    )
  })
}

describe("a row that the mapping refuses", () => {
  /** `r1` has no distance, which the mapping wants. */
  const refused = Effect.gen(function* () {
    const it = yield* rides(quick)
    yield* it.writes(
      { id: "r0", at: moment(0), distance: 0 },
      { id: "r1", at: moment(0), place: SECRET },
      { id: "r2", at: moment(0), distance: 2 }
    )
    assert.strictEqual((yield* it.report("sync")).code, 3)
    const [name = ""] = yield* names(it)
    return { ...it, name }
  })
  const mended = { ...COLUMNS, distance: 'Column.number("distance", { meaning, unit: "metres", optional: true })' }

  it.scopedLive("is listed and shown, its record only where that is asked for", () =>
    Effect.gen(function* () {
      const it = yield* refused
      const table = yield* it.run(["quarantine", "list"])
      assert.strictEqual(table.code, 0)
      for (const part of [it.name, "cycling/rides", "map", "distance"]) assert.include(table.stdout, part)
      // Where nothing but what is open is shown, that goes without saying.
      assert.notInclude(table.stdout, "open")
      assert.include((yield* it.run(["quarantine", "list", "--all"])).stdout, "open")
      assert.deepInclude((yield* listed(it))[0], { stage: "map", path: "distance", item: 1 })
      for (const json of [[], ["--json"]]) {
        const plain = yield* it.run(["quarantine", "show", it.name, ...json])
        assert.strictEqual(plain.code, 0)
        assert.include(plain.stdout, "distance")
        assert.notInclude(plain.stdout, SECRET)
        const raw = yield* it.run(["quarantine", "show", it.name, "--raw", ...json])
        assert.include(raw.stdout, SECRET)
      }
      assert.notInclude(table.stdout + JSON.stringify(yield* listed(it)), SECRET)
      assert.strictEqual((yield* it.refusal(["quarantine", "show", "x/1/1"])).code, 2)
    })
  )

  it.scopedLive("goes back each time while the mapping refuses it, and arrives by one that does not", () =>
    Effect.gen(function* () {
      const it = yield* refused
      for (let time = 0; time < 3; time++) {
        const { code, runs } = yield* it.report("quarantine", "release", it.name)
        assert.strictEqual(code, 3, JSON.stringify(runs))
        assert.deepInclude(runs[0]?.counts, { read: 1, quarantined: 1, pending: 0 })
      }
      yield* it.define(mended)
      const { code, runs } = yield* it.report("quarantine", "release", "--all")
      assert.strictEqual(code, 0, JSON.stringify(runs))
      assert.deepInclude(runs[0]?.counts, { read: 1, sent: 1 })
      assert.strictEqual((yield* it.rows("cycling_rides")).size, 3)
      yield* addUp(it)
    })
  )

  it.scopedLive("that is the only one of its page goes back as well", () =>
    Effect.gen(function* () {
      const it = yield* rides(quick)
      yield* it.writes({ id: "r1", at: moment(0) })
      yield* it.report("sync")
      for (let time = 0; time < 2; time++) {
        const { code, runs } = yield* it.report("quarantine", "release", "--all")
        assert.strictEqual(code, 3, JSON.stringify(runs))
      }
      yield* it.define(mended)
      assert.strictEqual((yield* it.report("quarantine", "release", "--all")).code, 0)
      assert.strictEqual((yield* it.rows("cycling_rides")).size, 1)
      yield* addUp(it)
    })
  )

  it.scopedLive("is given up: no exit code 3 any more, and nobody sends it", () =>
    Effect.gen(function* () {
      const it = yield* refused
      const { code, command, runs } = yield* it.report("quarantine", "discard", it.name)
      assert.strictEqual(code, 0, JSON.stringify(runs))
      assert.strictEqual(command, "quarantine discard")
      assert.strictEqual((yield* it.report("sync")).code, 0)
      assert.deepStrictEqual(yield* names(it), [])
      assert.strictEqual((yield* listed(it, "--all"))[0]?.state, "discarded")
      yield* it.define(mended)
      assert.strictEqual((yield* it.report("replay", "sends", "--mapping", "current")).code, 0)
      assert.strictEqual((yield* it.rows("cycling_rides")).size, 2)
      assert.strictEqual((yield* it.refusal(["quarantine", "release", it.name])).code, 2)
      yield* addUp(it)
    })
  )

  it.scopedLive("is found by the name it has, once, and not with --all beside", () =>
    Effect.gen(function* () {
      const it = yield* refused
      const refusals = [
        ["release", "20200101T000000-aaaaaa/1/1"],
        ["release", it.name, "--all"],
        ["discard", it.name, "nonsense"],
        ["discard"]
      ]
      for (const args of refusals) {
        assert.strictEqual((yield* it.refusal(["quarantine", ...args])).code, 2)
      }
      assert.deepStrictEqual(yield* names(it), [it.name])
      yield* it.define(mended)
      const twice = yield* it.report("quarantine", "release", it.name, it.name)
      assert.strictEqual(twice.code, 0, JSON.stringify(twice.runs))
      assert.deepInclude(twice.runs[0]?.counts, { read: 1, sent: 1, pending: 0 })
    })
  )

  it.scopedLive("of a stream that is no longer configured says so, and stays", () =>
    Effect.gen(function* () {
      const it = yield* refused
      yield* it.configure(["walks"])
      const { code, error } = yield* it.refusal(["quarantine", "release", it.name])
      assert.strictEqual(code, 2)
      assert.include(error.fix, "inlet.yaml")
      assert.deepStrictEqual(yield* names(it), [it.name])
      assert.include((yield* it.run(["quarantine", "show", it.name])).stdout, "distance")
    })
  )

  it.scopedLive(
    "does not overwrite the newer version that came meanwhile, sent or still to be sent",
    () =>
      Effect.gen(function* () {
        for (const sent of [true, false]) {
          const it = yield* refused
          yield* it.writes({ id: "r1", at: moment(5), distance: 5 })
          yield* it.databoxBehaves({ down: !sent })
          yield* it.report("sync")
          yield* it.databoxBehaves({ down: false })
          yield* it.define(mended)
          const { code, runs } = yield* it.report("quarantine", "release", it.name)
          assert.strictEqual(code, 0, JSON.stringify(runs))
          yield* it.report("sync")
          assert.strictEqual((yield* it.rows("cycling_rides")).get("r1")?.distance, 5)
          const keys = (yield* applied(it)).filter(({ key }) => key.includes("r1"))
          assert.strictEqual(keys.length, 1)
          assert.deepStrictEqual(yield* names(it), [])
          assert.deepInclude((yield* status(it))[0], { quarantined: 0, pending: 0 })
          yield* addUp(it)
        }
      }),
    120_000
  )
})

describe("a row that Databox refused", () => {
  it.scopedLive("does not overwrite the newer version that came meanwhile", () =>
    Effect.gen(function* () {
      const it = yield* rides({
        databox: { behaviour: { processMillis: 0, rateLimit: null, recordApplied: true, versionColumn: "updated_at" } }
      })
      yield* it.databoxBehaves({ rejectRows: { column: "distance", equals: 41 } })
      yield* it.writes(...some(100))
      yield* it.report("sync")
      yield* it.writes({ id: "r41", at: moment(9), distance: 9 })
      yield* it.report("sync")
      yield* it.databoxBehaves({ rejectRows: null })
      const { code, runs } = yield* it.report("quarantine", "release", "--all")
      assert.strictEqual(code, 0, JSON.stringify(runs))
      assert.deepInclude(runs[0]?.counts, { read: 1, sent: 0, superseded: 1, pending: 0 })
      assert.deepStrictEqual(goesBack(yield* applied(it)), [])
      assert.strictEqual((yield* it.rows("cycling_rides")).get("r41")?.distance, 9)
      yield* addUp(it)
    })
  )
})
