// Events by hand, as pipelines append them; each says in which span, where it is told.
import { Event } from "@inlet/core"
import * as Schema from "effect/Schema"
import * as Gathered from "../../src/trace/Gathered.ts"

const decode = Schema.decodeUnknownSync(Event.Fact)
const BEGIN = Date.parse("2026-11-24T22:55:01.000Z")

export const trace = (traceId: string, spanId: string) => `00-${traceId}-${spanId}-01`

export interface Where {
  readonly run: string
  readonly stream?: string
  /** Milliseconds after the beginning. */
  readonly at: number
  readonly trace: string | null
}

/** Appends events to a log that begins empty. */
export const log = () => {
  const events: Array<Event.Event> = []
  return {
    events,
    add: (type: Event.Type, data: unknown, { at, run, stream = "pipeline/github/issues", trace }: Where): void => {
      const position = events.length + 1
      const envelope = {
        id: `${run}/${type}/${position}`,
        schema: 1,
        at: new Date(BEGIN + at).toISOString(),
        run,
        cause: null,
        trace,
        position,
        stream,
        version: position,
        hash: ""
      }
      events.push({ ...decode({ type, data }), ...envelope })
    }
  }
}

export const gather = (traceId: string, events: ReadonlyArray<Event.Event>): Gathered.Gathered => {
  const { add, gathered } = Gathered.make(traceId)
  for (const event of events) add(event)
  return gathered
}

export const COUNTS = { read: 0, sent: 0, unchanged: 0, superseded: 0, quarantined: 0, pending: 0 }

export const started = (more: Readonly<Record<string, unknown>> = {}) => ({
  mode: "sync",
  trigger: "cli",
  cursor: null,
  outbox: 0,
  versions: { app: "0.1.0", connector: "@inlet/connector-github@0.1.0", mapping: "1" },
  ...more
})

export const ended = (outcome: string, code: string | null = null, totals: Partial<typeof COUNTS> = {}) => ({
  outcome,
  error: code === null ? null : { code, message: "what happened" },
  totals: { ...COUNTS, ...totals }
})

export const recorded = (batch: string, records = 100) => ({
  batch,
  blob: "b".repeat(64),
  records,
  bytes: 1_000,
  request: { method: "GET", url: "/issues", key: "k", query: {}, status: 200, etag: null, requestId: null },
  next: null,
  shape: "s"
})

export const sendStarted = (batch: string, part = 1, attempt = 1, rows = 100) => ({
  batch,
  part,
  attempt,
  dataset: "github_issues",
  mapping: "1",
  rows,
  columns: ["id"],
  items: "0-99",
  digest: "d"
})

export const sendAccepted = (batch: string, part = 1, attempt = 1) => ({
  batch,
  part,
  attempt,
  requestId: "q1",
  ingestionId: `i-${batch}`
})

export const sendFailed = (batch: string, kind: string, code: string, attempt = 1, part = 1) => ({
  batch,
  part,
  attempt,
  kind,
  code,
  message: "what happened",
  status: null,
  retryAfter: null
})

export const sendConfirmed = (batch: string, part = 1, attempt = 1, received = 100) => ({
  batch,
  part,
  attempt,
  ingestionId: `i-${batch}`,
  received,
  appended: received,
  overwritten: 0,
  rejected: 0,
  dataset: "github_issues"
})
