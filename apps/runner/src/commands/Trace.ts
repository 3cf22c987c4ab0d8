// `inlet trace`: the span tree of a past run, and its way to a collector.
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import { Trace as Context, SendLog } from "@inlet/core"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { UsageError } from "../output/Failure.ts"
import { Output } from "../output/Output.ts"
import * as Time from "../output/Time.ts"
import { glance } from "../run/Store.ts"
import * as Endpoint from "../telemetry/Endpoint.ts"
import * as Settings from "../telemetry/Settings.ts"
import * as Export from "../trace/Export.ts"
import * as Find from "../trace/Find.ts"
import * as Jaeger from "../trace/Jaeger.ts"
import { json } from "../trace/Json.ts"
import * as Load from "../trace/Load.ts"
import * as Render from "../trace/Render.ts"
import { iso, type Link, type Span } from "../trace/Span.ts"
import * as Tree from "../trace/Tree.ts"

export interface Options {
  readonly run: string
  readonly all: boolean
  readonly export: boolean
}

const count = (number: number, one: string): string =>
  `${number.toLocaleString("en-US")} ${number === 1 ? one : `${one}s`}`

interface Known {
  readonly run: string
  readonly stream: string
  readonly traceId: string
  readonly spanId: string
}

/** The runs that began in these traces. */
const runsOf = (traces: ReadonlySet<string>) =>
  traces.size === 0
    ? Effect.succeed<ReadonlyArray<Known>>([])
    : Effect.flatMap(SendLog.SendLog, (log) => Stream.runCollect(log.runs({}))).pipe(
        Effect.map((runs) =>
          [...runs].flatMap(({ run, stream, trace }): ReadonlyArray<Known> => {
            const place = Option.getOrUndefined(Context.parse(trace))
            const { spanId = "", traceId = "" } = place ?? {}
            return traces.has(traceId) ? [{ run, stream, traceId, spanId }] : []
          })
        ),
        Effect.provide(glance),
        // Without its store a link tells the ids.
        Effect.catchTag("StoreError", () => Effect.succeed<ReadonlyArray<Known>>([]))
      )

/** Tells where links lead to: a span of this trace, or a run that had another one. */
const targets = (traceId: string, spans: ReadonlyArray<Span>) => {
  const names = new Map(spans.map(({ name, spanId }) => [spanId, name]))
  const others = new Set(spans.flatMap(({ links }) => links.map((link) => link.traceId)))
  others.delete(traceId)
  return Effect.map(runsOf(others), (runs) => (link: Link, stream: string | null) => {
    const theirs = runs.filter((run) => run.traceId === link.traceId)
    const [one] = [
      ...theirs.filter(({ spanId }) => spanId === link.spanId),
      ...(theirs.length === 1 ? theirs : theirs.filter((run) => run.stream === stream))
    ]
    return { name: link.traceId === traceId ? (names.get(link.spanId) ?? null) : null, run: one?.run ?? null }
  })
}

/** What it was made of, where that is not all that the command wrote. */
const origin = ({ file, rebuilt, spans }: Load.Trace): ReadonlyArray<string> => {
  if (file === null) {
    return [
      "Its file is gone: this was rebuilt from the events.",
      "They do not tell of requests, of waits, and of how long pages took."
    ]
  }
  if (rebuilt === 0 && Tree.lost(spans).length === 0) return []
  return [
    "Its file has no end: the command was killed, or still runs.",
    ...(rebuilt > 0
      ? [`${count(rebuilt, "span")} of ${spans.length} ${rebuilt === 1 ? "was" : "were"} rebuilt from the events.`]
      : [])
  ]
}

const head = (traceId: string, spans: ReadonlyArray<Span>): string => {
  const starts = spans.map(({ start }) => start)
  const first = starts.reduce((least, start) => (start < least ? start : least), starts[0] ?? 0n)
  return `trace ${traceId}, ${Time.stamp(iso(first))} UTC, ${count(spans.length, "span")}`
}

const show = Effect.fnUntraced(function* (trace: Load.Trace, all: boolean) {
  const { spans, traceId } = trace
  const output = yield* Output
  const nodes = Tree.make(spans)
  if (output.json) {
    yield* output.write(
      Tree.flatten(nodes)
        .map((span) => `${JSON.stringify(json(span))}\n`)
        .join("")
    )
    return
  }
  const target = yield* targets(traceId, spans)
  const { by, url } = yield* Jaeger.page(traceId)
  const { columns, paint } = output
  yield* output.say(paint("bold", head(traceId, spans)))
  for (const line of origin(trace)) yield* output.say(paint("yellow", line))
  const lines = Render.render(nodes, { columns, paint, all, target })
  yield* output.write(lines.map((line) => `${line}\n`).join(""))
  yield* output.say(`events: inlet events --trace ${traceId}`)
  yield* output.say(`Jaeger: ${url}`)
  yield* output.say(`        ${by}`)
  yield* output.say(`        not there? inlet trace ${traceId} --export`)
})

const nowhere = new UsageError({
  detail: "No collector is configured that the trace could be sent to.",
  fix: "Set OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318, or telemetry.otlp in inlet.yaml; docker compose up -d starts Jaeger there."
})

const collector = Effect.gen(function* () {
  const endpoint = yield* Endpoint.resolve("traces", yield* Settings.collector)
  if (Option.isNone(endpoint)) return yield* nowhere
  if (!(yield* Endpoint.isGrpc("traces"))) return endpoint.value
  return yield* new UsageError({
    detail: "OTEL_EXPORTER_OTLP_PROTOCOL asks for gRPC, which is not spoken here.",
    fix: "Set it to http/json; the same collector takes that on another port, by default 4318."
  })
})

const send = Effect.fnUntraced(function* (trace: Load.Trace) {
  const output = yield* Output
  const endpoint = yield* collector
  const sent = yield* Export.send(endpoint, trace.lines)
  const { by, url } = yield* Jaeger.page(trace.traceId)
  const { accepted, message, rejected } = sent
  if (output.json) {
    const document = { traceId: trace.traceId, collector: sent.collector, accepted, rejected, message, jaeger: url }
    return yield* output.item({ ...document, rebuilt: trace.rebuilt > 0 })
  }
  for (const line of origin(trace)) yield* output.say(line)
  yield* output.say(`${count(accepted, "span")} accepted by ${sent.collector}.`)
  if (message !== null) yield* output.say(`It says: ${message}`)
  yield* output.say(`Jaeger: ${url}`)
  yield* output.say(`        ${by}`)
})

export const run = Effect.fnUntraced(function* (options: Options) {
  const trace = yield* Load.load(yield* Find.find(options.run))
  yield* options.export ? send(trace) : show(trace, options.all)
  return 0
}, Effect.provide(FetchHttpClient.layer))
