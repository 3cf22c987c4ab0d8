// A person signs in: what is asked, which answers count, and what comes of them.
import { createHash } from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import { OAuth } from "../../src/index.ts"
import { json } from "../Scripted.ts"
import { ACCESS, CANARIES, CODE, http, issued, provider, REFRESH, refused, SECRET, shown } from "./Provider.ts"

const REDIRECT = new URL("http://127.0.0.1:4321/callback")

/** The address that the service leads back to. */
const callback = (signIn: OAuth.SignIn, members: Readonly<Record<string, string>> = {}) => {
  const url = new URL(REDIRECT)
  const state = signIn.url.searchParams.get("state") ?? ""
  for (const [name, value] of Object.entries({ state, code: CODE, ...members })) url.searchParams.set(name, value)
  return url
}

const secrets = (signIn: OAuth.SignIn) => [...CANARIES, signIn.url.searchParams.get("state") ?? "none"]

/** The error, which holds no secret. */
const failing = (signIn: OAuth.SignIn, url: URL) =>
  Effect.map(Effect.flip(http(signIn.finish(url))), (error) => {
    for (const secret of secrets(signIn)) assert.notInclude(`${JSON.stringify(error)} ${error.message}`, secret)
    return error
  })

describe("a sign-in", () => {
  it.scoped("asks with state and PKCE, and brings tokens", () =>
    Effect.gen(function* () {
      const { asked, provider: rides } = yield* provider([issued({ scope: "read activity:read" })])
      const signIn = yield* http(OAuth.begin(rides, REDIRECT))
      assert.strictEqual(signIn.until, 600_000)
      const { code_challenge, state, ...rest } = Object.fromEntries(signIn.url.searchParams)
      assert.strictEqual(signIn.url.pathname, "/authorize")
      assert.deepStrictEqual(rest, {
        theme: "dark",
        client_id: "inlet",
        response_type: "code",
        redirect_uri: REDIRECT.href,
        scope: "read activity:read",
        code_challenge_method: "S256"
      })
      assert.isAtLeast(Buffer.from(state ?? "", "base64url").length, 16)
      assert.notInclude(signIn.url.href, SECRET)
      const { missing, tokens } = yield* http(signIn.finish(callback(signIn)))
      assert.deepStrictEqual(shown(tokens), {
        access: ACCESS,
        refresh: REFRESH,
        expiresAt: 21_600_000,
        scopes: ["activity:read", "read"]
      })
      assert.deepStrictEqual(missing, [])
      const [{ form: { code_verifier = "", ...form } = {}, ...request } = {}] = asked()
      assert.deepStrictEqual(request, { method: "POST", url: "/token", authorization: undefined })
      assert.deepStrictEqual(form, {
        grant_type: "authorization_code",
        code: CODE,
        redirect_uri: REDIRECT.href,
        client_id: "inlet",
        client_secret: SECRET
      })
      assert.strictEqual(createHash("sha256").update(code_verifier).digest("base64url"), code_challenge)
    })
  )

  it.scoped("has a state and a verifier of its own", () =>
    Effect.gen(function* () {
      const { provider: rides } = yield* provider([issued()])
      const signIns = yield* http(Effect.replicateEffect(OAuth.begin(rides, REDIRECT), 20))
      for (const name of ["state", "code_challenge"]) {
        assert.strictEqual(new Set(signIns.map(({ url }) => url.searchParams.get(name))).size, 20)
      }
    })
  )

  it.scoped("goes by what the provider declares", () =>
    Effect.gen(function* () {
      const { asked, provider: rides } = yield* provider([issued()], () => ({
        pkce: false,
        clientAuth: "basic",
        clientId: "in:let",
        // What is encoded, and what is not: servers that decode nothing take the most there is.
        clientSecret: Redacted.make("s3cret-client_.+%ä"),
        scopeSeparator: ",",
        authorizeParams: { approval_prompt: "auto" }
      }))
      const signIn = yield* http(OAuth.begin(rides, REDIRECT))
      const parameters = Object.fromEntries(signIn.url.searchParams)
      assert.doesNotHaveAnyKeys(parameters, ["code_challenge", "code_challenge_method"])
      assert.deepInclude(parameters, { scope: "read,activity:read", approval_prompt: "auto" })
      yield* http(signIn.finish(callback(signIn)))
      const [{ authorization, form } = { form: {} }] = asked()
      assert.strictEqual(authorization, `Basic ${btoa("in%3Alet:s3cret-client_.%2B%25%C3%A4")}`)
      assert.doesNotHaveAnyKeys(form ?? {}, ["client_secret", "code_verifier"])
    })
  )

  it.scoped("counts once, and only with its state", () =>
    Effect.gen(function* () {
      const { asked, provider: rides } = yield* provider([issued()])
      const signIn = yield* http(OAuth.begin(rides, REDIRECT))
      const other = yield* http(OAuth.begin(rides, REDIRECT))
      const state = signIn.url.searchParams.get("state") ?? ""
      const others = other.url.searchParams.get("state") ?? ""
      // The one with the umlaut is as long in characters, and longer in bytes.
      for (const wrong of ["", "x", state.slice(1), `${state}x`, `ä${state.slice(1)}`, others]) {
        assert.deepInclude(yield* failing(signIn, callback(signIn, { state: wrong })), { reason: "Foreign" })
      }
      assert.deepInclude(yield* failing(signIn, REDIRECT), { reason: "Foreign" })
      // None of them kept the right one from counting.
      const ends = yield* http(
        Effect.all(
          [1, 2, 3].map(() => Effect.either(signIn.finish(callback(signIn)))),
          { concurrency: 3 }
        )
      )
      assert.deepStrictEqual(ends.map(({ _tag }) => _tag).toSorted(), ["Left", "Left", "Right"])
      assert.deepInclude(yield* failing(signIn, callback(signIn)), { reason: "Foreign" })
      assert.strictEqual(asked().length, 1)
    })
  )

  it.scoped("is over after ten minutes", () =>
    Effect.gen(function* () {
      const { asked, provider: rides } = yield* provider([issued()])
      const [intime, late] = [yield* http(OAuth.begin(rides, REDIRECT)), yield* http(OAuth.begin(rides, REDIRECT))]
      yield* TestClock.adjust("10 minutes")
      yield* http(intime.finish(callback(intime)))
      yield* TestClock.adjust("1 millis")
      assert.deepInclude(yield* failing(late, callback(late)), { reason: "Expired" })
      assert.strictEqual(asked().length, 1)
    })
  )

  for (const [what, members, reason, message] of [
    ["was denied", { error: "access_denied" }, "Denied", "the access to Rides was not allowed"],
    ["failed", { error: "invalid_scope" }, "Refused", "Rides refused the sign-in with invalid_scope"],
    ["failed in words of its own", { error: CODE }, "Refused", "Rides refused the sign-in with an error of its own"],
    ["holds no code", { code: "" }, "Refused", "the answer of Rides holds no code"],
    ["comes from elsewhere", { iss: "https://evil.example" }, "Refused", "the answer of Rides does not come from where"]
  ] as const) {
    it.scoped(`that ${what} brings none, and asks for none`, () =>
      Effect.gen(function* () {
        const { asked, provider: rides } = yield* provider([issued()])
        const signIn = yield* http(OAuth.begin(rides, REDIRECT))
        const error = yield* failing(signIn, callback(signIn, members))
        assert.deepInclude(error, { _tag: "SignInError", reason })
        assert.include(error.message, message)
        assert.deepInclude(yield* failing(signIn, callback(signIn)), { reason: "Foreign" })
        assert.strictEqual(asked().length, 0)
      })
    )
  }

  it.scoped("takes an issuer that is declared", () =>
    Effect.gen(function* () {
      const issuer = "https://rides.example/oauth"
      for (const [declared, given] of [
        [{}, (url: URL) => url.origin],
        [{ issuer }, () => issuer]
      ] as const) {
        const { provider: rides } = yield* provider([issued()], () => declared)
        const signIn = yield* http(OAuth.begin(rides, REDIRECT))
        yield* http(signIn.finish(callback(signIn, { iss: given(rides.tokenUrl) })))
      }
    })
  )
})

