import { spawn } from "node:child_process"
import { once } from "node:events"
import { dirname } from "node:path"
import { createInterface } from "node:readline"
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { SqliteStore } from "../src/index.ts"
import { bundled } from "./Program.ts"
import { all, brokenLinks, file, open, raw, STREAM } from "./Stores.ts"

/** Kills the child at once after it acknowledged an append for the nth time; gives the last version it acknowledged. */
const killedAfter = (program: string, filename: string, times: number) =>
  Effect.promise(async () => {
    const child = spawn(process.execPath, [program, filename, STREAM], { stdio: ["ignore", "pipe", "inherit"] })
    const exit = once(child, "exit")
    let acknowledged = 0
    let count = 0
    for await (const line of createInterface(child.stdout)) {
      acknowledged = Number(line)
      count += 1
      if (count === times) child.kill("SIGKILL")
    }
    assert.strictEqual((await exit)[1], "SIGKILL")
    return acknowledged
  })

it.scoped("a process killed in the middle of appends leaves a whole log, with all that was acknowledged", () =>
  Effect.gen(function* () {
    const filename = yield* file
    const program = yield* bundled("crashing", dirname(filename))
    for (const times of [1, 2, 5, 11, 23]) {
      const acknowledged = yield* killedAfter(program, filename, times)
      yield* Effect.scoped(
        Effect.gen(function* () {
          const { events } = yield* open(filename)
          const stored = yield* all(events.readAll())
          assert.deepStrictEqual(brokenLinks(stored), [])
          assert.isAtLeast(stored.length, acknowledged)
          assert.strictEqual(stored.length % 4, 0)
          assert.strictEqual((yield* events.standing(STREAM)).version, stored.length)
          for (const event of stored) if (event.type === "BatchRecorded") yield* events.blob(event.data.blob)
        })
      )
      for (const difference of yield* SqliteStore.rebuildViews({ filename })) {
        assert.deepInclude(difference, { wrong: 0, missing: 0 })
      }
    }
    const sql = yield* raw(filename)
    assert.strictEqual(sql.pragma("integrity_check", { simple: true }), "ok")
  })
)
