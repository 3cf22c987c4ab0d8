// Requests to Databox as the port wants them: within the rate limit, one span an attempt, and each failure classified.

import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { type Budget, HttpSpan, Resend, RunObserver, type Sink } from "@inlet/core"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Predicate from "effect/Predicate"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import { classify, parseRetryAfter, type Seen } from "./Classification.ts"
import * as DataboxApi from "./DataboxApi.ts"
import * as RateLimit from "./RateLimit.ts"
import { wait } from "./Wait.ts"

export interface Options extends RateLimit.Options {
  readonly baseUrl: string
}

export interface Client {
  /** One try. */
  readonly attempt: <A>(call: DataboxApi.Call<A>) => Effect.Effect<A, Sink.SinkError>
  /** For calls that change nothing: tried again while that can help. */
  readonly read: <A>(call: DataboxApi.Call<A>) => Effect.Effect<A, Sink.SinkError>
  /** Tells that this data source or dataset was created just now. */
  readonly created: (id: DataboxApi.Id) => Effect.Effect<void>
}

const READ_TIMEOUT = Duration.seconds(30)
const SEND_TIMEOUT = Duration.minutes(5)

const TRIES = 6
const FIRST_DELAY = 1000
const LONGEST_DELAY = 60_000

/** Statuses of an operation that the service does not have. */
const MISSING = [404, 405]

/** How long the service may say of something it created that it does not exist. */
const FRESH_MILLIS = 60_000

/** The system's own error under a failed fetch; where several addresses were tried, the first one's. */
const root = (error: unknown): unknown => {
  if (Predicate.hasProperty(error, "cause") && error.cause !== undefined) return root(error.cause)
  return Predicate.hasProperty(error, "errors") && Array.isArray(error.errors) && error.errors.length > 0
    ? root(error.errors[0])
    : error
}

/** What kept an answer from coming. */
const codeOf = (seen: Exclude<Seen, { readonly _tag: "Answer" }>): string =>
  seen._tag === "Lost" && seen.system === null ? seen.code : (seen.system ?? "connection_refused")

const broken = (error: unknown): Exclude<Seen, { readonly _tag: "Answer" }> => {
  const cause = root(error)
  const code = Predicate.hasProperty(cause, "code") && Predicate.isString(cause.code) ? cause.code : ""
  const system = /^[A-Z0-9_]+$/.test(code) ? code : null
  const connecting =
    (Predicate.hasProperty(cause, "syscall") && (cause.syscall === "connect" || cause.syscall === "getaddrinfo")) ||
    system === "UND_ERR_CONNECT_TIMEOUT"
  return connecting ? { _tag: "Unsent", system } : { _tag: "Lost", code: "connection_lost", system }
}

