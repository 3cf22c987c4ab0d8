// The steps that the root scripts are made of. Each tells in one line what it does; a second call does nothing twice.
import { spawn } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

export const root = fileURLToPath(new URL("..", import.meta.url))

const modules = join(root, "node_modules")
const stampFile = join(modules, ".inlet-installed")

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Inlet needs Node.js 20.19 or newer; this is ${process.versions.node}.`)
  process.exit(1)
}

/** Runs a program to its end: its exit code, and what it printed where that was not shown. */
const run = (command, args, { cwd = root, hidden = false } = {}) =>
  new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, TURBO_TELEMETRY_DISABLED: "1" },
      stdio: hidden ? ["ignore", "pipe", "pipe"] : "inherit"
    })
    let output = ""
    child.stdout?.on("data", (text) => (output += text))
    child.stderr?.on("data", (text) => (output += text))
    child.on("error", (error) => resolve({ code: 1, output: `${output}${error.message}\n` }))
    child.on("close", (code) => resolve({ code: code ?? 1, output }))
  })

/** Runs a JavaScript program with this very Node. */
export const node = (args, options) => run(process.execPath, args, options)

export const npm = (args, options) =>
  process.env.npm_execpath === undefined
    ? run(process.platform === "win32" ? "npm.cmd" : "npm", args, options)
    : node([process.env.npm_execpath, ...args], options)

/** What an installation depends on: the lock file, and for what the native module was built. */
export const stamp = () =>
  createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .update(`${process.versions.modules} ${process.platform} ${process.arch}`)
    .digest("hex")

const installed = () => existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp()

const TOOLCHAIN =
  "better-sqlite3 could not be built here. It needs a C++ compiler, make and Python 3; on Debian: apt-get install g++ make python3"

/** Installs the locked dependencies where they are not there yet. */
export const install = async () => {
  if (installed()) return true
  console.log("Installing dependencies …")
  const { code, output } = await npm(["ci", "--no-audit", "--no-fund", "--loglevel=error"], { hidden: true })
  if (code === 0) {
    writeFileSync(stampFile, stamp())
    return true
  }
  console.error(output.trimEnd().split("\n").slice(-20).join("\n"))
  console.error(/gyp ERR|node-gyp/.test(output) ? TOOLCHAIN : "npm ci failed; see above.")
  return false
}

/** Tasks of all packages, as far as something changed since they were done last. */
export const turbo = async (...tasks) => {
  console.log(`${tasks.join(", ")} …`)
  const args = [
    "run",
    ...tasks,
    "--output-logs=errors-only",
    "--no-update-notifier",
    "--continue=dependencies-successful"
  ]
  const { code, output } = await node([join(modules, "turbo", "bin", "turbo"), ...args], { hidden: true })
  if (code !== 0) console.error(output.trimEnd())
  return code === 0
}

export const lint = async () => {
  console.log("lint …")
  const { code, output } = await node([join(modules, "@biomejs", "biome", "bin", "biome"), "ci", "."], { hidden: true })
  if (code !== 0) console.error(output.trimEnd())
  return code === 0
}

/** Runs the tests; the machine-readable result goes to `file`. */
export const vitest = async (file, args) => {
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`]
  const { code } = await node([join(modules, "vitest", "vitest.mjs"), "run", ...reporters, ...args])
  return code === 0
}

/** The built command line. */
export const inlet = (args) => node([join(root, "apps", "runner", "bin", "inlet.js"), ...args])
