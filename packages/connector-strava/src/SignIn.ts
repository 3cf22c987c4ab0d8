// How an athlete signs in to Strava, and what makes its OAuth2 differ: scopes with commas between, no PKCE, errors of its own.
import type { OAuth } from "@inlet/sdk"
import * as Fault from "./Fault.ts"
import { ACTIVITY_SCOPES, type Settings } from "./Settings.ts"

export const provider = ({ authUrl, clientId, clientSecret, scopes }: Settings): OAuth.Provider => {
  const at = (path: string) => new URL(`${authUrl.href.replace(/\/+$/, "")}/${path}`)
  return {
    service: "Strava",
    clientId,
    clientSecret,
    authorizeUrl: at("authorize"),
    tokenUrl: at("token"),
    revokeUrl: at("revoke"),
    revokeAuth: "basic",
    scopes,
    // The narrower one will do where both are asked for: athletes may untick each.
    needed: ACTIVITY_SCOPES.filter((scope) => scopes.includes(scope)).slice(0, 1),
    scopeSeparator: ",",
    pkce: false,
    authorizeParams: { approval_prompt: "auto" },
    isDead: (reply) => reply.status === 400 && Fault.of(reply).includes("RefreshToken/refresh_token/invalid")
  }
}
