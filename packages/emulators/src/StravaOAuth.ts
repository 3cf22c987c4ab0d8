// Strava's OAuth 2: an athlete agrees, the application is given tokens, renews them and gives them back.
// Strava differs from RFC 6749: scopes have commas between them in requests, errors have Strava's own form, the athlete
// comes with the first tokens, and addresses to return to need only be of the application's host.
import { json, type Reply, type Request } from "./Message.ts"
import type { Behaviour } from "./StravaBehaviour.ts"
import * as Consent from "./StravaConsent.ts"
import type { Demo } from "./StravaDemo.ts"
import * as Fault from "./StravaFault.ts"
import * as Profile from "./StravaProfile.ts"
import * as Scope from "./StravaScope.ts"
import type { Grant, Pair, Tokens } from "./StravaTokens.ts"

export interface Options {
  readonly clientId: string
  readonly clientSecret: string
  readonly demo: () => Demo
  readonly behaviour: () => Behaviour
  readonly tokens: Tokens
  /** The emulator's clock, epoch seconds. */
  readonly now: () => number
  /** Gives an answer that costs a call, or says that it is one too many. */
  readonly metered: (answer: () => Reply) => Reply
}

/** Allowed without being the application's callback domain. */
const hosts = ["localhost", "127.0.0.1"]

const callback = (text: string | null): URL | undefined => {
  const url = text !== null && URL.canParse(text) ? new URL(text) : undefined
  return url !== undefined && /^https?:$/.test(url.protocol) && hosts.includes(url.hostname) ? url : undefined
}

/** The token answer; the athlete comes only with a code. */
export const body = ({ accessToken, expiresAt, grant, refreshToken }: Pair, now: number) => ({
  token_type: "Bearer",
  expires_at: expiresAt,
  expires_in: expiresAt - now,
  refresh_token: refreshToken,
  access_token: accessToken,
  scope: grant.scopes.join(" ")
})

export const bearer = ({ authorization }: Request["headers"]) => /^bearer +(.*)$/i.exec(authorization ?? "")?.[1] ?? ""

