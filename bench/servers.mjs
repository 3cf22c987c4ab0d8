// The emulators in a process of their own, so that their work is not counted. Prints one line of JSON when they are up.
import { DataboxEmulator, GitHubEmulator } from "@inlet/emulators"
import * as Effect from "effect/Effect"

const issues = Number(process.env.ISSUES ?? 10_000)
const latencyMillis = Number(process.env.LATENCY ?? 0)
const sinkLatencyMillis = Number(process.env.SINK_LATENCY ?? latencyMillis)

const program = Effect.gen(function* () {
  const github = yield* GitHubEmulator.start({
    issues,
    behaviour: { latencyMillis, rateLimit: { limit: 10_000_000, status: 403 } }
  })
  const databox = yield* DataboxEmulator.start({
    behaviour: { latencyMillis: sinkLatencyMillis, rateLimit: null, processMillis: 20 }
  })
  console.log(JSON.stringify({ github, databox }))
  yield* Effect.never
})

Effect.runFork(Effect.scoped(program))
