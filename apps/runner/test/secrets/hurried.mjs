// Preloaded into a command that has to fail often, and by it into the processes of its connectors: what it waits for between two
// attempts passes quickly. The turns by which a process passes for dead stay as they are.
import childProcess from "node:child_process"
import { syncBuiltinESMExports } from "node:module"

const TURN = 1000
const unhurried = globalThis.setTimeout

globalThis.setTimeout = (work, millis = 0, ...rest) => unhurried(work, millis === TURN ? millis : millis / 20, ...rest)

const { spawn } = childProcess

childProcess.spawn = (command, args, options) => spawn(command, ["--import", import.meta.url, ...args], options)
syncBuiltinESMExports()
