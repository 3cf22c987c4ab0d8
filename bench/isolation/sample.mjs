// One sample in a process of its own: `sample.mjs start|carry same|worker|child|pipe` prints its figures as a line of JSON.
import { start } from "./channel.mjs"
import { loaded, pages } from "./work.mjs"

/** Pages that may be under way. */
const AHEAD = 8

const [, , what, kind] = process.argv

const millis = (cpu) => {
  const { system, user } = process.cpuUsage(cpu)
  return (user + system) / 1e3
}

/** The place of both sides in one thread: a message is passed on in the next turn. */
const same = () => {
  const handlers = {}
  const end = (mine, other) => ({
    post: (message) => void setImmediate(() => handlers[other]?.(message)),
    receive: (handler) => {
      handlers[mine] = handler
    }
  })
  const inner = end("inner", "outer")
  let send
  inner.receive(({ credit }) => {
    if (credit === undefined) send = pages(inner.post)
    else send(credit)
  })
  loaded().then(inner.post)
  return { ...end("outer", "inner"), stop: () => undefined, pid: process.pid }
}

const rss = process.memoryUsage().rss
const cpu = process.cpuUsage()
const from = performance.now()
const other = kind === "same" ? same() : start(kind)
const answers = []
const waiting = []
other.receive((message) => {
  const next = waiting.shift()
  if (next === undefined) answers.push(message)
  else next(message)
})
const answer = () => (answers.length > 0 ? answers.shift() : new Promise((resolve) => waiting.push(resolve)))

const first = await answer()
if (first.streams.length === 0) throw new Error("no streams")
const wall = performance.now() - from
// A worker's figures are in the process's own.
const own = other.pid !== process.pid

if (what === "start") {
  const memory = own ? first.memory : process.memoryUsage().rss - rss
  console.log(JSON.stringify({ wall, cpu: millis(cpu) + (own ? first.cpu : 0), memory }))
} else {
  const cpu = process.cpuUsage()
  const busy = performance.eventLoopUtilization()
  const from = performance.now()
  let bytes = 0
  let rows = 0
  other.post({})
  other.post({ credit: AHEAD })
  for (;;) {
    const message = await answer()
    if (message.end !== undefined) {
      const wall = performance.now() - from
      const both = millis(cpu) + (own ? message.end.cpu : 0)
      if (bytes !== 300_000_000 || rows !== 200_000) throw new Error(`${bytes} bytes and ${rows} rows arrived`)
      const active = performance.eventLoopUtilization(busy).active
      console.log(JSON.stringify({ wall, cpu: both, main: active, other: message.end.busy }))
      break
    }
    bytes += message.body.byteLength
    rows += message.rows.length
    other.post({ credit: 1 })
  }
}
other.stop()
