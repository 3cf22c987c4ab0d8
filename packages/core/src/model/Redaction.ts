// What an event still says once the pages that it tells of are erased. A link of a chain cannot change unseen, so the event
// that tells of the erasure holds the digest of what is left (see `DataErased`).
import type { Event } from "./Event.ts"
import { canonical } from "./Json.ts"

/** Cursors go as well: they hold ids of records, whoever's these are. */
const without = (event: Event, batches: ReadonlySet<string>): Event => {
  switch (event.type) {
    case "BatchRecorded": {
      if (!batches.has(event.data.batch)) return { ...event, data: { ...event.data, next: null } }
      const { context: _, ...data } = event.data
      const request = { ...data.request, key: "", query: {}, etag: null, requestId: null }
      return { ...event, data: { ...data, request, next: null } }
    }
    case "BatchReplayed": {
      if (!batches.has(event.data.batch)) return event
      const { context: _, ...data } = event.data
      return { ...event, data }
    }
    case "RowsQuarantined": {
      if (!batches.has(event.data.batch)) return event
      return { ...event, data: { ...event.data, rows: event.data.rows.map((row) => ({ ...row, key: null })) } }
    }
    case "RunStarted":
      return { ...event, data: { ...event.data, cursor: null } }
    case "CursorMoved":
      return { ...event, data: { ...event.data, from: null, to: null } }
    default:
      return event
  }
}

/** What is left of the event when the pages of these batches are erased; undefined where that is all of it. */
export const redact = (event: Event, batches: ReadonlySet<string>): Event | undefined => {
  const left = without(event, batches)
  return canonical(left.data) === canonical(event.data) ? undefined : left
}
