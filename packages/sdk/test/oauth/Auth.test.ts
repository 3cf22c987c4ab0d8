// Requests that sign in with the tokens of a connection: when those are renewed, what a service's refusal costs, and that
// nothing secret gets out.
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import * as Tracer from "effect/Tracer"
import { Connections, OAuth, type Source } from "../../src/index.ts"
import { failed, fetching } from "../Asking.ts"
import { type Answer, json, serve } from "../Scripted.ts"
import { ACCESS, CANARIES, http, issued, provider, REFRESH, refused, SECRET, signedIn, tokens } from "./Provider.ts"

const HOUR = 3_600_000

/** Sign in as `rides`, with an in-memory connection of this test's own. */
const test = <A, E>(effect: Effect.Effect<A, E, Effect.Effect.Context<ReturnType<typeof auth>> | Scope>) =>
  effect.pipe(http, Effect.provide(Connections.layerMemory))
type Scope = Effect.Effect.Context<ReturnType<typeof serve>>

const auth = (rides: OAuth.Provider) => OAuth.auth(rides, "rides")

/** What a request would send. */
const sent = Effect.map((credentials: { headers: Readonly<Record<string, Redacted.Redacted>> }) =>
  Redacted.value(credentials.headers.authorization ?? Redacted.make(""))
)

describe("the tokens of a person", () => {
  it.scoped("are used while they are good, and renewed five minutes ahead of their end", () =>
    test(
      Effect.gen(function* () {
        const { asked, provider: rides } = yield* provider([issued()])
        yield* signedIn(tokens({ expiresAt: HOUR }))
        const credentials = yield* auth(rides)
        yield* TestClock.setTime(HOUR - 300_001)
        assert.strictEqual(yield* sent(credentials), "Bearer old-access")
        assert.strictEqual(asked().length, 0)
        yield* TestClock.adjust(1)
        const all = yield* Effect.all(
          [1, 2, 3].map(() => sent(credentials)),
          { concurrency: 3 }
        )
        assert.deepStrictEqual(new Set(all), new Set([`Bearer ${ACCESS}`]))
        assert.deepStrictEqual(asked(), [
          {
            method: "POST",
            url: "/token",
            authorization: undefined,
            form: {
              grant_type: "refresh_token",
              refresh_token: "old-refresh",
              client_id: "inlet",
              client_secret: SECRET
            }
          }
        ])
      })
    )
  )

  it.scoped("keep what a renewal does not replace, and replace what it does", () =>
    test(
      Effect.gen(function* () {
        const { asked, provider: rides } = yield* provider([
          json({ access_token: "second", token_type: "bearer", expires_in: 0 }),
          json({ access_token: "third", token_type: "bearer", expires_in: 0, refresh_token: REFRESH, scope: "read" }),
          issued()
        ])
        yield* signedIn(tokens({ expiresAt: 0 }))
        const credentials = yield* auth(rides)
        assert.strictEqual(yield* sent(credentials), "Bearer second")
        assert.strictEqual(yield* sent(credentials), "Bearer third")
        assert.strictEqual(yield* sent(credentials), `Bearer ${ACCESS}`)
        assert.deepStrictEqual(
          asked().map(({ form }) => form.refresh_token),
          ["old-refresh", "old-refresh", REFRESH]
        )
      })
    )
  )

  it.scoped("are renewed once where the service refuses them, and the request goes on", () =>
    test(
      Effect.gen(function* () {
        const { asked, provider: rides } = yield* provider([issued()])
        yield* signedIn(tokens())
        const service = yield* serve((response) =>
          json({}, {}, response.req.headers.authorization === `Bearer ${ACCESS}` ? 200 : 401)(response)
        )
        const { result, waits } = yield* fetching(service.url, {}, { auth: yield* auth(rides) })
        assert.isTrue(Either.isRight(result))
        assert.deepStrictEqual(waits, [])
        assert.deepStrictEqual([asked().length, service.asked.length], [1, 2])
      })
    )
  )

  it.scoped("are nobody's before somebody signed in", () =>
    test(
      Effect.gen(function* () {
        const { asked, provider: rides } = yield* provider([issued()])
        const error = yield* Effect.flip(yield* auth(rides))
        assert.deepInclude(error, { reason: "Unauthorized", detail: "nobody is signed in to Rides" })
        assert.strictEqual(asked().length, 0)
      })
    )
  )

  it.scoped("end where the service issued none to prolong them", () =>
    test(
      Effect.gen(function* () {
        const { asked, provider: rides } = yield* provider([issued()])
        yield* signedIn(tokens({ refresh: null, expiresAt: 1 }))
        yield* TestClock.adjust(1)
        assert.deepInclude(yield* Effect.flip(yield* auth(rides)), { reason: "Unauthorized" })
        assert.strictEqual(asked().length, 0)
      })
    )
  )
})

