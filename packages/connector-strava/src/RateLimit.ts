// How Strava tells of its rate limits: so many calls of an application in a quarter of an hour and in a day, once for all calls
// and once for those that read. The windows are the clock's own, and no answer says when one ends.
import type { Policy, SourceHttp } from "@inlet/sdk"

/** The name of what is known of them. */
export const window = "reads"

const QUARTER = 900_000
const DAY = 86_400_000

/** The end of the window of this length that holds an instant; days are those of UTC. */
const endOf = (length: number, at: number) => (Math.floor(at / length) + 1) * length

/** @example pair("100,1000") gives [100, 1000]: a quarter of an hour's, a day's. */
const pair = (text = ""): readonly [number, number] | undefined => {
  const [, quarter, day] = /^\s*(\d{1,9})\s*,\s*(\d{1,9})\s*$/.exec(text) ?? []
  return quarter === undefined || day === undefined ? undefined : [Number(quarter), Number(day)]
}

/** The limit that holds requests back for the longest or, where none does, the one with the fewest left. */
export const standing = (headers: Policy.Reply["headers"], at: number): ReturnType<Limits> => {
  const limits = ["x-readratelimit", "x-ratelimit"].flatMap((family) => {
    const limit = pair(headers[`${family}-limit`])
    const usage = pair(headers[`${family}-usage`])
    if (limit === undefined || usage === undefined) return []
    const left = (index: 0 | 1, length: number) => ({
      window,
      limit: limit[index],
      remaining: Math.max(0, limit[index] - usage[index]),
      resetsAt: endOf(length, at)
    })
    return [left(0, QUARTER), left(1, DAY)]
  })
  const [first] = limits.sort((a, b) => a.remaining - b.remaining || b.resetsAt - a.resetsAt)
  return first
}
type Limits = NonNullable<SourceHttp.Options["limits"]>

/** What a 429 means: a day's limit is spent, or else that of the quarter of an hour. */
export const refusal = ({ at, headers }: Policy.Reply): Policy.Policy => {
  const limit = standing(headers, at)
  return { _tag: "WaitUntil", until: limit?.remaining === 0 ? limit.resetsAt : endOf(QUARTER, at) }
}
