// Keeps all requests of one key below the service's limits: so many in any second by this process, and so many in an hour
// by all processes that share the budget.
import { Budget, type EventStore, Hash, Sink } from "@inlet/core"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { wait } from "./Wait.ts"

export interface Options {
  readonly apiKey: Redacted.Redacted
  readonly perSecond: number
  readonly perHour: number
  /** A longer wait for the hour's budget is an error instead. */
  readonly maxWait: Duration.Duration
}

const HOUR = 3_600_000
const WHAT = "rate limit"

/** Requests that one process takes out of the hour at once: few enough that what it leaves unused does not matter. */
const block = (perHour: number): number => Math.min(50, Math.max(1, Math.floor(perHour / 180)))

const failure = (code: string, detail: string, retryAfter: number | null) =>
  new Sink.SinkError({
    kind: "retryable",
    concerns: "service",
    code,
    detail,
    status: null,
    requestId: null,
    retryAfter
  })

/** What every request has to run first; it ends when the request may leave. */
export const make: (options: Options) => Effect.Effect<Effect.Effect<void, Sink.SinkError>, never, Budget.Budget> =
  Effect.fnUntraced(function* ({ apiKey, maxWait, perHour, perSecond }) {
    const budget = yield* Budget.Budget
    const one = yield* Effect.makeSemaphore(1)
    // Names the key in the store without being it.
    const credential = Hash.sha256(`databox:${Redacted.value(apiKey)}`).slice(0, 16)
    const longest = Duration.toMillis(maxWait)

    let held = 0
    let until = 0

    /** Takes one request out of the hour, or tells in how many milliseconds to ask again. */
    const take = one.withPermits(1)(
      Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis
        if (held === 0 || now >= until) {
          const { granted, resetsAt } = yield* budget.take(credential, { limit: perHour, millis: HOUR }, block(perHour))
          held = granted
          until = resetsAt
        }
        // At least a second, in case the store's clock is ahead of ours.
        if (held === 0) return Math.max(1000, until - now)
        held--
        return 0
      })
    )

    const hour: Effect.Effect<void, Sink.SinkError | EventStore.StoreError> = Effect.flatMap(take, (millis) => {
      if (millis === 0) return Effect.void
      if (millis <= longest) return Effect.zipRight(wait({ kind: "rate_limit", what: WHAT }, millis), hour)
      return Effect.fail(
        failure("budget_exhausted", `The ${perHour} requests to Databox of this hour are used up`, millis)
      )
    })

    /** When the last requests left or will leave, in milliseconds of a clock that nobody sets. */
    const departures: Array<number> = []

    // Not a token bucket: a full one lets twice its rate pass within one second.
    const second = Effect.gen(function* () {
      const now = Number(yield* Clock.currentTimeNanos) / 1e6
      while (departures[0] !== undefined && departures[0] <= now - 1000) departures.shift()
      const at = Math.max(now, (departures.at(-perSecond) ?? Number.NEGATIVE_INFINITY) + 1000)
      departures.push(at)
      if (at > now) yield* wait({ kind: "pace", what: WHAT }, Math.ceil(at - now))
    })

    return Effect.zipRight(hour, second).pipe(
      Effect.catchTag("StoreError", ({ detail }) =>
        Effect.fail(failure("budget_unavailable", `The budget of requests to Databox is out of reach: ${detail}`, null))
      )
    )
  })
