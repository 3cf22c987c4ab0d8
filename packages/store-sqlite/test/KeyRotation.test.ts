import { existsSync, readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import { SqliteStore } from "../src/index.ts"
import { file, raw } from "./Stores.ts"
import { issued, keysOf, newKey, openWith, STRAVA, shown } from "./Tokens.ts"

const names = ["a", "b", "c"]

const access = (filename: string, keys: SqliteStore.Keys, name: string) =>
  Effect.scoped(
    Effect.flatMap(openWith(filename, keys), ({ tokens }) =>
      Effect.map(tokens.get(name), (kept) => shown(kept)?.tokens?.access ?? null)
    )
  )

/** A store with tokens of several connections, one of which was signed out. */
const filled = (keys: SqliteStore.Keys) =>
  Effect.gen(function* () {
    const filename = yield* file
    yield* Effect.scoped(
      Effect.flatMap(openWith(filename, keys), ({ tokens }) =>
        Effect.forEach([...names, "gone"], (name) =>
          tokens.replace(name, 0, name === "gone" ? null : issued(name), "authorized")
        )
      )
    )
    return filename
  })

describe("another key", () => {
  it.scoped("opens all tokens, which the former one no longer does", () =>
    Effect.gen(function* () {
      const former = newKey()
      const key = newKey()
      const filename = yield* filled(keysOf(former))
      assert.strictEqual(yield* SqliteStore.rotateKey({ filename }, keysOf(former), key), 3)
      for (const name of names) {
        assert.strictEqual(yield* access(filename, keysOf(key), name), `access-${name}`)
        assert.strictEqual(
          (yield* Effect.flip(access(filename, keysOf(former), name))).message.includes("another key"),
          true
        )
      }
      assert.isNull(yield* access(filename, keysOf(key), "gone"))
      // Done again after it was cut off behind its end.
      assert.strictEqual(yield* SqliteStore.rotateKey({ filename }, keysOf(former), key), 3)
      assert.strictEqual(yield* access(filename, keysOf(key), "a"), "access-a")
    })
  )

  it.scoped("leaves nothing in the file that the former one could open, of earlier tokens neither", () =>
    Effect.gen(function* () {
      const former = newKey()
      const filename = yield* filled(keysOf(former))
      // Another one has the store open, so that its write-ahead log stays.
      const sql = yield* raw(filename)
      const bytes = sql.prepare<[string], Buffer>("SELECT bytes FROM tokens WHERE connection = ?").pluck()
      const sealed: Array<Buffer> = []
      yield* Effect.scoped(
        Effect.flatMap(openWith(filename, keysOf(former)), ({ tokens }) =>
          Effect.forEach([300, 200, 100, 0], (length, index) =>
            Effect.forEach(names, (name) => {
              sealed.push(bytes.get(name) ?? Buffer.from("none"))
              return tokens.replace(name, 1 + index, issued("x".repeat(length)), "refreshed")
            })
          )
        )
      )
      const isThere = (bytes: Buffer) =>
        ["", "-wal"].some((name) => existsSync(filename + name) && readFileSync(filename + name).includes(bytes))
      assert.isTrue(sealed.every(isThere))
      yield* SqliteStore.rotateKey({ filename }, keysOf(former), newKey())
      assert.deepStrictEqual(sealed.filter(isThere), [])
    })
  )

  it.scoped("is taken for all or none: what cannot be read stops it", () =>
    Effect.gen(function* () {
      const former = newKey()
      const filename = yield* filled(keysOf(former))
      yield* Effect.scoped(
        Effect.flatMap(openWith(filename, keysOf(newKey())), ({ tokens }) =>
          tokens.replace(STRAVA, 0, issued("foreign"), "authorized")
        )
      )
      const error = yield* Effect.flip(SqliteStore.rotateKey({ filename }, keysOf(former), newKey()))
      assert.deepInclude(error, { _tag: "TokenError", reason: "WrongKey" })
      for (const name of names) assert.strictEqual(yield* access(filename, keysOf(former), name), `access-${name}`)
    })
  )

  it.scoped("waits for whoever renews tokens, who may know the former one only", () =>
    Effect.gen(function* () {
      const former = newKey()
      const key = newKey()
      const filename = yield* filled(keysOf(former))
      const { leases, tokens } = yield* openWith(filename, keysOf(former))
      const lease = yield* leases.claim("connection/a")
      const held = yield* Effect.fork(Effect.flip(SqliteStore.rotateKey({ filename }, keysOf(former), key)))
      yield* TestClock.adjust("9 seconds")
      yield* tokens.replace("a", 1, issued("renewed"), "refreshed")
      yield* leases.renew(lease)
      yield* TestClock.adjust("2 seconds")
      assert.deepInclude(yield* Fiber.join(held), { _tag: "StoreError", reason: "Locked" })
      const waiting = yield* Effect.fork(SqliteStore.rotateKey({ filename }, keysOf(former), key))
      yield* TestClock.adjust("1 seconds")
      yield* leases.release(lease)
      yield* TestClock.adjust("1 seconds")
      assert.strictEqual(yield* Fiber.join(waiting), 3)
      assert.strictEqual(yield* access(filename, keysOf(key), "a"), "access-renewed")
    })
  )
})
