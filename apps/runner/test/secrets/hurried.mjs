// Preloaded into a command that has to fail often, and by it into the processes of its connectors: what it waits for between two
// attempts passes quickly. Shorter spans are those after which a process passes for dead.
import childProcess from "node:child_process"
import { syncBuiltinESMExports } from "node:module"

const unhurried = globalThis.setTimeout

globalThis.setTimeout = (work, millis = 0, ...rest) => unhurried(work, millis > 1000 ? millis / 20 : millis, ...rest)

const { spawn } = childProcess

childProcess.spawn = (command, args, options) => spawn(command, ["--import", import.meta.url, ...args], options)
syncBuiltinESMExports()
