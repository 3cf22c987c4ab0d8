// Loaded into the process of the real command line before anything else: finds the points at which it can be killed and
// kills it at the one that TORTURE_KILL names: `label#n` or `kind#n` for its n-th time, `time#ms` for a moment. Nothing
// inside the product knows of it. What happened is written to TORTURE_REPORT, a line of JSON each.
import diagnostics from "node:diagnostics_channel"
import { appendFileSync, readFileSync } from "node:fs"
import { createRequire } from "node:module"

const { TORTURE_KILL = "", TORTURE_REPORT, TORTURE_SINK } = process.env
const [target, nth] = TORTURE_KILL.split("#")

const report = (line) => appendFileSync(TORTURE_REPORT, `${JSON.stringify(line)}\n`)

const kill = (kind, label) => {
  report({ killed: { kind, label } })
  process.kill(process.pid, "SIGKILL")
}

if (target === "time") setTimeout(() => kill("time", "any moment"), Number(nth)).unref()

const seen = new Map()

/** One place to die at. */
const point = (kind, label) => {
  for (const name of new Set([kind, label])) {
    const times = (seen.get(name) ?? 0) + 1
    seen.set(name, times)
    if (name === target && times === Number(nth)) kill(kind, label)
  }
  if (kind !== label) kinds.set(label, kind)
}
const kinds = new Map()

process.on("exit", () =>
  report({ points: [...kinds].map(([label, kind]) => ({ label, kind, times: seen.get(label) })) })
)

const read = (file) => {
  try {
    return readFileSync(file, "utf8")
  } catch {
    return ""
  }
}

/** How long this process and its connectors' could have run while others had the processor, milliseconds: no fault of theirs. */
const queued = () => {
  const children = read(`/proc/self/task/${process.pid}/children`).split(" ").filter(Boolean)
  const waits = ["self", ...children].map((pid) => Number(read(`/proc/${pid}/schedstat`).split(" ")[1] ?? 0))
  return waits.reduce((sum, nanos) => sum + nanos, 0) / 1e6
}

// Requests. A killed process cannot take back what it gave to the system, so "after send" is when all bytes were given.
const EDGES = {
  "undici:request:create": "before send",
  "undici:request:bodySent": "after send",
  "undici:request:headers": "in mid-answer",
  "undici:request:trailers": "after the answer"
}
const ID = /(?<=\/)(?:\d+|[0-9a-f]{8}-[0-9a-f-]{27})(?=\/|$)/g
let ready = false

for (const [channel, edge] of Object.entries(EDGES)) {
  diagnostics.subscribe(channel, ({ request: { method, origin, path } }) => {
    const rows = method === "POST" && path.endsWith("/data")
    const peer = String(origin) !== TORTURE_SINK ? "source" : rows ? "rows" : "sink"
    if (!ready) {
      ready = true
      // The first request of all comes once the store is open, the lease held and the abandoned run ended.
      report({ ready: Math.round(performance.now() - queued()) })
    }
    point(`${peer}: ${edge}`, `${peer}: ${method} ${path.replace(/\?.*/, "").replaceAll(ID, "*")} ${edge}`)
  })
}

// The store. Every commit is an fsync (synchronous=FULL); a process that dies cannot lose what it wrote, so before and
// after the commit are the two edges of it.
const require = createRequire(process.argv[1])
const Database = require("better-sqlite3")
const Statement = Object.getPrototypeOf(new Database(":memory:").prepare("SELECT 1"))
const WRITE = /^\s*(INSERT(?: OR IGNORE)? INTO|REPLACE INTO|UPDATE|DELETE FROM)\s+(?:main\.)?(\w+)/i

let within = []

const write = (database, what, work) => {
  if (database.inTransaction) {
    within.push(what)
    point("write", `write ${what.split(" ").slice(0, 3).join(" ")}`)
    return work()
  }
  return commit(what, work)
}

const commit = (what, work) => {
  point("before commit", `before commit of ${what}`)
  const result = work()
  point("after commit", `after commit of ${what}`)
  return result
}

/** What a transaction did, in a few words: the events in it, else the tables. */
const summary = () => {
  const events = within.filter((what) => what.startsWith("event ")).map((what) => what.slice(6))
  return [...new Set(events.length > 0 ? events : within)].join(", ") || "nothing"
}

for (const method of ["run", "get", "all"]) {
  const original = Statement[method]
  Statement[method] = function (...values) {
    const { source } = this
    const [verb, ...rest] = WRITE.exec(source)?.slice(1) ?? []
    if (verb !== undefined) {
      const table = rest[0]
      const what =
        table === "events" && !/^UPDATE/i.test(verb)
          ? `event ${values[0].type}`
          : `${verb.split(" ")[0].toLowerCase()} ${table}`
      return write(this.database, what, () => original.apply(this, values))
    }
    const work = () => original.apply(this, values)
    const done = source === "COMMIT" && within.length > 0 ? summary() : null
    if (/^(BEGIN|COMMIT|ROLLBACK)/.test(source)) within = []
    return done === null ? work() : commit(done, work)
  }
}

const wrap = (method, what) => {
  const original = Database.prototype[method]
  Database.prototype[method] = function (...values) {
    const named = what(...values)
    return named === null ? original.apply(this, values) : write(this, named, () => original.apply(this, values))
  }
}
wrap("exec", () => "schema")
wrap("pragma", (text) => (text.includes("=") ? `pragma ${text.split(" ")[0]}` : null))
// Closing the last connection writes the log back into the file.
wrap("close", () => "checkpoint")
