// Sends spans to a collector as they end, and knows in the end whether it has them all. Loaded only where one is configured.
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http"
import { BatchSpanProcessor, type SpanExporter, type SpanProcessor } from "@opentelemetry/sdk-trace-base"
import * as Effect from "effect/Effect"
import * as Answer from "./Answer.ts"
import { type Endpoint, given } from "./Endpoint.ts"
import type { Queue } from "./Settings.ts"

export interface Spans {
  readonly processor: SpanProcessor
  /** How many have not arrived by now. */
  readonly missing: () => number
  /** Why that is, in a few words. */
  readonly why: Effect.Effect<string>
}

/** Requests at the same time: a whole queue is sent at once, and what is above the exporter's limit is lost. */
const parallel = ({ batch, size }: Queue): number => Math.max(64, 2 * Math.ceil(size / batch))

/** Sends what ends, and all that is left when the processor is flushed. */
export const spans = (endpoint: Endpoint, queue: Queue): Spans => {
  let ended = 0
  let arrived = 0
  let refused: string | null = null
  const exporter = new OTLPTraceExporter({ ...given(endpoint), concurrencyLimit: parallel(queue) })
  const watched: SpanExporter = {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        if (result.error === undefined) arrived += spans.length
        else refused = Answer.reason(result.error)
        done(result)
      }),
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush()
  }
  const batches = new BatchSpanProcessor(watched, { maxQueueSize: queue.size, maxExportBatchSize: queue.batch })
  return {
    processor: {
      onStart: (span, context) => batches.onStart(span, context),
      onEnd: (span) => {
        ended += 1
        batches.onEnd(span)
      },
      forceFlush: () => batches.forceFlush(),
      shutdown: () => batches.shutdown()
    },
    missing: () => ended - arrived,
    why: Effect.suspend(() => Answer.why(refused, endpoint))
  }
}
