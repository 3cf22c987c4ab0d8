// What is said to a provider's own addresses. The library writes each request and reads the tokens out of an answer; the request
// itself goes like every other one of a source, and what a refusal means is told here, since not all providers go by the RFC.
import type * as HttpClient from "@effect/platform/HttpClient"
import type { Source, TokenStore } from "@inlet/core"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Protocol from "oauth4webapi"
import * as Exchange from "../Exchange.ts"
import * as Policy from "../Policy.ts"
import { isPrivate } from "../Private.ts"
import type { ClientAuth, Provider } from "./Provider.ts"
import * as Scopes from "./Scopes.ts"

const { failure } = Exchange

/** The provider as the library knows servers. */
export const server = (provider: Provider): Protocol.AuthorizationServer => ({
  issuer: provider.issuer ?? (provider.authorizeUrl ?? provider.tokenUrl).origin,
  token_endpoint: provider.tokenUrl.href,
  ...(provider.revokeUrl && { revocation_endpoint: provider.revokeUrl.href }),
  ...(provider.deviceUrl && { device_authorization_endpoint: provider.deviceUrl.href })
})

export const client = ({ clientId }: Provider): Protocol.Client => ({ client_id: clientId })

const encoded = (text: string): string => new URLSearchParams({ "": text }).toString().slice(1)

/** HTTP Basic. The library's own encodes `-`, `_` and `.` too, which servers that decode nothing would not recognise. */
const basic =
  (secret: string): Protocol.ClientAuth =>
  (_, { client_id }, __, headers) =>
    headers.set("authorization", `Basic ${btoa(`${encoded(client_id)}:${encoded(secret)}`)}`)

const secretly = ({ clientSecret }: Provider, way: ClientAuth): Protocol.ClientAuth =>
  clientSecret === null || way === "none"
    ? Protocol.None()
    : (way === "basic" ? basic : Protocol.ClientSecretPost)(Redacted.value(clientSecret))

/** What the library is given in the place of `fetch`. */
interface Transport {
  readonly [Protocol.customFetch]: (
    url: string,
    options: Protocol.CustomFetchOptions<"POST", URLSearchParams>
  ) => Promise<Response>
  readonly [Protocol.allowInsecureRequests]: boolean
}

type Write = (
  server: Protocol.AuthorizationServer,
  client: Protocol.Client,
  auth: Protocol.ClientAuth,
  transport: Transport
) => Promise<Response>

/** The request that the library would make, instead of made. */
const written = (provider: Provider, write: Write, auth: ClientAuth) =>
  Effect.tryPromise({
    try: async () => {
      let request: Exchange.Request | undefined
      const keep: Transport[typeof Protocol.customFetch] = async (address, { body, headers }) => {
        const url = new URL(address)
        if (!isPrivate(url)) throw new Error("not encrypted")
        const { accept = "application/json", authorization } = headers
        request = {
          method: "POST",
          template: url.pathname,
          url,
          headers: { accept, ...(authorization !== undefined && { authorization }) },
          form: body
        }
        return new Response()
      }
      // The library knows no loopback, `keep` does.
      const transport = { [Protocol.customFetch]: keep, [Protocol.allowInsecureRequests]: true }
      await write(server(provider), client(provider), secretly(provider, auth), transport)
      if (request === undefined) throw new Error("nothing was asked")
      return request
    },
    catch: () =>
      failure("Misbehaved", `the connector tells no address of ${provider.service} that may be given a secret`)
  })

export type Ask = (
  write: Write,
  auth?: ClientAuth
) => <A>(judge: (reply: Exchange.Reply) => Effect.Effect<A, Source.SourceError>) => Effect.Effect<A, Source.SourceError>

/** The way to the provider. A request is made once: see `refresh`. */
export const make = (provider: Provider): Effect.Effect<Ask, never, HttpClient.HttpClient> =>
  Effect.map(
    Exchange.make({ service: provider.service, timeout: Duration.seconds(30), maxBytes: 1024 * 1024 }),
    (exchange): Ask =>
      (write, auth = provider.clientAuth ?? "post") =>
      (judge) =>
        Effect.flatMap(written(provider, write, auth), (request) => exchange(request, judge))
  )

