import { chmodSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import * as Database from "../src/Database.ts"
import { cursorMoved, runStarted } from "./Facts.ts"
import { all, file, folder, open, raw, STREAM } from "./Stores.ts"

/** As a user whom the modes of files bind; root is bound by none. */
const unprivileged = Effect.acquireRelease(
  Effect.sync(() => {
    if (process.getuid?.() === 0) process.seteuid?.(65534)
  }),
  () =>
    Effect.sync(() => {
      if (process.getuid?.() === 0) process.seteuid?.(0)
    })
)

const refusal = (filename: string) =>
  Effect.gen(function* () {
    const { message, reason } = yield* Effect.scoped(Effect.flip(open(filename)))
    assert.include(message, filename)
    return { message, reason }
  })

/** A store with one event. */
const written = Effect.gen(function* () {
  const filename = yield* file
  yield* Effect.scoped(
    Effect.flatMap(open(filename), ({ events }) => events.append(STREAM, 0, [runStarted({ id: "a" })]))
  )
  return filename
})

describe("opening", () => {
  it.scoped("sets and keeps its settings, on the first open and on every later one", () =>
    Effect.gen(function* () {
      const filename = yield* file
      for (const _ of ["created", "reopened"]) {
        yield* Effect.scoped(
          Effect.gen(function* () {
            const { sql } = yield* Database.open(filename)
            const own = ["synchronous", "foreign_keys", "trusted_schema", "wal_autocheckpoint", "busy_timeout"]
            assert.deepStrictEqual(
              own.map((name) => sql.pragma(name, { simple: true })),
              [2, 1, 0, 1000, 0]
            )
          })
        )
      }
      const sql = yield* raw(filename)
      assert.deepStrictEqual(
        ["journal_mode", "auto_vacuum", "user_version"].map((name) => sql.pragma(name, { simple: true })),
        ["wal", 2, 2]
      )
      assert.strictEqual(Number(sql.pragma("application_id", { simple: true })).toString(16), "494e4c54")
    })
  )

  it.scoped("makes file and folder for the user alone", () =>
    Effect.gen(function* () {
      const filename = join(yield* folder, "a", "b", "inlet.db")
      const { events } = yield* open(filename)
      yield* events.append(STREAM, 0, [runStarted({ id: "a" })])
      const modes = [dirname(dirname(filename)), dirname(filename), filename, `${filename}-wal`, `${filename}-shm`]
      assert.deepStrictEqual(
        modes.map((path) => (statSync(path).mode & 0o777).toString(8)),
        ["700", "700", "600", "600", "600"]
      )
    })
  )

  it.scoped("leaves a store of a newer version as it is", () =>
    Effect.gen(function* () {
      const filename = yield* written
      const sql = yield* raw(filename)
      sql.pragma("user_version = 3")
      sql.pragma("journal_mode = DELETE")
      sql.close()
      const before = readFileSync(filename)
      const { message, reason } = yield* refusal(filename)
      assert.strictEqual(reason, "Newer")
      assert.include(message, "its format is 3")
      assert.isTrue(before.equals(readFileSync(filename)))
    })
  )

  it.scoped("leaves an SQLite file of another program as it is", () =>
    Effect.gen(function* () {
      const filename = yield* file
      const sql = yield* raw(filename)
      sql.exec("CREATE TABLE songs (title)")
      sql.close()
      const before = readFileSync(filename)
      const { message, reason } = yield* refusal(filename)
      assert.strictEqual(reason, "Open")
      assert.include(message, "another program")
      assert.isTrue(before.equals(readFileSync(filename)))
    })
  )

  it.scoped("refuses what is not an SQLite file, and leaves it as it is", () =>
    Effect.gen(function* () {
      const filename = yield* file
      for (const text of ["hello", "hello ".repeat(1000)]) {
        writeFileSync(filename, text)
        const { message, reason } = yield* refusal(filename)
        assert.strictEqual(reason, "Open")
        assert.include(message, "not an SQLite file")
        assert.strictEqual(readFileSync(filename, "utf8"), text)
      }
    })
  )

  it.scoped("refuses a folder in place of the file, and a file in place of a folder", () =>
    Effect.gen(function* () {
      const path = yield* folder
      assert.include(yield* refusal(path), { reason: "Open" })
      const filename = join(path, "file")
      writeFileSync(filename, "")
      assert.include(yield* refusal(join(filename, "inlet.db")), { reason: "Open" })
      assert.include(yield* refusal(join(filename, "below", "inlet.db")), { reason: "Open" })
    })
  )

  it.scoped("says that the file, or the folder, is read-only", () =>
    Effect.gen(function* () {
      const filename = yield* written
      const path = dirname(filename)
      chmodSync(path, 0o755)
      chmodSync(filename, 0o444)
      yield* unprivileged
      assert.include(yield* refusal(filename), { reason: "ReadOnly" })
      assert.include(yield* refusal(join(path, "new.db")), { reason: "ReadOnly" })
      assert.include(yield* refusal(join(path, "new", "inlet.db")), { reason: "ReadOnly" })
    })
  )

  it.scoped("says that the folder is read-only where only the file can be written", () =>
    Effect.gen(function* () {
      const filename = yield* written
      chmodSync(dirname(filename), 0o555)
      chmodSync(filename, 0o666)
      yield* unprivileged
      assert.include(yield* refusal(filename), { reason: "ReadOnly" })
    })
  )

  it.scoped("says that a page is damaged", () =>
    Effect.gen(function* () {
      const filename = yield* written
      const sql = yield* raw(filename)
      const root = Number(sql.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'events'").pluck().get())
      const size = Number(sql.pragma("page_size", { simple: true }))
      sql.close()
      const bytes = readFileSync(filename)
      writeFileSync(filename, bytes.fill(0xff, (root - 1) * size, root * size))
      const { events } = yield* open(filename)
      for (const effect of [all(events.readAll()), events.append(STREAM, 1, [cursorMoved({ id: "b" }, "x")])]) {
        const failure = yield* Effect.flip(Effect.asVoid(effect))
        assert.strictEqual(failure._tag === "StoreError" && failure.reason, "Damaged")
        assert.include(failure.message, filename)
      }
    })
  )
})

describe("a lock of another process", () => {
  it.scoped("is waited for while everything else goes on", () =>
    Effect.gen(function* () {
      const filename = yield* written
      const { events } = yield* open(filename)
      const sql = yield* raw(filename)
      sql.exec("BEGIN IMMEDIATE")
      const append = yield* Effect.fork(events.append(STREAM, 1, [cursorMoved({ id: "b" }, "x")]))
      yield* TestClock.adjust("8 seconds")
      // Readers do not wait for writers. And were the event loop blocked, nobody could end the other transaction.
      assert.strictEqual((yield* all(events.readAll())).length, 1)
      assert.isNull(append.unsafePoll())
      sql.exec("COMMIT")
      yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* Fiber.join(append)).length, 1)
      assert.strictEqual((yield* events.standing(STREAM)).version, 2)
    })
  )

  it.scoped("is not waited for without end", () =>
    Effect.gen(function* () {
      const filename = yield* written
      const { events, leases } = yield* open(filename)
      const sql = yield* raw(filename)
      sql.exec("BEGIN IMMEDIATE")
      const append = yield* Effect.fork(Effect.flip(events.append(STREAM, 1, [cursorMoved({ id: "b" }, "x")])))
      const claim = yield* Effect.fork(Effect.flip(leases.claim(STREAM)))
      yield* TestClock.adjust("11 seconds")
      for (const failure of [yield* Fiber.join(append), yield* Fiber.join(claim)]) {
        assert.strictEqual(failure._tag === "StoreError" && failure.reason, "Locked")
        assert.include(failure.message, filename)
      }
      sql.exec("COMMIT")
      assert.strictEqual((yield* events.standing(STREAM)).version, 1)
    })
  )

  it.scoped("is waited for when a new store is opened, too", () =>
    Effect.gen(function* () {
      const filename = yield* file
      const sql = yield* raw(filename)
      sql.exec("BEGIN EXCLUSIVE")
      const opening = yield* Effect.fork(open(filename))
      yield* TestClock.adjust("1 second")
      assert.isNull(opening.unsafePoll())
      sql.exec("ROLLBACK")
      yield* TestClock.adjust("1 second")
      const { events } = yield* Fiber.join(opening)
      assert.strictEqual((yield* events.standing(STREAM)).version, 0)
    })
  )
})
