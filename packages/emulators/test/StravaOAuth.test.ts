import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { type Answer, fault, now, readTokens, start } from "./StravaClient.ts"

const returned = ({ headers }: Answer) => new URL(headers.get("location") ?? "").searchParams
const codeOf = (answer: Answer) => returned(answer).get("code") ?? ""
const scopes = ["read", "activity:read_all"] as const
const epoch = Date.parse(now) / 1000

describe("authorising", () => {
  it.scoped("leads back with a code, the state and the scopes that are granted", () =>
    Effect.gen(function* () {
      const strava = yield* start()
      const answer = yield* strava.authorize()
      assert.strictEqual(answer.status, 302)
      assert.match(answer.headers.get("location") ?? "", /^http:\/\/127\.0\.0\.1:9\/callback\?/)
      assert.strictEqual(returned(answer).get("state"), "s t&te")
      assert.strictEqual(returned(answer).get("scope"), "read,activity:read_all")
      assert.match(codeOf(answer), /^[0-9a-f]{40}$/)

      yield* strava.control("PUT", "behaviour", { granted: ["read"] })
      assert.strictEqual(returned(yield* strava.authorize()).get("scope"), "read")
      yield* strava.control("PUT", "behaviour", { consent: "unwilling" })
      const refused = yield* strava.authorize()
      assert.deepStrictEqual(
        [...returned(refused)],
        [
          ["state", "s t&te"],
          ["error", "access_denied"]
        ]
      )
    })
  )

  it.scoped("refuses what is wrong without leading anywhere", () =>
    Effect.gen(function* () {
      const strava = yield* start()
      for (const [query, wrong] of [
        [{ client_id: "1" }, "Application/client_id/invalid"],
        [{ redirect_uri: "https://example.com/callback" }, "Application/redirect_uri/invalid"],
        [{ redirect_uri: "http://127.0.0.1.example.com/" }, "Application/redirect_uri/invalid"],
        [{ redirect_uri: "localhost" }, "Application/redirect_uri/invalid"],
        [{ response_type: "token" }, "Authorize/response_type/invalid"],
        [{ scope: "read activity:read" }, "Authorize/scope/invalid"],
        [{ scope: "" }, "Authorize/scope/invalid"],
        [{ approval_prompt: "never" }, "Authorize/approval_prompt/invalid"]
      ] as const) {
        assert.strictEqual(fault(yield* strava.authorize({ ...query })), `400 Bad Request ${wrong}`)
      }
      assert.strictEqual((yield* strava.authorize({ redirect_uri: "http://localhost:1234/any/where" })).status, 302)
    })
  )

  it.scoped("asks the athlete, who leaves a box empty or cancels", () =>
    Effect.gen(function* () {
      const strava = yield* start({ behaviour: { consent: "ask" } })
      const other = strava.athletes[1]?.id ?? 0
      const page = yield* strava.authorize({ scope: "read,activity:read", approval_prompt: "force" })
      assert.strictEqual(page.status, 200)
      for (const part of ['value="activity:read" checked', ">Authorize<", ">Cancel<", "Keoni Akana"])
        assert.include(page.text, part)
      const query = { scope: "read,activity:read" }
      const form = new URLSearchParams({ athlete: String(other), scope: "read", decision: "authorize" })
      const agreed = yield* strava.authorize(query, { form })
      assert.strictEqual(returned(agreed).get("scope"), "read")
      const tokens = readTokens((yield* strava.exchange(codeOf(agreed))).text)
      assert.strictEqual(tokens.athlete?.id, other)
      assert.strictEqual(tokens.scope, "read")
      const cancelled = yield* strava.authorize(query, { form: new URLSearchParams({ decision: "cancel" }) })
      assert.strictEqual(returned(cancelled).get("error"), "access_denied")

      // Who agreed before is asked again only for more, or on demand.
      yield* strava.control("PUT", "behaviour", { signedIn: other })
      assert.strictEqual((yield* strava.authorize({ scope: "read" })).status, 302)
      assert.strictEqual((yield* strava.authorize({ scope: "read", approval_prompt: "force" })).status, 200)
      assert.strictEqual((yield* strava.authorize()).status, 200)
    })
  )

  it.scoped("stops at the application's capacity", () =>
    Effect.gen(function* () {
      const strava = yield* start({ behaviour: { capacity: 1 } })
      assert.strictEqual((yield* strava.authorize()).status, 302)
      yield* strava.control("PUT", "behaviour", { signedIn: strava.athletes[1]?.id })
      assert.strictEqual(fault(yield* strava.authorize()), "403 Limit of connected athletes exceeded")
    })
  )
})

