// `replay views`: whatever somebody did to the views, the events make them what they were.
import { assert, describe, it } from "@effect/vitest"
import Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import { jsonLines } from "../support/Inlet.ts"
import { rides, some } from "./Rides.ts"

const VIEWS = ["pipelines", "runs", "batches", "sends", "quarantine"]

const within = <A>(file: string, use: (sql: Sqlite.Database) => A): Effect.Effect<A> =>
  Effect.sync(() => {
    const sql = new Sqlite(file)
    try {
      return use(sql)
    } finally {
      sql.close()
    }
  })

const views = (file: string) =>
  within(file, (sql) => VIEWS.map((view) => sql.prepare(`SELECT * FROM ${view} ORDER BY 1, 2, 3`).all()))

describe("replay views", () => {
  it.scopedLive("tells how damaged views differ, mends them, and finds nothing the next time", () =>
    Effect.gen(function* () {
      const it = yield* rides()
      yield* it.writes(...some(120), { id: "bad", at: "2026-01-01T00:00:00Z" })
      assert.strictEqual((yield* it.report("sync")).code, 3)
      yield* it.run(["quarantine", "release", "--all"])
      yield* it.run(["replay", "sends"])
      const rebuild = Effect.map(it.run(["replay", "views", "--json"]), ({ code, stdout }) => {
        assert.strictEqual(code, 0)
        return jsonLines(stdout)
      })
      const same = VIEWS.map((view) => ({ view, missing: 0, wrong: 0 }))
      const right = yield* views(it.store)
      assert.isTrue(right.every((rows) => rows.length > 0))
      assert.deepStrictEqual(yield* rebuild, same)
      yield* within(it.store, (sql) =>
        sql.exec("UPDATE sends SET outcome = 'failed' WHERE part = 1; DELETE FROM batches; DELETE FROM quarantine")
      )
      const found = yield* it.run(["replay", "views"])
      assert.strictEqual(found.code, 0)
      assert.match(found.stdout, /sends +\d wrong, \d missing/)
      assert.match(found.stdout, /batches +0 wrong, \d missing/)
      assert.include(found.stdout, "made anew")
      assert.deepStrictEqual(yield* views(it.store), right)
      assert.deepStrictEqual(yield* rebuild, same)
      // And the pipeline goes on where it was.
      assert.strictEqual((yield* it.report("sync")).code, 3)
    })
  )

  it.scopedLive("does not make a store where there is none", () =>
    Effect.gen(function* () {
      const it = yield* rides()
      assert.strictEqual((yield* it.refusal(["replay", "views"])).code, 40)
      assert.isFalse(it.hasStore())
    })
  )
})
