// A command that is stopped or whose reader goes away, at several moments: what it prints is whole, and it says how it ended.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { jsonLines } from "../support/Inlet.ts"
import { decodeReport, world } from "../support/World.ts"

const START = { repositories: ["acme/app"], streams: ["issues", "pull_requests"] }

describe("a command that is stopped", () => {
  // Counted by what the log tells, so that it is in another state each time.
  for (const lines of [1, 4, 12, 30]) {
    it.scopedLive(`prints one document where that is after ${lines} ${lines === 1 ? "line" : "lines"} of its log`, () =>
      Effect.gen(function* () {
        // Nothing is ever confirmed, so that it does not end before.
        const here = yield* world({ ...START, databox: { behaviour: { processMillis: 600_000 } } })
        let said = ""
        let stopped = false
        const { code, stdout } = yield* here.run(["sync", "--json", "--log-level", "debug"], {
          seen: (text, child) => {
            said += text
            if (stopped || said.split("\n").length <= lines) return
            stopped = true
            child.kill("SIGINT")
          }
        })
        assert.isTrue(stopped)
        assert.strictEqual(code, 130)
        const { exitCode, runs } = decodeReport(stdout)
        assert.strictEqual(exitCode, 130)
        assert.lengthOf(runs, 2)
        for (const { counts, outcome } of runs) {
          const { pending, quarantined, read, sent, superseded, unchanged } = counts
          assert.strictEqual(outcome, "interrupted")
          assert.strictEqual(read, sent + unchanged + superseded + quarantined + pending)
        }
        assert.isEmpty((yield* here.run(["verify", "--quiet"])).stderr)
      })
    )
  }

  it.scopedLive("prints whole lines, and only them, as long as it is read", () =>
    Effect.gen(function* () {
      const here = yield* world()
      yield* here.run(["sync"])
      for (const args of [["events", "--json"], ["events"], ["export", "-"], ["sends", "--format", "csv"]]) {
        let whole = ""
        const { code, stderr } = yield* here.run(args, {
          seen: (text, child) => {
            whole += text
            // As `head -1` does.
            child.stdout?.destroy()
          }
        })
        assert.deepStrictEqual([code, stderr], [0, ""], args.join(" "))
        assert.include(whole, "\n")
      }
      const followed = yield* here.run(["events", "--follow", "--json"], {
        seen: (text, child) => text.includes("RunEnded") && child.kill("SIGINT")
      })
      assert.strictEqual(followed.code, 130)
      assert.isNotEmpty(jsonLines(followed.stdout))
    })
  )
})
