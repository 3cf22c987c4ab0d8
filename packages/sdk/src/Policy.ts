// What to do about an answer of a service: use it, ask again, wait for a rate limit, or give up.
import { Source } from "@inlet/core"

/**
 * What to do about an answer.
 *
 * @since 0.1.0
 */
export type Policy =
  | { readonly _tag: "Use" }
  /** A fault that may pass by itself: ask again after a growing pause. */
  | { readonly _tag: "Again"; readonly detail: string }
  /** A rate limit that ends at an instant (epoch milliseconds). */
  | { readonly _tag: "WaitUntil"; readonly until: number }
  /** A rate limit that does not say when it ends: wait so long (milliseconds), twice as long the next time, and so on. */
  | { readonly _tag: "WaitGrowing"; readonly millis: number }
  /** Asking again would bring the same. */
  | { readonly _tag: "GiveUp"; readonly reason: Source.SourceError["reason"]; readonly detail: string }

/**
 * The part of an answer that policies look at.
 *
 * @since 0.1.0
 */
export interface Reply {
  readonly status: number
  /** By lower-case names. */
  readonly headers: { readonly [name: string]: string | undefined }
  /** The parsed body; undefined where there is none or it is no JSON. */
  readonly json: unknown
  /** When it came, in epoch milliseconds. */
  readonly at: number
  /** Who answered what, for messages: `GitHub answered 404 to GET /repos/{owner}/{repo}/issues`. */
  readonly summary: string
}

/**
 * The answer may be used.
 *
 * @since 0.1.0
 */
export const use: Policy = { _tag: "Use" }

/**
 * Asking again would bring the same; `detail` says so in one plain sentence without a secret or a personal value.
 *
 * @since 0.1.0
 */
export const giveUp = (reason: Source.SourceError["reason"], detail: string): Policy => ({
  _tag: "GiveUp",
  reason,
  detail
})

/**
 * The wait that a `Retry-After` header asks for, in seconds or as an HTTP date.
 *
 * @since 0.1.0
 */
export const retryAfter = ({ at, headers }: Reply): Policy | undefined => {
  const text = headers["retry-after"]?.trim() ?? ""
  const until = /^\d{1,9}$/.test(text) ? at + Number(text) * 1000 : /^[A-Z]/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(until) ? undefined : { _tag: "WaitUntil", until }
}

const reasons: { readonly [status: number]: Source.SourceError["reason"] } = {
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  410: "NotFound",
  451: "Forbidden"
}

/**
 * What HTTP itself says about an answer, for all that a connector does not judge on its own.
 *
 * @since 0.1.0
 */
export const standard = (reply: Reply): Policy => {
  const { status, summary } = reply
  if (status < 400) return status < 300 || status === 304 ? use : giveUp("Misbehaved", summary)
  if (status === 429 || status === 503) {
    const wait = retryAfter(reply)
    if (wait !== undefined) return wait
  }
  if (status === 429) return { _tag: "WaitGrowing", millis: 60_000 }
  if (status === 408 || status >= 500) return { _tag: "Again", detail: summary }
  return giveUp(reasons[status] ?? "Rejected", summary)
}

/**
 * The error that a policy makes of an answer; null where it may be used. `limits` is how many rate limits the request has
 * waited for before.
 *
 * @since 0.1.0
 */
export const refusal = (policy: Policy, { at, status, summary }: Reply, limits: number): Source.SourceError | null => {
  const error = (reason: Source.SourceError["reason"], detail: string, retryAt: number | null) =>
    new Source.SourceError({ reason, detail, status, retryAt })
  switch (policy._tag) {
    case "Use":
      return null
    case "Again":
      return error("Unavailable", policy.detail, null)
    case "GiveUp":
      return error(policy.reason, policy.detail, null)
    default: {
      const until = policy._tag === "WaitUntil" ? policy.until : at + policy.millis * 2 ** limits
      return error(status < 500 ? "RateLimited" : "Unavailable", `${summary}: it wants to be asked later`, until)
    }
  }
}
