import { assert, describe, it } from "@effect/vitest"
import { Connection, Connections, Event, EventStore, Leases, Source, TokenStore } from "@inlet/core"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import * as MemoryStore from "./MemoryStore.ts"

const STRAVA = "strava"
const HOUR = 3_600_000

const issued = (name: string, expiresAt: number | null = null): TokenStore.Tokens => ({
  access: Redacted.make(`access ${name}`),
  refresh: Redacted.make(`refresh ${name}`),
  expiresAt,
  scopes: ["read"]
})

const nameOf = ({ access }: TokenStore.Tokens) => Redacted.value(access).replace("access ", "")

/** A store of tokens that everybody shares, as processes share a file. */
class Shared {
  readonly memory = new MemoryStore.Memory()
  readonly kept = new Map<string, TokenStore.Kept>()
  readonly reasons: Array<string> = []
  /** Happens once, right behind the next look. */
  meanwhile: Effect.Effect<unknown> = Effect.void
  /** What reading ends with. */
  broken: TokenStore.TokenError | EventStore.StoreError | null = null

  readonly tokens: TokenStore.TokenStore["Type"] = {
    get: (connection) =>
      Effect.suspend(() => {
        if (this.broken !== null) return Effect.fail(this.broken)
        const { meanwhile } = this
        this.meanwhile = Effect.void
        return Effect.as(meanwhile, this.kept.get(connection) ?? null)
      }),
    version: (connection) => Effect.sync(() => this.kept.get(connection)?.version ?? 0),
    replace: (connection, expected, tokens, reason) =>
      Effect.flatMap(Clock.currentTimeMillis, (at) => {
        const actual = this.kept.get(connection)?.version ?? 0
        const stream = Event.connection(connection)
        if (actual !== expected) return new EventStore.VersionConflict({ stream, expected, actual })
        const kept = { version: actual + 1, at, tokens }
        this.kept.set(connection, kept)
        this.reasons.push(reason)
        return Effect.succeed(kept)
      })
  }

  /** What is kept of the connection that the tests use. */
  get name() {
    const tokens = this.kept.get(STRAVA)?.tokens ?? null
    return tokens === null ? null : nameOf(tokens)
  }

  /** Another process with the same store. */
  readonly process = Layer.build(
    Connection.layer.pipe(
      Layer.provideMerge(Layer.succeed(TokenStore.TokenStore, this.tokens)),
      Layer.provideMerge(MemoryStore.layer(this.memory)),
      Layer.fresh
    )
  ).pipe(
    Effect.map((context) => ({
      ...Context.get(context, Connections.Connections),
      leases: Context.get(context, Leases.Leases)
    }))
  )
}

const failure = (reason: Source.SourceError["reason"], detail = "the service is not there") =>
  new Source.SourceError({ reason, detail, status: null, retryAt: null })

/** Asks for `2`, `3` and so on, each good for an hour, and counts how often. */
const service = () => {
  const asked: Array<string | null> = []
  const renew: Connections.Want["renew"] = (old) =>
    Effect.map(Clock.currentTimeMillis, (now) => {
      asked.push(old === null ? null : nameOf(old))
      return issued(String(asked.length + 1), now + HOUR)
    })
  return { asked, renew }
}

const want = (renew: Connections.Want["renew"], refused: string | null = null): Connections.Want => ({
  connection: STRAVA,
  ahead: 300_000,
  refused: refused === null ? null : Redacted.make(`access ${refused}`),
  renew
})

