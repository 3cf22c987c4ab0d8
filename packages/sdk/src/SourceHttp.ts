// Requests to a service with all that a page needs around them: credentials for one origin only, redirects by hand,
// repetitions, and waits for rate limits that all requests know of.
import type * as HttpClient from "@effect/platform/HttpClient"
import { type Budget, type Event, RunObserver, type Source } from "@inlet/core"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import { identity } from "effect/Function"
import * as Random from "effect/Random"
import * as RateLimiter from "effect/RateLimiter"
import * as Record from "effect/Record"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Auth from "./Auth.ts"
import * as Exchange from "./Exchange.ts"
import * as Policy from "./Policy.ts"
import * as Quota from "./Quota.ts"

/**
 * How a service wants to be asked.
 *
 * @since 0.1.0
 */
export interface Options {
  /** The service's name in messages, for example `GitHub`. */
  readonly service: string
  /** Paths are put behind it; its origin is the only one that is asked. */
  readonly baseUrl: URL
  /** How requests sign in; `Auth.none` unless told. */
  readonly auth?: Auth.Auth
  readonly headers?: { readonly [name: string]: string }
  /** Names the service's own id of a request; `x-request-id` unless told. */
  readonly requestIdHeader?: string
  /** What to do about an answer, where `Policy.standard` does not know. */
  readonly classify?: (reply: Policy.Reply, ask: Ask) => Policy.Policy | undefined
  /**
   * Under which name the store keeps what is known of the rate limits, for example the source's name and the host. It says
   * whose limits they are and must not be a token, nor made of one.
   */
  readonly credential: string
  /**
   * Where the limit that a request counted for stands, as the headers of its answer (by lower-case names) say. `at` is when it
   * came, in epoch milliseconds, for a service whose limits end by the clock.
   */
  readonly limits?: (headers: Policy.Reply["headers"], at: number) => Quota.Limit | undefined
  /** The limit that requests are taken to count for until an answer tells; `default` unless told. */
  readonly window?: string
  /** Requests that may be under way at a time; 1 unless told. */
  readonly concurrency?: number
  /** Attempts that may leave in any interval; unbounded unless told. */
  readonly pace?: { readonly limit: number; readonly interval: Duration.DurationInput }
  /** For one attempt with its body; 60 seconds unless told. */
  readonly timeout?: Duration.DurationInput
  /** Longest body, in bytes; 64 MiB unless told. */
  readonly maxBytes?: number
  readonly retry?: {
    /** Attempts altogether; 5 unless told. */
    readonly attempts?: number
    /** Pause after the first fault, doubled after each further one and shortened by chance to no less than half; 1 second unless told. */
    readonly pause?: Duration.DurationInput
    /** Longest pause; 30 seconds unless told. */
    readonly maxPause?: Duration.DurationInput
    /** What one request may wait for rate limits altogether; 2 minutes unless told. */
    readonly maxWait?: Duration.DurationInput
  }
}

/**
 * What is asked.
 *
 * @since 0.1.0
 */
export interface Ask {
  /** `GET` unless told. A `POST` must do no more than read or sign in, since it is repeated like any other request. */
  readonly method?: "GET" | "POST"
  /** The path with its places, such as `/repos/{owner}/{repo}/issues`. */
  readonly template: string
  readonly params?: { readonly [place: string]: string }
  readonly query?: { readonly [name: string]: string | number }
  /** An address to ask instead, as an earlier answer linked it; the template goes on naming the request. */
  readonly url?: string | null
  /** In the place of those of `Options.headers`. */
  readonly headers?: { readonly [name: string]: string }
  /** What a `POST` carries. */
  readonly json?: unknown
  /**
   * Makes `RequestInfo.key` another one, where the same address is asked for something else: on another day, or by another
   * body. It is not sent.
   */
  readonly variant?: string
  /** The entity tag under which a request was answered before, looked up by `RequestInfo.key`. */
  readonly etag?: Source.ReadOptions["etag"] | undefined
}

/**
 * What came back.
 *
 * @since 0.1.0
 */
export interface Answer extends Policy.Reply {
  /** As received; empty for 204 and 304. */
  readonly body: Uint8Array
  readonly request: Event.RequestInfo
  /** Where the asked address has moved to for good, as a redirect within the service said; null where it has not. */
  readonly moved: URL | null
}

/**
 * The way to a service. Its requests run one after another unless told otherwise, and a rate limit holds all of them back.
 *
 * @since 0.1.0
 */
export interface SourceHttp {
  /** As in its options: what is not there is another service. */
  readonly baseUrl: URL
  /** An answer with JSON in it, or one of 204 and 304. Its repetitions and waits are over when it fails. */
  readonly get: (ask: Ask) => Effect.Effect<Answer, Source.SourceError>
}

