import { assert, describe, it } from "@effect/vitest"
import { Event, EventStore } from "@inlet/core"
import type Sqlite from "better-sqlite3"
import * as Arbitrary from "effect/Arbitrary"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Database from "../src/Database.ts"
import * as SqliteEventStore from "../src/EventStore.ts"
import { SqliteStore } from "../src/index.ts"
import * as Views from "../src/Views.ts"
import { batchRecorded, iso, rowsQuarantined, runStarted, sendConfirmed, sendStarted } from "./Facts.ts"
import { all, file, open, raw, STREAM } from "./Stores.ts"

const decodeFact = Schema.decodeUnknownSync(Event.Fact)

/**
 * Any fact at all, about one of few batches and parts, so that they meet; as it comes out of JSON. A run starts with so many
 * records that it never settles more than it has.
 */
const fact = FastCheck.record({
  fact: Arbitrary.make(Event.Fact),
  batch: FastCheck.constantFrom("run-1/1", "run-1/2", "run-2/1"),
  part: FastCheck.nat(2),
  attempt: FastCheck.constantFrom(1, 2),
  index: FastCheck.nat(2),
  count: FastCheck.nat(9)
}).map(({ attempt, batch, count, fact, index, part }) => {
  const counts = { outbox: 1000, received: count, unchanged: count, superseded: count }
  const members = new Map<string, unknown>(Object.entries({ ...counts, batch, part, attempt, index }))
  const text = JSON.stringify(fact.data, (name, value) => members.get(name) ?? value)
  return decodeFact({ type: fact.type, data: JSON.parse(text) })
})

/** Appends of any facts to two streams, by two writers. */
const history = FastCheck.array(
  FastCheck.record({
    writer: FastCheck.constantFrom("one" as const, "two" as const),
    stream: FastCheck.constantFrom(STREAM, Event.pipeline("github", "pulls")),
    run: FastCheck.constantFrom("run-1", "run-2", "run-3"),
    facts: FastCheck.array(fact, { minLength: 1, maxLength: 8 })
  }),
  { maxLength: 12 }
)

const VIEWS = ["pipelines", "runs", "batches", "sends", "quarantine"] as const
const none = VIEWS.map((view) => ({ view, wrong: 0, missing: 0 }))

const contents = (sql: Sqlite.Database) => VIEWS.map((view) => sql.prepare(`SELECT * FROM ${view} ORDER BY 1, 2`).all())

describe("the views", () => {
  it.scoped("add to what is there, also where a row is described once more", () =>
    Effect.gen(function* () {
      const { events, sendLog } = yield* open(yield* file)
      yield* events.append(STREAM, 0, [runStarted({ id: "a" }, 2), runStarted({ id: "b", second: 1 }, 3)])
      const runs = yield* all(sendLog.runs({}))
      assert.deepStrictEqual(
        runs.map(({ counts, startedAt }) => [counts.read, startedAt]),
        [[5, iso(1)]]
      )
    })
  )
})

describe("rebuild", () => {
  it.scoped.prop(
    "gives what the appends gave, for any events",
    { history },
    ({ history }) =>
      Effect.gen(function* () {
        const database = yield* Database.open(Database.MEMORY)
        const writer = Effect.map(Layer.build(SqliteEventStore.layer), Context.get(EventStore.EventStore)).pipe(
          Effect.provideService(Database.Database, database)
        )
        const writers = { one: yield* writer, two: yield* writer }
        const versions = new Map<string, number>()
        for (const [number, { facts, run, stream, writer }] of history.entries()) {
          const version = versions.get(stream) ?? 0
          versions.set(stream, version + facts.length)
          const drafts = facts.map((it, index) => ({ ...runStarted({ id: `${number}/${index}`, run }), ...it }))
          yield* writers[writer].append(stream, version, drafts)
        }
        const before = contents(database.sql)
        assert.deepStrictEqual(yield* Views.rebuild(database), none)
        assert.deepStrictEqual(contents(database.sql), before)
      }),
    { fastCheck: { numRuns: 100, seed: 20260101 } }
  )

  it.scoped("mends views, and tells in how many rows they were wrong", () =>
    Effect.gen(function* () {
      const filename = yield* file
      const { events } = yield* open(filename)
      yield* events.append(STREAM, 0, [
        runStarted({ id: "a" }),
        batchRecorded({ id: "b" }, "run-1/1", 5),
        batchRecorded({ id: "c" }, "run-1/2", 5),
        sendStarted({ id: "d" }, "run-1/1", 1),
        sendConfirmed({ id: "e" }, "run-1/1", 1, 3),
        rowsQuarantined({ id: "f" }, "run-1/1", [3, 4])
      ])
      const sql = yield* raw(filename)
      const right = contents(sql)
      sql.exec("UPDATE batches SET sent = 4; DELETE FROM sends; DELETE FROM pipelines")
      sql.exec(
        "INSERT INTO quarantine SELECT 'ghost', item, stream, run, at, part, stage, key, code, path, state FROM quarantine LIMIT 1"
      )
      assert.deepStrictEqual(yield* SqliteStore.rebuildViews({ filename }), [
        { view: "pipelines", wrong: 0, missing: 1 },
        { view: "runs", wrong: 0, missing: 0 },
        { view: "batches", wrong: 2, missing: 2 },
        { view: "sends", wrong: 0, missing: 1 },
        { view: "quarantine", wrong: 1, missing: 0 }
      ])
      assert.deepStrictEqual(contents(sql), right)
      assert.deepStrictEqual(yield* SqliteStore.rebuildViews({ filename }), none)
    })
  )

  it.scoped("leaves the views as they are where an event cannot be read", () =>
    Effect.gen(function* () {
      const filename = yield* file
      const { events } = yield* open(filename)
      yield* events.append(STREAM, 0, [runStarted({ id: "a" }), batchRecorded({ id: "b" }, "run-1/1", 5)])
      const sql = yield* raw(filename)
      sql.exec("UPDATE events SET type = 'MoonRose' WHERE id = 'b'; UPDATE batches SET sent = 4")
      const before = contents(sql)
      assert.strictEqual((yield* Effect.flip(SqliteStore.rebuildViews({ filename }))).reason, "Newer")
      assert.deepStrictEqual(contents(sql), before)
      assert.strictEqual((yield* Effect.flip(all(events.readAll()))).reason, "Newer")
    })
  )
})