describe("a code", () => {
  it.scoped("gives tokens and the athlete, once", () =>
    Effect.gen(function* () {
      const strava = yield* start()
      const code = codeOf(yield* strava.authorize())
      const tokens = readTokens((yield* strava.exchange(code)).text)
      assert.deepInclude(tokens, { expires_at: epoch + 21_600, expires_in: 21_600, scope: scopes.join(" ") })
      assert.strictEqual(tokens.athlete?.id, strava.athletes[0]?.id)
      assert.strictEqual((yield* strava.get("/athlete", tokens.access_token)).status, 200)
      assert.strictEqual(fault(yield* strava.exchange(code)), "400 Bad Request AuthorizationCode/code/invalid")
      // What the code gave is not harmed by that.
      assert.strictEqual((yield* strava.get("/athlete", tokens.access_token)).status, 200)
    })
  )

  it.scoped("is good for ten minutes, at both addresses", () =>
    Effect.gen(function* () {
      const strava = yield* start()
      const old = codeOf(yield* strava.authorize())
      const older = codeOf(yield* strava.authorize())
      yield* TestClock.adjust("599 seconds")
      const answer = yield* strava.form(`${strava.apiUrl}/oauth/token`, {
        client_id: strava.clientId,
        client_secret: strava.clientSecret,
        grant_type: "authorization_code",
        code: old
      })
      assert.strictEqual(answer.status, 200)
      yield* TestClock.adjust("1 seconds")
      assert.strictEqual((yield* strava.exchange(older)).status, 400)
    })
  )

  it.scoped("needs the application's own id and secret", () =>
    Effect.gen(function* () {
      const strava = yield* start({ clientId: "77", clientSecret: "s3cret" })
      const code = codeOf(yield* strava.authorize())
      for (const [members, wrong] of [
        [{ client_id: "1" }, "400 Bad Request Application/client_id/invalid"],
        [{ client_secret: "" }, "401 Authorization Error Application//invalid"],
        [{ grant_type: "password" }, "400 Bad Request Authorize/grant_type/invalid"]
      ] as const)
        assert.strictEqual(fault(yield* strava.exchange(code, { ...members })), wrong)
      assert.strictEqual((yield* strava.exchange(code)).status, 200)
    })
  )
})

describe("a refresh", () => {
  it.scoped("gives a new pair, and the old refresh token is dead at once", () =>
    Effect.gen(function* () {
      const strava = yield* start()
      const first = strava.tokens.issue({ scopes })
      yield* TestClock.adjust("10 seconds")
      const second = readTokens((yield* strava.refresh(first.refreshToken)).text)
      assert.deepInclude(second, { expires_at: epoch + 21_610, expires_in: 21_600, scope: scopes.join(" ") })
      assert.notProperty(second, "athlete")
      assert.notStrictEqual(second.access_token, first.accessToken)
      assert.notStrictEqual(second.refresh_token, first.refreshToken)
      const dead = "400 Bad Request RefreshToken/refresh_token/invalid"
      assert.strictEqual(fault(yield* strava.refresh(first.refreshToken)), dead)
      assert.strictEqual((yield* strava.get("/athlete", first.accessToken)).status, 200)
      assert.strictEqual((yield* strava.refresh(second.refresh_token)).status, 200)
      // The journal tells what was asked for, and no token.
      const journal = (yield* strava.control("GET", "journal?path=/oauth/token")).text
      assert.include(journal, `"note":{"grant_type":"refresh_token","athlete":${strava.athletes[0]?.id}}`)
      assert.notInclude(journal, second.refresh_token)
    })
  )

  it.scoped("gives the same pair with less time left, until an hour before the end, where it is set so", () =>
    Effect.gen(function* () {
      const strava = yield* start({ behaviour: { rotate: "near-expiry" } })
      const first = strava.tokens.issue()
      yield* TestClock.adjust("17999 seconds")
      const same = readTokens((yield* strava.refresh(first.refreshToken)).text)
      assert.deepInclude(same, {
        access_token: first.accessToken,
        refresh_token: first.refreshToken,
        expires_at: epoch + 21_600,
        expires_in: 3601
      })
      yield* TestClock.adjust("1 seconds")
      const next = readTokens((yield* strava.refresh(first.refreshToken)).text)
      assert.notStrictEqual(next.access_token, first.accessToken)
      assert.strictEqual((yield* strava.refresh(first.refreshToken)).status, 400)
    })
  )

  it.scoped("that is answered into a reset connection has rotated all the same", () =>
    Effect.gen(function* () {
      const strava = yield* start()
      const { refreshToken } = strava.tokens.issue()
      yield* strava.control("POST", "faults", { match: { path: "/oauth/token" }, action: { type: "reset-after" } })
      yield* Effect.exit(strava.refresh(refreshToken))
      assert.strictEqual((yield* strava.refresh(refreshToken)).status, 400)
    })
  )
})

