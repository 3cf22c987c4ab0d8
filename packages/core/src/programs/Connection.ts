// What the streams of a source sign in with: kept tokens while they are good, and one request for new ones, whichever
// streams and processes want them at the same time.
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Event from "../model/Event.ts"
import { Connections, type Want } from "../ports/Connections.ts"
import type { VersionConflict } from "../ports/EventStore.ts"
import { type LeaseHeld, Leases } from "../ports/Leases.ts"
import { SourceError } from "../ports/Source.ts"
import { type Kept, TokenStore, type Tokens } from "../ports/TokenStore.ts"
import { holding } from "./Holding.ts"
import * as Trace from "./Trace.ts"

/** Somebody else is at the same tokens, or was. */
type Busy = LeaseHeld | VersionConflict

/** How long whoever renews the same tokens is waited for. A holder that was killed is noticed far earlier. */
const patience = Schedule.exponential("50 millis").pipe(
  Schedule.either(Schedule.spaced("500 millis")),
  Schedule.jittered,
  Schedule.upTo("1 minute")
)

const isBusy = (error: { readonly _tag: string }): error is Busy =>
  error._tag === "LeaseHeld" || error._tag === "VersionConflict"

const error = (reason: "Unauthorized" | "Unavailable", detail: string) =>
  new SourceError({ reason, detail, status: null, retryAt: null })

const signIn = (connection: string, why: string) =>
  error("Unauthorized", `${why}: sign in with inlet login ${connection}`)

/** Until when tokens are handed out. Those that came expired tell of a clock that is wrong: they are used until refused. */
const until = (at: number, { expiresAt }: Tokens, ahead: number): number =>
  expiresAt === null || expiresAt <= at ? Number.POSITIVE_INFINITY : expiresAt - Math.min(ahead, (expiresAt - at) / 2)

const isRefused = ({ refused }: Want, { access }: Tokens): boolean =>
  refused !== null && Redacted.value(refused) === Redacted.value(access)

/** The tokens where they are good now. */
const usable = (kept: Kept | null, want: Want) =>
  Effect.map(Clock.currentTimeMillis, (now) => {
    const tokens = kept?.tokens ?? null
    if (kept === null || tokens === null || isRefused(want, tokens)) return null
    return now < until(kept.at, tokens, want.ahead) ? tokens : null
  })

/** What this process knows of a connection. */
interface Memory {
  readonly one: Effect.Semaphore
  kept: Kept | null
  /** The last failure. */
  failed: SourceError | null
}

const make = Effect.gen(function* () {
  const store = yield* TokenStore
  const leases = yield* Leases
  const memories = new Map<string, Memory>()
  const memoryOf = (connection: string): Memory => {
    const known = memories.get(connection)
    if (known !== undefined) return known
    const memory = { one: Effect.unsafeMakeSemaphore(1), kept: null, failed: null }
    memories.set(connection, memory)
    return memory
  }

  /** Under the connection's lease. Not interrupted: new tokens that are not kept are lost, and the old ones with them. */
  const alone = <A, E, R>(connection: string, use: Effect.Effect<A, E, R>) =>
    holding(Event.connection(connection), () => Effect.uninterruptible(use)).pipe(Effect.provideService(Leases, leases))

  /** Again while somebody else is at it. */
  const patiently = <A, E extends { readonly _tag: string }, R>(
    connection: string,
    attempt: Effect.Effect<A, E | Busy, R>
  ) =>
    attempt.pipe(
      Effect.retry({ schedule: patience, while: isBusy }),
      Effect.catchIf(isBusy, ({ message }) =>
        error("Unavailable", `the tokens of ${connection} cannot be had now: ${message}`)
      )
    )

  const replace = (
    connection: string,
    version: number,
    ...change: readonly [Tokens | null, Event.DataOf<"TokenChanged">["reason"]]
  ) =>
    Effect.map(store.replace(connection, version, ...change), (kept) => {
      memoryOf(connection).kept = kept
    })

  /** What is kept now, and whether it is good. */
  const look = Effect.fnUntraced(function* (want: Want) {
    const kept = yield* store.get(want.connection)
    memoryOf(want.connection).kept = kept
    return { good: yield* usable(kept, want), old: kept?.tokens ?? null, version: kept?.version ?? 0 }
  })

  const renew = Effect.fnUntraced(function* (want: Want) {
    // Whoever had the lease before may have renewed them.
    const { good, old, version } = yield* look(want)
    return good !== null ? good : yield* renewed(want, old, version)
  })

  const renewed = Effect.fn("refresh token")(function* (want: Want, old: Tokens | null, version: number) {
    const { connection } = want
    const renewed = yield* Effect.catchAll(want.renew(old), (failed) => {
      if (failed.reason !== "Unauthorized") return Effect.fail(failed)
      const over = signIn(connection, failed.detail)
      return old === null ? over : Effect.zipRight(replace(connection, version, null, "invalid"), over)
    })
    yield* replace(connection, version, renewed, old === null ? "authorized" : "refreshed")
    yield* Trace.event("token.rotated")
    yield* Effect.annotateLogs(Effect.logInfo("what it signs in with was renewed"), "inlet.connection", connection)
    return renewed
  })

  const obtain = (want: Want) => {
    const { connection } = want
    const attempt = Effect.flatMap(look(want), ({ good }) =>
      good === null ? alone(connection, renew(want)) : Effect.succeed(good)
    )
    return patiently(connection, attempt).pipe(
      Effect.catchTag("TokenError", ({ detail }) => error("Unauthorized", detail)),
      Effect.catchTag("StoreError", ({ detail }) => error("Unavailable", detail)),
      Effect.filterOrFail(
        (tokens) => !isRefused(want, tokens),
        () => signIn(connection, `${connection} refuses the very token that it gives`)
      ),
      Effect.tapError((failed) =>
        Effect.sync(() => {
          memoryOf(connection).failed = failed
        })
      )
    )
  }

  const tokens = (want: Want): Effect.Effect<Tokens, SourceError> =>
    Effect.suspend(() => {
      const memory = memoryOf(want.connection)
      const before = memory.failed
      /** What is at hand, or else `otherwise`. */
      const atHand = (otherwise: Effect.Effect<Tokens, SourceError>) =>
        Effect.flatMap(
          Effect.suspend(() => usable(memory.kept, want)),
          (tokens) => (tokens === null ? otherwise : Effect.succeed(tokens))
        )
      // Whoever waited while an attempt failed does not try again.
      const first = Effect.suspend(() =>
        memory.failed === null || memory.failed === before ? obtain(want) : Effect.fail(memory.failed)
      )
      return atHand(memory.one.withPermits(1)(atHand(first)))
    })

  const authorize: Connections["Type"]["authorize"] = (connection, tokens) =>
    patiently(
      connection,
      alone(
        connection,
        Effect.flatMap(store.version(connection), (version) => replace(connection, version, tokens, "authorized"))
      )
    )

  const forget: Connections["Type"]["forget"] = (connection, revoke) =>
    patiently(
      connection,
      alone(
        connection,
        Effect.gen(function* () {
          const version = yield* store.version(connection)
          const kept = yield* Effect.catchTag(store.get(connection), "TokenError", () => Effect.succeed(undefined))
          if (kept === null || kept?.tokens === null) return false
          yield* revoke(kept?.tokens ?? null)
          yield* replace(connection, version, null, "revoked")
          return true
        })
      )
    )

  return { tokens, authorize, forget }
})

export const layer: Layer.Layer<Connections, never, TokenStore | Leases> = Layer.effect(Connections, make)