describe("what was granted", () => {
  const grant = (answer: object, members: Readonly<Record<string, string>>, needed: ReadonlyArray<string> = []) =>
    Effect.gen(function* () {
      const { provider: rides } = yield* provider([issued(answer)], () => ({ needed }))
      const signIn = yield* http(OAuth.begin(rides, REDIRECT))
      return yield* Effect.either(http(signIn.finish(callback(signIn, members))))
    })

  for (const [where, answer, members] of [
    ["the tokens' answer, with spaces", { scope: "read  profile" }, {}],
    ["the tokens' answer, with commas", { scope: "profile,read" }, {}],
    ["the tokens' answer, as a list", { scope: ["read", "profile"] }, {}],
    ["the tokens' answer, of which only scopes count", { scope: "read profile \u001b[31m r\u00e9ad" }, {}],
    ["the address led back to, where the tokens' answer tells none", { scope: 7 }, { scope: "read,profile" }],
    ["the address led back to", {}, { scope: "read,profile" }],
    ["both, where the tokens' answer counts", { scope: "read profile" }, { scope: "read" }]
  ] as const) {
    it.scoped(`is read from ${where}`, () =>
      Effect.gen(function* () {
        const granted = yield* grant(answer, members)
        assert(granted._tag === "Right")
        assert.deepStrictEqual(granted.right.tokens.scopes, ["profile", "read"])
        assert.deepStrictEqual(granted.right.missing, ["activity:read"])
      })
    )
  }

  it.scoped("is all that was wanted where nobody says, and nothing where nothing is said", () =>
    Effect.gen(function* () {
      const granted = yield* grant({}, {}, ["read"])
      assert(granted._tag === "Right")
      assert.deepStrictEqual(granted.right.tokens.scopes, ["activity:read", "read"])
      for (const [answer, members] of [
        [{ scope: "" }, {}],
        [{}, { scope: "" }]
      ] as const) {
        assert.deepInclude(yield* Effect.flip(yield* grant(answer, members, ["read"])), { reason: "Scopes" })
      }
    })
  )

  it.scoped("is refused where something needed is missing", () =>
    Effect.gen(function* () {
      const granted = yield* grant({ scope: "profile" }, {}, ["read", "profile", "activity:read"])
      assert(granted._tag === "Left")
      assert.deepInclude(granted.left, {
        reason: "Scopes",
        detail: "Rides gives less access than is needed: read, activity:read"
      })
    })
  )
})

