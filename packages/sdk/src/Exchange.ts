// One request and its answer: with a time limit, a bounded body, a span, and words for what breaks off. What an answer means
// is judged by the caller.
import { Buffer } from "node:buffer"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { HttpSpan, RunObserver, Source } from "@inlet/core"
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Body from "./Body.ts"
import * as Fault from "./Fault.ts"
import type * as Policy from "./Policy.ts"

export const failure = (
  reason: Source.SourceError["reason"],
  detail: string,
  status: number | null = null,
  retryAt: number | null = null
) => new Source.SourceError({ reason, detail, status, retryAt })

/** Answers of these have no body. */
export const BODILESS: ReadonlyArray<number> = [204, 205, 304]

export interface Options {
  readonly service: string
  readonly timeout: Duration.Duration
  readonly maxBytes: number
}

export interface Request {
  readonly method: "GET" | "POST"
  /** Names the request in messages and spans. */
  readonly template: string
  readonly url: URL
  readonly headers: { readonly [name: string]: string }
  /** What a POST carries, as JSON or as a form. */
  readonly json?: unknown
  readonly form?: URLSearchParams
  /** How often the same was sent before. */
  readonly resend?: number
}

export interface Reply extends Policy.Reply {
  readonly body: Uint8Array
  /** The body as text. */
  readonly text: string
}

/** Sends a request and hands its answer over, within its span and its time. */
export type Exchange = <A>(
  request: Request,
  judge: (reply: Reply) => Effect.Effect<A, Source.SourceError>
) => Effect.Effect<A, Source.SourceError>

const parse = Option.liftThrowable((text: string): unknown => JSON.parse(text))

/** What broke off, with the system's code of the fault, such as ` (ECONNREFUSED)`. */
const broke = (detail: string, fault: unknown) => {
  const code = Fault.codeOf(fault)
  return named(code ?? "connection_lost", failure("Unavailable", `${detail}${code === null ? "" : ` (${code})`}`))
}

/** A failure that the attempt's span has by this name. */
const named = (type: string, error: Source.SourceError) =>
  Effect.zipRight(Effect.annotateCurrentSpan("error.type", type), error)

const outgoing = ({ form, headers, json, method, url }: Request) => {
  const request = HttpClientRequest.make(method)(url, { headers })
  if (form !== undefined) return HttpClientRequest.bodyUrlParams(request, form)
  return json === undefined ? request : HttpClientRequest.bodyUnsafeJson(request, json)
}

/** Goes by the `HttpClient` of the context. */
export const make = ({ maxBytes, service, timeout }: Options): Effect.Effect<Exchange, never, HttpClient.HttpClient> =>
  Effect.map(HttpClient.HttpClient, (platform) => {
    const client = platform.pipe(
      // The platform's own span holds every header and the whole address, and its trace ids would leave the house.
      HttpClient.withTracerDisabledWhen(() => true),
      HttpClient.withTracerPropagation(false)
    )

    const receive = Effect.fnUntraced(function* (request: Request) {
      const observer = yield* RunObserver.RunObserver
      observer.request("source")
      const response = yield* client.execute(outgoing(request))
      const { headers, status } = response
      yield* Effect.annotateCurrentSpan(HttpSpan.response(status, headers))
      const summary = `${service} answered ${status} to ${request.method} ${request.template}`
      const body = BODILESS.includes(status) ? Buffer.of() : yield* Body.read(response, maxBytes)
      if (body === null) return yield* failure("Misbehaved", `${summary} with more than ${maxBytes} bytes`, status)
      const text = body.toString("utf8")
      const at = yield* Clock.currentTimeMillis
      const reply: Reply = { status, headers, json: Option.getOrUndefined(parse(text)), at, summary, body, text }
      return reply
    })

    return (request, judge) => {
      const { method, resend = 0, template, url } = request
      const name = HttpSpan.nameOf(request)
      const peer = service.toLowerCase()
      return receive(request).pipe(
        Effect.catchTags({
          RequestError: (fault) => broke(`${service} cannot be reached`, fault),
          ResponseError: (fault) => broke(`the answer to ${name} broke off`, fault)
        }),
        Effect.timeoutFail({ duration: timeout, onTimeout: () => null }),
        Effect.catchAll((error) =>
          error === null
            ? named("timeout", failure("Unavailable", `${service} did not answer ${name} in time`))
            : Effect.fail(error)
        ),
        Effect.flatMap((reply) =>
          Effect.catchAll(judge(reply), (error) =>
            error.status !== null && error.status >= 400 ? named(String(error.status), error) : Effect.fail(error)
          )
        ),
        Effect.withSpan(name, {
          kind: "client",
          captureStackTrace: false,
          attributes: HttpSpan.request({ method, peer, resend, template, url })
        }),
        // By itself, `fetch` would carry the credentials wherever a redirect leads.
        Effect.provideService(FetchHttpClient.RequestInit, { redirect: "manual" })
      )
    }
  })
