// Whether the collector of traces answers: it is sent a request without a span. Nothing fails without it.
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { Fault } from "@inlet/sdk/host"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Endpoint from "../telemetry/Endpoint.ts"
import * as Settings from "../telemetry/Settings.ts"
import { about, OFFLINE } from "./Finding.ts"

/** Milliseconds; a collector is near. */
const PATIENCE = 5_000

const say = about("collector")

const FIX =
  "Start it, or mend telemetry.otlp and the OTEL_ variables; traces are kept in files all the same, to be sent later: inlet trace RUN --export"

const asked = (endpoint: Endpoint.Endpoint) =>
  Effect.gen(function* () {
    const { headers, url } = Endpoint.signedIn(endpoint)
    const client = (yield* HttpClient.HttpClient).pipe(
      HttpClient.withTracerDisabledWhen(() => true),
      HttpClient.withTracerPropagation(false)
    )
    const empty = HttpClientRequest.bodyText(
      '{"resourceSpans":[]}',
      "application/json"
    )(HttpClientRequest.post(url, { headers: Redacted.value(headers) }))
    const { status } = yield* client.execute(empty)
    return status >= 200 && status < 300 ? null : `it answered ${status}`
  }).pipe(
    Effect.scoped,
    Effect.timeoutFail({ duration: Math.min(endpoint.timeout, PATIENCE), onTimeout: () => null }),
    Effect.catchAll((error) =>
      Effect.succeed(error === null ? "it does not answer in time" : (Fault.codeOf(error) ?? "it cannot be reached"))
    )
  )

export const look = Effect.fnUntraced(function* (offline: boolean) {
  const settings = Option.getOrUndefined(yield* Settings.read)
  if (settings === undefined) return say.ok("telemetry is switched off (OTEL_SDK_DISABLED)")
  const [warning] = settings.warnings
  if (warning !== undefined) return say.warning(warning, "Mend or unset that variable.")
  if (Option.isNone(settings.traces)) return say.ok("none is configured: traces are kept in files alone")
  if (offline) return say.skipped(OFFLINE)
  const endpoint = settings.traces.value
  const { host } = new URL(endpoint.url)
  const problem = yield* Effect.withSpan(asked(endpoint), "check collector", { captureStackTrace: false })
  return problem === null ? say.ok(host) : say.warning(`${host} takes no traces: ${problem}`, FIX)
})
