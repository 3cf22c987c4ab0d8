// How many records a second go through, over the last seconds.
import type { Event } from "@inlet/core"

/** Milliseconds that it looks back. */
const WINDOW = 10_000
/** After less than this, and for as long, nothing can be said. */
const LEAST = 1_000

interface Sample {
  readonly at: number
  readonly read: number
  /** Those that nothing is left to do for. */
  readonly done: number
}

export interface Rate {
  readonly counts: (counts: Event.Counts, now: number) => void
  /** Records a second; null where too little was seen. */
  readonly at: (now: number) => number | null
  /** Whether records went through just now. */
  readonly isBusy: (now: number) => boolean
}

/** From `began` on, when nothing was through. */
export const make = (began: number): Rate => {
  let samples: ReadonlyArray<Sample> = [{ at: began, read: 0, done: 0 }]
  /** The newest sample that is older than the window, and those after it. */
  const within = (now: number) => {
    const first = samples.findLastIndex(({ at }) => at <= now - WINDOW)
    samples = samples.slice(Math.max(0, first))
    return samples
  }
  return {
    counts: ({ pending, read }, now) => {
      const last = samples.at(-1)
      const before = last !== undefined && last.at > now - LEAST && samples.length > 1 ? samples.slice(0, -1) : samples
      samples = [
        ...before,
        { at: last !== undefined && before !== samples ? last.at : now, read, done: read - pending }
      ]
    },
    at: (now) => {
      const [first, ...rest] = within(now)
      const last = rest.at(-1)
      if (first === undefined || last === undefined || now - first.at < LEAST) return null
      return (Math.max(last.read - first.read, last.done - first.done) * 1000) / (now - first.at)
    },
    isBusy: (now) => (samples.at(-1)?.at ?? began) > now - 2 * LEAST && samples.length > 1
  }
}
