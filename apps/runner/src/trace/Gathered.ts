// What the log tells of a trace: the events that were appended under it, and what its links lead to. One pass over all events,
// since a span may lead to a page that was recorded long before.
import { type Event, Trace } from "@inlet/core"
import * as Option from "effect/Option"

/** A span, as the events that it appended name it. */
export interface Place {
  readonly traceId: string
  readonly spanId: string
}

/** An attempt to send a part, and what was known of the part by then. */
export interface Attempt {
  readonly dataset: string
  readonly rows: number
  /** The span of the attempt before it. */
  readonly before: Place | null
}

export interface Gathered {
  readonly traceId: string
  /** In the order of the log: those of the trace, and those of runs that began in it. */
  readonly events: ReadonlyArray<Event.Event>
  /** Runs that began in it. */
  readonly runs: ReadonlySet<string>
  /** Where each batch was recorded. */
  readonly pages: ReadonlyMap<string, Place>
  /** By batch, part and attempt. */
  readonly attempts: ReadonlyMap<string, Attempt>
}

/** The span of a traceparent, or null. */
export const placeOf = (traceparent: string | null): Place | null =>
  Option.getOrNull(Option.map(Trace.parse(traceparent), ({ spanId, traceId }) => ({ spanId, traceId })))

interface Part {
  readonly batch: string
  readonly part: number
}

const partOf = ({ batch, part }: Part): string => `${batch}/${part}`

/** Names an attempt. */
export const attemptOf = (it: Part & { readonly attempt: number }): string => `${partOf(it)}/${it.attempt}`

/** Takes all events of the log in their order, and tells what they say of the trace so far. */
export const make = (traceId: string) => {
  const events: Array<Event.Event> = []
  const runs = new Set<string>()
  const pages = new Map<string, Place>()
  const attempts = new Map<string, Attempt>()
  const newest = new Map<string, Place>()

  const page = (batch: string, place: Place | null) => {
    if (place !== null) pages.set(batch, place)
  }

  const attempt = (data: Event.DataOf<"SendStarted">, place: Place | null) => {
    const part = partOf(data)
    const { dataset, rows } = data
    attempts.set(attemptOf(data), { dataset, rows, before: newest.get(part) ?? null })
    if (place !== null) newest.set(part, place)
  }

  const add = (event: Event.Event): void => {
    const place = placeOf(event.trace)
    const here = place?.traceId === traceId
    switch (event.type) {
      case "RunStarted":
        if (here) runs.add(event.run)
        break
      case "BatchRecorded":
        page(event.data.batch, place)
        break
      case "BatchReplayed":
        page(event.data.batch, placeOf(event.data.trace ?? null))
        break
      case "SendStarted":
        attempt(event.data, place)
        break
      default:
    }
    if (here || runs.has(event.run)) events.push(event)
  }

  const gathered: Gathered = { traceId, events, runs, pages, attempts }
  return { add, gathered }
}
