// A disk that is full, read-only, damaged, locked or too new: the command ends with 40, says what is kept and what to do, and
// the next one goes on once that is done.
import { chmodSync, readFileSync } from "node:fs"
import { dirname } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import Database from "better-sqlite3"
import * as Effect from "effect/Effect"
import { damage, firstPage, overwrite, synced, verify } from "../proof/Store.ts"
import type { Options } from "../support/Inlet.ts"
import { decodeReport, type World, world } from "../support/World.ts"

const preload = pathToFileURL(fileURLToPath(new URL("../support/storage.mjs", import.meta.url))).href

/** The environment of a program on a bad disk. */
const disk = (settings: Readonly<Record<string, string>>) => ({
  env: { NODE_OPTIONS: `--import=${preload}`, ...settings }
})

const issues = (it: World) => Effect.map(it.items("acme/app", "issues"), ({ length }) => length)

/** Nothing is lost, and the next sync goes on by itself. */
const goesOn = Effect.fnUntraced(function* (it: World) {
  assert.deepStrictEqual([(yield* verify(it)).findings, (yield* it.report("sync")).code], [[], 0])
  assert.strictEqual((yield* it.rows("github_issues")).size, yield* issues(it))
  assert.strictEqual((yield* verify(it)).code, 0)
})

const one = { repositories: ["acme/app"], streams: ["issues"] }

/** A sync that is stopped in the middle: how it ended, and the error of its run. */
const stopped = Effect.fnUntraced(function* (it: World, options: Options = {}) {
  const { code, stdout } = yield* it.run(["sync", "--json"], options)
  const [run] = decodeReport(stdout).runs
  return { code, error: run?.error ?? null }
})

/** Another program's transaction on the store, until the scope ends. */
const held = (it: World, begin: string) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const sql = new Database(it.store)
      sql.exec(begin)
      return sql
    }),
    (sql) => Effect.sync(() => sql.close())
  )

describe("a disk that is full", () => {
  it.scopedLive("stops the run at what it could write; with room again the next run goes on", () =>
    Effect.gen(function* () {
      const it = yield* world(one)
      const { code, error } = yield* stopped(it, disk({ STORE_PAGES: "60" }))
      assert.deepStrictEqual([code, error?.code], [40, "E_STORE_FULL"])
      assert.include(error?.message, "full")
      assert.include(error?.kept, "recorded before stays")
      assert.include(error?.fix, "Make room")
      yield* goesOn(it)
    })
  )

  it.scopedLive("from the beginning: nothing is made that would stand in the way", () =>
    Effect.gen(function* () {
      const it = yield* world(one)
      const { code, error } = yield* it.refusal(["sync"], disk({ STORE_PAGES: "5" }))
      assert.deepStrictEqual([code, error.code], [40, "E_STORE_FULL"])
      assert.strictEqual((yield* it.report("sync")).code, 0)
      assert.strictEqual((yield* it.rows("github_issues")).size, yield* issues(it))
    })
  )
})

describe("a store that may not be written", () => {
  const readable = Effect.fnUntraced(function* (file: number, folder: number) {
    const it = yield* synced()
    chmodSync(it.cwd, 0o755)
    chmodSync(it.store, file)
    chmodSync(dirname(it.store), folder)
    return it
  })

  for (const [what, file, folder] of [
    ["file", 0o444, 0o755],
    ["folder", 0o666, 0o555]
  ] as const) {
    it.scopedLive(`since its ${what} is read-only is left as it is`, () =>
      Effect.gen(function* () {
        const it = yield* readable(file, folder)
        const { code, error } = yield* it.refusal(["sync"], disk({ STORE_OPENER: "nobody" }))
        assert.deepStrictEqual([code, error.code], [40, "E_STORE_READ_ONLY"])
        assert.include(error.message, it.store)
        assert.include(error.fix, "Make the store and its folder writable")
        chmodSync(dirname(it.store), 0o700)
        chmodSync(it.store, 0o600)
        yield* goesOn(it)
      })
    )
  }
})

describe("a store of a newer version", () => {
  it.scopedLive("is left as it is", () =>
    Effect.gen(function* () {
      const it = yield* synced()
      yield* damage(it, (sql) => sql.pragma("user_version = 99"))
      const before = readFileSync(it.store, "hex")
      const { code, error } = yield* it.refusal(["sync"])
      assert.deepStrictEqual([code, error.code], [40, "E_STORE_NEWER"])
      assert.include(error.fix, "Update Inlet")
      assert.strictEqual(readFileSync(it.store, "hex"), before)
    })
  )
})

describe("a damaged page", () => {
  it.scopedLive("stops the run, which points to verify", () =>
    Effect.gen(function* () {
      const it = yield* synced()
      yield* overwrite(it, yield* firstPage(it, "pipelines"))
      const { code, error } = yield* stopped(it)
      assert.deepStrictEqual([code, error?.code], [40, "E_STORE_DAMAGED"])
      assert.include(error?.kept, "What is not damaged")
      assert.include(error?.fix, "inlet verify")
      assert.strictEqual((yield* verify(it)).code, 40)
    })
  )
})

describe("a store in use", () => {
  it.scopedLive("by a reader does not hold a sync up", () =>
    Effect.gen(function* () {
      const it = yield* synced()
      const reader = yield* held(it, "BEGIN; SELECT count(*) FROM events")
      yield* it.githubPost("touch", { repository: "acme/app", number: 1 })
      assert.strictEqual((yield* it.report("sync")).code, 0)
      reader.exec("COMMIT")
      yield* goesOn(it)
    })
  )

  it.scopedLive("by a writer that does not end stops the command, and nothing is lost", () =>
    Effect.gen(function* () {
      const it = yield* synced()
      const writer = yield* held(it, "BEGIN IMMEDIATE")
      const { code, runs } = yield* it.report("sync")
      assert.strictEqual(code, 40)
      assert.isAbove(runs.length, 0)
      for (const { error } of runs) {
        assert.strictEqual(error?.code, "E_STORE_LOCKED")
        assert.include(error?.fix, "Wait for the other program")
      }
      writer.exec("ROLLBACK")
      yield* goesOn(it)
    })
  )
})
