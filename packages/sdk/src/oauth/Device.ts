// A person signs in on another device: the machine shows a code, and asks until it was entered (RFC 8628).
import type * as HttpClient from "@effect/platform/HttpClient"
import { RunObserver, type Source } from "@inlet/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Predicate from "effect/Predicate"
import * as Protocol from "oauth4webapi"
import * as Exchange from "../Exchange.ts"
import { isPrivate } from "../Private.ts"
import * as Time from "../Time.ts"
import * as Endpoint from "./Endpoint.ts"
import type { Provider } from "./Provider.ts"
import * as Scopes from "./Scopes.ts"
import { denied, type Granted, granted } from "./SignIn.ts"
import { SignInError } from "./SignInError.ts"

/**
 * A sign-in under way.
 *
 * @since 0.1.0
 */
export interface Device {
  /** What the person enters. */
  readonly code: string
  /** Where. */
  readonly url: URL
  /** The same address with the code in it, where the service has such. */
  readonly completeUrl: URL | null
  /** Epoch milliseconds at which the code ends, in a day at most. */
  readonly until: number
  /** Asks at the service's pace until the code was entered, refused or too old. */
  readonly finish: Effect.Effect<Granted, SignInError | Source.SourceError>
}

/** What the code that is waited for may mean, beside tokens. */
type Answer = Either.Either<Granted, SignInError> | "pending" | "slower"

/** Google had it first, under another name. */
const normal = (json: unknown) =>
  Predicate.hasProperty(json, "verification_url") ? { verification_uri: json.verification_url, ...json } : json

const address = (text: string | undefined): URL | null =>
  text !== undefined && URL.canParse(text) && isPrivate(new URL(text)) ? new URL(text) : null

/**
 * Begins a sign-in on another device.
 *
 * @since 0.1.0
 */
export const begin: (provider: Provider) => Effect.Effect<Device, Source.SourceError, HttpClient.HttpClient> =
  Effect.fnUntraced(function* (provider) {
    const { service } = provider
    const ask = yield* Endpoint.make(provider)

    const opened = yield* ask((server, client, auth, transport) =>
      Protocol.deviceAuthorizationRequest(server, client, auth, Scopes.wanted(provider), transport)
    )(
      Effect.fnUntraced(function* (reply) {
        const refused = Endpoint.refusal(provider, reply)
        if (refused !== null) return yield* refused
        const malformed = Exchange.failure("Malformed", `${reply.summary} without a code for a person`, reply.status)
        const answer = yield* Effect.tryPromise({
          try: () =>
            Protocol.processDeviceAuthorizationResponse(
              Endpoint.server(provider),
              Endpoint.client(provider),
              Response.json(normal(reply.json) ?? null)
            ),
          catch: () => malformed
        })
        const url = address(answer.verification_uri)
        return url === null ? yield* malformed : { ...answer, url, at: reply.at }
      })
    )
    const until = opened.at + Math.min(opened.expires_in * 1000, Time.DAY)

    const expired = new SignInError({ reason: "Expired", detail: `nobody entered the code at ${service} in time` })

    /** Codes that end it, and those that do not. */
    const judge = (reply: Exchange.Reply): Effect.Effect<Answer, Source.SourceError> => {
      switch (Endpoint.errorOf(reply)) {
        case "authorization_pending":
          return Effect.succeed("pending")
        case "slow_down":
          return Effect.succeed("slower")
        case "access_denied":
          return Effect.succeed(Either.left(denied(provider)))
        case "expired_token":
        case "invalid_grant":
          return Effect.succeed(Either.left(expired))
        default: {
          const before = { refresh: null, scopes: provider.scopes.toSorted() }
          return Effect.map(Endpoint.tokens(provider, reply, before), (tokens) => granted(provider, tokens))
        }
      }
    }
    const poll = ask((server, client, auth, transport) =>
      Protocol.deviceCodeGrantRequest(server, client, auth, opened.device_code, transport)
    )(judge)

    const finish = Effect.gen(function* () {
      const observer = yield* RunObserver.RunObserver
      let interval = (opened.interval ?? 5) * 1000
      let next = (yield* Clock.currentTimeMillis) + interval
      for (;;) {
        if (next > until) return yield* expired
        observer.waiting("source", { kind: "person", what: "the code to be entered", until: next })
        yield* Effect.sleep(next - (yield* Clock.currentTimeMillis))
        const answer = yield* Effect.either(poll)
        const now = yield* Clock.currentTimeMillis
        if (Either.isRight(answer)) {
          if (typeof answer.right === "object") return yield* answer.right
          if (answer.right === "slower") interval += 5000
          next = now + interval
        } else {
          // The code is good still: a service that is away may be back before it ends.
          const { reason, retryAt } = answer.left
          if (reason !== "Unavailable" && reason !== "RateLimited") return yield* answer.left
          interval *= 2
          next = Math.max(retryAt ?? 0, now + interval)
        }
      }
    })
    const completeUrl = address(opened.verification_uri_complete)
    return { code: opened.user_code, url: opened.url, completeUrl, until, finish }
  })
