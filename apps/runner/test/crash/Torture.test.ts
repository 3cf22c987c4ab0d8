// The reduced form of `npm run torture`: some deaths of the real command line at each kind of point, and one planted bug as
// proof that the harness can fail. See docs/torture.md.
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"

const harness = fileURLToPath(new URL("../../torture/run.mjs", import.meta.url))

const torture = (
  ...args: ReadonlyArray<string>
): Effect.Effect<{ readonly code: number | null; readonly said: string }> =>
  Effect.async((resume) => {
    const child = spawn(process.execPath, [harness, ...args], { stdio: ["ignore", "pipe", "pipe"] })
    let said = ""
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        said += text
      })
    }
    child.on("close", (code) => resume(Effect.succeed({ code, said })))
    return Effect.sync(() => {
      child.kill()
    })
  })

describe("the command line, killed", () => {
  it.live(
    "at each kind of point, loses nothing and takes nothing back",
    () =>
      Effect.gen(function* () {
        const { code, said } = yield* torture("--sample", "1", "--seed", "1", "--workers", "2")
        assert.strictEqual(code, 0, said)
      }),
    400_000
  )

  it.live(
    "between a cursor and its rows, where somebody had swapped the two, is found out",
    () =>
      Effect.gen(function* () {
        const at = "after commit of CursorMoved#1"
        const { code, said } = yield* torture(
          "--planted",
          "--bug",
          "cursor before rows",
          "--at",
          at,
          "--seed",
          "1",
          "--workers",
          "1"
        )
        assert.strictEqual(code, 0, said)
        assert.match(said, /^found "cursor before rows" with \d+ kills: .*I\d/m)
      }),
    400_000
  )
})
