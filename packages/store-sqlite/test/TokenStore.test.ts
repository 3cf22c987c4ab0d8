import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Archive, type Event } from "@inlet/core"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { SqliteStore } from "../src/index.ts"
import { runStarted } from "./Facts.ts"
import { all, brokenLinks, file, raw, STREAM } from "./Stores.ts"
import { issued, keysOf, newKey, openWith, STRAVA, shown } from "./Tokens.ts"

interface Stored {
  readonly connection: string
  readonly version: number
  readonly at: number
  readonly key_id: string | null
  readonly nonce: Buffer | null
  readonly bytes: Buffer | null
}

/** The row of a connection as it lies in the file. */
const rowOf = (filename: string, connection = STRAVA) =>
  Effect.scoped(
    Effect.flatMap(raw(filename), (sql) =>
      Effect.fromNullable(sql.prepare<[string], Stored>("SELECT * FROM tokens WHERE connection = ?").get(connection))
    )
  ).pipe(Effect.orDie)

const put = (filename: string, row: Stored) =>
  Effect.scoped(
    Effect.map(raw(filename), (sql) =>
      sql.prepare("REPLACE INTO tokens VALUES (@connection, @version, @at, @key_id, @nonce, @bytes)").run(row)
    )
  )

const findings = (filename: string) =>
  Effect.flatMap(Archive.Archive, (archive) => all(archive.verify())).pipe(
    Effect.provide(SqliteStore.archive({ filename })),
    Effect.map((all) => all.filter(({ ok }) => !ok))
  )

