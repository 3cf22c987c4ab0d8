// A provider on loopback for tests of signing in: answers from a script, and what it was asked.
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { Connections, type OAuth, type TokenStore } from "../../src/index.ts"
import { type Answer, json, serve } from "../Scripted.ts"

/** Nothing of these may stand in an error. */
export const CANARIES = ["s3cret-client", "c0de-canary", "acc3ss-canary", "refr3sh-canary", "dev1ce-canary"] as const
export const [SECRET, CODE, ACCESS, REFRESH, DEVICE] = CANARIES

export const issued = (more: object = {}): Answer =>
  json({ token_type: "Bearer", access_token: ACCESS, refresh_token: REFRESH, expires_in: 21_600, ...more })

/** A provider's error as the RFC has it. */
export const refused = (error: string, status = 400): Answer => json({ error, error_description: ACCESS }, {}, status)

/** Answers token requests in their order, the last one for ever. */
export const provider = Effect.fnUntraced(function* (
  answers: ReadonlyArray<Answer>,
  more: (url: URL) => Partial<OAuth.Provider> = () => ({})
) {
  const { asked, url } = yield* serve(...answers)
  const declared: OAuth.Provider = {
    service: "Rides",
    clientId: "inlet",
    clientSecret: Redacted.make(SECRET),
    authorizeUrl: new URL("/authorize?theme=dark", url),
    tokenUrl: new URL("/token", url),
    revokeUrl: new URL("/revoke", url),
    deviceUrl: new URL("/device", url),
    scopes: ["read", "activity:read"],
    ...more(url)
  }
  return {
    provider: declared,
    /** Path and form of each request, with the one header that may name the client. */
    asked: () =>
      asked.map(({ body, headers, method, url }) => ({
        method,
        url,
        authorization: headers.authorization,
        form: Object.fromEntries(new URLSearchParams(body))
      }))
  }
})

export const http = Effect.provide(FetchHttpClient.layer)

/** Tokens as values that can be compared. */
export const shown = ({ access, expiresAt, refresh, scopes }: TokenStore.Tokens) => ({
  access: Redacted.value(access),
  refresh: refresh === null ? null : Redacted.value(refresh),
  expiresAt,
  scopes
})

export const tokens = (more: Partial<TokenStore.Tokens> = {}): TokenStore.Tokens => ({
  access: Redacted.make("old-access"),
  refresh: Redacted.make("old-refresh"),
  expiresAt: 21_600_000,
  scopes: ["activity:read", "read"],
  ...more
})

/** Somebody signed in before. */
export const signedIn = (tokens: TokenStore.Tokens) =>
  Effect.flatMap(Connections.Connections, (connections) => Effect.orDie(connections.authorize("rides", tokens)))
