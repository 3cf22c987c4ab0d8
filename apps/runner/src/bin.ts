// The process around a command: signals in, exit code out.
import { setFlagsFromString } from "node:v8"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { main } from "./cli/Edge.ts"
import { Stopped } from "./cli/Stopped.ts"

// A long listing makes garbage by the page. By default the heap may grow to several times of what lives before it is
// cleaned; so it stays below twice, at no cost that could be measured.
setFlagsFromString("--heap-growing-percent=40")

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