describe("tokens", () => {
  it.scoped("come back as they were kept, in another process too", () =>
    Effect.gen(function* () {
      const filename = yield* file
      const keys = keysOf(newKey())
      yield* TestClock.setTime(5000)
      yield* Effect.scoped(
        Effect.gen(function* () {
          const { tokens } = yield* openWith(filename, keys)
          assert.isNull(yield* tokens.get(STRAVA))
          assert.strictEqual(yield* tokens.version(STRAVA), 0)
          yield* tokens.replace(STRAVA, 0, issued("1"), "authorized")
          yield* tokens.replace(STRAVA, 1, { ...issued("2"), refresh: null, expiresAt: null }, "refreshed")
        })
      )
      const { tokens } = yield* openWith(filename, keys)
      assert.deepStrictEqual(shown(yield* tokens.get(STRAVA)), {
        version: 2,
        at: 5000,
        tokens: { access: "access-2", refresh: null, expiresAt: null, scopes: ["activity:read_all", "read"] }
      })
      assert.notInclude(String((yield* tokens.get(STRAVA))?.tokens?.access), "access-2")
    })
  )

  it.scoped("are replaced only by whoever knows the newest, with nothing written otherwise", () =>
    Effect.gen(function* () {
      const filename = yield* file
      const { events, tokens } = yield* openWith(filename, keysOf(newKey()))
      yield* tokens.replace(STRAVA, 0, issued("1"), "authorized")
      for (const version of [0, 2]) {
        const error = yield* Effect.flip(tokens.replace(STRAVA, version, issued("x"), "refreshed"))
        assert.deepInclude(error, { _tag: "VersionConflict", expected: version, actual: 1 })
      }
      assert.strictEqual(shown(yield* tokens.get(STRAVA))?.tokens?.access, "access-1")
      assert.lengthOf(yield* all(events.readAll()), 1)
    })
  )

  it.scoped("leave an event that tells when they end and what they are for, and nothing of them", () =>
    Effect.gen(function* () {
      const filename = yield* file
      const { events, sendLog, tokens } = yield* openWith(filename, keysOf(newKey()))
      yield* events.append(STREAM, 0, [runStarted({ id: "a" })])
      yield* tokens.replace(STRAVA, 0, issued("1"), "authorized")
      yield* tokens.replace(STRAVA, 1, { ...issued("2"), expiresAt: 9e15 }, "refreshed")
      yield* tokens.replace(STRAVA, 2, null, "invalid")
      assert.deepStrictEqual(shown(yield* tokens.get(STRAVA)), { version: 3, at: 0, tokens: null })
      yield* tokens.replace(STRAVA, 3, issued("4"), "authorized")
      const stored = yield* all(events.readAll())
      const scopes = ["activity:read_all", "read"]
      const expiry = "2027-01-15T08:00:00.000Z"
      const told: ReadonlyArray<Event.DataOf<"TokenChanged">> = [
        { reason: "authorized", expiry, scopes },
        { reason: "refreshed", expiry: null, scopes },
        { reason: "invalid", expiry: null, scopes: [] },
        { reason: "authorized", expiry, scopes }
      ]
      assert.deepStrictEqual(
        stored.flatMap(({ data, stream, type, version }) =>
          type === "TokenChanged" ? [{ data, stream, version }] : []
        ),
        told.map((data, index) => ({ data, stream: "connection/strava", version: index + 1 }))
      )
      assert.deepStrictEqual(brokenLinks(stored), [])
      // A connection is no pipeline, and what it did no run.
      yield* Effect.flatMap(openWith(filename, keysOf(newKey())), ({ leases }) => leases.claim("connection/strava"))
      assert.deepStrictEqual(
        (yield* all(sendLog.pipelines())).map(({ stream }) => stream),
        ["issues"]
      )
      assert.lengthOf(yield* all(sendLog.runs({})), 1)
    })
  )

  it.scoped("leave a log whose views are what the events give, and which is whole", () =>
    Effect.gen(function* () {
      const filename = yield* file
      const { events, tokens } = yield* openWith(filename, keysOf(newKey()))
      yield* tokens.replace(STRAVA, 0, issued("1"), "authorized")
      yield* events.append(STREAM, 0, [runStarted({ id: "a" })])
      yield* tokens.replace(STRAVA, 1, null, "revoked")
      assert.deepStrictEqual(yield* findings(filename), [])
      for (const difference of yield* SqliteStore.rebuildViews({ filename })) {
        assert.deepInclude(difference, { wrong: 0, missing: 0 })
      }
      yield* tokens.replace(STRAVA, 2, issued("3"), "authorized")
      assert.deepStrictEqual(yield* findings(filename), [])
    })
  )

  it.scoped("stay behind where the log is moved; their events come along, and sign-ins go on there", () =>
    Effect.gen(function* () {
      const filename = yield* file
      const moved = yield* file
      const keys = keysOf(newKey())
      yield* Effect.flatMap(openWith(filename, keys), ({ tokens }) =>
        Effect.zipRight(
          tokens.replace(STRAVA, 0, issued("1"), "authorized"),
          tokens.replace(STRAVA, 1, issued("2"), "refreshed")
        )
      )
      const archive = (filename: string) => Effect.provide(Archive.Archive, SqliteStore.archive({ filename }))
      const exported = (yield* archive(filename)).export({ app: "test", source: null })
      const { bytes } = yield* rowOf(filename)
      const lines = (yield* all(exported)).join("")
      assert.include(lines, "TokenChanged")
      for (const encoding of ["hex", "base64"] as const) assert.notInclude(lines, bytes?.toString(encoding) ?? "")
      const there = yield* archive(moved)
      yield* there.import(
        (yield* archive(filename)).export({ app: "test", source: null }).pipe((text) => Stream.splitLines(text))
      )
      const { events, tokens } = yield* openWith(moved, keys)
      assert.isNull(yield* tokens.get(STRAVA))
      yield* tokens.replace(STRAVA, 0, issued("3"), "authorized")
      assert.deepStrictEqual(
        (yield* all(events.read("connection/strava"))).map(({ version }) => version),
        [1, 2, 3]
      )
      assert.deepStrictEqual(yield* findings(moved), [])
    })
  )
})

