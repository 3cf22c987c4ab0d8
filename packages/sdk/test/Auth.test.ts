// How requests sign in: what they send, when a token is obtained, and what happens to one that is refused.
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import * as Tracer from "effect/Tracer"
import { Auth, Source } from "../src/index.ts"
import { ask, failed, fetching, http, SECRET, services } from "./Asking.ts"
import { type Answer, json, serve } from "./Scripted.ts"

const secret = Redacted.make(SECRET)
const HOUR = 3_600_000

const unavailable = (detail = "away") =>
  new Source.SourceError({ reason: "Unavailable", detail, status: 503, retryAt: null })

/** Tokens `t1`, `t2` … that live an hour, as long as `fails` is not true. */
const issuer = (life: number | null = HOUR) => {
  const state = { issued: 0, fails: false }
  const obtain = Effect.gen(function* () {
    state.issued++
    // Whoever needs one meanwhile gets to wait.
    yield* Effect.yieldNow()
    if (state.fails) return yield* unavailable()
    const now = yield* Effect.clockWith((clock) => clock.currentTimeMillis)
    return { token: Redacted.make(`t${state.issued}`), expiresAt: life === null ? null : now + life }
  })
  return { state, obtain }
}

const sent = Effect.map((credentials: Auth.Credentials) => Redacted.value(credentials.headers.authorization ?? secret))

describe("credentials", () => {
  it.scoped("go into a header of each request", () =>
    Effect.gen(function* () {
      const { asked, url } = yield* serve(json([]))
      const password = Redacted.make("p:w€")
      for (const auth of [Auth.none, Auth.bearer(secret), Auth.header("X-Key", secret), Auth.basic("me", password)]) {
        yield* fetching(url, {}, { auth })
      }
      assert.deepStrictEqual(
        asked.map(({ headers }) => [headers.authorization, headers["x-key"]]),
        [
          [undefined, undefined],
          [`Bearer ${SECRET}`, undefined],
          [undefined, SECRET],
          [`Basic ${Buffer.from("me:p:w€").toString("base64")}`, undefined]
        ]
      )
    })
  )

  it.scoped("that stay the same are not tried twice", () =>
    Effect.gen(function* () {
      const { asked, url } = yield* serve(json({}, {}, 401))
      const { result } = yield* fetching(url)
      assert.deepInclude(failed(result), { reason: "Unauthorized", status: 401 })
      assert.strictEqual(asked.length, 1)
    })
  )
})

describe("a token that is renewed", () => {
  it.effect("is obtained at the first request, once for all that need it", () =>
    Effect.gen(function* () {
      const { obtain, state } = issuer()
      const auth = yield* Auth.renewing({ obtain })
      assert.strictEqual(state.issued, 0)
      const tokens = yield* Effect.all([sent(auth), sent(auth), sent(auth)], { concurrency: 3 })
      assert.deepStrictEqual(tokens, ["Bearer t1", "Bearer t1", "Bearer t1"])
      assert.strictEqual(state.issued, 1)
    })
  )

  it.effect("is replaced five minutes ahead of its end, or as long as is told", () =>
    Effect.gen(function* () {
      for (const [ahead, minutes] of [
        [undefined, 55],
        ["20 minutes", 40]
      ] as const) {
        const { obtain } = issuer()
        const auth = yield* Auth.renewing({ obtain, ...(ahead !== undefined && { ahead }) })
        yield* auth
        yield* TestClock.adjust(minutes * 60_000 - 1)
        assert.strictEqual(yield* sent(auth), "Bearer t1")
        yield* TestClock.adjust(1)
        assert.strictEqual(yield* sent(auth), "Bearer t2")
      }
    })
  )

  it.effect(
    "is used for half its life where that is short, and until it is refused where its end is unknown or past",
    () =>
      Effect.gen(function* () {
        const short = yield* Auth.renewing({ obtain: issuer(60_000).obtain })
        yield* short
        yield* TestClock.adjust(29_999)
        assert.strictEqual(yield* sent(short), "Bearer t1")
        yield* TestClock.adjust(1)
        assert.strictEqual(yield* sent(short), "Bearer t2")
        for (const life of [null, 0, -HOUR]) {
          const auth = yield* Auth.renewing({ obtain: issuer(life).obtain })
          yield* auth
          yield* TestClock.adjust("365 days")
          assert.strictEqual(yield* sent(auth), "Bearer t1")
        }
      })
  )

  it.effect("that cannot be obtained fails all that wait for it, and is tried again by the next", () =>
    Effect.gen(function* () {
      const { obtain, state } = issuer()
      const auth = yield* Auth.renewing({ obtain })
      state.fails = true
      const ends = yield* Effect.all([auth, auth, auth].map(Effect.flip), { concurrency: 3 })
      assert.deepStrictEqual(
        ends.map(({ detail }) => detail),
        ["away", "away", "away"]
      )
      assert.strictEqual(state.issued, 1)
      state.fails = false
      assert.strictEqual(yield* sent(auth), "Bearer t2")
    })
  )

  it.scoped("that cannot be obtained ends the request, which is not repeated", () =>
    Effect.gen(function* () {
      const { asked, url } = yield* serve(json([]))
      const { obtain, state } = issuer()
      state.fails = true
      const { result, waits } = yield* fetching(url, {}, { auth: yield* Auth.renewing({ obtain }) })
      assert.strictEqual(failed(result).detail, "away")
      assert.deepStrictEqual([state.issued, asked.length, waits.length], [1, 0, 0])
    })
  )
})

