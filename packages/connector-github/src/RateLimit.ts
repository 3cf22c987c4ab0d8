// How GitHub tells of its rate limits.
import { Policy, type SourceHttp } from "@inlet/sdk"
import * as Predicate from "effect/Predicate"

/** The limit that requests count for unless the answer says another. */
export const usual = "core"

const number = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,12}$/.test(text) ? Number(text) : undefined

/** Where the limit stands that an answered request counted for. */
export const standing: NonNullable<SourceHttp.Options["limits"]> = (headers) => {
  const remaining = number(headers["x-ratelimit-remaining"])
  const reset = number(headers["x-ratelimit-reset"])
  if (remaining === undefined || reset === undefined) return undefined
  const named = headers["x-ratelimit-resource"] ?? ""
  return {
    window: /^[\w-]{1,50}$/.test(named) ? named : usual,
    remaining,
    limit: number(headers["x-ratelimit-limit"]) ?? null,
    resetsAt: reset * 1000
  }
}

/** Both kinds of limit come as 403 or 429. The order is GitHub's own advice; a 403 without any of the signs is none. */
export const refusal = (reply: Policy.Reply): Policy.Policy | undefined => {
  const wait = Policy.retryAfter(reply)
  if (wait !== undefined) return wait
  const limit = standing(reply.headers, reply.at)
  if (limit?.remaining === 0) return { _tag: "WaitUntil", until: limit.resetsAt }
  const message = Predicate.hasProperty(reply.json, "message") ? String(reply.json.message) : ""
  return reply.status === 429 || /secondary rate limit|abuse detection/i.test(message)
    ? { _tag: "WaitGrowing", millis: 60_000 }
    : undefined
}
