// One GET request to a service with all that a page needs around it: credentials for one origin only, redirects by hand,
// a bounded body, repetitions, waits for rate limits, a span for each attempt, and words for what went wrong.

import { Buffer } from "node:buffer"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { type Event, RunObserver, Source } from "@inlet/core"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Random from "effect/Random"
import * as Record from "effect/Record"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as Policy from "./Policy.ts"

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
  readonly headers?: { readonly [name: string]: string | Redacted.Redacted }
  /** Names the service's own id of a request; `x-request-id` unless told. */
  readonly requestIdHeader?: string
  /** What to do about an answer, where `Policy.standard` does not know. */
  readonly classify?: (reply: Policy.Reply, ask: Ask) => Policy.Policy | undefined
  /** Requests that may be under way at a time; 1 unless told. */
  readonly concurrency?: number
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
  /** The path with its places, such as `/repos/{owner}/{repo}/issues`. */
  readonly template: string
  readonly params?: { readonly [place: string]: string }
  readonly query?: { readonly [name: string]: string | number }
  /** An address to ask instead, as an earlier answer linked it; the template goes on naming the request. */
  readonly url?: string | null
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
}

/**
 * The way to a service. Its requests run one after another unless told otherwise, and a wait holds all of them back.
 *
 * @since 0.1.0
 */
export interface SourceHttp {
  /** An answer with JSON in it, or one of 204 and 304. Its repetitions and waits are over when it fails. */
  readonly get: (ask: Ask) => Effect.Effect<Answer, Source.SourceError>
}

const MAX_REDIRECTS = 3
const REDIRECTS = [301, 302, 307, 308]
const BODILESS = [204, 205, 304]
/** Ends of an attempt that may pass by themselves. */
const TRANSIENT: ReadonlyArray<Source.SourceError["reason"]> = ["Unavailable", "Malformed"]

const parse = Option.liftThrowable((text: string): unknown => JSON.parse(text))

const failure = (
  reason: Source.SourceError["reason"],
  detail: string,
  status: number | null = null,
  retryAt: number | null = null
) => new Source.SourceError({ reason, detail, status, retryAt })

/** What is asked, without the host: method, path, and the query in order. */
const keyOf = (url: URL): string => {
  const query = new URLSearchParams(url.searchParams)
  query.sort()
  return `GET ${url.pathname}${query.size === 0 ? "" : `?${query}`}`
}

/** The system's code of a network fault, such as ` (ECONNREFUSED)`; its message could hold the address. */
const because = (fault: unknown): string => {
  for (let at = fault; Predicate.isObject(at); at = Predicate.hasProperty(at, "cause") ? at.cause : undefined) {
    if (Predicate.hasProperty(at, "code") && /^[A-Z_]{3,40}$/.test(String(at.code))) return ` (${at.code})`
  }
  return ""
}

/** The whole body, or null where it is longer than allowed. */
const read = (response: HttpClientResponse.HttpClientResponse, maxBytes: number) => {
  const { "content-encoding": encoding, "content-length": length } = response.headers
  // Counting the parts of a body costs more than parsing it, so it is left out where the length is known before.
  if (encoding === undefined && Number(length) <= maxBytes) {
    return Effect.map(response.arrayBuffer, (body) => Buffer.from(body))
  }
  return response.stream.pipe(
    Stream.runFoldWhile(
      { size: 0, parts: Array.of<Uint8Array>() },
      ({ size }) => size <= maxBytes,
      ({ parts, size }, part) => ({ size: size + part.length, parts: [...parts, part] })
    ),
    Effect.map(({ parts, size }) => (size > maxBytes ? null : Buffer.concat(parts, size))),
    Effect.catchIf(
      ({ reason }) => reason === "EmptyBody",
      () => Effect.succeed(Buffer.of())
    )
  )
}

/** What one request keeps through all its attempts. */
interface Asked {
  readonly ask: Ask
  readonly info: Pick<Event.RequestInfo, "method" | "url" | "key" | "query">
  readonly etag: string | null
  /** Rate limits waited for so far. */
  readonly limits: number
}

/**
 * Goes by the `HttpClient` of the context.
 *
 * @since 0.1.0
 */
