// What is known of a service's rate limits, shared by all requests to it: so that none is asked for which would be refused,
// now or after a restart.
import { Budget, Source } from "@inlet/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Time from "./Time.ts"

/** Where one of a service's limits stands, as an answer says. */
export interface Limit {
  /** Its name, for example `core`. */
  readonly window: string
  readonly remaining: number
  /** How many requests it allows from one reset to the next, where that is told. */
  readonly limit: number | null
  /** Epoch milliseconds at which it is full again. */
  readonly resetsAt: number
}

export interface Options {
  readonly service: string
  readonly credential: string
  /** The limit that requests of a kind are taken to count for until an answer tells. */
  readonly window: string
}

/** An answer as far as limits are concerned. */
export interface Seen {
  /** The kind of request that was answered. */
  readonly kind: string
  readonly at: number
  /** `strikes` as the request left. */
  readonly strikes: number
  readonly limit: Limit | undefined
}

export interface Quota {
  /** Fails with `RateLimited` and no status while no request of this kind may leave. */
  readonly open: (kind: string) => Effect.Effect<void, Source.SourceError>
  /** Runs a request; after a refusal one at a time, until one is not refused. */
  readonly inTurn: <A>(
    kind: string,
    request: Effect.Effect<A, Source.SourceError>
  ) => Effect.Effect<A, Source.SourceError>
  /** Refusals in a row. */
  readonly strikes: () => number
  readonly answered: (seen: Seen) => Effect.Effect<void>
  /** `told` is whether the service itself said that the refusal ends at `until`. */
  readonly refused: (seen: Seen, until: number, told: boolean) => Effect.Effect<void>
}

/** The window of a limit that concerns every request of the credential. */
const ALL = "secondary"

interface Known extends Budget.Remaining {
  readonly limit: number | null
  /** Whether the store knows. */
  readonly written: boolean
}

export const make: (options: Options) => Effect.Effect<Quota, never, Budget.Budget | Scope.Scope> = Effect.fnUntraced(
  function* ({ credential, service, window: usual }) {
    const budget = yield* Budget.Budget
    const one = yield* Effect.makeSemaphore(1)
    const limits = new Map<string, Known>()
    /** The window that each kind of request counted for last. */
    const windows = new Map<string, string>()
    let strikes = 0

    // A store that fails shows at the next append; until then nothing is lost but this knowledge.
    const write = (window: string, known: Known) => {
      limits.set(window, { ...known, written: true })
      return Effect.catchTag(budget.observe(credential, window, known), "StoreError", () => Effect.void)
    }

    /** What an earlier process has left, read once. */
    const recalled = yield* Effect.cached(
      Effect.uninterruptible(
        Effect.forEach(
          new Set([ALL, usual]),
          (window) =>
            budget.seen(credential, window).pipe(
              Effect.catchTag("StoreError", () => Effect.succeed(null)),
              Effect.map((seen) => seen && limits.set(window, { ...seen, limit: null, written: true }))
            ),
          { discard: true }
        )
      )
    )

    yield* Effect.addFinalizer(() =>
      Effect.forEach(limits, ([window, known]) => (known.written ? Effect.void : write(window, known)), {
        discard: true
      })
    )

    const held = (window: string, now: number): number => {
      const { remaining, resetsAt } = limits.get(window) ?? { remaining: 1, resetsAt: 0 }
      return remaining === 0 && resetsAt > now ? resetsAt : 0
    }

    const open: Quota["open"] = Effect.fnUntraced(function* (kind) {
      yield* recalled
      const now = yield* Clock.currentTimeMillis
      const window = windows.get(kind) ?? usual
      const [all, own] = [held(ALL, now), held(window, now)]
      const until = Math.max(all, own)
      if (until === 0) return
      const limit = limits.get(window)?.limit ?? null
      const what =
        all >= own
          ? `${service} wants no requests`
          : `${service}'s limit of ${limit === null ? "" : `${limit} `}requests (${window}) is used up`
      return yield* new Source.SourceError({
        reason: "RateLimited",
        detail: `${what} until ${Time.utc(until)}`,
        status: null,
        retryAt: until
      })
    })

    return {
      open,
      inTurn: (kind, request) =>
        Effect.suspend(() => (strikes === 0 ? request : one.withPermits(1)(Effect.zipRight(open(kind), request)))),
      strikes: () => strikes,
      answered: ({ at, kind, limit, strikes: before }) =>
        Effect.suspend(() => {
          // What left before the last refusal says nothing about it.
          if (before === strikes) strikes = 0
          if (limit === undefined) return Effect.void
          const { remaining, window } = limit
          const resetsAt = Math.min(limit.resetsAt, at + Time.DAY)
          windows.set(kind, window)
          const known = limits.get(window)
          // Answers can overtake each other: within one window less is newer.
          const overtaken =
            known !== undefined && known.resetsAt > at && known.resetsAt >= resetsAt && known.remaining < remaining
          if (overtaken) return Effect.void
          const news = { remaining, resetsAt, limit: limit.limit, written: false }
          const first = known === undefined || (known.resetsAt <= at && resetsAt > at)
          if (first || (remaining === 0 && known.remaining > 0)) return write(window, news)
          limits.set(window, news)
          return Effect.void
        }),
      refused: ({ at, kind, limit, strikes: before }, until, told) =>
        Effect.suspend(() => {
          strikes = Math.max(strikes, before + 1)
          const own = limit?.remaining === 0 && limit.resetsAt === until
          const window = own ? limit.window : ALL
          if (own) windows.set(kind, window)
          // All that were under way are refused in the same way.
          if (held(window, at) >= until) return Effect.void
          const news = { remaining: 0, resetsAt: until, limit: own ? limit.limit : null, written: !told }
          if (told) return write(window, news)
          limits.set(window, news)
          return Effect.void
        })
    }
  }
)