describe("kept tokens", () => {
  it.scoped("are handed out until five minutes before their end", () =>
    Effect.gen(function* () {
      const shared = new Shared()
      const { asked, renew } = service()
      const { authorize, tokens } = yield* shared.process
      yield* authorize(STRAVA, issued("1", HOUR))
      yield* TestClock.adjust("54 minutes")
      assert.strictEqual(nameOf(yield* tokens(want(renew))), "1")
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(nameOf(yield* tokens(want(renew))), "2")
      assert.strictEqual(nameOf(yield* tokens(want(renew))), "2")
      assert.deepStrictEqual(asked, ["1"])
      assert.deepStrictEqual(shared.reasons, ["authorized", "refreshed"])
    })
  )

  it.scoped("that live shorter than that are handed out for half their life, by every process", () =>
    Effect.gen(function* () {
      const shared = new Shared()
      const { asked, renew } = service()
      yield* (yield* shared.process).authorize(STRAVA, issued("1", 60_000))
      yield* TestClock.adjust("29 seconds")
      assert.strictEqual(nameOf(yield* (yield* shared.process).tokens(want(renew))), "1")
      yield* TestClock.adjust("1 seconds")
      assert.strictEqual(nameOf(yield* (yield* shared.process).tokens(want(renew))), "2")
      assert.deepStrictEqual(asked, ["1"])
    })
  )

  it.scoped("that came expired, by a wrong clock, are handed out until they are refused", () =>
    Effect.gen(function* () {
      const shared = new Shared()
      const { asked, renew } = service()
      yield* TestClock.adjust("2 hours")
      const { authorize, tokens } = yield* shared.process
      yield* authorize(STRAVA, issued("1", HOUR))
      yield* TestClock.adjust("5 hours")
      assert.strictEqual(nameOf(yield* tokens(want(renew))), "1")
      assert.deepStrictEqual(asked, [])
      assert.strictEqual(nameOf(yield* tokens(want(renew, "1"))), "2")
      assert.deepStrictEqual(asked, ["1"])
    })
  )

  it.scoped("that were refused are renewed, once for all who were refused", () =>
    Effect.gen(function* () {
      const shared = new Shared()
      const { asked, renew } = service()
      const { authorize, tokens } = yield* shared.process
      yield* authorize(STRAVA, issued("1"))
      const all = yield* Effect.all(
        Array.from({ length: 5 }, () => tokens(want(renew, "1"))),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(all.map(nameOf), ["2", "2", "2", "2", "2"])
      assert.deepStrictEqual(asked, ["1"])
    })
  )

  it.scoped("are not handed out where the service gives the refused one again", () =>
    Effect.gen(function* () {
      const shared = new Shared()
      const { authorize, tokens } = yield* shared.process
      yield* authorize(STRAVA, issued("1"))
      const error = yield* Effect.flip(tokens(want(() => Effect.succeed(issued("1")), "1")))
      assert.strictEqual(error.reason, "Unauthorized")
      assert.include(error.message, "inlet login strava")
      assert.strictEqual(shared.name, "1")
    })
  )

  it.scoped("are asked of nothing where nobody has signed in, as machines do", () =>
    Effect.gen(function* () {
      const shared = new Shared()
      const { asked, renew } = service()
      const { tokens } = yield* shared.process
      assert.strictEqual(nameOf(yield* tokens(want(renew))), "2")
      assert.deepStrictEqual(asked, [null])
      assert.deepStrictEqual(shared.reasons, ["authorized"])
    })
  )

  it.scoped("that nobody has are no fact", () =>
    Effect.gen(function* () {
      const shared = new Shared()
      const { tokens } = yield* shared.process
      const error = yield* Effect.flip(tokens(want(() => failure("Unauthorized", "nobody is signed in to Strava"))))
      assert.strictEqual(error.message, "nobody is signed in to Strava: sign in with inlet login strava")
      assert.deepStrictEqual(shared.reasons, [])
    })
  )
})

describe("renewing", () => {
  it.scoped("is done once for all streams of eight processes, and kept before anybody has it", () =>
    Effect.gen(function* () {
      const shared = new Shared()
      const { asked, renew } = service()
      const slowly: Connections.Want["renew"] = (old) => Effect.delay(renew(old), "3 seconds")
      const processes = yield* Effect.all(Array.from({ length: 8 }, () => shared.process))
      shared.kept.set(STRAVA, { version: 1, at: -2 * HOUR, tokens: issued("1", -HOUR) })
      const seen = yield* Effect.fork(
        Effect.forEach(
          [...processes, ...processes, ...processes],
          ({ tokens }) => Effect.map(tokens(want(slowly)), (one) => [nameOf(one), shared.name]),
          { concurrency: "unbounded" }
        )
      )
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(
        yield* Fiber.join(seen),
        Array.from({ length: 24 }, () => ["2", "2"])
      )
      assert.deepStrictEqual(asked, ["1"])
    })
  )

  it.scoped("is not done where another process was faster, after the last look at what is kept", () =>
    Effect.gen(function* () {
      const shared = new Shared()
      const { asked, renew } = service()
      const [one, other] = [yield* shared.process, yield* shared.process]
      yield* one.authorize(STRAVA, issued("1"))
      shared.meanwhile = Effect.orDie(other.tokens(want(renew, "1")))
      assert.strictEqual(nameOf(yield* one.tokens(want(renew, "1"))), "2")
      assert.deepStrictEqual(asked, ["1"])
    })
  )

  it.scoped("that tells the old ones are dead ends the connection: somebody has to sign in", () =>
    Effect.gen(function* () {
      const shared = new Shared()
      const { authorize, tokens } = yield* shared.process
      yield* authorize(STRAVA, issued("1"))
      const dead: Connections.Want["renew"] = () =>
        failure("Unauthorized", "Strava does not accept the sign-in any more")
      const error = yield* Effect.flip(tokens(want(dead, "1")))
      assert.strictEqual(error.reason, "Unauthorized")
      assert.strictEqual(error.message, "Strava does not accept the sign-in any more: sign in with inlet login strava")
      assert.deepStrictEqual(shared.reasons, ["authorized", "invalid"])
      assert.isNull(shared.name)
      yield* authorize(STRAVA, issued("9"))
      assert.strictEqual(nameOf(yield* tokens(want(dead, "1"))), "9")
    })
  )

  it.scoped("that fails otherwise costs nothing, and is not done again for those who waited for it", () =>
    Effect.gen(function* () {
      const shared = new Shared()
      const { asked, renew } = service()
      const { authorize, tokens } = yield* shared.process
      yield* authorize(STRAVA, issued("1"))
      let tries = 0
      const down: Connections.Want["renew"] = () =>
        Effect.suspend(() => {
          tries += 1
          return Effect.delay(failure("Unavailable"), "1 seconds")
        })
      const waiting = yield* Effect.fork(
        Effect.all(
          Array.from({ length: 4 }, () => Effect.either(tokens(want(down, "1")))),
          { concurrency: "unbounded" }
        )
      )
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(
        (yield* Fiber.join(waiting)).map((one) => Either.isLeft(one) && one.left.message),
        Array.from({ length: 4 }, () => "the service is not there")
      )
      assert.strictEqual(tries, 1)
      assert.strictEqual(shared.name, "1")
      assert.deepStrictEqual(shared.reasons, ["authorized"])
      assert.strictEqual(nameOf(yield* tokens(want(renew, "1"))), "2")
      assert.deepStrictEqual(asked, ["1"])
    })
  )

  it.scoped("that was begun is kept, also where whoever wanted it is stopped", () =>
    Effect.gen(function* () {
      const shared = new Shared()
      const { authorize, tokens } = yield* shared.process
      yield* authorize(STRAVA, issued("1"))
      const asked = yield* Deferred.make<void>()
      const answer = yield* Deferred.make<TokenStore.Tokens>()
      const renew: Connections.Want["renew"] = () =>
        Effect.zipRight(Deferred.succeed(asked, undefined), Deferred.await(answer))
      const stopped = yield* Effect.fork(tokens(want(renew, "1")))
      yield* Deferred.await(asked)
      const stop = yield* Effect.fork(Fiber.interrupt(stopped))
      yield* Effect.yieldNow()
      yield* Deferred.succeed(answer, issued("2"))
      yield* Fiber.join(stop)
      assert.strictEqual(shared.name, "2")
      assert.strictEqual(shared.memory.held.size, 0)
    })
  )

  it.scoped("while somebody replaces them gives what that one kept", () =>
    Effect.gen(function* () {
      const shared = new Shared()
      const { authorize, tokens } = yield* shared.process
      yield* authorize(STRAVA, issued("1"))
      const renew: Connections.Want["renew"] = () =>
        Effect.as(Effect.orDie(shared.tokens.replace(STRAVA, 1, issued("theirs"), "authorized")), issued("2"))
      const wanted = yield* Effect.fork(tokens(want(renew, "1")))
      yield* TestClock.adjust("1 seconds")
      assert.strictEqual(nameOf(yield* Fiber.join(wanted)), "theirs")
      assert.strictEqual(shared.name, "theirs")
    })
  )

  it.scoped("elsewhere is waited for, for a minute", () =>
    Effect.gen(function* () {
      const shared = new Shared()
      const { asked, renew } = service()
      const { authorize, leases, tokens } = yield* shared.process
      yield* authorize(STRAVA, issued("1"))
      const lease = yield* leases.claim(Event.connection(STRAVA))
      const early = yield* Effect.fork(Effect.flip(tokens(want(renew, "1"))))
      yield* TestClock.adjust("59 seconds")
      assert.isTrue((yield* Fiber.poll(early))._tag === "None")
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual((yield* Fiber.join(early)).reason, "Unavailable")
      const late = yield* Effect.fork(tokens(want(renew, "1")))
      yield* TestClock.adjust("30 seconds")
      yield* leases.release(lease)
      yield* TestClock.adjust("1 seconds")
      assert.strictEqual(nameOf(yield* Fiber.join(late)), "2")
      assert.deepStrictEqual(asked, ["1"])
    })
  )

  it.scoped("does not begin where tokens cannot be read", () =>
    Effect.gen(function* () {
      const shared = new Shared()
      const { asked, renew } = service()
      const { authorize, tokens } = yield* shared.process
      yield* authorize(STRAVA, issued("1"))
      shared.broken = new TokenStore.TokenError({ reason: "WrongKey", detail: "another key" })
      const wrong = yield* Effect.flip(tokens(want(renew, "1")))
      assert.deepStrictEqual([wrong.reason, wrong.message], ["Unauthorized", "another key"])
      shared.broken = new EventStore.StoreError({ reason: "Locked", operation: "tokens", detail: "locked" })
      const locked = yield* Effect.flip(tokens(want(renew, "1")))
      assert.deepStrictEqual([locked.reason, locked.message], ["Unavailable", "locked"])
      assert.deepStrictEqual(asked, [])
      assert.strictEqual(shared.name, "1")
    })
  )
})

describe("forgetting", () => {
  it.scoped("revokes first; what could not be revoked stays", () =>
    Effect.gen(function* () {
      const shared = new Shared()
      const { authorize, forget } = yield* shared.process
      const revoked: Array<string> = []
      const revoke = (tokens: TokenStore.Tokens | null) =>
        Effect.sync(() => void revoked.push(tokens === null ? "unreadable" : nameOf(tokens)))
      assert.isFalse(yield* forget(STRAVA, revoke))
      yield* authorize(STRAVA, issued("1"))
      assert.strictEqual((yield* Effect.flip(forget(STRAVA, () => failure("Unavailable")))).reason, "Unavailable")
      assert.strictEqual(shared.name, "1")
      assert.isTrue(yield* forget(STRAVA, revoke))
      assert.isFalse(yield* forget(STRAVA, revoke))
      assert.deepStrictEqual(revoked, ["1"])
      assert.deepStrictEqual(shared.reasons, ["authorized", "revoked"])
    })
  )

  it.scoped("and signing in again need not read what is there", () =>
    Effect.gen(function* () {
      const shared = new Shared()
      const { authorize, forget } = yield* shared.process
      yield* authorize(STRAVA, issued("1"))
      shared.broken = new TokenStore.TokenError({ reason: "WrongKey", detail: "another key" })
      yield* authorize(STRAVA, issued("2"))
      assert.strictEqual(shared.name, "2")
      const handed: Array<TokenStore.Tokens | null> = []
      assert.isTrue(yield* forget(STRAVA, (tokens) => Effect.sync(() => void handed.push(tokens))))
      assert.deepStrictEqual(handed, [null])
      assert.isNull(shared.name)
    })
  )
})
