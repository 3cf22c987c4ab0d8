// A backup is whole at whatever moment it is taken, and a sync goes on from one.
import { existsSync, readdirSync, renameSync, rmSync, statSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { world } from "../support/World.ts"
import { damage, synced, tipOf, until, verify } from "./Store.ts"

describe("inlet backup", () => {
  it.scopedLive(
    "is taken and checked while a sync writes, and so is the store",
    () =>
      Effect.gen(function* () {
        const it = yield* world({ repositories: ["acme/large"], streams: ["issues"], github: { issues: 20_000 } })
        const sync = yield* Effect.fork(it.report("sync"))
        yield* until(() => tipOf(it) >= 40)
        const backup = yield* it.run(["backup", "copy.db"])
        assert.strictEqual(backup.code, 0, backup.stderr)
        const live = yield* verify(it)
        assert.deepStrictEqual([live.code, live.findings], [0, []])
        assert.isNull(sync.unsafePoll())
        assert.strictEqual(statSync(join(it.cwd, "copy.db")).mode & 0o777, 0o600)
        assert.deepStrictEqual(
          readdirSync(it.cwd).filter((name) => name.startsWith("copy.db")),
          ["copy.db"]
        )
        assert.strictEqual((yield* Fiber.join(sync)).code, 0)
        assert.strictEqual((yield* verify(it, "--store", "copy.db")).code, 0)

        for (const end of ["", "-wal", "-shm", ".tip"]) rmSync(it.store + end, { force: true })
        renameSync(join(it.cwd, "copy.db"), it.store)
        assert.strictEqual((yield* it.report("sync")).code, 0)
        assert.strictEqual((yield* it.rows("github_issues")).size, 20_000)
        assert.strictEqual((yield* verify(it)).code, 0)
      }),
    180_000
  )

  it.scopedLive("replaces only what it is told to, and never the store", () =>
    Effect.gen(function* () {
      const it = yield* synced()
      assert.strictEqual((yield* it.run(["backup", "copy.db"])).code, 0)
      assert.strictEqual((yield* it.refusal(["backup", "copy.db"])).error.code, "E_FILE")
      assert.strictEqual((yield* it.run(["backup", "copy.db", "--force"])).code, 0)
      assert.strictEqual((yield* it.refusal(["backup", ".inlet/inlet.db", "--force"])).error.code, "E_FILE")
    })
  )

  it.scopedLive("of a damaged store is not kept", () =>
    Effect.gen(function* () {
      const it = yield* synced()
      yield* damage(it, (sql) => sql.exec("UPDATE events SET run = 'other' WHERE position = 2"))
      const { code, stderr, stdout } = yield* it.run(["backup", "copy.db"])
      assert.strictEqual(code, 40)
      assert.include(stdout, "Event 2 (BatchRecorded")
      assert.include(stderr, "E_STORE_DAMAGED")
      assert.isFalse(existsSync(join(it.cwd, "copy.db")))
      assert.deepStrictEqual(
        readdirSync(it.cwd).filter((name) => name.startsWith("copy.db")),
        []
      )
    })
  )
})
