// A person signs in: the authorization code grant (RFC 6749, 4.1) with PKCE, from the address that the person opens to the
// address that the service leads back to.
import { Buffer } from "node:buffer"
import { timingSafeEqual } from "node:crypto"
import type * as HttpClient from "@effect/platform/HttpClient"
import type { Source, TokenStore } from "@inlet/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Protocol from "oauth4webapi"
import * as Exchange from "../Exchange.ts"
import { isPrivate } from "../Private.ts"
import * as Endpoint from "./Endpoint.ts"
import type { Provider } from "./Provider.ts"
import * as Scopes from "./Scopes.ts"
import { SignInError } from "./SignInError.ts"

/**
 * What a person granted.
 *
 * @since 0.1.0
 */
export interface Granted {
  readonly tokens: TokenStore.Tokens
  /** What was wanted, is not needed, and was not granted. */
  readonly missing: ReadonlyArray<string>
}

/**
 * A sign-in under way.
 *
 * @since 0.1.0
 */
export interface SignIn {
  /** What the person opens. It holds the state, so it goes to the person only. */
  readonly url: URL
  /** Epoch milliseconds until which an answer counts. */
  readonly until: number
  /**
   * The tokens, out of the address to which the service led back. Fails with `Foreign` for every other address, and for the right
   * one the second time.
   */
  readonly finish: (callback: URL) => Effect.Effect<Granted, SignInError | Source.SourceError>
}

/** How long an answer is waited for (milliseconds). */
const PATIENCE = 600_000

export const denied = ({ service }: Provider) =>
  new SignInError({ reason: "Denied", detail: `the access to ${service} was not allowed` })

/** Tokens as they are granted, unless something needed is missing. */
export const granted = (provider: Provider, tokens: TokenStore.Tokens): Either.Either<Granted, SignInError> => {
  const needed = Scopes.missing(provider.needed ?? [], tokens.scopes)
  if (needed.length === 0) return Either.right({ tokens, missing: Scopes.missing(provider.scopes, tokens.scopes) })
  const detail = `${provider.service} gives less access than is needed: ${needed.join(", ")}`
  return Either.left(new SignInError({ reason: "Scopes", detail }))
}

const foreign = (detail: string) => new SignInError({ reason: "Foreign", detail })

/** In a time that says nothing about where they differ. */
const isSame = (...texts: readonly [string, string]) => {
  const [one, other] = [Buffer.from(texts[0]), Buffer.from(texts[1])]
  return one.length === other.length && timingSafeEqual(one, other)
}

/** The library's reading of an address that is the answer to this sign-in. */
const read = (provider: Provider, callback: URL, state: string) =>
  Effect.try({
    try: () => Protocol.validateAuthResponse(Endpoint.server(provider), Endpoint.client(provider), callback, state),
    catch: (error) => {
      const { service } = provider
      if (!(error instanceof Protocol.AuthorizationResponseError)) {
        return new SignInError({
          reason: "Refused",
          detail: `the answer of ${service} does not come from where it should`
        })
      }
      if (error.error === "access_denied") return denied(provider)
      const code = Endpoint.codeOf(error.error) ?? "an error of its own"
      return new SignInError({ reason: "Refused", detail: `${service} refused the sign-in with ${code}` })
    }
  })

/**
 * Begins a sign-in that ends at `redirectUri`, within 10 minutes.
 *
 * @since 0.1.0
 */
export const begin: (
  provider: Provider,
  redirectUri: URL
) => Effect.Effect<SignIn, Source.SourceError, HttpClient.HttpClient> = Effect.fnUntraced(
  function* (provider, redirectUri) {
    const { authorizeParams, authorizeUrl, clientId, pkce = true, service } = provider
    if (authorizeUrl === undefined || !isPrivate(authorizeUrl)) {
      return yield* Exchange.failure(
        "Misbehaved",
        `the connector tells no address at which a person signs in to ${service}`
      )
    }
    const ask = yield* Endpoint.make(provider)
    const until = (yield* Clock.currentTimeMillis) + PATIENCE
    const state = Protocol.generateRandomState()
    const verifier = pkce ? Protocol.generateRandomCodeVerifier() : null

    const url = new URL(authorizeUrl)
    const parameters = {
      ...authorizeParams,
      client_id: clientId,
      response_type: "code",
      redirect_uri: redirectUri.href,
      state,
      ...Scopes.wanted(provider),
      ...(verifier !== null && {
        code_challenge: yield* Effect.promise(() => Protocol.calculatePKCECodeChallenge(verifier)),
        code_challenge_method: "S256"
      })
    }
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)

    let used = false
    const finish: SignIn["finish"] = Effect.fnUntraced(function* (callback) {
      if (!isSame(callback.searchParams.get("state") ?? "", state)) {
        return yield* foreign(`this is not the answer of ${service} to the sign-in that is under way`)
      }
      if (used) return yield* foreign(`the answer of ${service} was there before`)
      used = true
      if ((yield* Clock.currentTimeMillis) > until) {
        return yield* new SignInError({ reason: "Expired", detail: `the answer of ${service} came too late` })
      }
      const answer = yield* read(provider, callback, state)
      if (!answer.get("code")) {
        return yield* new SignInError({ reason: "Refused", detail: `the answer of ${service} holds no code` })
      }
      const scopes = Scopes.granted(answer.get("scope")) ?? provider.scopes.toSorted()
      const tokens = yield* ask((server, client, auth, transport) =>
        Protocol.authorizationCodeGrantRequest(
          server,
          client,
          auth,
          answer,
          redirectUri.href,
          verifier ?? Protocol.nopkce,
          transport
        )
      )((reply) => Endpoint.tokens(provider, reply, { refresh: null, scopes })).pipe(
        Effect.catchIf(
          ({ reason }) => reason === "Unauthorized",
          () =>
            new SignInError({
              reason: "Expired",
              detail: `${service} does not take its own answer back: it was used before, or is too old`
            })
        )
      )
      return yield* granted(provider, tokens)
    })
    return { url, until, finish }
  }
)