const MAX_REDIRECTS = 3
const REDIRECTS = [301, 302, 307, 308]
const PERMANENT = [301, 308]
/** Ends of an attempt that may pass by themselves. */
const TRANSIENT: ReadonlyArray<Source.SourceError["reason"]> = ["Unavailable", "Malformed"]

const { failure } = Exchange

/** What is asked, without the host: method, path, the query in order, and what else tells it from others. */
const keyOf = (method: string, url: URL, variant: string | undefined): string => {
  const query = new URLSearchParams(url.searchParams)
  query.sort()
  return `${method} ${url.pathname}${query.size === 0 ? "" : `?${query}`}${variant === undefined ? "" : `#${variant}`}`
}

/** Lets attempts leave at their pace. A wait for it is told, so that it is not taken for a hang. */
const pacing = Effect.fnUntraced(function* (pace: NonNullable<Options["pace"]>) {
  const limited = yield* RateLimiter.make(pace)
  const interval = Duration.toMillis(pace.interval)
  const tell = Effect.gen(function* () {
    const observer = yield* RunObserver.RunObserver
    const now = yield* Clock.currentTimeMillis
    observer.waiting("source", { kind: "pace", what: "its pace", until: now + interval })
    yield* Effect.sleep(interval)
  })
  return <A, E>(attempt: Effect.Effect<A, E>): Effect.Effect<A, E> =>
    Effect.gen(function* () {
      const waiting = yield* Effect.fork(Effect.zipRight(Effect.sleep("1 second"), Effect.forever(tell)))
      const told = Fiber.interrupt(waiting)
      return yield* Effect.ensuring(limited(Effect.zipRight(told, attempt)), told)
    })
})

/** An answer that only says where to ask. */
interface Redirect {
  readonly target: URL
  readonly permanent: boolean
}

/** What one request keeps through all its attempts. */
interface Asked {
  readonly ask: Ask
  readonly method: "GET" | "POST"
  readonly url: URL
  readonly info: Pick<Event.RequestInfo, "method" | "url" | "key" | "query">
  readonly etag: string | null
}

/**
 * Goes by the `HttpClient` of the context. What it learns of rate limits goes to the `Budget`, the last of it as the scope closes.
 *
 * @since 0.1.0
 */
