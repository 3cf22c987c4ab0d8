// Where a connector should run: in the main program, a worker thread or a child process. Start, cost of carrying pages, and
// what is contained, measured in one run; with --record also written to bench/results/. Linux; needs `npm run build`.
// `node bench/isolation.mjs [--rounds N] [--only start|carry|contain] [--record]`
import { spawn, spawnSync } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
import { cpus, loadavg, totalmem } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { FAULTS } from "./isolation/faults.mjs"

const here = dirname(fileURLToPath(import.meta.url))
const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "7" },
    only: { type: "string" },
    record: { type: "boolean", default: false }
  }
})
const lines = []
const say = (line) => {
  console.log(line)
  lines.push(line)
}

const KINDS = {
  same: "the same thread",
  worker: "worker, postMessage",
  child: 'child, IPC "advanced"',
  pipe: "child, pipe of v8 frames",
  json: "child, pipe of JSON and raw body"
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
const millis = (value) => `${Math.round(value)} ms`
const mega = (bytes) => `${Math.round(bytes / 1e6)} MB`

const run = (name, args, env = {}) =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [join(here, "isolation", name), ...args], {
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "ignore"]
    })
    let out = ""
    child.stdout.on("data", (data) => {
      out += data
    })
    child.on("close", (code, signal) =>
      resolve({ ended: signal ?? code, lines: out.split("\n").filter((line) => line !== "") })
    )
  })

/** The median of each figure, by kind; one sample of each kind after the other, in processes of their own. */
const samples = async (what) => {
  const taken = Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, []]))
  for (let round = 0; round < Number(options.rounds); round++) {
    for (const [kind, figures] of Object.entries(taken)) {
      const { ended, lines } = await run("sample.mjs", [what, kind])
      if (ended !== 0) throw new Error(`${what} ${kind} ended with ${ended}`)
      figures.push(JSON.parse(lines[0]))
    }
  }
  const middle = (figures) =>
    Object.fromEntries(Object.keys(figures[0]).map((name) => [name, median(figures.map((one) => one[name]))]))
  return Object.entries(taken).map(([kind, figures]) => [KINDS[kind].padEnd(34), middle(figures)])
}

const start = async () => {
  say(`start to the first answer, sdk and GitHub connector loaded; medians of ${options.rounds}`)
  for (const [name, { cpu, memory, wall }] of await samples("start"))
    say(`  ${name} wall ${millis(wall)}, CPU ${millis(cpu)}, memory ${mega(memory)}`)
}

const carry = async () => {
  say(
    `2,000 pages of 150 kB and 100 rows of 20 columns, made and carried, 8 under way; medians of ${options.rounds}; the loop's busy time`
  )
  for (const [name, { cpu, main, other, wall }] of await samples("carry"))
    say(`  ${name} wall ${millis(wall)}, CPU ${millis(cpu)}, main program ${millis(main)}, connector ${millis(other)}`)
}

/** What became of the main program that runs this fault. */
const outcome = async (kind, fault) => {
  if (kind === "worker" && fault.includes("ulimit")) return "not possible: one limit for all threads"
  const { ended, lines } = await run("supervisor.mjs", [kind, fault], { BENCH_SECRET: "secret" })
  const last = lines.at(-1)
  if (ended !== 0 || last === undefined) return `NOT CONTAINED: the main program ended with ${ended}`
  const { ending, harm, held, peak } = JSON.parse(last)
  const bad = lines.length > 1 ? [...harm, "it printed to the main program's output"] : harm
  const memory = [
    held === undefined ? "" : `, ${held} MB taken`,
    peak === undefined ? "" : `, ${peak} MB at the most`
  ].join("")
  return `${bad.length === 0 ? "contained" : `NOT CONTAINED: ${bad.join(", ")}`} (${ending}${memory})`
}

const contain = async () => {
  say("what is contained, each in a fresh main program; heap limited to 128 MB, stopped when silent for 3 s")
  for (const fault of Object.keys(FAULTS)) {
    say(`  ${fault}`)
    for (const kind of ["worker", "child"]) say(`    ${kind.padEnd(7)} ${await outcome(kind, fault)}`)
  }
}

const suites = { start, carry, contain }
const today = new Date().toISOString().slice(0, 10)
const commit = spawnSync("git", ["rev-parse", "--short", "HEAD"], { cwd: here, encoding: "utf8" }).stdout.trim()
say(
  `${today}, commit ${commit}, Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? "?"}, ${mega(totalmem())} of memory, isolation`
)
for (const [name, suite] of Object.entries(suites))
  if (options.only === undefined || options.only === name) await suite()
say(`load average of the last 5 minutes, this benchmark's own in it: ${loadavg()[1].toFixed(1)}`)
if (options.record) {
  mkdirSync(join(here, "results"), { recursive: true })
  writeFileSync(join(here, "results", `${today}-isolation.txt`), `${lines.join("\n")}\n`)
}
