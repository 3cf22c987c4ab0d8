// Sends metrics to a collector, once, and knows in the end whether it has them. Loaded only where they are wanted.
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-http"
import type { Resource } from "@opentelemetry/resources"
import { MeterProvider, PeriodicExportingMetricReader, type PushMetricExporter } from "@opentelemetry/sdk-metrics"
import * as Effect from "effect/Effect"
import { version } from "../Version.ts"
import * as Answer from "./Answer.ts"
import { type Endpoint, given } from "./Endpoint.ts"
import * as Metrics from "./Metrics.ts"
import { SERVICE } from "./Resource.ts"

export interface Measured {
  readonly measures: Metrics.Measuring
  /** Sends all of it within so many milliseconds; ends with why it did not arrive, or null. */
  readonly send: (patience: number) => Effect.Effect<string | null>
}

/** In milliseconds: the longest that a timer knows. A command sends at its end only. */
const NEVER = 2 ** 31 - 1

export const make = (endpoint: Endpoint, resource: Resource): Measured => {
  let arrived = false
  let refused: string | null = null
  const exporter = new OTLPMetricExporter(given(endpoint))
  const watched: PushMetricExporter = {
    export: (metrics, done) =>
      exporter.export(metrics, (result) => {
        if (result.error === undefined) arrived = true
        else refused = Answer.reason(result.error)
        done(result)
      }),
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush(),
    selectAggregationTemporality: (type) => exporter.selectAggregationTemporality(type),
    selectAggregation: (type) => exporter.selectAggregation(type)
  }
  const reader = new PeriodicExportingMetricReader({ exporter: watched, exportIntervalMillis: NEVER })
  const provider = new MeterProvider({ resource, readers: [reader] })
  const sent = Effect.ignore(Effect.tryPromise(() => provider.shutdown()))
  const outcome = Effect.suspend(() => (arrived ? Effect.succeed(null) : Answer.why(refused, endpoint)))
  return {
    measures: Metrics.make(provider.getMeter(SERVICE, version)),
    send: (patience) => Effect.zipRight(Effect.timeoutOption(sent, patience), outcome)
  }
}
