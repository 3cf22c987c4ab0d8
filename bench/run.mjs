// Runs the benchmarks and prints ratios measured in one run; with --record also writes them to bench/results/.
// Needs `npm run build`. `node bench/run.mjs [--issues N] [--pairs N] [--only NAME] [--record]`
import { spawn, spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { cpus, tmpdir, totalmem } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { appendRate } from "./append.mjs"

const here = dirname(fileURLToPath(import.meta.url))
const bin = join(here, "../apps/runner/bin/inlet.js")
const { values: options } = parseArgs({
  options: {
    issues: { type: "string", default: "100000" },
    pairs: { type: "string", default: "3" },
    only: { type: "string" },
    record: { type: "boolean", default: false }
  }
})
const work = mkdtempSync(join(tmpdir(), "inlet-bench-"))
const lines = []
const say = (line) => {
  console.log(line)
  lines.push(line)
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
const mega = (bytes) => `${Math.round(bytes / 1e6)} MB`
const times = (ratio) => `${ratio.toFixed(2)} ×`

/** Emulators in a process of their own; ends with the returned function. */
const serve = async (env) => {
  const child = spawn(process.execPath, [join(here, "servers.mjs")], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"]
  })
  const [first] = await new Promise((resolve, reject) => {
    child.once("exit", () => reject(new Error("the emulators did not start")))
    child.stdout.once("data", (data) => resolve(String(data).split("\n")))
  })
  return { ...JSON.parse(first), stop: () => child.kill() }
}

/** One measured process: CPU and wall seconds, peak memory, exit code, standard output. */
const measure = (args, env = {}, cwd = work) =>
  new Promise((resolve, reject) => {
    const meter = join(work, `meter-${process.hrtime.bigint()}.json`)
    const started = process.hrtime.bigint()
    const child = spawn(process.execPath, ["--import", join(here, "meter.mjs"), ...args], {
      cwd,
      env: { ...process.env, ...env, BENCH_METER: meter, NODE_NO_WARNINGS: "1" },
      stdio: ["ignore", "pipe", "pipe"]
    })
    let out = ""
    let err = ""
    child.stdout.on("data", (data) => {
      out += data
    })
    child.stderr.on("data", (data) => {
      err += data
    })
    child.on("close", (code) => {
      const wall = Number(process.hrtime.bigint() - started) / 1e9
      if (code !== 0) return reject(new Error(`${args.join(" ")} ended with ${code}\n${out}\n${err}`))
      resolve({ ...JSON.parse(readFileSync(meter, "utf8")), wall, out })
    })
  })

const configure = (name, { databox, github }) => {
  const folder = join(work, name)
  mkdirSync(folder, { recursive: true })
  writeFileSync(
    join(folder, "inlet.yaml"),
    `databox:
  apiKey: \${DATABOX_API_KEY}
  baseUrl: ${databox.url}
  limits: { records: 100, bytes: 8MB, perSecond: 100000, perHour: 100000000 }
sources:
  github:
    connector: "@inlet/connector-github"
    config: { token: "\${GITHUB_TOKEN}", baseUrl: "${github.url}", repositories: [acme/large], requestsPerMinute: 1000000 }
    streams: [issues]
`
  )
  return folder
}

const credentials = ({ databox, github }) => ({ DATABOX_API_KEY: databox.apiKey, GITHUB_TOKEN: github.token })

const inlet = (folder, servers, ...args) => measure([bin, ...args, "--json"], credentials(servers), folder)

const bare = ({ databox, github }, env = {}) =>
  measure([join(here, "bare.mjs")], {
    DATABOX: databox.url,
    KEY: databox.apiKey,
    GITHUB: github.url,
    TOKEN: github.token,
    REPOSITORY: "acme/large",
    ...env
  })

const fresh = (() => {
  let n = 0
  return (servers) => configure(`run-${n++}`, servers)
})()

const cpu = async () => {
  const issues = Number(options.issues)
  const servers = await serve({ ISSUES: String(issues) })
  try {
    const ratios = []
    const ours = []
    const theirs = []
    for (let pair = 0; pair < Number(options.pairs); pair++) {
      const b = await bare(servers)
      const folder = fresh(servers)
      const a = await inlet(folder, servers, "sync")
      ours.push(a)
      theirs.push(b)
      ratios.push(a.cpu / b.cpu)
      if (pair === 0) {
        const again = await inlet(folder, servers, "sync")
        const [run] = JSON.parse(again.out).runs
        say(
          `second run, unchanged      ${run.counts.sent} rows sent, run ${run.run}, ${run.requests.source} request(s) to the source, ${run.requests.sink} to the sink`
        )
      }
    }
    say(`full sync of ${issues} issues, CPU`)
    say(
      `  inlet                    ${median(ours.map((a) => a.cpu)).toFixed(1)} s, peak ${mega(median(ours.map((a) => a.peak)))}, wall ${median(ours.map((a) => a.wall)).toFixed(1)} s`
    )
    say(
      `  bare fetch loop          ${median(theirs.map((b) => b.cpu)).toFixed(1)} s, peak ${mega(median(theirs.map((b) => b.peak)))}, wall ${median(theirs.map((b) => b.wall)).toFixed(1)} s`
    )
    say(`  ratio (target ≤ 2.0 ×)   ${times(median(ratios))}   pairs ${ratios.map(times).join(", ")}`)
  } finally {
    servers.stop()
  }
}

const latency = async () => {
  const servers = await serve({ ISSUES: "20000", LATENCY: "200" })
  try {
    const source = await bare(servers, { SIDE: "source" })
    const a = await inlet(fresh(servers), servers, "sync")
    say(`wall clock, 200 ms latency on both sides, 20,000 issues`)
    say(`  inlet ${a.wall.toFixed(1)} s, the source alone ${source.wall.toFixed(1)} s`)
    say(`  ratio (target ≤ 1.1 ×)   ${times(a.wall / source.wall)}`)
  } finally {
    servers.stop()
  }
}

const memory = async () => {
  const sizes = [10_000, Number(options.issues)]
  const peaks = []
  for (const size of sizes) {
    const servers = await serve({ ISSUES: String(size) })
    try {
      const a = await inlet(fresh(servers), servers, "sync")
      const b = await bare(servers)
      peaks.push({ size, inlet: a.peak, bare: b.peak })
    } finally {
      servers.stop()
    }
  }
  say("peak memory (target: grows no more than the bare loop's + 10 %, ≤ 200 MB)")
  for (const peak of peaks)
    say(`  ${String(peak.size).padStart(9)} issues     inlet ${mega(peak.inlet)}, bare ${mega(peak.bare)}`)
}

/** Recorded rows once more, against reading them anew. */
const replay = async () => {
  const issues = 50_000
  const servers = await serve({ ISSUES: String(issues), LATENCY: "200", SINK_LATENCY: "0" })
  try {
    const folder = fresh(servers)
    const requests = async () =>
      (await (await fetch(`${servers.github.url}/_emulator/journal?after=1e9`)).json()).totals.requests
    const live = await inlet(folder, servers, "sync")
    const before = await requests()
    const views = await inlet(folder, servers, "replay", "views")
    const again = await inlet(folder, servers, "replay", "sends")
    const [asked] = JSON.parse(live.out).runs
    const [sent] = JSON.parse(again.out).runs
    const looked = views.out
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line))
    const differing = looked.filter(({ missing, wrong }) => missing + wrong > 0)
    say(`replay of ${issues} recorded issues, against a live sync whose source answers in 200 ms`)
    say(
      `  live ${live.wall.toFixed(1)} s, ${asked.counts.sent} rows sent, ${asked.requests.source} requests to the source`
    )
    say(
      `  replay sends ${again.wall.toFixed(1)} s, ${sent.counts.sent} rows sent, ${(await requests()) - before} requests to the source`
    )
    say(`  ratio (target ≥ 3 ×)     ${times(live.wall / again.wall)}`)
    say(`  replay views ${views.wall.toFixed(1)} s, ${looked.length} views, ${differing.length} of them differ`)
  } finally {
    servers.stop()
  }
}