export const make: (options: Options) => Effect.Effect<SourceHttp, never, HttpClient.HttpClient> = Effect.fnUntraced(
  function* (options) {
    const { baseUrl, classify, requestIdHeader = "x-request-id", service } = options
    const maxBytes = options.maxBytes ?? 64 * 1024 * 1024
    const attempts = options.retry?.attempts ?? 5
    const [timeout, firstPause, maxPause, maxWait] = [
      Duration.toMillis(options.timeout ?? "60 seconds"),
      Duration.toMillis(options.retry?.pause ?? "1 second"),
      Duration.toMillis(options.retry?.maxPause ?? "30 seconds"),
      Duration.toMillis(options.retry?.maxWait ?? "2 minutes")
    ]
    const gate = yield* Effect.makeSemaphore(options.concurrency ?? 1)
    const client = (yield* HttpClient.HttpClient).pipe(
      // The platform's own span holds every header and the whole address, and its trace ids would leave the house.
      HttpClient.withTracerDisabledWhen(() => true),
      HttpClient.withTracerPropagation(false)
    )

    const isOwn = (url: URL) => url.origin === baseUrl.origin && url.username === "" && url.password === ""

    /** The address of a request; undefined where an answer linked something that is none. */
    const address = ({ params, query, template, url }: Ask): URL | undefined => {
      if (typeof url === "string") return URL.canParse(url, baseUrl.href) ? new URL(url, baseUrl) : undefined
      const path = template.replace(/\{(\w+)\}/g, (place, name) => encodeURIComponent(params?.[name] ?? place))
      const target = new URL(`${baseUrl.href.replace(/\/+$/, "")}${path}`)
      for (const [name, value] of Object.entries(query ?? {})) target.searchParams.set(name, String(value))
      return target
    }

    const request = (url: URL, etag: string | null) => {
      const headers = Record.map(options.headers ?? {}, (value) =>
        Redacted.isRedacted(value) ? Redacted.value(value) : value
      )
      return HttpClientRequest.get(url, { headers: etag === null ? headers : { ...headers, "if-none-match": etag } })
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

    /** Why an answer cannot be used, or null. */
    const refusal = (reply: Policy.Reply, text: string, { ask, limits }: Asked) => {
      const { json, status, summary } = reply
      const refused = Policy.refusal(classify?.(reply, ask) ?? Policy.standard(reply), reply, limits)
      if (refused !== null || json !== undefined || BODILESS.includes(status)) return refused
      return text.trimStart().startsWith("<")
        ? failure("Unavailable", `${summary} with a web page`, status)
        : failure("Malformed", `${summary} with something that is not JSON`, status)
    }

    /** One exchange with an address: the answer, or where it redirects to. */
    const exchange = Effect.fnUntraced(
      function* (asked: Asked, url: URL) {
        const { etag, info } = asked
        const observer = yield* RunObserver.RunObserver
        observer.request("source")
        const response = yield* client.execute(request(url, etag))
        const { headers, status } = response
        yield* Effect.annotateCurrentSpan("http.response.status_code", status)
        const summary = `${service} answered ${status} to GET ${info.url}`
        // Unasked for, it would pass for the end of a listing.
        if (status === 304 && etag === null) {
          return yield* failure("Misbehaved", `${summary} without being asked to`, status)
        }
        const body = BODILESS.includes(status) ? Buffer.of() : yield* read(response, maxBytes)
        if (body === null) return yield* failure("Misbehaved", `${summary} with more than ${maxBytes} bytes`, status)
        const text = body.toString("utf8")
        const at = yield* Clock.currentTimeMillis
        const reply: Policy.Reply = { status, headers, json: Option.getOrUndefined(parse(text)), at, summary }
        if (REDIRECTS.includes(status)) {
          const target = redirection(reply, url)
          return target instanceof URL ? target : yield* target
        }
        const refused = refusal(reply, text, asked)
        if (refused !== null) return yield* refused
        const [tag = null, requestId = null] = [headers.etag, headers[requestIdHeader]]
        return { ...reply, body, request: { ...info, status, etag: tag, requestId } }
      },
      (effect, { info }, url) =>
        effect.pipe(
          Effect.catchTags({
            RequestError: (fault) => failure("Unavailable", `${service} cannot be reached${because(fault)}`),
            ResponseError: (fault) => failure("Unavailable", `the answer to GET ${info.url} broke off${because(fault)}`)
          }),
          Effect.timeoutFail({
            duration: timeout,
            onTimeout: () => failure("Unavailable", `${service} did not answer GET ${info.url} in time`)
          }),
          Effect.withSpan(`GET ${info.url}`, {
            kind: "client",
            captureStackTrace: false,
            attributes: { "http.request.method": "GET", "url.template": info.url, "server.address": url.hostname }
          }),
          // By itself, `fetch` would carry the credentials wherever a redirect leads.
          Effect.provideService(FetchHttpClient.RequestInit, { redirect: "manual" })
        )
    )

    /** The answer, through redirects within the service. */
    const attempt = Effect.fnUntraced(function* (asked: Asked, url: URL) {
      let at = url
      for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
        const outcome: Answer | URL = yield* exchange(asked, at)
        if (!(outcome instanceof URL)) return outcome
        at = outcome
      }
      return yield* failure("Redirected", `${service} redirects GET ${asked.info.url} again and again`)
    })

    const get: SourceHttp["get"] = Effect.fnUntraced(function* (ask) {
      const url = address(ask)
      if (url === undefined || !isOwn(url)) {
        const detail = `${service} leads from GET ${ask.template} to another host, which gets no credentials`
        return yield* failure("Redirected", detail)
      }
      const observer = yield* RunObserver.RunObserver
      const key = keyOf(url)
      const info = { method: "GET", url: ask.template, key, query: Object.fromEntries(url.searchParams) }
      const etag = ask.etag === undefined ? null : yield* ask.etag(key)
      let limits = 0
      let waited = 0
      for (let tries = 1; ; tries++) {
        const outcome = yield* Effect.either(attempt({ ask, info, etag, limits }, url))
        if (Either.isRight(outcome)) return outcome.right
        const { reason, retryAt } = outcome.left
        if (tries === attempts || (retryAt === null && !TRANSIENT.includes(reason))) return yield* outcome.left
        const now = yield* Clock.currentTimeMillis
        const chance = yield* Random.nextRange(0.5, 1)
        const pause =
          retryAt === null
            ? Math.ceil(Math.min(firstPause * 2 ** (tries - 1), maxPause) * chance)
            : Math.max(retryAt - now, 1000)
        if (retryAt !== null) {
          limits++
          waited += pause
          if (waited > maxWait) return yield* outcome.left
        }
        observer.waiting("source", retryAt === null ? "another attempt" : "rate limit", now + pause)
        yield* Effect.sleep(pause)
      }
    })

    return { get: (ask) => gate.withPermits(1)(get(ask)) }
  }
)
