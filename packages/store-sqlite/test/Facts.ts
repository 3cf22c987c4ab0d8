// Short ways to write the facts that the tests append.
import type { Event } from "@inlet/core"

export interface Place {
  readonly id: string
  readonly run?: string
  /** Seconds after midnight, 1 January 2026 UTC. */
  readonly second?: number
}

export const iso = (second: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString()

const envelope = ({ id, run = "run-1", second = 0 }: Place): Event.Envelope => ({
  id,
  schema: 1,
  at: iso(second),
  run,
  cause: null,
  trace: null
})

export const runStarted = (place: Place, outbox = 0): Event.Draft => ({
  ...envelope(place),
  type: "RunStarted",
  data: {
    mode: "sync",
    trigger: "cli",
    cursor: null,
    outbox,
    versions: { app: "1.0.0", connector: "1.0.0", mapping: "1" }
  }
})

export const batchRecorded = (
  place: Place,
  batch: string,
  records: number,
  answer: { readonly key: string; readonly blob: string; readonly etag: string | null } = {
    key: "/issues?page=1",
    blob: "00",
    etag: null
  }
): Event.Draft => ({
  ...envelope(place),
  type: "BatchRecorded",
  data: {
    batch,
    blob: answer.blob,
    records,
    bytes: 1000,
    request: {
      method: "GET",
      url: "/issues",
      key: answer.key,
      query: { page: "1" },
      status: 200,
      etag: answer.etag,
      requestId: null
    },
    next: null,
    shape: "shape"
  }
})

export const cursorMoved = (place: Place, to: string): Event.Draft => ({
  ...envelope(place),
  type: "CursorMoved",
  data: { from: null, to, reason: "extracted" }
})

export const sendStarted = (place: Place, batch: string, part: number, dataset = "issues"): Event.Draft => ({
  ...envelope(place),
  type: "SendStarted",
  data: {
    batch,
    part,
    attempt: 1,
    dataset,
    mapping: "1",
    rows: 2,
    columns: ["id", "title"],
    items: "0-1",
    digest: "digest"
  }
})

export const sendAccepted = (place: Place, batch: string, part: number): Event.Draft => ({
  ...envelope(place),
  type: "SendAccepted",
  data: { batch, part, attempt: 1, requestId: "request", ingestionId: "ingestion" }
})

export const sendConfirmed = (place: Place, batch: string, part: number, received: number): Event.Draft => ({
  ...envelope(place),
  type: "SendConfirmed",
  data: { batch, part, attempt: 1, ingestionId: "ingestion", received, appended: null, overwritten: null, rejected: 0 }
})

export const sendFailed = (place: Place, batch: string, part: number): Event.Draft => ({
  ...envelope(place),
  type: "SendFailed",
  data: { batch, part, attempt: 1, kind: "permanent", code: "bad", message: "Bad row", status: 400, retryAfter: null }
})

export const rowsQuarantined = (place: Place, batch: string, indexes: ReadonlyArray<number>): Event.Draft => ({
  ...envelope(place),
  type: "RowsQuarantined",
  data: {
    batch,
    part: 0,
    attempt: 1,
    stage: "map",
    rows: indexes.map((index) => ({ index, key: null, code: "missing", path: "$.id" }))
  }
})

export const released = (place: Place, batch: string, index: number): Event.Draft => ({
  ...envelope(place),
  type: "QuarantineResolved",
  data: { items: [{ batch, index }], how: "released" }
})

export const runEnded = (place: Place): Event.Draft => ({
  ...envelope(place),
  type: "RunEnded",
  data: {
    outcome: "failed",
    error: { code: "sink", message: "The sink is down" },
    totals: { read: 0, sent: 0, unchanged: 0, superseded: 0, quarantined: 0, pending: 0 }
  }
})
