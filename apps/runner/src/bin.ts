// The process around a command: signals in, exit code out.
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { main } from "./Edge.ts"
import { Stopped } from "./Stopped.ts"

let stopped: number | undefined
const command = Effect.provideService(main(process.argv.slice(2)), Stopped, () => stopped)
const fiber = Effect.runFork(command)

// The first signal lets the command end cleanly, the second does not wait for it.
const stop = (code: number) => () => {
  if (stopped !== undefined) process.exit(code)
  stopped = code
  fiber.unsafeInterruptAsFork(fiber.id())
}
process.on("SIGINT", stop(130))
process.on("SIGTERM", stop(143))

fiber.addObserver((exit) => process.exit(stopped ?? (Exit.isSuccess(exit) ? exit.value : 130)))