describe("a token that is refused", () => {
  /** Answers 401 to all tokens but these. */
  const accepting =
    (...tokens: ReadonlyArray<string>): Answer =>
    (response) =>
      json({}, {}, tokens.includes(response.req.headers.authorization ?? "") ? 200 : 401)(response)

  it.scoped("is replaced once, which is no fault and takes no pause", () =>
    Effect.gen(function* () {
      const { asked, url } = yield* serve(accepting("Bearer t2"))
      const auth = yield* Auth.renewing({ obtain: issuer().obtain })
      const { result, waits } = yield* fetching(url, {}, { auth, retry: { attempts: 1 } })
      // No further attempt is allowed here, and none is needed.
      assert.isTrue(Either.isRight(result))
      assert.deepStrictEqual(
        asked.map(({ headers }) => headers.authorization),
        ["Bearer t1", "Bearer t2"]
      )
      assert.deepStrictEqual(waits, [])
    })
  )

  it.scoped("ends the request the second time, whatever came between", () =>
    Effect.gen(function* () {
      for (const between of [[], [json({}, {}, 500)]]) {
        const { asked, url } = yield* serve(accepting(), ...between, accepting())
        const { obtain, state } = issuer()
        const { result } = yield* fetching(url, {}, { auth: yield* Auth.renewing({ obtain }) })
        assert.deepInclude(failed(result), { reason: "Unauthorized", status: 401 })
        assert.strictEqual(asked.length, 2 + between.length)
        assert.strictEqual(state.issued, 2)
      }
    })
  )

  it.scoped("is dropped only if no other request was first", () =>
    Effect.gen(function* () {
      const { asked, url } = yield* serve(accepting("Bearer t2"))
      const { obtain, state } = issuer()
      yield* Effect.gen(function* () {
        const { get } = yield* http(url, { auth: yield* Auth.renewing({ obtain }), concurrency: 3 })
        yield* Effect.all([get(ask), get(ask), get(ask)], { concurrency: 3 })
      }).pipe(services, Effect.provide(FetchHttpClient.layer))
      assert.strictEqual(state.issued, 2)
      assert.strictEqual(asked.length, 6)
    })
  )
})

describe("a secret", () => {
  it.scoped("is in no error, span or log", () =>
    Effect.gen(function* () {
      const seen: Array<unknown> = []
      const native = yield* Effect.tracer
      const tracer = Tracer.make({
        ...native,
        span: (...all) => {
          const span = native.span(...all)
          seen.push(span)
          return span
        }
      })
      const logger = Logger.make(({ cause, message }) => void seen.push(message, Cause.pretty(cause)))
      const obtain = Effect.succeed({ token: secret, expiresAt: null })
      const auths = [
        Auth.bearer(secret),
        Auth.header("x-key", secret),
        Auth.basic("me", secret),
        yield* Auth.renewing({ obtain })
      ]
      const lost = yield* Effect.scoped(serve(json([])))
      yield* Effect.gen(function* () {
        for (const auth of auths) {
          for (const code of [401, 403, 422, 429, 500]) {
            const { url } = yield* serve(json({ message: `you said ${SECRET}` }, {}, code))
            const { result } = yield* fetching(url, { json: { key: SECRET }, method: "POST" }, { auth })
            seen.push(result)
            yield* Effect.logError("refused", Cause.fail(failed(result)))
          }
          seen.push((yield* fetching(lost.url, {}, { auth })).result)
        }
      }).pipe(Effect.withTracer(tracer), Effect.provide(Logger.replace(Logger.defaultLogger, logger)))
      const plain = (_: string, value: unknown) =>
        value instanceof Map ? [...value] : typeof value === "bigint" ? String(value) : value
      const all = JSON.stringify(seen, plain)
      for (const expected of ["POST /things/{id}", "ECONNREFUSED", "refused"]) assert.include(all, expected)
      for (const form of [SECRET, Buffer.from(`me:${SECRET}`).toString("base64")]) assert.notInclude(all, form)
    })
  )
})