describe("a renewal that fails", () => {
  const NOT_RFC = { message: "Bad Request", errors: [{ resource: "RefreshToken", code: "invalid" }] }
  const hang: Answer = (response) => response.req.socket.resetAndDestroy()

  const failures: ReadonlyArray<readonly [string, Answer, Source.SourceError["reason"]]> = [
    ["since the tokens are dead", refused("invalid_grant"), "Unauthorized"],
    ["since the tokens are dead, at 401", refused("invalid_grant", 401), "Unauthorized"],
    ["since the tokens are dead, in words of the provider's own", json(NOT_RFC, {}, 400), "Unauthorized"],
    ["for a wrong secret", refused("invalid_client", 401), "Forbidden"],
    ["with 401 alone", json({}, {}, 401), "Forbidden"],
    ["with 400 alone", json({}, {}, 400), "Rejected"],
    ["with 500", json({}, {}, 500), "Unavailable"],
    ["with 503 and a time", json({}, { "retry-after": "9" }, 503), "Unavailable"],
    ["with an error of the service's", refused("temporarily_unavailable"), "Unavailable"],
    ["for a limit", json({}, {}, 429), "RateLimited"],
    ["for a limit that comes with 200", json({ error: "slow" }), "Rejected"],
    ["with a lost answer", hang, "Unavailable"],
    ["with a web page", (response) => response.writeHead(200).end("<html>"), "Malformed"],
    ["with a redirect", json({}, { location: "https://evil.example/" }, 302), "Redirected"],
    ["with a flood", (response) => response.writeHead(200).end("x".repeat(1_100_000)), "Misbehaved"]
  ]
  for (const [what, answer, reason] of failures) {
    it.scoped(`${what} is tried once, and costs the tokens only if they are dead`, () =>
      test(
        Effect.gen(function* () {
          const { asked, provider: rides } = yield* provider([answer, issued()], () => ({
            isDead: ({ json }) => JSON.stringify(json) === JSON.stringify(NOT_RFC)
          }))
          yield* signedIn(tokens({ expiresAt: 0 }))
          const credentials = yield* auth(rides)
          assert.deepInclude(yield* Effect.flip(credentials), { _tag: "SourceError", reason })
          assert.strictEqual(asked().length, 1)
          const next = yield* Effect.either(sent(credentials))
          if (reason === "Unauthorized") assert.strictEqual(failed(next).detail, "nobody is signed in to Rides")
          else assert.deepStrictEqual(next, Either.right(`Bearer ${ACCESS}`))
        })
      )
    )
  }

  it.scoped("says when to come back", () =>
    test(
      Effect.gen(function* () {
        const { provider: rides } = yield* provider([json({}, { "retry-after": "90" }, 429)])
        yield* signedIn(tokens({ expiresAt: 0 }))
        assert.deepInclude(yield* Effect.flip(yield* auth(rides)), { reason: "RateLimited", retryAt: 90_000 })
      })
    )
  )

  it.scoped("in time is not waited for", () =>
    test(
      Effect.gen(function* () {
        const came = yield* Deferred.make<void>()
        const { provider: rides } = yield* provider([() => Deferred.unsafeDone(came, Effect.void)])
        yield* signedIn(tokens({ expiresAt: 0 }))
        const fiber = yield* Effect.fork(Effect.flip(yield* auth(rides)))
        yield* Deferred.await(came)
        yield* TestClock.adjust("30 seconds")
        assert.deepInclude(yield* Fiber.join(fiber), {
          reason: "Unavailable",
          detail: "Rides did not answer POST /token in time"
        })
      })
    )
  )
})

describe("a renewal under way", () => {
  it.scoped("is finished where whoever waits for it is stopped", () =>
    test(
      Effect.gen(function* () {
        const came = yield* Deferred.make<Parameters<Answer>[0]>()
        const { asked, provider: rides } = yield* provider([
          (response) => Deferred.unsafeDone(came, Effect.succeed(response))
        ])
        const credentials = yield* auth(rides)
        yield* signedIn(tokens({ expiresAt: 0 }))
        const fiber = yield* Effect.fork(credentials)
        const response = yield* Deferred.await(came)
        const stopping = yield* Effect.fork(Fiber.interrupt(fiber))
        yield* Effect.yieldNow()
        issued()(response)
        yield* Fiber.join(stopping)
        assert.strictEqual(yield* sent(credentials), `Bearer ${ACCESS}`)
        assert.strictEqual(asked().length, 1)
      })
    )
  )
})

