// Views and clones of a demo repository by day. Nothing is stored: a day's numbers follow from the seed, and the current
// day has grown as far as the clock has come.

import { stamp } from "./DemoCast.ts"
import * as Random from "./DemoRandom.ts"

export interface Count {
  readonly timestamp: string
  readonly count: number
  readonly uniques: number
}

export interface Traffic {
  readonly count: number
  readonly uniques: number
  readonly entries: ReadonlyArray<Count>
}

export interface DemoTraffic {
  /** The last 14 days, the clock's own included (epoch seconds), in days or in weeks from Monday. */
  readonly read: (kind: "views" | "clones", now: number, per: "day" | "week") => Traffic
  /** Views and clones of those days in one. */
  readonly days: (now: number) => ReadonlyArray<object>
}

const day = 86_400
const kept = 14
const largest = { views: 160, clones: 40 } as const
const sum = (counts: ReadonlyArray<number>) => counts.reduce((all, one) => all + one, 0)

/** Midnight of the Monday on or before; the epoch began on a Thursday. */
const monday = (midnight: number) => midnight - ((midnight / day + 3) % 7) * day

export const make = (seed: number, repositoryId: number): DemoTraffic => {
  const draw = Random.drawing(seed, repositoryId)

  const byDay = (kind: "views" | "clones", now: number) => {
    const today = Math.floor(now / day) * day
    return Array.from({ length: kept }, (_, nth) => {
      const midnight = today - (kept - 1 - nth) * day
      const random = draw(kind, midnight / day)
      const count = 5 + random.below(largest[kind])
      const uniques = 1 + Math.floor(count * (0.1 + 0.4 * random.next()))
      const gone = Math.min(1, (now - midnight) / day)
      return { midnight, count: Math.floor(count * gone), uniques: Math.floor(uniques * gone) }
    })
  }

  const byWeek = (days: ReturnType<typeof byDay>) =>
    [...new Set(days.map(({ midnight }) => monday(midnight)))].map((midnight) => {
      const within = days.filter((one) => monday(one.midnight) === midnight)
      return {
        midnight,
        count: sum(within.map(({ count }) => count)),
        uniques: sum(within.map(({ uniques }) => uniques))
      }
    })

  return {
    read: (kind, now, per) => {
      const days = byDay(kind, now)
      const entries = per === "day" ? days : byWeek(days)
      // Who comes on several days counts once for all of them.
      const visits = sum(days.map(({ uniques }) => uniques))
      return {
        count: sum(days.map(({ count }) => count)),
        uniques: Math.max(Math.ceil(visits * 0.7), ...days.map(({ uniques }) => uniques)),
        entries: entries.map(({ count, midnight, uniques }) => ({ timestamp: stamp(midnight), count, uniques }))
      }
    },
    days: (now) => {
      const clones = byDay("clones", now)
      return byDay("views", now).map(({ count, midnight, uniques }, nth) => ({
        timestamp: stamp(midnight),
        views: count,
        view_uniques: uniques,
        clones: clones[nth]?.count ?? 0,
        clone_uniques: clones[nth]?.uniques ?? 0
      }))
    }
  }
}
