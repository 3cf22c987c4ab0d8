// A main program in a process of its own that runs one fault: `supervisor.mjs worker|child FAULT`. Prints what became of the
// connector and of itself as a line of JSON, if it still can.
import { once } from "node:events"
import { openSync, readFileSync, readSync, writeSync } from "node:fs"
import { readFile } from "node:fs/promises"
import { createServer } from "node:http"
import { start } from "./channel.mjs"
import { GREEDY, SECRET } from "./faults.mjs"

const HEAP = 128
/** Megabytes that a watched connector may hold beside what the main program holds itself. */
const MOST = 512
/** Milliseconds without a word, after which a connector is stopped. */
const SILENCE = 3_000

const [, , kind, fault] = process.argv
const megabytes = (pid) => Math.round((Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]) * 4096) / 1e6)

const file = openSync(import.meta.filename)
const server = createServer((_, response) => response.end("alive")).listen(0, "127.0.0.1")
await once(server, "listening")
const { port } = server.address()

const other = start(kind, {
  args: [fault],
  execArgv: [`--max-old-space-size=${HEAP}`],
  limits: { maxOldGenerationSizeMb: HEAP },
  ...(fault.includes("ulimit") && { shell: "ulimit -d 600000" })
})
const before = other.pid === process.pid ? megabytes(other.pid) : 0

let held
let done = false
let peak = 0
const said = new Promise((resolve) =>
  other.receive((message) => {
    if (message.held !== undefined) held = message.held
    if (message.done !== undefined) done = true
    if (message.said !== undefined) resolve({ how: "said", text: message.said })
  })
)
const silence = new Promise((resolve) =>
  setTimeout(resolve, fault.includes("memory") ? 20_000 : SILENCE, { how: "silent" })
)
const watched = new Promise((resolve) => {
  if (!fault.includes("watched")) return
  const timer = setInterval(() => {
    peak = Math.max(peak, megabytes(other.pid) - before)
    if (peak < MOST) return
    clearInterval(timer)
    resolve({ how: "over its memory" })
  }, 50)
})
const gone = other.ended.then((text) => ({ how: "ended", text }))

const first = await Promise.race([said, gone, silence, watched])
/** What of this program is not as it was. */
const harm = []
try {
  await readFile(import.meta.filename)
  if (done) harm.push("its reading of a file waited for the connector's work")
} catch (error) {
  harm.push(`it cannot read a file: ${error.code}`)
}
if (first.how !== "ended") other.stop()
const stopped = await Promise.race([gone, new Promise((resolve) => setTimeout(resolve, 20_000, null))])
if (stopped === null) harm.push("the connector cannot be stopped")
if (held >= GREEDY) harm.push("no limit held")
if (first.text === SECRET) harm.push("its secret was read")
if (process.env.BENCH_SECRET !== "secret") harm.push("its environment was changed")
if ({}.polluted !== undefined || JSON.parse("1") !== 1) harm.push("its globals were changed")
try {
  readSync(file, Buffer.alloc(10), 0, 10, 0)
} catch (error) {
  harm.push(`its file is ${error.code}`)
}
try {
  if ((await (await fetch(`http://127.0.0.1:${port}`, { signal: AbortSignal.timeout(5_000) })).text()) !== "alive")
    throw 0
} catch {
  harm.push("its server does not answer")
}

const ending = first.how === "ended" ? first.text : [first.text ?? first.how, "stopped"].join(", ")
const report = { ending, harm, ...(held !== undefined && { held }), ...(peak > 0 && { peak }) }
writeSync(1, `${JSON.stringify(report)}\n`)
process.exit(0)
