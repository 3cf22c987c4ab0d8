#!/usr/bin/env node
// The command `inlet`. The program itself is built into dist.
import { existsSync } from "node:fs"
import module from "node:module"
import { homedir } from "node:os"
import { join } from "node:path"

/** From Node.js 22 on what V8 makes of the program is kept for the next time; in a folder of the user's own, since it is code. */
const keepCompiled = () => {
  try {
    module.enableCompileCache?.(join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "inlet"))
  } catch {
    // A user without a home starts a little slower.
  }
}

const program = new URL("../dist/bin.js", import.meta.url)
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number)

if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`inlet needs Node.js 20.19 or newer; this is ${process.versions.node}.\n`)
  process.exitCode = 2
} else if (!existsSync(program)) {
  process.stderr.write("inlet is not built yet. In the checkout run: npm run build\n")
  process.exitCode = 2
} else {
  keepCompiled()
  await import(program.href)
}