describe("access", () => {
  it.scoped("ends after six hours by the emulator's clock", () =>
    Effect.gen(function* () {
      const strava = yield* start()
      const { accessToken, refreshToken } = strava.tokens.issue()
      yield* TestClock.adjust("21599 seconds")
      assert.strictEqual((yield* strava.get("/athlete", accessToken)).status, 200)
      yield* TestClock.adjust("1 seconds")
      const over = yield* strava.get("/athlete", accessToken)
      assert.strictEqual(fault(over), "401 Authorization Error Athlete/access_token/invalid")
      const next = readTokens((yield* strava.refresh(refreshToken)).text)
      yield* strava.control("POST", "advance", { days: 0.25 })
      assert.strictEqual((yield* strava.get("/athlete", next.access_token)).status, 401)
    })
  )

  it.scoped("is given back by either token, and nobody else's", () =>
    Effect.gen(function* () {
      const strava = yield* start()
      const basic = Buffer.from(`${strava.clientId}:${strava.clientSecret}`).toString("base64")
      const revoke = (token: string, authorization = `Basic ${basic}`) =>
        strava.form(`${strava.authUrl}/revoke`, { token }, { authorization })
      const [one, two, kept] = [strava.tokens.issue(), strava.tokens.issue(), strava.tokens.issue()]
      const refused = yield* revoke(one.accessToken, "Basic bm9ib2R5Om5vbmU=")
      assert.strictEqual(fault(refused), "401 Authorization Error Application//invalid")
      assert.strictEqual((yield* revoke(one.accessToken)).status, 200)
      assert.strictEqual((yield* revoke(two.refreshToken)).status, 200)
      assert.strictEqual((yield* revoke("unknown")).status, 200)
      for (const { accessToken, refreshToken } of [one, two]) {
        assert.strictEqual((yield* strava.get("/athlete", accessToken)).status, 401)
        assert.strictEqual((yield* strava.refresh(refreshToken)).status, 400)
      }
      assert.strictEqual((yield* strava.get("/athlete", kept.accessToken)).status, 200)
    })
  )

  it.scoped("is given back in the old way, which costs a call", () =>
    Effect.gen(function* () {
      const strava = yield* start()
      const [one, other] = [strava.tokens.issue(), strava.tokens.issue()]
      const answer = yield* strava.form(`${strava.authUrl}/deauthorize`, {}, strava.bearer(one.accessToken))
      assert.strictEqual(answer.text, JSON.stringify({ access_token: one.accessToken }))
      assert.strictEqual(answer.headers.get("x-ratelimit-usage"), "1,1")
      assert.strictEqual(answer.headers.get("x-readratelimit-usage"), "0,0")
      // The athlete is gone, with all tokens.
      assert.strictEqual((yield* strava.refresh(other.refreshToken)).status, 400)
      const again = yield* strava.form(`${strava.authUrl}/deauthorize`, {}, strava.bearer(one.accessToken))
      assert.strictEqual(again.status, 401)
    })
  )

  it.scoped("is given and taken back from outside", () =>
    Effect.gen(function* () {
      const strava = yield* start()
      const athlete = strava.athletes[1]?.id ?? 0
      const { text } = yield* strava.control("POST", "grant", { athlete, scopes: ["activity:read"] })
      const tokens = readTokens(text)
      assert.strictEqual(tokens.scope, "activity:read")
      assert.strictEqual((yield* strava.get(`/athletes/${athlete}/stats`, tokens.access_token)).status, 200)
      assert.strictEqual((yield* strava.control("POST", "revoke", { athlete })).status, 200)
      assert.strictEqual((yield* strava.get("/athlete", tokens.access_token)).status, 401)
      assert.strictEqual((yield* strava.refresh(tokens.refresh_token)).status, 400)
      assert.strictEqual((yield* strava.control("POST", "revoke", { athlete })).status, 404)
      // The other athlete's stay.
      assert.strictEqual((yield* strava.get("/athlete")).status, 200)
    })
  )
})
