// A trace from wherever it can be had: from its file, from the events of the log where the file is gone, from both where the
// file was not finished.
import { EventStore } from "@inlet/core"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { UsageError } from "../output/Failure.ts"
import { existing } from "../run/Store.ts"
import * as Settings from "../telemetry/Settings.ts"
import * as TraceFile from "../telemetry/TraceFile.ts"
import * as Gathered from "./Gathered.ts"
import * as Otlp from "./Otlp.ts"
import { type Rebuilt, rebuild } from "./Rebuild.ts"
import { isRoot, type Span } from "./Span.ts"
import * as Tree from "./Tree.ts"

export interface Trace {
  readonly traceId: string
  /** Requests of OTLP/JSON, those of the file first and as they are there. */
  readonly lines: ReadonlyArray<string>
  readonly spans: ReadonlyArray<Span>
  /** Where its file is, or null where there is none. */
  readonly file: string | null
  /** How many of the spans were made of events. */
  readonly rebuilt: number
}

const fromFile = Effect.fnUntraced(function* (traceId: string) {
  const place = yield* Settings.place
  const path = place === null ? null : Option.getOrNull(yield* TraceFile.find(place, traceId))
  const lines = path === null ? [] : yield* TraceFile.lines(path)
  const spans = yield* Effect.map(Effect.forEach(lines, Otlp.decode), (all) => all.flat())
  return { path, lines, spans }
})

const none: Rebuilt = { version: "", spans: [] }

const fromEvents = (traceId: string, known: ReadonlyArray<Span>) =>
  Effect.gen(function* () {
    const store = yield* EventStore.EventStore
    const { add, gathered } = Gathered.make(traceId)
    yield* Stream.runForEachChunk(store.readAll(), (events) => Effect.sync(() => Chunk.forEach(events, add)))
    return gathered.events.length === 0 ? none : rebuild(gathered, known)
  }).pipe(
    Effect.provide(existing),
    // A trace may well be looked at where its store is not.
    Effect.catchIf(
      (error) => error._tag === "StoreError" && error.reason === "Missing",
      () => Effect.succeed(none)
    )
  )

/** Spans of a line: collectors refuse a request that is too large. */
const EACH = 1_000

const linesOf = ({ spans, version }: Rebuilt): ReadonlyArray<string> =>
  Array.from({ length: Math.ceil(spans.length / EACH) }, (_, index) =>
    Otlp.encode(version, spans.slice(index * EACH, (index + 1) * EACH))
  )

/** Whether a command wrote all of it: its own span ends last. */
const isWhole = (spans: ReadonlyArray<Span>): boolean => spans.some(isRoot) && Tree.lost(spans).length === 0

export const load = Effect.fnUntraced(function* (traceId: string) {
  const { lines, path, spans } = yield* fromFile(traceId)
  const rebuilt = isWhole(spans) ? none : yield* fromEvents(traceId, spans)
  const trace: Trace = {
    traceId,
    lines: [...lines, ...linesOf(rebuilt)],
    spans: [...spans, ...rebuilt.spans],
    file: spans.length === 0 ? null : path,
    rebuilt: rebuilt.spans.length
  }
  if (trace.spans.length > 0) return trace
  return yield* new UsageError({
    detail: `There is no trace ${traceId}: neither a file of it nor an event in the store.`,
    fix: "Check the id, and where traces and store are (--store, INLET_TRACE_FILE); inlet runs lists runs."
  })
})
