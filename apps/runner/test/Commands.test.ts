// What the commands around a sync print and how they end, between emulated services and a real store.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { jsonLines } from "./support/Inlet.ts"
import { world } from "./support/World.ts"

const one = { repositories: ["acme/app"], streams: ["issues"] }

describe("commands", () => {
  it.scopedLive("show what a sync did, in every form and width", () =>
    Effect.gen(function* () {
      const here = yield* world()
      const first = yield* here.run(["sync"])
      assert.strictEqual(first.code, 0, first.stderr)
      assert.match(first.stdout, /Databox confirmed every row/)
      assert.match(first.stderr, /^github\/issues begins$/m)
      assert.notInclude(first.stdout + first.stderr, "\u001b")
      assert.deepStrictEqual(yield* here.run(["sync", "--quiet"]), { code: 0, stdout: "", stderr: "" })

      const sends = jsonLines((yield* here.run(["sends", "--json"])).stdout)
      assert.isAbove(sends.length, 1)
      for (const send of sends) {
        assert.deepInclude(send, { provider: "databox", source: "github", outcome: "confirmed", error: null })
        assert.hasAllKeys(send, [
          ...[
            "at",
            "provider",
            "source",
            "stream",
            "dataset",
            "rows",
            "columns",
            "outcome",
            "batch",
            "part",
            "attempt"
          ],
          ...["requestId", "ingestionId", "error", "run", "trace"]
        ])
      }
      const issues = yield* here.run(["sends", "--json", "--dataset", "github_issues", "--since", "1h"])
      assert.isBelow(jsonLines(issues.stdout).length, sends.length)
      assert.strictEqual((yield* here.run(["sends", "--outcome", "failed", "--json"])).stdout, "")
      assert.strictEqual((yield* here.run(["sends", "--json", "--format", "csv"])).code, 2)
      assert.strictEqual((yield* here.run(["runs", "nope"])).code, 2)
      assert.strictEqual((yield* here.run(["events", "--type", "RunEnd"])).code, 2)

      for (const width of [80, 200]) {
        for (const command of ["sends", "runs", "status", "events"]) {
          const { code, stdout } = yield* here.run([command], { env: { COLUMNS: String(width) } })
          assert.strictEqual(code, 0)
          const lines = stdout.trimEnd().split("\n")
          assert.isAbove(lines.length, 2, `${command} has a head and rows`)
          assert.isTrue(
            lines.every((line) => [...line].length <= width),
            `${command} at ${width}`
          )
        }
      }
    })
  )

  it.scopedLive("name the sources and streams there are", () =>
    Effect.gen(function* () {
      const here = yield* world()
      const source = yield* here.run(["sync", "githb"])
      assert.strictEqual(source.code, 2)
      assert.include(source.stderr, 'There is no source "githb". Did you mean "github"?')
      const stream = yield* here.run(["sync", "--stream", "commits"])
      assert.strictEqual(stream.code, 2)
      assert.include(stream.stderr, "Known: issues, pull_requests")
      assert.isFalse(here.hasStore())
    })
  )

  it.scopedLive("only look with sync --dry-run", () =>
    Effect.gen(function* () {
      const here = yield* world()
      const { code, stderr, stdout } = yield* here.run(["sync", "--dry-run", "--limit", "3", "--json"])
      assert.strictEqual(code, 0, stderr)
      const rows = jsonLines(stdout)
      assert.strictEqual(rows.length, 6)
      for (const row of rows) assert.deepInclude(row, { source: "github", rejection: null })
      assert.isFalse(here.hasStore())
      assert.isEmpty((yield* here.journal(here.databox.url)).entries)
    })
  )

  for (const [signal, exit] of [
    ["SIGINT", 130],
    ["SIGTERM", 143]
  ] as const) {
    it.scopedLive(`tell what was done until ${signal}`, () =>
      Effect.gen(function* () {
        const here = yield* world({ ...one, databox: { behaviour: { processMillis: 600_000 } } })
        let sent = false
        const ended = yield* here.run(["sync"], {
          seen: (text, child) => {
            if (sent || !text.includes("github/issues begins")) return
            sent = true
            child.kill(signal)
          }
        })
        assert.strictEqual(ended.code, exit)
        assert.match(ended.stdout, /github\/issues +interrupted/)
        assert.match(ended.stdout, /Stopped before the end/)
        // Nobody holds the pipeline any longer.
        yield* here.databoxBehaves({ processMillis: 5 })
        assert.strictEqual((yield* here.report("sync")).code, 0)
      })
    )
  }

  it.scopedLive("end quietly where nobody reads what they print", () =>
    Effect.gen(function* () {
      const here = yield* world(one)
      for (const command of ["sync", "events", "sends", "runs", "status"]) {
        const { code, stderr } = yield* here.run([command, "--json"], { unread: true })
        assert.deepStrictEqual([code, stderr], [0, ""], command)
      }
      assert.isNull((yield* here.report("sync")).runs[0]?.run)
    })
  )

  it.scopedLive("say that there is no store, and make none", () =>
    Effect.gen(function* () {
      const here = yield* world()
      for (const command of ["sends", "runs", "status", "events"]) {
        const { code, stderr } = yield* here.run([command])
        assert.strictEqual(code, 40)
        assert.include(stderr, "E_STORE_MISSING")
      }
      assert.isFalse(here.hasStore())
    })
  )

  it.scopedLive("keep an emulator up until they are told to stop", () =>
    Effect.gen(function* () {
      const here = yield* world()
      const answers: Array<Promise<number>> = []
      const ended = yield* here.run(["emulate", "databox", "--json", "--behaviour", '{"down":true}'], {
        seen: (text, child) => {
          const { apiKey, url } = JSON.parse(text)
          const asked = fetch(`${url}/v1/auth/validate-key`, { headers: { "x-api-key": apiKey } })
          answers.push(asked.then(({ status }) => status).finally(() => child.kill("SIGINT")))
        }
      })
      assert.strictEqual(ended.code, 130)
      assert.deepStrictEqual(yield* Effect.promise(() => Promise.all(answers)), [503])
    })
  )
})
