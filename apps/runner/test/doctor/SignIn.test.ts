// What `inlet doctor` says of a source that somebody signs in to, here by a connector that has no probe of its own.
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { asked, type Notes, notes, SECRET, type Settings, signIn } from "../login/Notes.ts"
import type { Options } from "../support/Inlet.ts"
import * as Findings from "./Findings.ts"

const edit = (it: Notes, change: (text: string) => string) =>
  Effect.sync(() => {
    const file = join(it.cwd, "inlet.yaml")
    writeFileSync(file, change(readFileSync(file, "utf8")))
  })

/** The service, and no other source: nobody outside of this computer is asked. */
const alone = (settings: Settings = {}) =>
  Effect.tap(notes(settings), (it) => edit(it, (text) => text.replace(/ {2}github:[\s\S]*/, "")))

/** What is said of the source `notes`, and how the command ends. */
const look = (it: Notes, args: ReadonlyArray<string> = [], options: Options = {}) =>
  Effect.map(Findings.look({ run: it.run, secrets: [SECRET] }, args, options), ({ exit, of }) => ({
    exit,
    source: of("source", "notes"),
    key: of("key")
  }))

/** The events of the sign-in that are recorded. */
const recorded = (it: Notes) =>
  Effect.map(it.run(["events", "--json", "--type", "TokenChanged"]), ({ stdout }) => stdout.split("\n").length - 1)

describe("a source that somebody signs in to", () => {
  it.scopedLive("wants a sign-in first: exit 10, also without asking anybody", () =>
    Effect.gen(function* () {
      const it = yield* alone()
      const { exit, source } = yield* look(it, ["--offline"])
      assert.strictEqual(exit, 10)
      assert.deepInclude(source, { status: "failure", code: "E_SOURCE_AUTH", fix: "inlet login notes" })
      assert.include(source.message, "nobody has signed in yet")
    })
  )

  it.scopedLive("is in order once somebody did; a page is read to see it, and nothing is changed", () =>
    Effect.gen(function* () {
      const it = yield* alone()
      yield* signIn(it)
      const before = yield* recorded(it)
      const { source } = yield* look(it)
      assert.deepInclude(source, { status: "ok", message: "signed in with notes:private, notes:read" })
      const { journal } = yield* it.journal
      assert.isAbove(journal.filter(({ path }) => path.startsWith("/api/notes")).length, 0)
      assert.strictEqual((yield* look(it, ["--offline"])).source.status, "ok")
      yield* it.expire
      const refused = yield* look(it)
      assert.deepStrictEqual([refused.exit, refused.source.status], [0, "warning"])
      assert.include(refused.source.message, "the next sync asks for another")
      assert.include(refused.source.fix, "inlet login notes")
      assert.lengthOf(yield* asked(it, "refresh_token"), 0)
      assert.strictEqual(yield* recorded(it), before)
    })
  )

  it.scopedLive("whose access token has ended is in order, since it can be renewed", () =>
    Effect.gen(function* () {
      const it = yield* alone({ provider: { accessSeconds: 1 } })
      yield* signIn(it)
      const later: Options = {
        env: {
          NODE_OPTIONS: `--import=${new URL("../login/clock.mjs", import.meta.url).href}`,
          CLOCK_OFF: "20000"
        }
      }
      const { source } = yield* look(it, [], later)
      assert.strictEqual(source.status, "ok")
      assert.include(source.message, "its access token has ended, and the next sync asks for another")
      assert.lengthOf(yield* asked(it, "refresh_token"), 0)
    })
  )

  it.scopedLive("lacks what is needed: exit 10; lacks what is wanted: a warning", () =>
    Effect.gen(function* () {
      const it = yield* alone()
      yield* signIn(it, { scopes: "notes:read" })
      const narrow = yield* look(it)
      assert.strictEqual(narrow.source.status, "warning")
      assert.include(narrow.source.message, "without notes:private")
      const strict = yield* alone({ config: ["needed: []"] })
      yield* signIn(strict, { scopes: "notes:private" })
      yield* edit(strict, (text) => text.replace("needed: []", "needed: [notes:read]"))
      const { exit, source } = yield* look(strict, ["--offline"])
      assert.strictEqual(exit, 10)
      assert.include(source.message, "does not have the scope notes:read")
      assert.strictEqual(source.fix, "inlet login notes, and agree to it")
    })
  )

  it.scopedLive("whose sign-in cannot be read is left out, since the key is told of", () =>
    Effect.gen(function* () {
      const it = yield* alone()
      yield* signIn(it)
      const other = { env: { INLET_KEY: Buffer.alloc(32, 9).toString("base64") } }
      const { exit, key, source } = yield* look(it, [], other)
      assert.strictEqual(exit, 10)
      assert.deepInclude(key, { status: "failure", code: "E_KEY_WRONG" })
      assert.strictEqual(source.status, "skipped")
      assert.include(source.message, "the key is not in order")
    })
  )
})
