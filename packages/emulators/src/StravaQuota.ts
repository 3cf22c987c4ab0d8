// Strava's rate limits: so many calls of an application in a quarter of an hour and in a day of UTC, counted once for all
// calls and once for those that read. The windows are the clock's own, and calls beyond a limit count too.
import type { Behaviour, Limit } from "./StravaBehaviour.ts"

type Limits = Behaviour["rateLimit"]
type Family = keyof Limits

export interface Quota {
  /** Counts a call. False: it is one too many, by a limit of its own family. */
  readonly spend: (family: Family, limits: Limits) => boolean
  readonly headers: (limits: Limits) => Readonly<Record<string, string>>
  readonly clear: () => void
}

const lengths = { quarter: 900, day: 86_400 } as const

/** `now` is the emulator's clock, epoch seconds. */
export const make = (now: () => number): Quota => {
  const counter = (length: number) => {
    let window = 0
    let used = 0
    return {
      add: (calls: number): number => {
        const current = Math.floor(now() / length)
        if (current !== window) used = 0
        window = current
        used += calls
        return used
      },
      clear: () => {
        used = 0
      }
    }
  }
  const pair = () => ({ quarter: counter(lengths.quarter), day: counter(lengths.day) })
  const counters = { overall: pair(), read: pair() }

  const within = (family: Family, limit: Limit, calls: number): boolean => {
    const quarter = counters[family].quarter.add(calls) <= limit.quarter
    const day = counters[family].day.add(calls) <= limit.day
    return quarter && day
  }

  const pairOf = ({ day, quarter }: Limit) => `${quarter},${day}`
  const usage = (family: Family) =>
    pairOf({ quarter: counters[family].quarter.add(0), day: counters[family].day.add(0) })

  return {
    spend: (family, limits) => {
      const overall = within("overall", limits.overall, 1)
      return family === "overall" ? overall : within("read", limits.read, 1) && overall
    },
    headers: (limits) => ({
      "x-ratelimit-limit": pairOf(limits.overall),
      "x-ratelimit-usage": usage("overall"),
      "x-readratelimit-limit": pairOf(limits.read),
      "x-readratelimit-usage": usage("read")
    }),
    clear: () => {
      for (const { day, quarter } of Object.values(counters)) {
        quarter.clear()
        day.clear()
      }
    }
  }
}