describe("what lies in the file", () => {
  it.scoped("has another nonce with every one of 1,000 writes, also of the same tokens", () =>
    Effect.gen(function* () {
      const filename = yield* file
      const { tokens } = yield* openWith(filename, keysOf(newKey()))
      const sql = yield* raw(filename)
      const nonce = sql.prepare<[], Buffer>("SELECT nonce FROM tokens").pluck()
      const seen = new Set<string>()
      for (let version = 0; version < 1000; version++) {
        yield* tokens.replace(STRAVA, version, issued("same"), "refreshed")
        const found = nonce.get()
        assert.strictEqual(found?.length, 12)
        seen.add(found?.toString("hex") ?? "")
      }
      assert.strictEqual(seen.size, 1000)
    })
  )

  it.scoped("says no token in the clear, nor the key", () =>
    Effect.gen(function* () {
      const filename = yield* file
      const key = newKey()
      const secrets = ["canary-access-7f3a9c", "canary-refresh-51d0be"] as const
      const forms = [...secrets.map((secret) => Buffer.from(secret)), key.export()].flatMap((secret) => [
        secret,
        Buffer.from(secret.toString("hex")),
        Buffer.from(secret.toString("base64").slice(0, 24))
      ])
      const search = (names: ReadonlyArray<string>) => {
        const bytes = Buffer.concat(names.map((name) => readFileSync(`${filename}${name}`)))
        // What may be read there is found there.
        assert.isTrue(bytes.includes("activity:read_all"))
        for (const form of forms) assert.isFalse(bytes.includes(form))
      }
      yield* Effect.scoped(
        Effect.gen(function* () {
          const { tokens } = yield* openWith(filename, keysOf(key))
          const [access, refresh] = [Redacted.make(secrets[0]), Redacted.make(secrets[1])]
          for (let version = 0; version < 20; version++) {
            yield* tokens.replace(STRAVA, version, { ...issued(""), access, refresh }, "refreshed")
          }
          yield* tokens.replace(STRAVA, 20, null, "revoked")
          search(["", "-wal", "-shm"])
        })
      )
      search(["", ".tip"])
    })
  )

  it.scoped("opens only in its place: not of another connection, nor of another version or time, nor changed", () =>
    Effect.gen(function* () {
      const filename = yield* file
      const { events, tokens } = yield* openWith(filename, keysOf(newKey()))
      yield* tokens.replace(STRAVA, 0, issued("1"), "authorized")
      yield* tokens.replace("other", 0, issued("other"), "authorized")
      const older = yield* rowOf(filename)
      yield* tokens.replace(STRAVA, 1, issued("2"), "refreshed")
      const newer = yield* rowOf(filename)
      const other = yield* rowOf(filename, "other")
      const changed = Buffer.from(newer.bytes ?? [])
      changed.writeUInt8(changed.readUInt8(3) ^ 1, 3)
      const wrong: ReadonlyArray<Stored> = [
        { ...other, connection: STRAVA },
        { ...other, connection: STRAVA, version: newer.version, at: newer.at },
        { ...older, version: newer.version },
        { ...newer, version: 3 },
        { ...newer, at: newer.at + 1 },
        { ...newer, bytes: changed },
        { ...newer, bytes: changed.subarray(0, 10) },
        { ...newer, nonce: older.nonce },
        { ...newer, nonce: Buffer.alloc(0) }
      ]
      for (const row of wrong) {
        yield* put(filename, row)
        const error = yield* Effect.flip(tokens.get(STRAVA))
        assert.deepInclude(error, { _tag: "TokenError", reason: "Damaged" })
        assert.include(error.message, "inlet login strava")
        assert.deepStrictEqual(yield* rowOf(filename), row)
      }
      yield* put(filename, newer)
      assert.strictEqual(shown(yield* tokens.get(STRAVA))?.tokens?.access, "access-2")
      // A sign-in needs nothing of what is there.
      yield* put(filename, { ...newer, bytes: changed })
      yield* tokens.replace(STRAVA, yield* tokens.version(STRAVA), issued("3"), "authorized")
      assert.strictEqual(shown(yield* tokens.get(STRAVA))?.tokens?.access, "access-3")
      assert.lengthOf(yield* all(events.read("connection/strava")), 3)
    })
  )

  it.scoped("is not destroyed by a wrong key, or none", () =>
    Effect.gen(function* () {
      const filename = yield* file
      const key = newKey()
      yield* Effect.flatMap(openWith(filename, keysOf(key)), ({ tokens }) =>
        tokens.replace(STRAVA, 0, issued("1"), "authorized")
      )
      const before = yield* rowOf(filename)
      const wrong = yield* openWith(filename, keysOf(newKey()))
      const error = yield* Effect.flip(wrong.tokens.get(STRAVA))
      assert.deepInclude(error, { _tag: "TokenError", reason: "WrongKey" })
      assert.include(error.message, "another key than the test has")
      const none = yield* openWith(filename, { ...keysOf(key), known: Effect.succeed([]) })
      assert.deepInclude(yield* Effect.flip(none.tokens.get(STRAVA)), { _tag: "TokenError", reason: "NoKey" })
      assert.deepStrictEqual(yield* rowOf(filename), before)
      const both = yield* openWith(filename, keysOf(newKey(), key))
      assert.strictEqual(shown(yield* both.tokens.get(STRAVA))?.tokens?.access, "access-1")
    })
  )

  it.scoped("needs no key where there are no tokens, or none any more", () =>
    Effect.gen(function* () {
      const filename = yield* file
      const asked = Effect.die("a key was asked for")
      const { tokens } = yield* openWith(filename, { where: "nowhere", known: asked, current: asked })
      assert.isNull(yield* tokens.get(STRAVA))
      yield* tokens.replace(STRAVA, 0, null, "revoked")
      assert.strictEqual((yield* tokens.get(STRAVA))?.tokens, null)
    })
  )
})
