// GitHub's side of HTTP: its headers, and what its refusals mean.
import { Policy, SourceHttp } from "@inlet/sdk"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import type { Settings } from "./Settings.ts"
import { version } from "./Version.ts"

/** Of January 2026; it lacks only members that we never read. */
const API_VERSION = "2026-03-10"

export const make = ({ baseUrl, token }: Settings) =>
  SourceHttp.make({
    service: "GitHub",
    baseUrl,
    headers: {
      accept: "application/vnd.github+json",
      "x-github-api-version": API_VERSION,
      "user-agent": `inlet/${version}`,
      ...(token !== undefined && { authorization: Redacted.make(`Bearer ${Redacted.value(token)}`) })
    },
    requestIdHeader: "x-github-request-id",
    classify: (reply, { params }) => classify(reply, `${params?.owner}/${params?.repo}`, token !== undefined)
  })

const classify = (reply: Policy.Reply, repository: string, signedIn: boolean): Policy.Policy | undefined => {
  switch (reply.status) {
    case 401:
      return Policy.giveUp("Unauthorized", signedIn ? "GitHub does not accept the token" : "GitHub wants a token")
    case 403:
      return (
        limit(reply) ?? Policy.giveUp("Forbidden", `GitHub does not let this token read ${repository}${lacking(reply)}`)
      )
    case 404: {
      const hint = "a private one needs a token with access to it"
      return Policy.giveUp(
        "NotFound",
        `GitHub shows no repository ${repository} to ${signedIn ? "this token" : "anybody"}; ${hint}`
      )
    }
    case 410:
      // The repository has the feature switched off, so its list is empty.
      return Policy.use
    case 429:
      return limit(reply)
    case 451:
      return Policy.giveUp("Forbidden", `GitHub has blocked ${repository} for legal reasons`)
    default:
      return undefined
  }
}

/** Both kinds of rate limit come as 403 or 429. The order is GitHub's own advice; without any of the signs it is none. */
const limit = (reply: Policy.Reply): Policy.Policy | undefined => {
  const wait = Policy.retryAfter(reply)
  if (wait !== undefined) return wait
  const reset = Number(reply.headers["x-ratelimit-reset"])
  if (reply.headers["x-ratelimit-remaining"] === "0" && reset > 0) return { _tag: "WaitUntil", until: reset * 1000 }
  const message = Predicate.hasProperty(reply.json, "message") ? String(reply.json.message) : ""
  return reply.status === 429 || /secondary rate limit|abuse detection/i.test(message)
    ? { _tag: "WaitGrowing", millis: 60_000 }
    : undefined
}

/** The permission that GitHub names as missing. */
const lacking = ({ headers }: Policy.Reply): string => {
  const wanted = headers["x-accepted-github-permissions"] ?? ""
  return /^[\w=,; ]{1,200}$/.test(wanted) ? `: it lacks the permission ${wanted}` : ": it lacks a permission"
}
