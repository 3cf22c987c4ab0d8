// What to do about an answer of a service: use it, ask again, wait for a rate limit, or give up. And what giving up on one
// part of a stream means for the rest of it.
import { Source } from "@inlet/core"
import * as Time from "./Time.ts"

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

/** An HTTP date, of which `Date.parse` understands the present form and the one before it. */
const HTTP_DATE = /^[A-Z][a-z]{2,8}, .* GMT$/

/**
 * The wait that a `Retry-After` header asks for, in seconds or as an HTTP date; undefined where it says neither.
 *
 * @since 0.1.0
 */
export const retryAfter = ({ at, headers }: Reply): Policy | undefined => {
  const text = headers["retry-after"]?.trim() ?? ""
  const until = /^\d{1,9}$/.test(text) ? at + Number(text) * 1000 : HTTP_DATE.test(text) ? Date.parse(text) : Number.NaN
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
 * The error that a policy makes of an answer; null where it may be used. `limits` is how many rate limits were met in a row
 * before. A wait is a second at least and a day at most.
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
      const asked = policy._tag === "WaitUntil" ? policy.until : at + policy.millis * 2 ** limits
      const until = Math.min(Math.max(asked, at + 1000), at + Time.DAY)
      const detail = `${summary}: it wants no more requests until ${Time.utc(until)}`
      return error(status < 500 ? "RateLimited" : "Unavailable", detail, until)
    }
  }
}

/**
 * What an error of one part of a stream, for example of one repository, means for the others:
 *
 * - `stop`: the stream ends with it, since it would meet the others too.
 * - `pass`: this part is left out, the others are read, and the stream ends with the error.
 * - `skip`: this part is left out with a warning, and the stream ends well.
 *
 * @since 0.1.0
 */
export type Treatment = "stop" | "pass" | "skip"

/**
 * A treatment for every reason there is, so that none can be forgotten.
 *
 * @since 0.1.0
 */
export type Treatments = { readonly [reason in Source.SourceError["reason"]]: Treatment }

/**
 * What holds where nothing is known of the service: what concerns one part passes it by, what tells of the service, the
 * credentials or the connector stops. To differ in one: `{ ...Policy.usual, NotFound: "skip" }`.
 *
 * @since 0.1.0
 */
export const usual: Treatments = {
  Unauthorized: "stop",
  Forbidden: "pass",
  NotFound: "pass",
  Rejected: "pass",
  Redirected: "pass",
  Malformed: "stop",
  RateLimited: "stop",
  Unavailable: "stop",
  Misbehaved: "stop"
}
