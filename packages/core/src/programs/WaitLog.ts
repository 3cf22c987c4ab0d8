// What the log says of a wait: for whom, how long, and why. Nothing of those that come with every request.
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Peer, Wait } from "../ports/RunObserver.ts"

const NAMES: Readonly<Record<Peer, string>> = { source: "the source", sink: "Databox" }

/** Of waits for something to settle, those below this, in milliseconds, are many. */
const SHORT = 5_000

const sentence = (peer: Peer, { kind, reason = "no reason given", what }: Wait, span: string): string | null => {
  switch (kind) {
    case "rate_limit":
      return `waits${span} for the rate limit of ${NAMES[peer]}`
    case "retry":
      return `asks ${NAMES[peer]} again${span === "" ? "" : ` in${span}`}: ${reason}`
    case "settle":
      return `waits${span} for ${what}`
    default:
      return null
  }
}

/** Tells of a wait that begins. */
export const wait = (peer: Peer, one: Wait): Effect.Effect<void> =>
  Effect.flatMap(Clock.currentTimeMillis, (now) => {
    const millis = one.until === null ? null : Math.max(0, one.until - now)
    const told = sentence(peer, one, millis === null ? "" : ` ${Math.ceil(millis / 100) / 10} s`)
    if (told === null) return Effect.void
    const isMinor = one.kind === "settle" && (millis === null || millis < SHORT)
    const line = isMinor ? Effect.logDebug(told) : Effect.logInfo(told)
    return one.until === null ? line : Effect.annotateLogs(line, "until", new Date(one.until).toISOString())
  })
