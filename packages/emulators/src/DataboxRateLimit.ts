// Counts the requests of a key in windows aligned to the clock's seconds and hours.

const windows = { perSecond: 1_000, perHour: 3_600_000 }

export interface Limits {
  readonly perSecond: number
  readonly perHour: number
}

export interface RateLimit {
  /** Admits a request, or says for how many milliseconds none will be admitted. Refused requests do not count. */
  readonly take: (limits: Limits, now: number) => number
}

export const make = (): RateLimit => {
  const used = { perSecond: { window: -1, count: 0 }, perHour: { window: -1, count: 0 } }

  const wait = (name: keyof Limits, limit: number, now: number): number => {
    const window = Math.floor(now / windows[name])
    if (used[name].window !== window) used[name] = { window, count: 0 }
    return used[name].count < limit ? 0 : (window + 1) * windows[name] - now
  }

  return {
    take: (limits, now) => {
      const millis = Math.max(wait("perSecond", limits.perSecond, now), wait("perHour", limits.perHour, now))
      if (millis === 0) {
        used.perSecond.count++
        used.perHour.count++
      }
      return millis
    }
  }
}
