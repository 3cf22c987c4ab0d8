// Where Jaeger shows a trace: nobody says, so it is told where the address comes from.
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Setting from "../configuration/Setting.ts"
import { UsageError } from "../output/Failure.ts"
import * as Endpoint from "../telemetry/Endpoint.ts"
import * as Settings from "../telemetry/Settings.ts"

export interface Address {
  readonly url: string
  /** What it was made of: a few words. */
  readonly by: string
}

const VARIABLE = "INLET_JAEGER_URL"
const PORT = 16686

/** Where traces are sent; nowhere where that is not said, or not understood. */
const collector = Effect.gen(function* () {
  const written = yield* Settings.collector
  const endpoint = yield* Endpoint.resolve("traces", written)
  return Option.map(endpoint, ({ named, url }) => ({
    url,
    by: named ? "OTEL_EXPORTER_OTLP_ENDPOINT" : "telemetry.otlp"
  }))
}).pipe(Effect.catchTag("UsageError", () => Effect.succeedNone))

/** The page of a trace. */
export const page = Effect.fnUntraced(function* (traceId: string) {
  const given = yield* Setting.variable(VARIABLE)
  if (given !== undefined) {
    if (Endpoint.isAddress(given)) {
      const address: Address = { url: `${given.replace(/\/+$/, "")}/trace/${traceId}`, by: `as ${VARIABLE} says` }
      return address
    }
    return yield* new UsageError({
      detail: `${VARIABLE} is no http or https address.`,
      fix: `Set it to an address like http://localhost:${PORT}, or unset it.`
    })
  }
  const found = yield* collector
  const address: Address = Option.match(found, {
    onNone: () => ({
      url: `http://localhost:${PORT}/trace/${traceId}`,
      by: `where it usually is; ${VARIABLE} names another place`
    }),
    onSome: ({ by, url }) => {
      const { hostname, protocol } = new URL(url)
      return {
        url: `${protocol}//${hostname}:${PORT}/trace/${traceId}`,
        by: `the host of ${by}; ${VARIABLE} names another`
      }
    }
  })
  return address
})
