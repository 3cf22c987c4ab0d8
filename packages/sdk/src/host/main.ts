// The program of a connector's process: `node main.js FILE`, started by a runner with an IPC channel. Signals of the terminal are
// the runner's matter; where the runner is gone there is nothing to do.
import { pathToFileURL } from "node:url"
import { Worker } from "node:worker_threads"
import { Mapping } from "@inlet/core"
import * as Effect from "effect/Effect"
import type * as Channel from "./Channel.ts"
import * as Protocol from "./Protocol.ts"
import { serve } from "./Serve.ts"

const [, , file = ""] = process.argv

const port: Channel.Port = {
  send: (message) => {
    if (process.connected) process.send?.(message)
  },
  receive: (listener) => {
    process.on("message", listener)
  }
}

const load = Effect.tryPromise({
  try: (): Promise<unknown> => import(pathToFileURL(file).href),
  catch: (thrown) => new Protocol.LoadError({ what: `cannot be loaded (${Mapping.whatThrew(thrown)})` })
})

const end = () => process.exit(0)
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => {})
process.on("disconnect", end)
// A connector that never comes back to its event loop does not hear of it.
new Worker(new URL("./orphan.js", import.meta.url), { resourceLimits: { maxOldGenerationSizeMb: 16 } }).unref()

Effect.runFork(
  Effect.scoped(
    Effect.gen(function* () {
      const channel = yield* serve(port, load)
      const crash = (thrown: unknown) => {
        channel.tell(Protocol.crashed, { what: Mapping.whatThrew(thrown) })
        process.disconnect()
      }
      process.on("uncaughtException", crash)
      process.on("unhandledRejection", crash)
      yield* Effect.never
    })
  )
)
