// What is drawn on a real terminal while a command works, and that nothing of it is left.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Width from "../../src/output/Width.ts"
import { isColoured, isThere, onTerminal, type Terminal } from "../support/Terminal.ts"
import { type Settings, world } from "../support/World.ts"

const START = { repositories: ["acme/app"], streams: ["issues", "pull_requests"] }

/** A command at a terminal in the folder of a world. */
const sitting = (settings: Settings = START) =>
  Effect.map(world(settings), (here) => ({
    ...here,
    at: (args: ReadonlyArray<string>, options: Partial<Parameters<typeof onTerminal>[1]> = {}) => {
      const { columns = 80, env, ...rest } = options
      return onTerminal(args, { cwd: here.cwd, columns, rows: 24, ...rest, env: { ...here.env, ...env } })
    }
  }))

/** Lines of progress; the table has no such words. */
const DRAWN = /\d (read|sent) {2}|wait for their turn|starting connectors|waits for its turn/

const isDrawn = (line: string): boolean => DRAWN.test(line)

/** Does something once, when it sees that. */
const once = (what: RegExp, act: (on: Terminal) => void) => {
  let done = false
  return (written: string, on: Terminal) => {
    if (done || !what.test(written)) return
    done = true
    act(on)
  }
}

const CTRL_C = "\u0003"

