// Loaded into the program by tests of what it does where a person sits before it: it is on a terminal, and the browser that it
// opens is a line on standard error.
import childProcess from "node:child_process"
import { syncBuiltinESMExports } from "node:module"

for (const stream of [process.stdin, process.stderr]) Object.defineProperty(stream, "isTTY", { value: true })

const child = { on: () => child, unref: () => {} }
const { spawn } = childProcess
childProcess.spawn = (command, words, ...rest) => {
  // A connector's own process.
  if (command === process.execPath) return spawn(command, words, ...rest)
  process.stderr.write(`browser: ${words.at(-1)}\n`)
  return child
}
syncBuiltinESMExports()
