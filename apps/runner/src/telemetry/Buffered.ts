// Ended spans as lines of OTLP/JSON, a few hundred a line. Nothing is dropped, and whoever is killed loses what ended in the
// last two seconds.
import { JsonTraceSerializer } from "@opentelemetry/otlp-transformer"
import type { ReadableSpan, SpanProcessor } from "@opentelemetry/sdk-trace-base"

export interface Sink {
  /** Whether lines can be written by now. */
  readonly isReady: () => boolean
  /** Throws where it cannot. */
  readonly append: (traceId: string, line: string) => void
}

const AT_ONCE = 512
const EVERY = 2_000
/** As many are kept for a place that is not there yet: those of a command that only looks around are few. */
const WAITING = 20_000

const decoder = new TextDecoder()

const byTrace = (spans: ReadonlyArray<ReadableSpan>): ReadonlyMap<string, Array<ReadableSpan>> => {
  const traces = new Map<string, Array<ReadableSpan>>()
  for (const span of spans) {
    const { traceId } = span.spanContext()
    const trace = traces.get(traceId)
    if (trace === undefined) traces.set(traceId, [span])
    else trace.push(span)
  }
  return traces
}

/** `failed` is told once: after it, nothing is written any more. */
export const processor = (sink: Sink, failed: (thrown: unknown) => void): SpanProcessor => {
  let spans: Array<ReadableSpan> = []
  let timer: NodeJS.Timeout | undefined
  let over = false

  const write = () => {
    clearTimeout(timer)
    timer = undefined
    if (spans.length === 0) return
    if (!sink.isReady()) {
      spans = spans.slice(-WAITING)
      return
    }
    const traces = byTrace(spans)
    spans = []
    try {
      for (const [traceId, ended] of traces)
        sink.append(traceId, decoder.decode(JsonTraceSerializer.serializeRequest(ended)))
    } catch (thrown) {
      over = true
      failed(thrown)
    }
  }

  const flush = async () => {
    write()
  }

  return {
    onStart: () => {},
    onEnd: (span) => {
      if (over) return
      spans.push(span)
      if (spans.length >= AT_ONCE) write()
      timer ??= setTimeout(write, EVERY).unref()
    },
    forceFlush: flush,
    shutdown: flush
  }
}
