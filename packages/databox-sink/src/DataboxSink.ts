// The Sink port on the Databox Ingestion API v1.
import type * as HttpClient from "@effect/platform/HttpClient"
import { type Budget, Sink } from "@inlet/core"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import * as DataboxApi from "./DataboxApi.ts"
import * as DataboxClient from "./DataboxClient.ts"
import * as Provision from "./Provision.ts"
import { isUnsettled, unknownWord, verdict } from "./Verdict.ts"

export interface Limits {
  /** Rows of one request. */
  readonly records: number
  /** Bytes of one request's body. */
  readonly bytes: number
  /** Requests of this process in any second, reads included. */
  readonly perSecond: number
  /** Requests of all processes in an hour, reads included. */
  readonly perHour: number
}

export interface Options {
  readonly apiKey: Redacted.Redacted
  /** Title of the data source that holds the datasets; found or created. */
  readonly dataSource: string
  /** Needed only where the key reaches several accounts. */
  readonly account?: number | undefined
  readonly baseUrl?: string | undefined
  /** IANA name for a data source that has to be created. */
  readonly timezone?: string | undefined
  readonly limits?: Partial<Limits> | undefined
  /** How long something created may be missing from Databox's lists. */
  readonly visibility?: Duration.DurationInput | undefined
  /** The longest wait for the rate limit or for a time that Databox asked for; a longer one is an error instead. */
  readonly maxBudgetWait?: Duration.DurationInput | undefined
}

/** What holds where an option is left out. */
export const defaults = {
  baseUrl: "https://api.databox.com",
  timezone: "UTC",
  limits: DataboxApi.limits satisfies Limits,
  visibility: Duration.seconds(35),
  maxBudgetWait: Duration.minutes(5)
}

/**
 * The ends of a list of ingestions, in pages, that are looked at. Its order is not documented, but the newest are at one
 * end, and 2,500 ingestions are more than half an hour of sending at the hourly limit: nothing older still runs.
 */
const END_PAGES = 25

/** What its requests go by. */
export const resolve = (options: Options): DataboxClient.Options => {
  const { perHour, perSecond } = { ...defaults.limits, ...options.limits }
  return {
    apiKey: options.apiKey,
    baseUrl: options.baseUrl ?? defaults.baseUrl,
    perSecond,
    perHour,
    maxWait: Duration.decode(options.maxBudgetWait ?? defaults.maxBudgetWait)
  }
}

const make = Effect.fnUntraced(function* (options: Options) {
  const limits = { ...defaults.limits, ...options.limits }
  const client = yield* DataboxClient.make(resolve(options))
  const provision = yield* Provision.make(client, {
    account: options.account,
    dataSource: options.dataSource,
    timezone: options.timezone ?? defaults.timezone,
    visibility: Duration.decode(options.visibility ?? defaults.visibility)
  })

  return Sink.Sink.of({
    provider: "databox",
    limits: { records: limits.records, bytes: limits.bytes },
    body: DataboxApi.records,
    provision,
    send: ({ id }, body) => client.attempt(DataboxApi.ingest(id, body)),
    outcome: ({ id }, { ingestionId }, rows) =>
      client.read(DataboxApi.ingestion(id, ingestionId)).pipe(
        Effect.tap(({ state }) => {
          const word = unknownWord(state)
          return word === null ? Effect.void : Effect.logDebug(`Databox calls an ingestion "${word}"`)
        }),
        Effect.map((ingestion) => verdict(ingestion, rows)),
        Effect.catchIf(
          ({ code }) => code === "not_found",
          () => Effect.succeed<Sink.Verdict>({ _tag: "Missing" })
        )
      ),
    unsettled: Effect.fnUntraced(function* ({ id }) {
      const now = yield* Clock.currentTimeMillis
      const seen = new Set<string>()
      let page = 1
      for (let pages = 0; pages < 2 * END_PAGES; pages++) {
        const { ingestions, total } = yield* client.read(DataboxApi.ingestions(id, page))
        if (ingestions.some((one) => isUnsettled(one, now))) return true
        const before = seen.size
        for (const one of ingestions) seen.add(one.id)
        // A service that ignores the page's number answers the same page for ever.
        if (seen.size === before) return false
        const last = Math.ceil((total ?? 0) / ingestions.length)
        page = page === END_PAGES ? Math.max(page, last - END_PAGES) + 1 : page + 1
      }
      return false
    }),
    purge: ({ id }) => client.attempt(DataboxApi.purge(id))
  })
})

/**
 * Sends and reads share one rate limit, so one layer belongs to one key. Nothing is asked of Databox before the first use.
 */
export const layer = (options: Options): Layer.Layer<Sink.Sink, never, HttpClient.HttpClient | Budget.Budget> =>
  Layer.effect(Sink.Sink, make(options))
