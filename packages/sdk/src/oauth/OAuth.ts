// OAuth2 for connectors, which declare their provider: how their requests sign in, and how people do.
import type * as HttpClient from "@effect/platform/HttpClient"
import { Connections, type Source, type TokenStore } from "@inlet/core"
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import * as Auth from "../Auth.ts"
import * as Endpoint from "./Endpoint.ts"
import * as Grants from "./Grants.ts"
import type { Provider } from "./Provider.ts"

export { begin as beginOnDevice, type Device } from "./Device.ts"
export type { ClientAuth, Provider } from "./Provider.ts"
export { begin, type Granted, type SignIn } from "./SignIn.ts"
export { SignInError } from "./SignInError.ts"

/** How long before its end, by our clock, a token is not used any more; at most half its life (milliseconds). */
const AHEAD = 300_000

/**
 * Signs requests in with the tokens of a connection, which all its streams and all processes share. They are renewed 5 minutes
 * ahead of their end, or halfway where they live shorter, and where the service refuses one. Where a person has to sign in, it
 * fails with `Unauthorized`.
 *
 * @param connection the source's configured name
 * @since 0.1.0
 */
export const auth: (
  provider: Provider,
  connection: string
) => Effect.Effect<Auth.Auth, never, HttpClient.HttpClient | Connections.Connections> = Effect.fnUntraced(
  function* (provider, connection) {
    const connections = yield* Connections.Connections
    const renew = Grants.renew(provider, yield* Endpoint.make(provider))
    let refused: Redacted.Redacted | null = null
    return Effect.gen(function* () {
      const { access } = yield* connections.tokens({ connection, ahead: AHEAD, refused, renew })
      const { headers } = yield* Auth.bearer(access)
      const refuse = Effect.sync(() => {
        refused = access
        return true
      })
      return { headers, refused: refuse }
    })
  }
)

/**
 * Gives the tokens back to the service. False where it takes none back: then they live on there until they end.
 *
 * @since 0.1.0
 */
export const revoke: (
  provider: Provider,
  tokens: TokenStore.Tokens
) => Effect.Effect<boolean, Source.SourceError, HttpClient.HttpClient> = (provider, tokens) =>
  Effect.flatMap(Endpoint.make(provider), (ask) => Grants.revoke(provider, ask, tokens))
