// An export is all of the log or it is refused, and a store that was made of one goes on as if nothing had happened.
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { jsonLines } from "../support/Inlet.ts"
import type { World } from "../support/World.ts"
import { synced, verify } from "./Store.ts"

const logOf = (it: World, ...args: ReadonlyArray<string>) =>
  Effect.map(it.run(["events", "--json", ...args]), ({ stdout }) => stdout)

const exported = Effect.gen(function* () {
  const it = yield* synced()
  assert.strictEqual((yield* it.run(["export", "log.jsonl"])).code, 0)
  const file = join(it.cwd, "log.jsonl")
  return { ...it, file, text: readFileSync(file, "utf8") }
})

/** Imports a changed export into a new store, which has to stay away. */
const refused = (it: World & { readonly file: string }, text: string) =>
  Effect.gen(function* () {
    writeFileSync(it.file, text)
    const { code, error } = yield* it.refusal(["import", "log.jsonl", "--store", "new.db"])
    assert.isFalse(["", "-wal", "-shm", ".tip"].some((end) => existsSync(join(it.cwd, `new.db${end}`))))
    return [code, error.code, error.message] as const
  })

describe("inlet export and inlet import", () => {
  it.scopedLive("give a store that holds the same log and sends nothing again", () =>
    Effect.gen(function* () {
      const it = yield* exported
      assert.strictEqual(statSync(it.file).mode & 0o777, 0o600)
      const result = yield* it.run(["import", "log.jsonl", "--store", "new.db", "--json"])
      assert.deepInclude(jsonLines(result.stdout)[0], { store: join(it.cwd, "new.db") })
      assert.strictEqual(yield* logOf(it, "--store", "new.db"), yield* logOf(it))
      assert.strictEqual((yield* verify(it, "--store", "new.db")).code, 0)

      const before = (yield* it.journal(it.github.url)).entries.length
      const { code, runs } = yield* it.report("sync", "--store", "new.db")
      assert.deepStrictEqual([code, runs[0]?.counts.read, runs[0]?.requests.sink], [0, 0, 0])
      const asked = (yield* it.journal(it.github.url)).entries.slice(before)
      assert.isNotEmpty(asked)
      for (const { query } of asked.filter(({ path }) => path.endsWith("/issues"))) assert.include(query, "since=")
      // One of a page is another now; the cache of sent rows knows the others.
      const [old] = yield* it.items("acme/app", "issues")
      yield* it.githubPost("touch", { repository: "acme/app", number: old?.number })
      const full = yield* it.report("sync", "--full", "--store", "new.db")
      assert.deepStrictEqual([full.code, full.runs[0]?.counts.sent], [0, 1])
    })
  )

  it.scopedLive("go through standard output, and once more through a store, without a difference", () =>
    Effect.gen(function* () {
      const it = yield* exported
      const { code, stdout } = yield* it.run(["export", "-"])
      const body = (text: string) => text.split("\n").slice(1, -2)
      assert.strictEqual(code, 0)
      assert.deepStrictEqual(body(stdout), body(it.text))
      assert.strictEqual((yield* it.run(["import", "log.jsonl", "--store", "new.db"])).code, 0)
      assert.deepStrictEqual(body((yield* it.run(["export", "-", "--store", "new.db"])).stdout), body(it.text))
    })
  )

  it.scopedLive("refuse what was cut or changed, wherever that is", () =>
    Effect.gen(function* () {
      const it = yield* exported
      const lines = it.text.split("\n")
      const cut = yield* refused(it, it.text.slice(0, it.text.length / 2))
      assert.deepStrictEqual(cut.slice(0, 2), [40, "E_IMPORT_DAMAGED"])
      const ended = yield* refused(it, `${lines.slice(0, -2).join("\n")}\n`)
      assert.match(ended[2], /was cut off behind line \d+\.$/)
      const longer = yield* refused(it, `${it.text}{}\n`)
      assert.match(longer[2], /goes on behind its end/)
      const swapped = yield* refused(it, [lines[0], lines[2], lines[1], ...lines.slice(3)].join("\n"))
      assert.match(swapped[2], /do not give the checksum/)
      const changed = yield* refused(it, it.text.replace('"rejected":0', '"rejected":1'))
      assert.match(changed[2], /do not give the checksum/)
      for (const place of [0.1, 0.5, 0.9].map((share) => Math.floor(it.text.length * share))) {
        const other = it.text[place] === "A" ? "B" : "A"
        const [code] = yield* refused(it, it.text.slice(0, place) + other + it.text.slice(place + 1))
        assert.strictEqual(code, 40, `at ${place}`)
      }
      const foreign = yield* refused(it, "hello\n")
      assert.deepStrictEqual(foreign.slice(0, 2), [2, "E_IMPORT"])
    })
  )

  it.scopedLive("find a changed event also where the checksum was made anew", () =>
    Effect.gen(function* () {
      const it = yield* exported
      const { createHash } = yield* Effect.promise(() => import("node:crypto"))
      const lines = it.text.replace('"rejected":0', '"rejected":1').split("\n").slice(0, -1)
      const end = JSON.parse(lines.pop() ?? "")
      const body = lines.map((line) => `${line}\n`).join("")
      const sha256 = createHash("sha256").update(body).digest("hex")
      const [code, , message] = yield* refused(it, `${body}${JSON.stringify({ end: { ...end.end, sha256 } })}\n`)
      assert.strictEqual(code, 40)
      assert.match(message, /Event \d+ \(SendConfirmed of .*\) is not what was written/)
    })
  )

  it.scopedLive("leave a store alone that holds events, and files that are there", () =>
    Effect.gen(function* () {
      const it = yield* exported
      const before = yield* logOf(it)
      const occupied = yield* it.refusal(["import", "log.jsonl"])
      assert.deepStrictEqual([occupied.code, occupied.error.code], [2, "E_IMPORT"])
      assert.match(occupied.error.fix, /--store/)
      assert.strictEqual(yield* logOf(it), before)
      assert.deepStrictEqual((yield* it.refusal(["export", "log.jsonl"])).error.code, "E_FILE")
      assert.deepStrictEqual((yield* it.refusal(["export", ".inlet/inlet.db", "--force"])).error.code, "E_FILE")
      assert.strictEqual((yield* it.refusal(["import", "nothing.jsonl", "--store", "new.db"])).error.code, "E_FILE")
    })
  )

  it.scopedLive("hold one source where one is named, for looking at only", () =>
    Effect.gen(function* () {
      const it = yield* exported
      const { stdout } = yield* it.run(["export", "-", "--source", "github"])
      assert.isAbove(jsonLines(stdout).length, 2)
      assert.deepStrictEqual((yield* refused(it, stdout)).slice(0, 2), [2, "E_IMPORT"])
      const other = yield* it.refusal(["export", "-", "--source", "other"])
      assert.deepStrictEqual([other.code, other.error.code], [2, "E_USAGE"])
    })
  )
})
