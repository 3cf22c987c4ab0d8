// Sends the lines of a trace to a collector, each as it is: a trace that was made while none was up arrives as it would have
// then. Tried again where that helps, and for a bounded time.
import { gzipSync } from "node:zlib"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { Fault } from "@inlet/sdk/host"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { CollectorError } from "../output/Failure.ts"
import { clean } from "../output/Table.ts"
import * as Time from "../output/Time.ts"
import * as Endpoint from "../telemetry/Endpoint.ts"
import * as Secrets from "../telemetry/Secrets.ts"
import * as Otlp from "./Otlp.ts"

/** What became of the spans. */
export interface Sent {
  /** Where they went to, without what may be secret in an address. */
  readonly collector: string
  readonly accepted: number
  readonly rejected: number
  /** The collector's own words, where it had any. */
  readonly message: string | null
}

/** How long the collector is waited for in all, in milliseconds. */
const PATIENCE = 30_000
const FIRST_WAIT = 1_000
const LONGEST_MESSAGE = 200

/** Answers after which OTLP/HTTP lets the same be sent again. */
const BUSY: ReadonlySet<number> = new Set([429, 502, 503, 504])

interface Answer {
  readonly status: number
  readonly retryAfter: string | undefined
  readonly text: string
}

const decodeAnswer = Schema.decodeUnknownOption(
  Schema.parseJson(
    Schema.Struct({
      partialSuccess: Schema.Struct({
        rejectedSpans: Schema.optionalWith(Schema.Union(Schema.Number, Schema.NumberFromString), { default: () => 0 }),
        errorMessage: Schema.optionalWith(Schema.String, { default: () => "" })
      })
    })
  )
)

/** An address without user, password and query, and of its path only what all collectors have. */
const shown = (url: string): string => {
  const { host, pathname, protocol } = new URL(url)
  return `${protocol}//${host}${pathname === "/v1/traces" ? pathname : "/…"}`
}

/** Milliseconds, of seconds or of an HTTP date. */
const waitOf = (retryAfter: string | undefined, now: number): number | undefined => {
  const text = retryAfter?.trim() ?? ""
  const wait = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : / GMT$/.test(text) ? Date.parse(text) - now : Number.NaN
  return Number.isNaN(wait) ? undefined : Math.max(0, wait)
}

const plain = (client: HttpClient.HttpClient) =>
  client.pipe(
    HttpClient.withTracerDisabledWhen(() => true),
    HttpClient.withTracerPropagation(false)
  )

/** One request; fails with why there is no answer, in a few words. */
const post = Effect.fnUntraced(
  function* (client: HttpClient.HttpClient, endpoint: Endpoint.Endpoint, line: string) {
    const { compression, timeout } = endpoint
    const { headers, url } = Endpoint.signedIn(endpoint)
    const body = compression === "gzip" ? gzipSync(line) : new TextEncoder().encode(line)
    const request = HttpClientRequest.post(url).pipe(
      HttpClientRequest.setHeaders(Redacted.value(headers)),
      HttpClientRequest.setHeaders(compression === "gzip" ? { "content-encoding": "gzip" } : {}),
      HttpClientRequest.bodyUint8Array(body, "application/json")
    )
    const asked = Effect.gen(function* () {
      const { headers, status, text } = yield* plain(client).execute(request)
      const answer: Answer = { status, retryAfter: headers["retry-after"], text: yield* text }
      return answer
    })
    return yield* asked.pipe(
      Effect.mapError((error) => Fault.codeOf(error) ?? "no answer that could be read"),
      Effect.timeoutFail({ duration: timeout, onTimeout: () => `no answer within ${Time.lasting(timeout * 1e6)}` })
    )
  },
  Effect.provideService(FetchHttpClient.RequestInit, { redirect: "manual" })
)

/** Sends the lines one after the other. What is said of a failure tells how far it came. */
export const send = Effect.fnUntraced(function* (endpoint: Endpoint.Endpoint, lines: ReadonlyArray<string>) {
  const client = yield* HttpClient.HttpClient
  const collector = shown(endpoint.url)
  const counts = yield* Effect.forEach(lines, (line) => Effect.map(Otlp.decode(line), (spans) => spans.length))
  const all = counts.reduce((sum, count) => sum + count, 0)
  const secrets = Endpoint.confided(endpoint)
  const quoted = (text: string): string => Secrets.redact(secrets, clean(text)).trim().slice(0, LONGEST_MESSAGE)
  const until = (yield* Clock.currentTimeMillis) + PATIENCE
  let accepted = 0
  let rejected = 0
  let message: string | null = null

  const failure = (detail: string, passes: boolean) =>
    new CollectorError({
      detail,
      passes,
      kept: accepted === 0 ? "The trace is kept." : `The trace is kept; ${accepted} of its ${all} spans were accepted.`
    })

  const sendOne = Effect.fnUntraced(function* (line: string, count: number) {
    for (let wait = FIRST_WAIT; ; wait *= 2) {
      const answer = yield* Effect.mapError(post(client, endpoint, line), (why) =>
        failure(`The collector at ${collector} does not answer (${why}).`, true)
      )
      const { status } = answer
      if (status >= 200 && status < 300) {
        const partial = Option.getOrUndefined(decodeAnswer(answer.text))?.partialSuccess
        const refused = Math.min(count, Math.max(0, partial?.rejectedSpans ?? 0))
        accepted += count - refused
        rejected += refused
        if (partial !== undefined && partial.errorMessage !== "") message = quoted(partial.errorMessage)
        return
      }
      if (!BUSY.has(status)) {
        // A browser's fetch hides a redirect behind status 0.
        const what =
          status === 0 || (status >= 300 && status < 400) ? "answers from another place" : `answered ${status}`
        return yield* failure(`The collector at ${collector} ${what} and takes nothing.`, false)
      }
      const now = yield* Clock.currentTimeMillis
      const pause = waitOf(answer.retryAfter, now) ?? wait
      if (now + pause > until) {
        const asks = answer.retryAfter === undefined ? "" : ` and asks to wait ${Time.lasting(pause * 1e6)}`
        return yield* failure(`The collector at ${collector} is busy (${status})${asks}.`, true)
      }
      yield* Effect.sleep(pause)
    }
  })

  for (const [index, line] of lines.entries()) yield* sendOne(line, counts[index] ?? 0)
  const sent: Sent = { collector, accepted, rejected, message }
  if (rejected === 0) return sent
  const said = message === null ? "" : `: ${message}`
  return yield* failure(`The collector at ${collector} refused ${rejected} of ${all} spans${said}`, false)
})