export const make: (options: Options) => Effect.Effect<Client, never, HttpClient.HttpClient | Budget.Budget> =
  Effect.fnUntraced(function* (options) {
    const allowed = yield* RateLimit.make(options)
    const longest = Duration.toMillis(options.maxWait)
    const base = options.baseUrl.replace(/\/+$/, "")
    const creations = new Map<string, number>()

    const http = (yield* HttpClient.HttpClient).pipe(
      HttpClient.withTracerPropagation(false),
      // Its span would record the whole URL and every header.
      HttpClient.withTracerDisabledWhen(() => true),
      // Following a redirect would carry the key to another host.
      HttpClient.transformResponse(Effect.provideService(FetchHttpClient.RequestInit, { redirect: "manual" }))
    )

    const exchange = <A>({ body, method, path }: DataboxApi.Call<A>) =>
      HttpClientRequest.make(method)(base + path).pipe(
        HttpClientRequest.acceptJson,
        HttpClientRequest.setHeader("x-api-key", Redacted.value(options.apiKey)),
        body === null ? (request) => request : HttpClientRequest.bodyText(body, "application/json"),
        http.execute,
        Effect.tap(({ headers, status }) => Effect.annotateCurrentSpan(HttpSpan.response(status, headers))),
        Effect.flatMap(({ headers, status, text }) =>
          Effect.map(text, (content) => ({ status, content, retryAfter: headers["retry-after"] }))
        )
      )

    const attempt = <A>(call: DataboxApi.Call<A>): Effect.Effect<A, Sink.SinkError> =>
      Effect.gen(function* () {
        yield* allowed
        const observer = yield* RunObserver.RunObserver
        observer.request("sink")
        const { method, path, template } = call
        const resend = yield* Resend
        return yield* Effect.withSpan(answer(call), HttpSpan.nameOf(call), {
          kind: "client",
          captureStackTrace: false,
          attributes: HttpSpan.request({ method, template, url: new URL(base + path), peer: "databox", resend })
        })
      })

    const answer = Effect.fnUntraced(function* <A>(call: DataboxApi.Call<A>) {
      const [took, outcome] = yield* exchange(call).pipe(
        Effect.mapError(broken),
        Effect.timeoutFail({
          duration: call.does === "send" ? SEND_TIMEOUT : READ_TIMEOUT,
          onTimeout: (): ReturnType<typeof broken> => ({ _tag: "Lost", code: "timeout", system: null })
        }),
        Effect.either,
        Effect.timed
      )
      const ended = Either.match(outcome, { onLeft: codeOf, onRight: ({ status }) => String(status) })
      yield* Effect.logDebug(`${HttpSpan.nameOf(call)}: ${ended} after ${Math.round(Duration.toMillis(took))} ms`)
      const now = yield* Clock.currentTimeMillis
      const fresh = now - (creations.get(String(call.within)) ?? -FRESH_MILLIS) < FRESH_MILLIS
      if (Either.isLeft(outcome)) {
        yield* Effect.annotateCurrentSpan("error.type", codeOf(outcome.left))
        return yield* classify({ ...call, fresh }, outcome.left)
      }
      const { content, retryAfter, status } = outcome.right
      const body = DataboxApi.parse(content)
      const ok = status >= 200 && status < 300
      const failure = ok ? call.failure(body) : DataboxApi.failure(body)
      const decoded = ok && failure === null ? call.decode(body) : null
      if (decoded !== null && Either.isRight(decoded)) return decoded.right
      if (call.optional === true && MISSING.includes(status)) {
        const nothing = call.decode({})
        if (Either.isRight(nothing)) return nothing.right
      }
      if (!ok) yield* Effect.annotateCurrentSpan("error.type", String(status))
      const requestId = DataboxApi.requestId(body)
      const asked = parseRetryAfter(retryAfter, now)
      return yield* classify({ ...call, fresh }, { _tag: "Answer", status, failure, requestId, retryAfter: asked })
    })

    const read = <A>(
      call: DataboxApi.Call<A>,
      tries = TRIES,
      ceiling = FIRST_DELAY
    ): Effect.Effect<A, Sink.SinkError> =>
      Effect.catchTag(
        attempt(call),
        "SinkError",
        Effect.fnUntraced(function* (error) {
          // A second at least where the limit gives no time: it counts by the second.
          const asked = error.retryAfter ?? (error.code === "rate_limited" ? 1000 : 0)
          if (error.kind !== "retryable" || tries === 1 || asked > longest) return yield* error
          const jitter = yield* Random.nextRange(0, Math.min(ceiling, LONGEST_DELAY))
          const kind = error.code === "rate_limited" ? "rate_limit" : "retry"
          const what = kind === "retry" ? `another attempt (${error.message})` : "the rate limit of Databox"
          const reason = String(error.status ?? error.code)
          yield* wait({ kind, what, reason }, Math.ceil(Math.max(jitter, asked)))
          const again = read(call, tries - 1, ceiling * 2)
          return yield* Effect.provideService(again, Resend, TRIES - tries + 1)
        })
      )

    const created = (id: DataboxApi.Id) =>
      Effect.map(Clock.currentTimeMillis, (now) => void creations.set(String(id), now))

    return { attempt, read, created }
  })
