// How tokens are had without a person: in the place of older ones, or by a machine for itself; and how they are given back.
import type { Source, TokenStore } from "@inlet/core"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as Protocol from "oauth4webapi"
import * as Exchange from "../Exchange.ts"
import * as Endpoint from "./Endpoint.ts"
import type { Provider } from "./Provider.ts"
import * as Scopes from "./Scopes.ts"

const unauthorized = (detail: string) => Exchange.failure("Unauthorized", detail)

/** Tokens for the client itself (RFC 6749, 4.4). */
const clientCredentials = (provider: Provider, ask: Endpoint.Ask) =>
  ask((server, client, auth, transport) =>
    Protocol.clientCredentialsGrantRequest(server, client, auth, Scopes.wanted(provider), transport)
  )((reply) =>
    // A refresh token would be one more secret to keep, for what the client's own does.
    Effect.map(
      Endpoint.tokens(provider, reply, { refresh: null, scopes: provider.scopes.toSorted() }),
      (tokens): TokenStore.Tokens => ({ ...tokens, refresh: null })
    )
  )

/**
 * New tokens for old ones. One attempt: where its outcome is unknown, the service may have issued new ones and given up this
 * refresh token, and a second use of it looks like a theft, which ends the sign-in. A later run has no other to try; until
 * then, services that allow for lost answers get the time they need.
 */
const refresh = (provider: Provider, ask: Endpoint.Ask, old: TokenStore.Tokens) => {
  const token = old.refresh
  if (token === null) return unauthorized(`the sign-in at ${provider.service} has ended, and it cannot be prolonged`)
  return ask((server, client, auth, transport) =>
    Protocol.refreshTokenGrantRequest(server, client, auth, Redacted.value(token), transport)
  )((reply) => Endpoint.tokens(provider, reply, old))
}

/** Not interrupted from outside; its own time limit holds. */
const whole = <A, E>(effect: Effect.Effect<A, E>) =>
  Effect.uninterruptible(Effect.flatMap(Effect.forkDaemon(Effect.interruptible(effect)), Fiber.join))

/**
 * Renews as `Connections.Want` says. Whoever waits for it may be interrupted, the request is not: its answer may hold the only
 * tokens that are good from now on.
 */
export const renew =
  (provider: Provider, ask: Endpoint.Ask) =>
  (old: TokenStore.Tokens | null): Effect.Effect<TokenStore.Tokens, Source.SourceError> => {
    if (provider.grant === "client_credentials") return whole(clientCredentials(provider, ask))
    if (old === null) return unauthorized(`nobody is signed in to ${provider.service}`)
    return whole(refresh(provider, ask, old))
  }

/** Gives tokens back (RFC 7009); false where the provider takes none back. */
export const revoke = (
  provider: Provider,
  ask: Endpoint.Ask,
  tokens: TokenStore.Tokens
): Effect.Effect<boolean, Source.SourceError> => {
  if (provider.revokeUrl === undefined) return Effect.succeed(false)
  const [token, hint] = tokens.refresh === null ? [tokens.access, "access_token"] : [tokens.refresh, "refresh_token"]
  const revoked = ask(
    (server, client, auth, transport) =>
      Protocol.revocationRequest(server, client, auth, Redacted.value(token), {
        ...transport,
        additionalParameters: { token_type_hint: hint }
      }),
    provider.revokeAuth
  )((reply) => {
    const refused = Endpoint.refusal(provider, reply)
    // What the service does not know any more is what was wanted.
    return refused === null || refused.reason === "Unauthorized" ? Effect.succeed(true) : refused
  })
  return whole(revoked)
}
