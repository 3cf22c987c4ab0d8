// What happens in a demo repository while time passes: items are created, commented, closed, merged and reopened.

import type { Random } from "./DemoRandom.ts"
import type { DemoTable, Item } from "./DemoTable.ts"

export interface Period {
  /** Epoch seconds; everything happens after `from` and not after `until`. */
  readonly from: number
  readonly until: number
  /** Events that happen; at least one of each kind where the repository has an item for it. */
  readonly events: number
  readonly pullRequestShare: number
  /** Called after each event that was not a creation. */
  readonly happened?: (kind: Event, number: number, at: number) => void
}

const kinds = ["create", "comment", "close", "comment", "merge", "comment", "reopen", "comment"] as const
export type Event = (typeof kinds)[number]

/** Looking further for a fitting item would cost more than the event is worth. */
const furthest = 1000

export const pass = (
  table: DemoTable,
  random: Random,
  { events, from, happened, pullRequestShare, until }: Period
): void => {
  const find = (fits: (item: Item) => boolean): number | undefined => {
    const highest = table.highest()
    const first = random.below(highest)
    for (let step = 0; step < Math.min(highest, furthest); step++) {
      const item = table.item(((first + step) % highest) + 1)
      if (item !== undefined && fits(item)) return item.number
    }
    return undefined
  }

  const happen = (kind: Event, at: number) => {
    if (kind === "create") return table.create(at, random.chance(pullRequestShare), random.chance(0.2))
    const number = find(({ closedAt, isDraft, isPull, merged }) => {
      if (kind === "comment") return true
      if (kind === "close") return closedAt === null
      if (kind === "merge") return closedAt === null && isPull && !isDraft
      return closedAt !== null && !merged
    })
    if (number === undefined) return
    if (kind === "comment") table.comment(number, at)
    else if (kind === "reopen") table.reopen(number, at)
    else table.close(number, at, kind === "merge")
    happened?.(kind, number, at)
  }

  const times = Array.from({ length: Math.max(kinds.length, events) }, () => from + 1 + random.below(until - from))
  times.sort((one, other) => one - other)
  times.forEach((at, nth) => {
    happen(kinds[nth % kinds.length] ?? "comment", at)
  })
}
