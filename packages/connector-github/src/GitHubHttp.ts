// GitHub's side of HTTP: who asks, its headers, and what its refusals mean.
import type * as HttpClient from "@effect/platform/HttpClient"
import { Auth, type Budget, Policy, SourceHttp } from "@inlet/sdk"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import type * as Scope from "effect/Scope"
import * as GitHubApp from "./GitHubApp.ts"
import * as RateLimit from "./RateLimit.ts"
import type { Settings } from "./Settings.ts"
import { version } from "./Version.ts"

/** Announced on 12 March 2026; what it lacks against the version before are members that we never read. */
const API_VERSION = "2026-03-10"

/** GitHub advises to ask one after another and allows a hundred at a time. */
const CONCURRENCY = 4

/** Whose requests they are, in the words of messages. */
interface Asker {
  /** `GitHub shows … to {name}`. */
  readonly name: string
  /** What a 401 means. */
  readonly unknown: string
  /** How to get to see what is private. */
  readonly hint: string
}

const askers = {
  none: {
    name: "anybody",
    unknown: "GitHub wants a token",
    hint: "a private one needs a token with access to it"
  },
  token: {
    name: "this token",
    unknown: "GitHub does not accept the token",
    hint: "a private one needs a token with access to it"
  },
  app: {
    name: "this app",
    unknown: "GitHub does not accept the token that it gave to the app",
    hint: "a private one has to be among those that the app is installed for"
  }
} as const satisfies Readonly<Record<string, Asker>>

/** Requests to GitHub for the source of this name. */
export const make: (
  settings: Pick<Settings, "app" | "baseUrl" | "requestsPerMinute" | "token">,
  sourceName: string
) => Effect.Effect<SourceHttp.SourceHttp, never, HttpClient.HttpClient | Budget.Budget | Scope.Scope> =
  Effect.fnUntraced(function* ({ app, baseUrl, requestsPerMinute, token }, sourceName) {
    const kind = app !== undefined ? "app" : token !== undefined ? "token" : "none"
    const service = {
      service: "GitHub",
      baseUrl,
      // Each has limits of its own: whoever has used up those without a token and gets one need not wait.
      credential: `${sourceName} ${baseUrl.host} ${kind}`,
      headers: {
        accept: "application/vnd.github+json",
        "x-github-api-version": API_VERSION,
        "user-agent": `inlet/${version}`
      },
      requestIdHeader: "x-github-request-id",
      limits: RateLimit.standing,
      window: RateLimit.usual
    }
    const auth =
      app !== undefined ? yield* GitHubApp.auth(app, service) : token !== undefined ? Auth.bearer(token) : Auth.none
    const asker = askers[kind]
    return yield* SourceHttp.make({
      ...service,
      auth,
      concurrency: CONCURRENCY,
      pace: { limit: requestsPerMinute, interval: "1 minute" },
      classify: (reply, ask) => classify(reply, ask, asker)
    })
  })

const COMMITS = "/repos/{owner}/{repo}/commits"

const classify = (
  reply: Policy.Reply,
  { params, template }: SourceHttp.Ask,
  asker: Asker
): Policy.Policy | undefined => {
  const { org, owner, repo, username } = params ?? {}
  const repository = owner === undefined || repo === undefined ? undefined : `${owner}/${repo}`
  const account = org ?? username
  const subject = repository ?? (account === undefined ? template : `the repositories of ${account}`)
  switch (reply.status) {
    case 401:
      return Policy.giveUp("Unauthorized", asker.unknown)
    case 403:
      return (
        RateLimit.refusal(reply) ??
        Policy.giveUp("Forbidden", `GitHub does not let ${asker.name} read ${subject}${lacking(reply)}`)
      )
    case 404:
      return Policy.giveUp(
        "NotFound",
        repository === undefined
          ? `GitHub shows ${account === undefined ? `nothing at ${template}` : `no account ${account}`} to ${asker.name}`
          : `GitHub shows no repository ${repository} to ${asker.name}; ${asker.hint}`
      )
    case 409:
      // A repository without commits has none to list.
      return template === COMMITS ? Policy.use : undefined
    case 410:
      // The repository has the feature switched off, so its list is empty.
      return Policy.use
    case 422:
      return Policy.giveUp("Rejected", `${reply.summary}${explanation(reply)}`)
    case 429:
      return RateLimit.refusal(reply)
    case 451:
      return Policy.giveUp("Forbidden", `GitHub has blocked ${subject} for legal reasons`)
    default:
      return undefined
  }
}

/** The permission that GitHub names as missing. */
const lacking = ({ headers }: Policy.Reply): string => {
  const wanted = headers["x-accepted-github-permissions"] ?? ""
  return /^[\w=,; ]{1,200}$/.test(wanted) ? `: it lacks the permission ${wanted}` : ": it lacks a permission"
}

/** GitHub's own words, unless they could repeat what was sent. */
const explanation = ({ json }: Policy.Reply): string => {
  const message = Predicate.hasProperty(json, "message") ? String(json.message) : ""
  return /^[\w .,'()/-]{1,200}$/.test(message) ? `: ${message}` : ""
}
