// Strava's side of HTTP: who asks, its limits, and what its refusals mean.
import type * as HttpClient from "@effect/platform/HttpClient"
import { type Auth, type Budget, Policy, SourceHttp } from "@inlet/sdk"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Fault from "./Fault.ts"
import * as RateLimit from "./RateLimit.ts"
import type { Settings } from "./Settings.ts"
import { version } from "./Version.ts"

/** Requests of the application to Strava. */
export const make = (
  { apiUrl, clientId }: Pick<Settings, "apiUrl" | "clientId">,
  auth: Auth.Auth
): Effect.Effect<SourceHttp.SourceHttp, never, HttpClient.HttpClient | Budget.Budget | Scope.Scope> =>
  SourceHttp.make({
    service: "Strava",
    baseUrl: apiUrl,
    auth,
    headers: { accept: "application/json", "user-agent": `inlet/${version}` },
    // Limits are the application's, however many athletes it reads.
    credential: `strava ${apiUrl.host} ${clientId}`,
    limits: RateLimit.standing,
    window: RateLimit.window,
    classify
  })

const classify = (reply: Policy.Reply, { template }: SourceHttp.Ask): Policy.Policy | undefined => {
  const { status, summary } = reply
  const faults = Fault.of(reply)
  const told = faults.length === 0 ? "" : `: ${faults.join(", ")}`
  const missing = faults.find((fault) => fault.startsWith("AccessToken/") && fault.endsWith("/missing"))
  if (missing !== undefined && (status === 401 || status === 403)) {
    const scope = missing.split("/")[1] ?? ""
    return Policy.giveUp("Unauthorized", `Strava says that the sign-in lacks a scope: ${scope}`)
  }
  switch (status) {
    case 400:
      return Policy.giveUp("Rejected", `${summary}${told}`)
    case 401:
      return Policy.giveUp("Unauthorized", "Strava does not accept the access token")
    case 402:
      return Policy.giveUp("Forbidden", `Strava shows ${template} to subscribers only`)
    case 403:
      return Policy.giveUp(
        "Forbidden",
        faults.includes("Application/Status/Inactive")
          ? "the application is inactive at Strava; its owner may need a subscription, see strava.com/settings/api"
          : `${summary}${told}`
      )
    case 404:
      return Policy.giveUp("NotFound", `Strava shows nothing at ${template} to this sign-in`)
    case 429:
      return RateLimit.refusal(reply)
    default:
      return undefined
  }
}
