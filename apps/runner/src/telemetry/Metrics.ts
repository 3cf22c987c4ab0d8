// What a command measures, where metrics are wanted: counted where it happens, sent once at the end. Nobody listens by default.
// Made by the SDK's own meter: of Effect's, units are tags, a series begins when it is sent, and its own fibers are measured too.
import type { RunObserver, Sync } from "@inlet/core"
import type { Attributes, Meter } from "@opentelemetry/api"
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base"
import * as Context from "effect/Context"

/** A run of a pipeline that has ended. */
export interface Run {
  readonly report: Pick<Sync.RunReport, "counts" | "dataset" | "outcome" | "source" | "stream">
  readonly failure: { readonly code: string } | null
  /** Rows of the pipeline that wait now. */
  readonly pending: number
  readonly seconds: number
}

export interface Measures {
  readonly run: (run: Run) => void
  /** A wait of a source's run; `now` in epoch milliseconds. */
  readonly waiting: (source: string, peer: RunObserver.Peer, wait: RunObserver.Wait, now: number) => void
}

export const silent: Measures = { run: () => {}, waiting: () => {} }

export class Metrics extends Context.Reference<Metrics>()("@inlet/runner/telemetry/Metrics", {
  defaultValue: () => silent
}) {}

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]
const LONG = [0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3600]

const names = (peer: RunObserver.Peer, source: string) => (peer === "sink" ? "databox" : source)

/** In the words of spans. */
const outcomeOf = ({ counts, outcome }: Run["report"]) =>
  outcome === "completed" ? (counts.pending + counts.quarantined > 0 ? "partial" : "ok") : outcome

const seconds = ({ duration: [whole, nanos] }: ReadableSpan): number => whole + nanos / 1e9

/** The attributes of these names that the span has. */
const of = ({ attributes }: ReadableSpan, names: ReadonlyArray<string>): Attributes =>
  Object.fromEntries(names.flatMap((name) => (attributes[name] === undefined ? [] : [[name, attributes[name]]])))

const REMAINING = "http.response.header.x-ratelimit-remaining"
const WINDOW = "http.response.header.x-ratelimit-resource"

export interface Measuring extends Measures {
  /** A span that has ended, as it goes out. */
  readonly span: (span: ReadableSpan) => void
  readonly dropped: (spans: number) => void
}

export const make = (meter: Meter): Measuring => {
  const counter = (name: string, unit: string) => meter.createCounter(name, { unit })
  const histogram = (name: string, explicitBucketBoundaries: Array<number>) =>
    meter.createHistogram(name, { unit: "s", advice: { explicitBucketBoundaries } })
  const duration = histogram("inlet.run.duration", LONG)
  const extracted = counter("inlet.rows.extracted", "{row}")
  const rows = new Map(["sent", "confirmed", "rejected"].map((what) => [what, counter(`inlet.rows.${what}`, "{row}")]))
  const pending = meter.createGauge("inlet.outbox.pending", { unit: "{row}" })
  const requests = histogram("http.client.request.duration", SECONDS)
  const retries = counter("inlet.http.retries", "{retry}")
  const remaining = meter.createGauge("inlet.ratelimit.remaining", { unit: "{request}" })
  const waited = counter("inlet.ratelimit.wait", "s")
  const confirmed = histogram("inlet.ingestion.confirm.duration", LONG)
  const dropped = counter("inlet.telemetry.spans.dropped", "{span}")

  const request = (span: ReadableSpan) => {
    const tags = ["http.request.method", "server.address", "http.response.status_code", "url.template", "error.type"]
    requests.record(seconds(span), of(span, tags))
    const left = Number(span.attributes[REMAINING] ?? Number.NaN)
    const window = span.attributes[WINDOW]
    if (Number.isNaN(left)) return
    remaining.record(left, { ...of(span, ["peer.service"]), ...(window !== undefined && { window }) })
  }

  const load = (span: ReadableSpan) => {
    for (const [what, counter] of rows) {
      const count = span.attributes[`inlet.rows.${what}`]
      if (typeof count === "number") counter.add(count, of(span, ["inlet.dataset.key"]))
    }
  }

  return {
    run: ({ failure, pending: rows, report, seconds }) => {
      const tags = { "inlet.connection": report.source, "inlet.stream": report.stream }
      const failed = failure === null ? {} : { "error.type": failure.code }
      duration.record(seconds, { ...tags, "inlet.run.outcome": outcomeOf(report), ...failed })
      extracted.add(report.counts.read, tags)
      pending.record(rows, { "inlet.dataset.key": report.dataset })
    },
    waiting: (source, peer, { kind, reason = "unknown", until }, now) => {
      const service = { "peer.service": names(peer, source) }
      if (kind === "retry") retries.add(1, { ...service, reason })
      if (kind === "rate_limit" && until !== null) waited.add(Math.max(0, until - now) / 1000, service)
    },
    span: (span) => {
      if (span.attributes["http.request.method"] !== undefined) request(span)
      else if (span.name.startsWith("load ")) load(span)
      else if (span.name === "confirm") {
        confirmed.record(seconds(span), of(span, ["inlet.databox.status", "error.type"]))
      }
    },
    dropped: (spans) => dropped.add(spans)
  }
}
