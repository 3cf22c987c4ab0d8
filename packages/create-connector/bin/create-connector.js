#!/usr/bin/env node
// `npm create @inlet/connector`. The program itself is built into dist.
import { existsSync } from "node:fs"

const program = new URL("../dist/bin.js", import.meta.url)
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number)

if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`create-connector needs Node.js 20.19 or newer; this is ${process.versions.node}.\n`)
  process.exitCode = 2
} else if (!existsSync(program)) {
  process.stderr.write("create-connector is not built yet. In the checkout run: npm run build\n")
  process.exitCode = 2
} else {
  await import(program.href)
}