export const make = ({ behaviour, clientId, clientSecret, demo, metered, now, tokens }: Options) => {
  /** Both are form-encoded before they are joined (RFC 6749, 2.3.1). */
  const isClient = ({ authorization = "" }: Request["headers"]): boolean => {
    const [, encoded = ""] = /^basic +(.*)$/i.exec(authorization) ?? []
    const [id, secret] = Buffer.from(encoded, "base64").toString().split(":")
    const form = new URLSearchParams(`id=${id}&secret=${secret}`)
    return form.get("id") === clientId && form.get("secret") === clientSecret
  }

  const returned = (to: URL, query: URLSearchParams, more: Readonly<Record<string, string>>): Reply => {
    const location = new URL(to)
    for (const [name, value] of Object.entries({ state: query.get("state") ?? "", ...more }))
      location.searchParams.set(name, value)
    return { status: 302, headers: { location: location.href }, body: "" }
  }

  const covers = (grant: Grant, athlete: number, scopes: Grant["scopes"]) =>
    grant.athlete === athlete && scopes.every((scope) => grant.scopes.includes(scope))

  const authorize = ({ body, method, query }: Request): Reply => {
    const { capacity, consent, granted, signedIn } = behaviour()
    const to = callback(query.get("redirect_uri"))
    const scopes = Scope.parse(query.get("scope") ?? "")
    const prompt = query.get("approval_prompt") ?? "auto"
    if (query.get("client_id") !== clientId) return Fault.badRequest("Application/client_id/invalid")
    if (to === undefined) return Fault.badRequest("Application/redirect_uri/invalid")
    if (query.get("response_type") !== "code") return Fault.badRequest("Authorize/response_type/invalid")
    if (scopes === undefined) return Fault.badRequest("Authorize/scope/invalid")
    if (prompt !== "auto" && prompt !== "force") return Fault.badRequest("Authorize/approval_prompt/invalid")

    const { diaries, find } = demo()
    const form = new URLSearchParams(method === "POST" ? body : "")
    const asked = Number(form.get("athlete") ?? signedIn ?? diaries[0]?.athlete.id)
    const athlete = find(asked)?.athlete.id
    if (athlete === undefined) return Fault.badRequest("Athlete/id/invalid")
    const known = tokens.grants().filter((grant) => grant.athlete !== athlete)
    if (capacity !== null && new Set(known.map((grant) => grant.athlete)).size >= capacity) return Fault.overCapacity

    const agreed = (ticked: Grant["scopes"]): Reply => {
      const left = scopes.filter((scope) => ticked.includes(scope))
      const code = tokens.code({ athlete, scopes: left })
      return returned(to, query, { code, scope: left.join(",") })
    }
    const cancelled = () => returned(to, query, { error: "access_denied" })
    if (form.get("decision") === "authorize")
      return agreed(Scope.all.filter((one) => form.getAll("scope").includes(one)))
    if (form.get("decision") === "cancel" || consent === "unwilling") return cancelled()
    const agreedBefore = prompt === "auto" && tokens.grants().some((grant) => covers(grant, athlete, scopes))
    if (consent === "willing" || agreedBefore) return agreed(granted ?? scopes)
    return Consent.page(
      clientId,
      diaries.map((diary) => diary.athlete),
      athlete,
      scopes
    )
  }

  const token = ({ body: text }: Request): Reply => {
    const form = new URLSearchParams(text)
    const grantType = form.get("grant_type")
    // The journal says what came of a request, and never a token.
    const noted = (reply: Reply, more: object = {}): Reply => ({ ...reply, note: { grant_type: grantType, ...more } })
    const given = (pair: Pair | undefined, wrong: string, more: (pair: Pair) => object): Reply =>
      pair === undefined
        ? noted(Fault.badRequest(wrong))
        : noted(json(200, { ...body(pair, now()), ...more(pair) }), { athlete: pair.grant.athlete })

    if (form.get("client_id") !== clientId) return noted(Fault.badRequest("Application/client_id/invalid"))
    if (form.get("client_secret") !== clientSecret) return noted(Fault.badSecret)
    if (grantType === "authorization_code")
      return given(tokens.redeem(form.get("code") ?? ""), "AuthorizationCode/code/invalid", ({ grant }) => {
        const diary = demo().find(grant.athlete)
        return diary === undefined ? {} : { athlete: Profile.summary(diary) }
      })
    if (grantType === "refresh_token")
      return given(tokens.refresh(form.get("refresh_token") ?? ""), "RefreshToken/refresh_token/invalid", () => ({}))
    return noted(Fault.badRequest("Authorize/grant_type/invalid"))
  }

  const revoke = ({ body, headers }: Request): Reply => {
    if (!isClient(headers)) return Fault.badSecret
    const token = new URLSearchParams(body).get("token")
    if (token === null) return Fault.badRequest("Token/token/missing")
    tokens.revoke(token)
    return json(200, {})
  }

  const deauthorize = ({ headers }: Request): Reply => {
    const grant = tokens.holder(bearer(headers))
    if (grant === undefined) return Fault.badToken
    return metered(() => {
      tokens.forget(grant.athlete)
      return json(200, { access_token: bearer(headers) })
    })
  }

  const routes: Readonly<Record<string, (request: Request) => Reply>> = {
    "GET authorize": authorize,
    "POST authorize": authorize,
    "POST token": token,
    "POST revoke": revoke,
    "POST deauthorize": deauthorize
  }

  return {
    /** Answers requests for `…/oauth/…`; undefined for a path it does not know. */
    answer: (request: Request): Reply | undefined => {
      const [, path] = /^(?:\/api\/v3)?\/oauth\/(.+)$/.exec(request.path) ?? []
      return path === undefined ? undefined : routes[`${request.method} ${path}`]?.(request)
    },
    /** Whether a request carries a credential that is good: the application's or an athlete's. */
    knows: (headers: Request["headers"]): boolean => isClient(headers) || tokens.holder(bearer(headers)) !== undefined
  }
}
