// A connector's process never outlives the command: not where that is killed, and not where it is stopped.
import { createServer } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Predicate from "effect/Predicate"
import { applied } from "../replay/Databox.ts"
import { decodeReport } from "../support/World.ts"
import { FAULTS, type Fault } from "./Faulty.ts"
import { configured } from "./Sources.ts"

/** Connects, tells its process id, and goes on with `then`; only the end of its process ends the connection. */
const connected = (then: string): Fault => ({
  load: `import { connect } from "node:net"
const tell = (then) => connect(Number(new URL(ELSEWHERE).port), "127.0.0.1").write(String(process.pid), then)`,
  before: `Effect.promise(() => new Promise(() => tell(() => { ${then} })))`
})

const SOURCES = { waits: connected(""), spins: connected("for (;;);"), healthy: FAULTS.healthy }
const CONNECTED = 2
/** Rows of them all before that. */
const READ = 50 + 50 + 150

/** Where they connect to: their process ids once all have, and when the last of them is gone. */
const listening = Effect.gen(function* () {
  const arrived = yield* Deferred.make<ReadonlyArray<number>>()
  const left = yield* Deferred.make<void>()
  const pids: Array<number> = []
  let gone = 0
  const server = createServer((socket) => {
    socket.on("data", (pid) => {
      pids.push(Number(String(pid)))
      if (pids.length === CONNECTED) Deferred.unsafeDone(arrived, Exit.succeed(pids))
    })
    // A killed process may reset it.
    socket.on("error", () => {})
    socket.on("close", () => {
      gone += 1
      if (gone === CONNECTED) Deferred.unsafeDone(left, Exit.void)
    })
  })
  yield* Effect.acquireRelease(
    Effect.promise(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))),
    () => Effect.sync(() => server.close())
  )
  const address = server.address()
  const url = `http://127.0.0.1:${Predicate.isRecord(address) ? address.port : 0}`
  return { url, arrived: Deferred.await(arrived), left: Deferred.await(left) }
})

/** A terminal gives its signals to all of them. */
const ENDS = [
  { signal: "SIGKILL", shared: false, code: null },
  { signal: "SIGINT", shared: true, code: 130 },
  { signal: "SIGTERM", shared: false, code: 143 }
] as const

describe("the processes of connectors", () => {
  for (const { code, shared, signal } of ENDS) {
    it.scopedLive(`end with the command, which ${signal} ends; the next run does the rest`, () =>
      Effect.gen(function* () {
        const { arrived, left, url } = yield* listening
        const it = yield* configured(SOURCES, { elsewhere: url, silence: "2m" })
        const started = yield* Deferred.make<(signal: NodeJS.Signals) => void>()
        const end = Effect.gen(function* () {
          const kill = yield* Deferred.await(started)
          const pids = yield* arrived
          // What there is arrives at Databox, so that the next run need not find out.
          while ((yield* applied(it)).length < READ) yield* Effect.yieldNow()
          yield* Effect.sync(() => {
            if (shared) for (const pid of pids) process.kill(pid, signal)
            kill(signal)
          })
        })
        const run = it.run(["sync", "--json"], {
          started: (child) =>
            Deferred.unsafeDone(
              started,
              Exit.succeed((signal) => child.kill(signal))
            )
        })
        const [ended] = yield* Effect.all([run, end, left], { concurrency: "unbounded" })
        assert.strictEqual(ended.code, code, ended.stderr)
        if (code !== null) {
          const { exitCode, runs } = decodeReport(ended.stdout)
          assert.strictEqual(exitCode, code)
          for (const name of ["waits", "spins"]) {
            assert.strictEqual(runs.find(({ source }) => source === name)?.outcome, "interrupted", ended.stdout)
          }
        }

        assert.strictEqual((yield* it.run(["verify"])).code, 0)
        yield* Effect.forEach(Object.keys(SOURCES), it.mend)
        const { code: again, runs } = yield* it.report("sync")
        assert.strictEqual(again, 0, JSON.stringify(runs))
        for (const name of Object.keys(SOURCES)) yield* it.complete(name)
      })
    )
  }
})
