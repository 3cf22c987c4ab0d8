// The end of the log as it is remembered beside it, and the write-ahead log as a file: what is damage, and what is not.
import { existsSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Tip from "../src/Tip.ts"
import * as Wal from "../src/Wal.ts"
import { cursorMoved, runStarted } from "./Facts.ts"
import { all, file, open, raw, STREAM } from "./Stores.ts"

/** A store with so many events, each a transaction of its own. */
const written = (filename: string, count: number) =>
  Effect.gen(function* () {
    const store = yield* open(filename)
    yield* store.events.append(STREAM, 0, [runStarted({ id: "0" })])
    for (let n = 1; n < count; n++)
      yield* store.events.append(STREAM, n, [cursorMoved({ id: `${n}`, second: n }, `${n}`)])
    return store
  })

describe("the tip", () => {
  it.scoped("is the newest event once the store is closed, for the user alone", () =>
    Effect.gen(function* () {
      const filename = yield* file
      yield* Effect.scoped(written(filename, 3))
      assert.deepInclude(Tip.read(filename) ?? {}, { position: 3 })
      assert.strictEqual(statSync(Tip.pathOf(filename)).mode & 0o777, 0o600)
    })
  )

  it.scoped("that the log does not reach refuses every write, and lets everything be read", () =>
    Effect.gen(function* () {
      const filename = yield* file
      yield* Effect.scoped(written(filename, 3))
      const tip = readFileSync(Tip.pathOf(filename), "utf8")
      for (const other of [tip.replace('"position":3', '"position":9'), tip.replace(/"hash":"../, '"hash":"zz')]) {
        writeFileSync(Tip.pathOf(filename), other)
        yield* Effect.scoped(
          Effect.gen(function* () {
            const { events, leases } = yield* open(filename)
            const append = yield* Effect.flip(events.append(STREAM, 3, [cursorMoved({ id: "x" }, "x")]))
            const claim = yield* Effect.flip(leases.claim("x"))
            for (const failure of [append, claim]) {
              assert.strictEqual(failure._tag === "StoreError" && failure.reason, "Damaged")
            }
            assert.strictEqual((yield* all(events.readAll())).length, 3)
          })
        )
        assert.strictEqual(readFileSync(Tip.pathOf(filename), "utf8"), other)
      }
      writeFileSync(Tip.pathOf(filename), tip.slice(0, 40))
      const { events } = yield* open(filename)
      assert.strictEqual((yield* events.append(STREAM, 3, [cursorMoved({ id: "x" }, "x")])).length, 1)
    })
  )

  it.scoped("of a store that is gone is forgotten", () =>
    Effect.gen(function* () {
      const filename = yield* file
      yield* Effect.scoped(written(filename, 3))
      rmSync(filename)
      yield* Effect.scoped(written(filename, 1))
      assert.deepInclude(Tip.read(filename) ?? {}, { position: 1 })
    })
  )
})

describe("the write-ahead log", () => {
  it.scoped("is healthy while it grows, behind a checkpoint, in a new round, and once it is gone", () =>
    Effect.gen(function* () {
      const filename = yield* file
      const problem = () => Wal.inspect(filename)?.problem
      yield* Effect.scoped(
        Effect.gen(function* () {
          const { events } = yield* written(filename, 20)
          assert.isAbove(Wal.inspect(filename)?.frames ?? 0, 20)
          assert.isNull(problem())
          const size = statSync(`${filename}-wal`).size
          const sql = yield* raw(filename)
          sql.pragma("wal_checkpoint(RESTART)")
          assert.isNull(problem())
          yield* events.append(STREAM, 20, [cursorMoved({ id: "20" }, "20")])
          // Frames of the round before are behind the few of this one.
          assert.strictEqual(statSync(`${filename}-wal`).size, size)
          assert.isBelow(Wal.inspect(filename)?.frames ?? size, 20)
          assert.isNull(problem())
        })
      )
      assert.isFalse(existsSync(`${filename}-wal`))
      assert.isNull(Wal.inspect(filename))
    })
  )

  it.scoped(
    "is damaged where transactions are behind a changed byte, or its header is changed; a torn end is none",
    () =>
      Effect.gen(function* () {
        const filename = yield* file
        yield* written(filename, 20)
        const copy = `${filename}-copy`
        const bytes = readFileSync(`${filename}-wal`)
        const inspect = (at: number, end = bytes.length) => {
          const changed = Buffer.from(bytes)
          changed.writeUInt8(changed.readUInt8(at) ^ 1, at)
          writeFileSync(`${copy}-wal`, changed)
          truncateSync(`${copy}-wal`, end)
          return Wal.inspect(copy)?.problem ?? null
        }
        assert.match(
          inspect(Math.floor(bytes.length / 2)) ?? "",
          /^frame \d+ of \d+ is damaged, so that \d+ transactions/
        )
        assert.match(inspect(20) ?? "", /^its header is damaged/)
        assert.isNull(inspect(bytes.length - 10))
        assert.isNull(inspect(bytes.length - 1, bytes.length - 100))
      })
  )
})