describe("a code", () => {
  const NOT_RFC = { message: "Bad Request", errors: [{ field: "code", code: "invalid" }] }

  for (const [what, answer, reason] of [
    ["that was used before", refused("invalid_grant"), "Expired"],
    ["that a provider without the RFC's errors refuses", json(NOT_RFC, {}, 400), "Expired"],
    ["of a client with a wrong secret", refused("invalid_client", 401), "Forbidden"],
    ["of a client that nobody else may sign in with", json({}, {}, 403), "Forbidden"],
    ["that the service cannot look at now", json({}, {}, 503), "Unavailable"],
    ["too many", json({}, { "retry-after": "60" }, 429), "RateLimited"],
    ["that leads elsewhere", json({}, { location: "https://evil.example" }, 307), "Redirected"],
    ["that brings no token", json({ token_type: "bearer" }), "Malformed"],
    ["that brings something that is no token", json({ access_token: 7 }), "Malformed"],
    ["that brings a token of an unknown kind", issued({ token_type: "mac" }), "Malformed"],
    ["that brings a text", json("hello"), "Malformed"],
    ["that fails with 200", refused("unsupported_grant_type", 200), "Rejected"]
  ] as const) {
    it.scoped(`${what} is tried once`, () =>
      Effect.gen(function* () {
        const { asked, provider: rides } = yield* provider([answer], () => ({
          isDead: ({ json }) => JSON.stringify(json) === JSON.stringify(NOT_RFC)
        }))
        const signIn = yield* http(OAuth.begin(rides, REDIRECT))
        assert.deepInclude(yield* failing(signIn, callback(signIn)), { reason })
        assert.strictEqual(asked().length, 1)
      })
    )
  }

  it.scoped("is asked for and taken back nowhere without encryption", () =>
    Effect.gen(function* () {
      const { provider: rides } = yield* provider([issued()])
      const authorizeUrl = new URL("http://rides.example/authorize")
      const begun = yield* Effect.flip(http(OAuth.begin({ ...rides, authorizeUrl }, REDIRECT)))
      assert.deepInclude(begun, { reason: "Misbehaved" })
      const signIn = yield* http(OAuth.begin({ ...rides, tokenUrl: new URL("http://rides.example/token") }, REDIRECT))
      assert.deepInclude(yield* failing(signIn, callback(signIn)), { reason: "Misbehaved" })
    })
  )

  it.scoped("may bring tokens in the ways of different providers", () =>
    Effect.gen(function* () {
      for (const [answer, expiresAt] of [
        [{ expires_in: 60, expires_at: 1 }, 60_000],
        [{ expires_in: "60" }, 60_000],
        [{ expires_in: undefined, expires_at: 1_800_000_000 }, 1_800_000_000_000],
        [{ expires_in: null, scope: null, refresh_token: "" }, null],
        [{ expires_in: undefined, token_type: undefined, id_token: "not.looked.at", athlete: { id: 1 } }, null],
        // What is no time does not cost the tokens.
        [{ expires_in: -1, scope: {} }, null],
        [{ expires_in: "never", expires_at: "2026-12-31T00:00:00Z" }, null],
        [{ expires_in: "", expires_at: 1e300 }, null],
        [{ expires_in: 1e12, expires_at: "60" }, 60_000]
      ] as const) {
        const { provider: rides } = yield* provider([issued(answer)])
        const signIn = yield* http(OAuth.begin(rides, REDIRECT))
        const { tokens } = yield* http(signIn.finish(callback(signIn)))
        assert.strictEqual(tokens.expiresAt, expiresAt)
        assert.strictEqual(shown(tokens).refresh, "refresh_token" in answer ? null : REFRESH)
      }
    })
  )
})
