// Whether a store could be worked with, told without a change of it.
import { chmodSync, readFileSync, truncateSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { SqliteStore } from "../src/index.ts"
import * as Tip from "../src/Tip.ts"
import { runStarted } from "./Facts.ts"
import { file, open, raw, STREAM } from "./Stores.ts"

/** A store with one event, closed. */
const written = Effect.gen(function* () {
  const filename = yield* file
  yield* Effect.scoped(
    Effect.flatMap(open(filename), ({ events }) => events.append(STREAM, 0, [runStarted({ id: "a" })]))
  )
  return filename
})

const reasonOf = (filename: string) => Effect.map(Effect.flip(SqliteStore.examine(filename)), ({ reason }) => reason)

describe("examining", () => {
  it.scoped("tells the newest event, and changes nothing", () =>
    Effect.gen(function* () {
      const filename = yield* written
      const before = readFileSync(filename)
      assert.deepStrictEqual(yield* SqliteStore.examine(filename), { older: false, newest: 1 })
      assert.isTrue(readFileSync(filename).equals(before))
    })
  )

  it.scoped("leaves an older format as it is", () =>
    Effect.gen(function* () {
      const filename = yield* written
      yield* Effect.scoped(Effect.map(raw(filename), (sql) => sql.pragma("user_version = 1")))
      assert.deepStrictEqual(yield* SqliteStore.examine(filename), { older: true, newest: 1 })
      const sql = yield* raw(filename)
      assert.strictEqual(sql.pragma("user_version", { simple: true }), 1)
    })
  )

  it.scoped("refuses a newer format, another program's file, and what is no file of SQLite", () =>
    Effect.gen(function* () {
      const filename = yield* written
      const setting = (pragma: string) => Effect.scoped(Effect.map(raw(filename), (sql) => sql.pragma(pragma)))
      yield* setting("user_version = 99")
      assert.strictEqual(yield* reasonOf(filename), "Newer")
      yield* setting("application_id = 7")
      assert.strictEqual(yield* reasonOf(filename), "Open")
      writeFileSync(filename, "a text that is long enough to be taken for something".repeat(40))
      assert.strictEqual(yield* reasonOf(filename), "Open")
    })
  )

  it.scoped("reads settings back that cannot be made so any more", () =>
    Effect.gen(function* () {
      const filename = yield* written
      yield* Effect.scoped(
        Effect.map(raw(filename), (sql) => {
          sql.pragma("journal_mode = delete")
          sql.pragma("auto_vacuum = 0")
          sql.exec("VACUUM")
        })
      )
      const { message } = yield* Effect.flip(SqliteStore.examine(filename))
      assert.include(message, "auto_vacuum is 0, where 2 is needed")
    })
  )

  it.scoped("finds a log that does not reach what was acknowledged, also where nothing of it is left", () =>
    Effect.gen(function* () {
      const filename = yield* written
      const tip = readFileSync(Tip.pathOf(filename), "utf8")
      writeFileSync(Tip.pathOf(filename), tip.replace('"position":1', '"position":9'))
      const { message, reason } = yield* Effect.flip(SqliteStore.examine(filename))
      assert.strictEqual(reason, "Damaged")
      assert.include(message, "events 2 to 9 are missing")
      truncateSync(filename)
      assert.strictEqual(yield* reasonOf(filename), "Damaged")
    })
  )

  it.scoped("finds one that cannot be written to", () =>
    Effect.gen(function* () {
      const filename = yield* written
      chmodSync(filename, 0o444)
      chmodSync(dirname(filename), 0o555)
      yield* Effect.acquireRelease(
        Effect.sync(() => {
          if (process.getuid?.() === 0) process.seteuid?.(65534)
        }),
        () =>
          Effect.sync(() => {
            if (process.getuid?.() === 0) process.seteuid?.(0)
            chmodSync(dirname(filename), 0o755)
          })
      )
      assert.include(["ReadOnly", "Open"], yield* reasonOf(filename))
    })
  )
})