/** What a trace costs: the same sync with and without, in alternation. */
const tracing = async () => {
  const issues = Math.min(20_000, Number(options.issues))
  const servers = await serve({ ISSUES: String(issues) })
  try {
    const pairs = []
    for (let pair = 0; pair < Number(options.pairs); pair++) {
      const one = (env) => measure([bin, "sync", "--json"], { ...credentials(servers), ...env }, fresh(servers))
      const without = await one({ OTEL_SDK_DISABLED: "true" })
      const traced = await one({})
      pairs.push({ without: without.cpu, traced: traced.cpu, ratio: traced.cpu / without.cpu })
    }
    say(`full sync of ${issues} issues with its trace in a file, CPU`)
    say(
      `  traced ${median(pairs.map((pair) => pair.traced)).toFixed(2)} s, without ${median(pairs.map((pair) => pair.without)).toFixed(2)} s`
    )
    const ratios = pairs.map(({ ratio }) => ratio)
    say(`  ratio (target ≤ 1.10 ×)  ${times(median(ratios))}   pairs ${ratios.map(times).join(", ")}`)
  } finally {
    servers.stop()
  }
}

const start = async () => {
  const servers = await serve({ ISSUES: "100" })
  try {
    const folder = fresh(servers)
    await inlet(folder, servers, "sync")
    const programs = {
      "node -e 0": ["-e", "0"],
      "inlet --help": [bin, "--help"],
      "inlet --version": [bin, "--version"],
      "inlet complete": [bin, "complete", "--", "sync", ""],
      "inlet status": [bin, "status"]
    }
    const runs = Object.fromEntries(Object.keys(programs).map((name) => [name, []]))
    for (let n = 0; n < 9; n++) {
      for (const [name, args] of Object.entries(programs)) runs[name].push(await measure(args, {}, folder))
    }
    say("start, cold (target of inlet --help: ≤ 300 ms of CPU; wall ≤ 1.2 × node -e 0 + 200 ms)")
    for (const [name, each] of Object.entries(runs)) {
      const [used, wall] = ["cpu", "wall"].map((figure) => Math.round(median(each.map((run) => run[figure])) * 1000))
      say(`  ${name.padEnd(16)} CPU ${String(used).padStart(4)} ms   wall ${String(wall).padStart(4)} ms`)
    }
  } finally {
    servers.stop()
  }
}

const append = async () => {
  const { bare: theirs, inlet: ours } = await appendRate(work)
  say("append, one event a transaction, synchronous=FULL (target ≥ 0.7 × the same insert by bare better-sqlite3)")
  say(`  ${Math.round(ours)} against ${Math.round(theirs)} a second: ${times(ours / theirs)}`)
}

const suites = { start, append, latency, replay, memory, tracing, cpu }
const version = JSON.parse(readFileSync(join(here, "../package.json"), "utf8"))
const commit = spawnSync("git", ["rev-parse", "--short", "HEAD"], { cwd: here, encoding: "utf8" }).stdout.trim()
say(
  `${new Date().toISOString().slice(0, 10)}, commit ${commit}, Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? "?"}, ${mega(totalmem())} of memory, ${version.name}`
)
try {
  for (const [name, suite] of Object.entries(suites))
    if (options.only === undefined || options.only === name) await suite()
  if (options.record) {
    mkdirSync(join(here, "results"), { recursive: true })
    writeFileSync(join(here, "results", `${new Date().toISOString().slice(0, 10)}.txt`), `${lines.join("\n")}\n`)
  }
} finally {
  rmSync(work, { recursive: true, force: true })
}
