// A runner that is frozen, loses its lease and wakes up again; and signals that come twice.
import type { ChildProcess } from "node:child_process"
import { assert, describe, it } from "@effect/vitest"
import Database from "better-sqlite3"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { type World, world } from "../support/World.ts"

const one = { repositories: ["acme/app"], streams: ["issues"] }

/** Ends when the service was asked so often. */
const asked = (it: World, url: string, times: number): Effect.Effect<void> =>
  Effect.flatMap(it.journal(url), ({ entries }) =>
    entries.length >= times ? Effect.void : Effect.suspend(() => asked(it, url, times))
  )

/** A sync in the background, and its process. */
const started = Effect.fnUntraced(function* (it: World) {
  const process = yield* Deferred.make<ChildProcess>()
  const sync = yield* Effect.fork(
    it.run(["sync"], { seen: (_, child) => Deferred.unsafeDone(process, Effect.succeed(child)) })
  )
  return { sync, child: yield* Deferred.await(process) }
})

describe("a frozen runner", () => {
  it.scopedLive(
    "that wakes up after another one took over is stopped by its first append, and everything arrives once",
    () =>
      Effect.gen(function* () {
        const it = yield* world(one)
        yield* it.githubFaults([{ match: { nth: [1] }, action: { type: "delay", millis: 3000 } }])
        const { child, sync } = yield* started(it)
        yield* asked(it, it.github.url, 1)
        child.kill("SIGSTOP")

        const second = yield* it.report("sync")
        assert.strictEqual(second.code, 41)
        assert.match(second.runs[0]?.error?.message ?? "", /since/)
        // What ten seconds of standing still would bring about.
        const sql = new Database(it.store)
        const run = sql
          .prepare("UPDATE leases SET until = '2000-01-01T00:00:00.000Z' WHERE stream LIKE 'pipeline/%'")
          .run()
        sql.close()
        assert.strictEqual(run.changes, 1)
        const third = yield* it.report("sync")
        assert.strictEqual(third.code, 0)

        child.kill("SIGCONT")
        const { code, stderr } = yield* Fiber.join(sync)
        assert.strictEqual(code, 41)
        assert.include(stderr, "E_LEASE_HELD")
        const issues = yield* it.items("acme/app", "issues")
        assert.strictEqual((yield* it.rows("github_issues")).size, issues.length)
        assert.isNull((yield* it.report("sync")).runs[0]?.run)
      })
  )
})

describe("a second signal", () => {
  for (const [signal, exit] of [
    ["SIGINT", 130],
    ["SIGTERM", 143]
  ] as const) {
    it.scopedLive(`ends it at once, and that is safe too (${signal})`, () =>
      Effect.gen(function* () {
        const it = yield* world(one)
        yield* it.databoxFaults([{ match: { method: "POST", path: "/data$" }, action: { type: "hang", after: true } }])
        const { child, sync } = yield* started(it)
        yield* Effect.repeat(
          Effect.map(it.journal(it.databox.url), ({ entries }) => entries),
          {
            until: (entries) => entries.some(({ method, path }) => method === "POST" && path.endsWith("/data"))
          }
        )
        child.kill(signal)
        child.kill(signal)
        assert.strictEqual((yield* Fiber.join(sync)).code, exit)
        assert.strictEqual((yield* it.report("sync")).code, 0)
        const issues = yield* it.items("acme/app", "issues")
        assert.strictEqual((yield* it.rows("github_issues")).size, issues.length)
      })
    )
  }
})
