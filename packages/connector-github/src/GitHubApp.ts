// Signs in as an installation of a GitHub App: a short-lived signature of the app's key is exchanged for a token that lives an
// hour.
import { Buffer } from "node:buffer"
import { createPrivateKey, type KeyObject, sign } from "node:crypto"
import type * as HttpClient from "@effect/platform/HttpClient"
import { Auth, type Budget, Policy, Source, SourceHttp } from "@inlet/sdk"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as RateLimit from "./RateLimit.ts"
import type { App } from "./Settings.ts"

const TEMPLATE = "/app/installations/{installation_id}/access_tokens"

const encode = (text: string | Buffer) => Buffer.from(text).toString("base64url")

/** GitHub takes signatures of up to ten minutes, made by a clock that may be a little behind its own. */
const jwt = (id: string, key: KeyObject, now: number): string => {
  const seconds = Math.floor(now / 1000)
  const claims = { iat: seconds - 60, exp: seconds + 8 * 60, iss: id }
  const signed = `${encode(JSON.stringify({ alg: "RS256", typ: "JWT" }))}.${encode(JSON.stringify(claims))}`
  return `${signed}.${encode(sign("sha256", Buffer.from(signed), key))}`
}

/** The token is opaque: its form and length have changed before. */
const decode = Schema.decodeUnknownOption(
  Schema.Struct({
    token: Schema.String.pipe(Schema.pattern(/^[\x21-\x7e]+$/)),
    expires_at: Schema.optional(Schema.String)
  })
)

const classify = (reply: Policy.Reply): Policy.Policy | undefined => {
  // Whatever is wrong here is so for every repository.
  const refuse = (detail: string) => Policy.giveUp("Unauthorized", detail)
  switch (reply.status) {
    case 401:
      return refuse("GitHub does not accept the app's key or id")
    case 403:
      return RateLimit.refusal(reply) ?? refuse("GitHub does not let the app's installation in: it may be suspended")
    case 404:
      return refuse("there is no such installation of the app")
    case 429:
      return RateLimit.refusal(reply)
    default:
      return undefined
  }
}

/** Tokens of the installation, for requests to what is described by `service`. */
export const auth: (
  app: App,
  service: Omit<SourceHttp.Options, "auth">
) => Effect.Effect<Auth.Auth, never, HttpClient.HttpClient | Budget.Budget | Scope.Scope> = Effect.fnUntraced(
  function* (app, service) {
    const key = createPrivateKey(Redacted.value(app.privateKey))
    const http = yield* SourceHttp.make({
      ...service,
      credential: `${service.credential} key`,
      classify,
      auth: Effect.flatMap(Clock.currentTimeMillis, (now) => Auth.bearer(Redacted.make(jwt(app.id, key, now))))
    })
    const obtain = Effect.gen(function* () {
      const params = { installation_id: app.installation }
      const { json, status, summary } = yield* http.get({ method: "POST", template: TEMPLATE, params })
      const issued = decode(json)
      if (Option.isNone(issued)) {
        const detail = `${summary} without a token`
        return yield* new Source.SourceError({ reason: "Malformed", detail, status, retryAt: null })
      }
      const { expires_at = "", token } = issued.value
      const expiresAt = Date.parse(expires_at)
      return { token: Redacted.make(token), expiresAt: Number.isNaN(expiresAt) ? null : expiresAt }
    })
    return yield* Auth.renewing({ obtain })
  }
)