/** Codes that say nothing beyond themselves, so they may be repeated to people. */
const CODES: ReadonlyArray<string> = [
  "invalid_request",
  "invalid_client",
  "invalid_grant",
  "unauthorized_client",
  "unsupported_grant_type",
  "unsupported_response_type",
  "invalid_scope",
  "server_error",
  "temporarily_unavailable"
]

/** An error's code, where it is one of the RFC's: a text of the provider's could be anything. */
export const codeOf = (error: unknown): string | undefined => CODES.find((code) => code === error)

/** The `error` member of an answer. */
export const errorOf = ({ json }: Policy.Reply): unknown =>
  Predicate.hasProperty(json, "error") ? json.error : undefined

/** Why an answer is no good; null where it is. */
export const refusal = (provider: Provider, reply: Policy.Reply): Source.SourceError | null => {
  const { status, summary } = reply
  const error = errorOf(reply)
  if (error === "invalid_grant" || provider.isDead?.(reply)) {
    return failure("Unauthorized", `${provider.service} does not accept the sign-in any more`, status)
  }
  const policy = Policy.standard(reply)
  if (policy._tag === "WaitUntil" || policy._tag === "WaitGrowing" || policy._tag === "Again") {
    return Policy.refusal(policy, reply, 0)
  }
  const code = codeOf(error)
  const told = code === undefined ? summary : `${summary} with ${code}`
  if (code === "server_error" || code === "temporarily_unavailable") return failure("Unavailable", told, status)
  // `Unauthorized` would cost the tokens, which are as good as they were.
  if (code === "invalid_client" || status === 401) {
    return failure("Forbidden", `${told}: it does not accept the client's id or secret`, status)
  }
  if (code === "unauthorized_client" || status === 403) {
    return failure("Forbidden", `${told}: it lets nobody sign in with this client`, status)
  }
  if (status >= 300 && status < 400) return failure("Redirected", told, status)
  return error !== undefined || status >= 400 ? failure("Rejected", told, status) : null
}

/**
 * What the library shall look at in an answer: tokens, and their kind, which is not always told. What is empty is as good as not
 * there. It refuses an answer for anything else that it does not like, and the tokens would be lost with it.
 */
const essential = (json: { readonly [member: string]: unknown }) => {
  const { access_token, refresh_token, token_type } = json
  return { access_token, refresh_token: refresh_token || undefined, token_type: token_type || "bearer" }
}

/** Milliseconds in a number of seconds, also where that is written as a text; null for what is none, or beyond any calendar. */
const millis = (value: unknown): number | null => {
  const seconds = typeof value === "string" && value !== "" ? Number(value) : value
  return Predicate.isNumber(seconds) && seconds >= 0 && seconds < 1e11 ? Math.round(seconds * 1000) : null
}

/** When an access token ends. A duration first: it holds by our clock too, also where that is wrong. */
const end = ({ expires_at, expires_in }: { readonly [member: string]: unknown }, at: number): number | null => {
  const left = millis(expires_in)
  return left === null ? millis(expires_at) : at + left
}

/** The tokens in an answer, with what the old ones or the request say where it says nothing. */
export const tokens = Effect.fnUntraced(function* (
  provider: Provider,
  reply: Exchange.Reply,
  before: Pick<TokenStore.Tokens, "refresh" | "scopes">
) {
  const refused = refusal(provider, reply)
  if (refused !== null) return yield* refused
  const { at, status, summary } = reply
  const json = Predicate.isReadonlyRecord(reply.json) ? reply.json : {}
  const { access_token, refresh_token } = yield* Effect.tryPromise({
    try: () =>
      Protocol.processGenericTokenEndpointResponse(server(provider), client(provider), Response.json(essential(json))),
    catch: () => failure("Malformed", `${summary} without tokens that can be used`, status)
  })
  const result: TokenStore.Tokens = {
    access: Redacted.make(access_token),
    // A service that does not replace it goes on taking the old one.
    refresh: refresh_token === undefined ? before.refresh : Redacted.make(refresh_token),
    expiresAt: end(json, at),
    scopes: Scopes.granted(json.scope) ?? before.scopes
  }
  return result
})
