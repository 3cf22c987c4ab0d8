// A connector's process: started with nothing of this one's environment, watched, and ended where it shows no sign of life or
// takes more memory than it may. Why a process: docs/decisions/0017-isolation.md.
import { type ChildProcess, spawn } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { Channel, Protocol } from "@inlet/sdk/host"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"

/** What one connector may take. */
export interface Limits {
  /** Bytes. */
  readonly memory: number
  /** How long it may do nothing that is seen from outside while something is asked of it, or not answer at all. */
  readonly silence: Duration.Duration
}

/** A running process. */
export interface Child {
  readonly channel: Channel.Channel
  /** Ends it: whatever is asked of it fails with these words. */
  readonly stop: (what: string) => void
  /** Tells that it is waiting, and until when (epoch milliseconds). */
  readonly waits: (until: number) => void
}

/** What programs need of a system; nothing that is anybody's secret. */
const HARMLESS = ["PATH", "HOME", "USERPROFILE", "SYSTEMROOT", "TMPDIR", "TEMP", "TMP", "TZ", "LANG", "LC_ALL"]

const environment = () =>
  Object.fromEntries(
    HARMLESS.flatMap((name) => {
      const value = process.env[name]
      return value === undefined ? [] : [[name, value]]
    })
  )

const megabytes = (bytes: number) => Math.max(16, Math.round(bytes / 1e6))

/** Bytes that a process holds, where the system tells; it tells also of one that does not answer. */
const memoryOf = (pid: number | undefined): number | undefined => {
  try {
    const [, pages = ""] = readFileSync(`/proc/${pid}/statm`, "latin1").split(" ")
    return Number(pages) * 4096
  } catch {
    return undefined
  }
}

/** How long a process could have run while others had the processor (milliseconds), where the system tells. */
const queuedOf = (pid: number | undefined): number => {
  try {
    const [, nanos = ""] = readFileSync(`/proc/${pid}/schedstat`, "latin1").split(" ")
    return Number(nanos) / 1e6
  } catch {
    return 0
  }
}

/** Where memory is short, the system ends a connector before this program. */
const volunteer = (pid: number | undefined) => {
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, "1000")
  } catch {
    // Only Linux knows this.
  }
}

const portOf = (child: ChildProcess): Channel.Port => ({
  send: (message) => {
    // What cannot be cloned throws; that the process is gone is told by its end.
    if (child.connected) child.send(Object(message), () => {})
  },
  receive: (listener) => {
    child.on("message", listener)
  }
})

/** Where somebody finds it who thinks that a connector may take more. */
const allowed = (memory: number) => `of which it may take ${megabytes(memory)} MB (connectors.memory in inlet.yaml)`
const patience = (silence: Duration.Duration) => `for ${Duration.format(silence)} (connectors.silence in inlet.yaml)`

const outOf = (memory: number) => `ran out of memory, ${allowed(memory)}`

const ended = (code: number | null, signal: NodeJS.Signals | null, memory: number): string => {
  if (signal === "SIGABRT" || code === 134) return outOf(memory)
  return signal === null ? `ended its own process (exit code ${code})` : `was ended by ${signal}`
}

/** Starts the program for the connector in `entry`. It is gone when the scope closes. */
export const start: (options: {
  readonly program: string
  readonly entry: string
  readonly limits: Limits
  readonly handlers: ReadonlyArray<Channel.Handler>
}) => Effect.Effect<Child, never, Scope.Scope> = Effect.fnUntraced(function* ({ entry, handlers, limits, program }) {
  const { memory } = limits
  const silence = Duration.toMillis(limits.silence)
  const child = yield* Effect.acquireRelease(
    Effect.sync(() =>
      spawn(process.execPath, [`--max-old-space-size=${megabytes(memory)}`, program, entry], {
        stdio: ["ignore", "ignore", "ignore", "ipc"],
        serialization: "advanced",
        env: environment(),
        windowsHide: true
      })
    ),
    (child) => Effect.sync(() => child.kill("SIGKILL"))
  )
  volunteer(child.pid)

  let why: string | null = null
  let until = 0
  let unanswered = 0
  const stop = (what: string) => {
    why ??= what
    channel.close(new Channel.Broken({ what: why }))
    child.kill("SIGKILL")
  }
  const tooMuch = (bytes: number) => {
    // Beside its heap, a process has its program.
    if (bytes <= memory * 1.5) return
    stop(`took ${megabytes(bytes)} MB of memory, ${allowed(memory)}`)
  }
  const channel = yield* Channel.make(portOf(child), [
    ...handlers,
    Channel.listen(Protocol.crashed, ({ what }) => Effect.sync(() => stop(`left an error to nobody (${what})`))),
    Channel.listen(Protocol.pong, ({ memory }) =>
      Effect.sync(() => {
        unanswered = 0
        tooMuch(memory)
      })
    )
  ])
  child.on("error", ({ message }) => stop(`could not be started (${message})`))
  child.on("exit", (code, signal) => stop(ended(code, signal, memory)))

  const tick = Math.min(1000, silence / 5)
  let idle = 0
  let before = 0
  let queued = 0
  const watch = Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    const { asked, heard, serving } = channel.traffic()
    // Counted in turns of this loop and without what it stood in a queue: a computer that slept, or has much to do, is not
    // taken for a connector that does nothing.
    const last = queued
    queued = queuedOf(child.pid)
    const passed = Math.min(tick, Math.max(0, tick - queued + last))
    idle = asked === 0 || serving > 0 || heard !== before || now < until ? 0 : idle + passed
    before = heard
    unanswered += passed
    const held = memoryOf(child.pid) ?? 0
    tooMuch(held)
    // A heap that is nearly full is searched for what can go, and nothing else is done.
    if (unanswered > silence && held > memory) stop(outOf(memory))
    if (unanswered > silence) stop(`did not answer ${patience(limits.silence)}`)
    if (idle > silence) stop(`did nothing ${patience(limits.silence)}`)
    channel.tell(Protocol.ping, {})
  })
  yield* Effect.forkScoped(Effect.repeat(watch, Schedule.spaced(tick)))

  const waits = (time: number) => {
    until = Math.max(until, time)
  }
  return { channel, stop, waits }
})