describe.skipIf(!isThere)("a command at a terminal", () => {
  it.scopedLive("shows how far it is, and leaves its result alone", () =>
    Effect.gen(function* () {
      const { at } = yield* sitting()
      const { code, cursor, lines, written } = yield* at(["sync"])
      assert.strictEqual(code, 0, written)
      assert.match(written, /github\/issues +\d+ read +\d+ sent/)
      assert.isTrue(cursor)
      assert.match(lines.at(0) ?? "", /^pipeline +outcome/)
      assert.match(lines.at(-1) ?? "", /^Databox confirmed every row/)
      assert.isFalse(lines.some(isDrawn), lines.join("\n"))
    })
  )

  it.scopedLive("counts down to the end of a rate limit", () =>
    Effect.gen(function* () {
      const { at, githubFaults } = yield* sitting()
      yield* githubFaults([{ action: { type: "rate-limit", retryAfter: 4 }, times: 1 }])
      const { code, lines, written } = yield* at(["sync"], { columns: 120 })
      assert.strictEqual(code, 0, written)
      for (const seconds of [3, 2, 1]) {
        assert.match(written, new RegExp(`rate limit of GitHub: goes on in ${seconds} s, at \\d\\d:\\d\\d UTC`))
      }
      assert.notInclude(lines.join("\n"), "goes on in")
    })
  )

  it.scopedLive("leaves nothing drawn at Ctrl-C", () =>
    Effect.gen(function* () {
      // Nothing is ever confirmed.
      const { at } = yield* sitting({ ...START, databox: { behaviour: { processMillis: 600_000 } } })
      const { code, cursor, lines } = yield* at(["sync"], { seen: once(/ read /, ({ type }) => type(CTRL_C)) })
      assert.strictEqual(code, 130)
      assert.isTrue(cursor)
      assert.isFalse(lines.some(isDrawn), lines.join("\n"))
      assert.match(lines.at(-1) ?? "", /^Stopped before the end/)
    })
  )

  it.scopedLive("leaves nothing drawn at Ctrl-C twice", () =>
    Effect.gen(function* () {
      const first = once(/ [1-9]\d* read /, ({ type }) => type(CTRL_C))
      const second = once(/\^C/, ({ type }) => type(CTRL_C))
      const { at } = yield* sitting({ ...START, databox: { behaviour: { processMillis: 600_000 } } })
      const { code, cursor, lines, written } = yield* at(["sync"], {
        seen: (written, on) => {
          first(written, on)
          second(written, on)
        }
      })
      assert.strictEqual(code, 130)
      assert.lengthOf(written.split("^C"), 3)
      assert.isTrue(cursor)
      assert.isFalse(lines.some(isDrawn), lines.join("\n"))
    })
  )

  it.scopedLive("tells of failures below nothing but its result, in the width there is", () =>
    Effect.gen(function* () {
      const { at } = yield* sitting()
      const { code, lines } = yield* at(["sync"], { columns: 60, env: { DATABOX_API_KEY: "pak_wrong" } })
      assert.strictEqual(code, 11)
      assert.isFalse(lines.some(isDrawn), lines.join("\n"))
      // Both pipelines failed for one reason, which is told once.
      assert.lengthOf(
        lines.filter((line) => line.startsWith("error: ")),
        1
      )
      assert.match(lines.join("\n"), /^error: github\/issues, github\/pull_requests:/m)
      assert.match(lines.at(-1) ?? "", /inlet send\.$/)
    })
  )

  it.scopedLive("shows what it reads below the rows of a dry run, and leaves only them", () =>
    Effect.gen(function* () {
      const { at } = yield* sitting({
        ...START,
        streams: ["issues"],
        github: { behaviour: { latencyMillis: 600 } }
      })
      const { code, lines, written } = yield* at(["sync", "--dry-run", "--limit", "2"])
      assert.strictEqual(code, 0, written)
      assert.include(written, "reading github/issues")
      const words = lines.slice(0, 4).map((line) => line.split(" ")[0])
      assert.deepStrictEqual(words, ["github_issues:", "issue_id", "4099249153", "4099249159"])
      assert.isFalse(
        lines.some((line) => line.includes("reading")),
        lines.join("\n")
      )
      assert.strictEqual(lines.at(-1), "Nothing was recorded, nothing was sent.")
    })
  )

  it.scopedLive("draws anew where the terminal takes another size", () =>
    Effect.gen(function* () {
      const { at } = yield* sitting({ ...START, github: { behaviour: { latencyMillis: 300 } } })
      let size = 0
      const sizes: ReadonlyArray<readonly [columns: number, rows: number]> = [
        [40, 10],
        [100, 4],
        [80, 24]
      ]
      const { code, lines, written } = yield* at(["sync"], {
        seen: (written, { resize }) => {
          const next = sizes[size]
          if (next === undefined || written.split(" read ").length < 3 * (size + 1)) return
          size += 1
          resize(next[0], next[1])
        }
      })
      assert.strictEqual(code, 0, written)
      assert.strictEqual(size, 3, written)
      assert.isFalse(lines.some(isDrawn), lines.join("\n"))
      assert.match(lines.at(-1) ?? "", /^Databox confirmed every row/)
    })
  )

  it.scopedLive("draws and colours nothing where the terminal is dumb", () =>
    Effect.gen(function* () {
      const { at } = yield* sitting()
      const { code, written } = yield* at(["sync"], { env: { TERM: "dumb" } })
      assert.strictEqual(code, 0, written)
      assert.notInclude(written, "\u001b")
      assert.match(written, /^github\/issues begins\r$/m)
      const asked = yield* at(["init"], { env: { TERM: "dumb" } })
      assert.strictEqual(asked.code, 2)
      assert.include(asked.written, "There is no terminal to ask on.")
    })
  )

  it.scopedLive("uses no colour with NO_COLOR, which may be empty, and colours without a terminal only on demand", () =>
    Effect.gen(function* () {
      const { at, run } = yield* sitting()
      assert.isTrue(isColoured((yield* at(["status"])).written))
      assert.isTrue(isColoured((yield* at(["status"], { env: { NO_COLOR: "" } })).written))
      assert.isFalse(isColoured((yield* at(["status"], { env: { NO_COLOR: "1" } })).written))
      assert.isFalse(isColoured((yield* at(["status"], { env: { NO_COLOR: "1", FORCE_COLOR: "1" } })).written))
      assert.isFalse(isColoured((yield* at(["status", "--json"])).written))
      assert.isFalse(isColoured((yield* run(["status"])).stderr))
      assert.isTrue(isColoured((yield* run(["status"], { env: { FORCE_COLOR: "1" } })).stderr))
    })
  )

  it.scopedLive("asks without colours where there are to be none", () =>
    Effect.gen(function* () {
      const { at, cwd } = yield* sitting()
      const seen = once(/Which services/, ({ type }) => type(CTRL_C))
      const { code, cursor, written } = yield* at(["init"], { cwd: `${cwd}/..`, seen, env: { NO_COLOR: "1" } })
      assert.strictEqual(code, 130)
      assert.isTrue(cursor)
      assert.isFalse(isColoured(written))
      assert.isTrue(written.split("\n").every((line) => Width.of(line) <= 80))
    })
  )
})
