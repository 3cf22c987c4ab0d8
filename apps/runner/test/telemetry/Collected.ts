// A tracer as commands have it, whose spans stay in memory: as the filter lets them through.
import { InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base"
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node"
import * as Effect from "effect/Effect"
import * as Allowed from "../../src/telemetry/Allowed.ts"
import * as Tracer from "../../src/telemetry/Tracer.ts"

/** Does the work; ends with the spans that it made, in the order in which they ended. */
export const collected = <A, E>(work: Effect.Effect<A, E>, secrets: ReadonlySet<string> = new Set(), longest = 1024) =>
  Effect.gen(function* () {
    const exporter = new InMemorySpanExporter()
    const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
    const filter = Allowed.filter(secrets, longest)
    const exit = yield* Effect.exit(Effect.withTracer(work, Tracer.make(provider.getTracer("inlet"), null)))
    return { exit, spans: exporter.getFinishedSpans().map(filter.span) }
  })
