// What a pipeline waits for, in words: a sentence, and shorter ones for where there is less room.
import type { RunObserver } from "@inlet/core"

/** Waits shorter than this, in milliseconds, would only flicker. */
const SHORT = 1_000

/** @example span(192) === "3 min 12 s" */
export const span = (seconds: number): string => {
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

const LIMIT_OF_SINK = "rate limit of Databox"

/** Of which two waits people should know, the first before the second. */
const ORDER: ReadonlyArray<RunObserver.Wait["kind"]> = ["rate_limit", "person", "settle", "retry", "verdict", "pace"]

/** A wait and when it began. */
export interface Waiting {
  readonly peer: RunObserver.Peer
  readonly wait: RunObserver.Wait
  readonly since: number
}

const isOver = ({ since, wait: { until } }: Waiting, now: number): boolean =>
  until !== null && (until <= now || until - since < SHORT)

/** The one to tell of. `busy`: records come and go meanwhile, so that nothing waits for what only takes its time. */
export const foremost = (all: Iterable<Waiting>, now: number, busy: boolean): Waiting | undefined =>
  [...all]
    .filter((one) => !isOver(one, now) && !(busy && (one.wait.kind === "verdict" || one.wait.kind === "pace")))
    .sort((a, b) => ORDER.indexOf(a.wait.kind) - ORDER.indexOf(b.wait.kind))[0]

/** The sentence without its subject, then shorter ones; all say when it goes on, where that is known. */
export const words = ({ peer, wait }: Waiting, now: number): readonly [string, ...ReadonlyArray<string>] => {
  const { kind, reason, until, what } = wait
  const left = until === null ? null : span(Math.max(0, Math.ceil((until - now) / 1000)))
  const at = until === null ? "" : `, at ${new Date(until).toISOString().slice(11, 16)} UTC`
  const goesOn = left === null ? "" : `: goes on in ${left}${at}`
  const remaining = left === null ? "" : `: ${left}`
  const because = reason === undefined ? "" : ` (${reason})`
  switch (kind) {
    case "rate_limit": {
      const limit = peer === "sink" ? LIMIT_OF_SINK : what.replace(/^the /, "")
      const soon = left === null ? [] : [`rate limit: goes on in ${left}${at}`, `rate limit: goes on in ${left}`]
      return [`waits for the ${limit}${goesOn}`, `${limit}${goesOn}`, ...soon, `rate limit${remaining}`]
    }
    case "retry": {
      const whom = peer === "sink" ? "Databox" : "the source"
      const when = left === null ? "" : ` in ${left}`
      return [`asks ${whom} again${when}${because}`, `again${when}${because}`]
    }
    case "settle":
      return [`waits for ${what}${remaining}`, `${what.replace(/^an? /, "")}${remaining}`, `settles${remaining}`]
    case "verdict":
      return ["waits for Databox to confirm", "Databox confirms"]
    case "pace":
      return [`keeps its pace${goesOn}`, "keeps its pace"]
    case "person":
      return [`waits for ${what}`]
  }
}