export const make: (
  options: Options
) => Effect.Effect<SourceHttp, never, HttpClient.HttpClient | Budget.Budget | Scope.Scope> = Effect.fnUntraced(
  function* (options) {
    const { auth = Auth.none, baseUrl, classify, requestIdHeader = "x-request-id", service } = options
    const attempts = options.retry?.attempts ?? 5
    const [firstPause, maxPause, maxWait] = [
      Duration.toMillis(options.retry?.pause ?? "1 second"),
      Duration.toMillis(options.retry?.maxPause ?? "30 seconds"),
      Duration.toMillis(options.retry?.maxWait ?? "2 minutes")
    ]
    const gate = yield* Effect.makeSemaphore(options.concurrency ?? 1)
    const paced = options.pace === undefined ? identity : yield* pacing(options.pace)
    const quota = yield* Quota.make({ service, credential: options.credential, window: options.window ?? "default" })
    const exchange = yield* Exchange.make({
      service,
      timeout: Duration.decode(options.timeout ?? "60 seconds"),
      maxBytes: options.maxBytes ?? 64 * 1024 * 1024
    })

    const isOwn = (url: URL) => url.origin === baseUrl.origin && url.username === "" && url.password === ""

    /** The address of a request; undefined where an answer linked something that is none. */
    const address = ({ params, query, template, url }: Ask): URL | undefined => {
      if (typeof url === "string") return URL.canParse(url, baseUrl.href) ? new URL(url, baseUrl) : undefined
      const path = template.replace(/\{(\w+)\}/g, (place, name) => encodeURIComponent(params?.[name] ?? place))
      const target = new URL(`${baseUrl.href.replace(/\/+$/, "")}${path}`)
      for (const [name, value] of Object.entries(query ?? {})) target.searchParams.set(name, String(value))
      return target
    }

    /** Where an answer redirects to. */
    const redirection = ({ headers, status, summary }: Policy.Reply, url: URL) => {
      const { location } = headers
      if (location === undefined || !URL.canParse(location, url.href)) {
        return failure("Misbehaved", `${summary} without an address`, status)
      }
      const target = new URL(location, url)
      return isOwn(target) ? target : failure("Redirected", `${summary}, leading to ${target.host}`, status)
    }

    /** What an answer is good for: itself, or where it redirects to. */
    const judge = (
      asked: Asked,
      url: URL,
      strikes: number
    ): ((reply: Exchange.Reply) => Effect.Effect<Omit<Answer, "moved"> | Redirect, Source.SourceError>) =>
      Effect.fnUntraced(function* ({ text, ...reply }: Exchange.Reply) {
        const { at, headers, json, status, summary } = reply
        const { ask, etag, info } = asked
        const policy = classify?.(reply, ask) ?? Policy.standard(reply)
        const refused = REDIRECTS.includes(status) ? null : Policy.refusal(policy, reply, strikes)
        const seen = { kind: ask.template, at, strikes, limit: options.limits?.(headers, at) }
        if (refused?.reason === "RateLimited" && refused.retryAt !== null) {
          yield* quota.refused(seen, refused.retryAt, policy._tag === "WaitUntil")
        } else {
          yield* quota.answered(seen)
        }
        if (REDIRECTS.includes(status)) {
          const target = redirection(reply, url)
          return target instanceof URL ? { target, permanent: PERMANENT.includes(status) } : yield* target
        }
        // Unasked for, it would pass for the end of a listing.
        if (status === 304 && etag === null) {
          return yield* failure("Misbehaved", `${summary} without being asked to`, status)
        }
        if (refused !== null) return yield* refused
        if (json === undefined && !Exchange.BODILESS.includes(status)) {
          return yield* text.trimStart().startsWith("<")
            ? failure("Unavailable", `${summary} with a web page`, status)
            : failure("Malformed", `${summary} with something that is not JSON`, status)
        }
        const [tag = null, requestId = null] = [headers.etag, headers[requestIdHeader]]
        return { ...reply, request: { ...info, status, etag: tag, requestId } }
      })

    /** The answer, through redirects within the service. */
    const attempt = Effect.fnUntraced(function* (asked: Asked, credentials: Auth.Credentials, resend: number) {
      const { ask, etag, info, method } = asked
      const headers = {
        ...options.headers,
        ...ask.headers,
        ...(etag !== null && { "if-none-match": etag }),
        ...Record.map(credentials.headers, Redacted.value)
      }
      let url = asked.url
      let moved: URL | null = null
      let permanent = true
      for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
        const request = { method, template: ask.template, url, headers, json: ask.json, resend }
        const outcome = yield* exchange(request, judge(asked, url, quota.strikes()))
        if (!("target" in outcome)) return { ...outcome, moved }
        url = outcome.target
        permanent = permanent && outcome.permanent
        if (permanent) moved = url
      }
      return yield* failure("Redirected", `${service} redirects ${method} ${info.url} again and again`)
    })

    const get: SourceHttp["get"] = Effect.fnUntraced(function* (ask) {
      const { method = "GET", template, variant } = ask
      const url = address(ask)
      if (url === undefined || !isOwn(url)) {
        const detail = `${service} leads from ${method} ${template} to another host, which gets no credentials`
        return yield* failure("Redirected", detail)
      }
      const observer = yield* RunObserver.RunObserver
      const key = keyOf(method, url, variant)
      const info = { method, url: template, key, query: Object.fromEntries(url.searchParams) }
      const etag = ask.etag === undefined ? null : yield* ask.etag(key)
      const asked: Asked = { ask, method, url, info, etag }

      let tries = 0
      let sent = 0
      let waited = 0
      let renewed = false
      for (;;) {
        let error: Source.SourceError
        const open = yield* Effect.either(quota.open(template))
        if (Either.isLeft(open)) {
          error = open.left
        } else {
          const credentials = yield* auth
          const outcome = yield* Effect.either(paced(quota.inTurn(template, attempt(asked, credentials, sent++))))
          if (Either.isRight(outcome)) return outcome.right
          error = outcome.left
          if (error.status === 401 && !renewed && (yield* credentials.refused)) {
            renewed = true
            continue
          }
        }
        const { reason, retryAt, status } = error
        // Where a limit was known before, nothing was asked.
        const held = reason === "RateLimited" && status === null
        if (!held && (++tries === attempts || (retryAt === null && !TRANSIENT.includes(reason)))) return yield* error
        const now = yield* Clock.currentTimeMillis
        const chance = yield* Random.nextRange(0.5, 1)
        const until = retryAt ?? now + Math.ceil(Math.min(firstPause * 2 ** (tries - 1), maxPause) * chance)
        if (retryAt !== null) {
          waited += until - now
          if (waited > maxWait) return yield* error
        }
        observer.waiting(
          "source",
          retryAt === null
            ? { kind: "retry", what: `another attempt (${error.detail})`, until, reason: String(status ?? reason) }
            : { kind: "rate_limit", what: `the rate limit of ${service}`, until }
        )
        yield* Effect.sleep(until - now)
      }
    })

    return { baseUrl, get: (ask) => gate.withPermits(1)(get(ask)) }
  }
)