describe("a machine", () => {
  it.scoped("signs in by itself, when it needs to, and again", () =>
    test(
      Effect.gen(function* () {
        const answer = (token: string) => json({ token_type: "Bearer", access_token: token, refresh_token: "unused" })
        const { asked, provider: rides } = yield* provider([answer("first"), answer("second")], () => ({
          grant: "client_credentials",
          clientAuth: "basic"
        }))
        const credentials = yield* auth(rides)
        assert.strictEqual(asked().length, 0)
        assert.strictEqual(yield* sent(credentials), "Bearer first")
        assert.strictEqual(yield* sent(credentials), "Bearer first")
        yield* Effect.flatMap(credentials, ({ refused }) => refused)
        assert.strictEqual(yield* sent(credentials), "Bearer second")
        const form = { grant_type: "client_credentials", scope: "read activity:read" }
        assert.deepStrictEqual(
          asked().map(({ form }) => form),
          [form, form]
        )
      })
    )
  )
})

describe("tokens that are given back", () => {
  const revoke = (answers: ReadonlyArray<Answer>, more: Partial<OAuth.Provider> = {}, kept = tokens()) =>
    Effect.gen(function* () {
      const { asked, provider: rides } = yield* provider(answers, () => more)
      const result = yield* Effect.either(OAuth.revoke(rides, kept))
      return { asked: asked(), result }
    }).pipe(http)

  const done: Answer = (response) => response.writeHead(200).end()

  it.scoped("are named by the one that the others hang on", () =>
    Effect.gen(function* () {
      const person = yield* revoke([done])
      const [{ form, url } = {}] = person.asked
      assert.deepStrictEqual(person.result, Either.right(true))
      assert.strictEqual(url, "/revoke")
      assert.deepInclude(form, { token: "old-refresh", token_type_hint: "refresh_token", client_secret: SECRET })
      const machine = yield* revoke([done], {}, tokens({ refresh: null }))
      assert.deepInclude(machine.asked[0]?.form, { token: "old-access", token_type_hint: "access_token" })
    })
  )

  it.scoped("may be taken from a client that says otherwise who it is", () =>
    Effect.gen(function* () {
      const { asked } = yield* revoke([done], { revokeAuth: "basic" })
      assert.match(asked[0]?.authorization ?? "", /^Basic /)
      assert.doesNotHaveAnyKeys(asked[0]?.form ?? {}, ["client_secret"])
    })
  )

  it.scoped("that are not known any more are gone", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual((yield* revoke([refused("invalid_grant")])).result, Either.right(true))
    })
  )

  it.scoped("are not taken by everyone, nor at every time", () =>
    Effect.gen(function* () {
      const { provider: rides } = yield* provider([done])
      const { revokeUrl: _, ...without } = rides
      assert.isFalse(yield* http(OAuth.revoke(without, tokens())))
      assert.deepInclude(failed((yield* revoke([json({}, {}, 503)])).result), { reason: "Unavailable" })
    })
  )
})

describe("a secret", () => {
  it.scoped("is in no error and no span, whatever the provider says", () =>
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
      const told = { message: CANARIES.join(" "), error: CANARIES[2], error_description: CANARIES.join(" ") }
      yield* Effect.gen(function* () {
        for (const code of [200, 301, 400, 401, 403, 404, 429, 500]) {
          const { provider: rides } = yield* provider([json(told, { location: `https://x.example/${REFRESH}` }, code)])
          yield* signedIn(tokens({ refresh: Redacted.make(REFRESH), access: Redacted.make(ACCESS), expiresAt: 0 }))
          const error = yield* Effect.flip(yield* auth(rides))
          seen.push(error, Cause.pretty(Cause.fail(error)))
          seen.push(yield* Effect.flip(OAuth.revoke(rides, tokens({ refresh: Redacted.make(REFRESH) }))))
        }
      }).pipe(test, Effect.withTracer(tracer))
      const plain = (_: string, value: unknown) =>
        value instanceof Map ? [...value] : typeof value === "bigint" ? String(value) : value
      const all = JSON.stringify(seen, plain)
      for (const expected of ["POST /token", "POST /revoke", "Rides answered 400"]) assert.include(all, expected)
      for (const canary of CANARIES) assert.notInclude(all, canary)
    })
  )
})
