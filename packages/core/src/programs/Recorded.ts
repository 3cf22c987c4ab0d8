// What the log has recorded of a pipeline: every batch with how it was sent, what became unreadable, and who recorded it.
// And which version of a key is the newest: that of the page that was recorded last, however often it was replayed since.
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type * as Event from "../model/Event.ts"
import * as Items from "../model/Items.ts"
import { EventStore } from "../ports/EventStore.ts"

/** A confirmed part of a batch. */
export interface RecordedPart {
  readonly items: Items.Items
  readonly mapping: string
  readonly digest: string
}

export interface Recorded {
  readonly batch: string
  readonly run: string
  readonly version: number
  /** ISO 8601. */
  readonly at: string
  readonly blob: string
  readonly context: Readonly<Record<string, string>>
  /** Records in the page, the repeated ones among them. */
  readonly records: number
  readonly repeated: Items.Items
  /** Title of the dataset that a replayed batch went to; null for a recorded one. */
  readonly target: string | null
  /** The version at which the page was recorded. */
  readonly origin: number
  /** Traceparent of the span in which the page was recorded. */
  readonly trace: string | null
  /** The parts that the sink has confirmed. */
  readonly parts: Map<number, RecordedPart>
  /** Items that did not go out, and whether somebody gave them up. */
  readonly quarantined: Map<number, "open" | "discarded">
}

export interface Log {
  /** In the order in which they were recorded or replayed. */
  readonly batches: ReadonlyArray<Recorded>
  /** Batches whose pages were erased. What is recorded since is not among them, be it the very same page. */
  readonly erased: ReadonlySet<string>
  /** Versions of the events that erasures redacted. */
  readonly redacted: ReadonlySet<number>
  /** The traceparent of each run. */
  readonly traces: ReadonlyMap<string, string | null>
}

/** Reads the stream of one pipeline from its first event. */
export const recorded = Effect.fnUntraced(function* (stream: string) {
  const store = yield* EventStore
  const batches = new Map<string, Recorded>()
  const started = new Map<string, RecordedPart>()
  const erased = new Set<string>()
  const redacted = new Set<number>()
  const traces = new Map<string, string | null>()

  const add = (
    { at, run, version }: Event.Event,
    { batch, blob, context = {}, records }: Event.DataOf<"BatchRecorded"> | Event.DataOf<"BatchReplayed">,
    without: string | undefined,
    target: string | null,
    origin: number,
    trace: string | null
  ) => {
    const repeated = Items.parse(without ?? "")
    const page = { batch, blob, context, records: records + repeated.length, repeated }
    const sent = { parts: new Map<number, RecordedPart>(), quarantined: new Map<number, "open" | "discarded">() }
    batches.set(batch, { ...page, run, version, at, target, origin, trace, ...sent })
  }

  const erase = ({ blobs, redacted: told }: Event.DataOf<"DataErased">) => {
    const pages = new Set(blobs)
    for (const { batch, blob } of batches.values()) if (pages.has(blob)) erased.add(batch)
    for (const version of Items.parse(told?.versions ?? "")) redacted.add(version)
  }

  const take = (event: Event.Event) => {
    switch (event.type) {
      case "RunStarted":
        return traces.set(event.run, event.trace)
      case "BatchRecorded":
        return add(event, event.data, event.data.repeated, null, event.version, event.trace)
      case "BatchReplayed": {
        const { dataset, omitted, replays, trace = null } = event.data
        return add(event, event.data, omitted, dataset, batches.get(replays)?.version ?? event.version, trace)
      }
      case "SendStarted": {
        const { attempt, batch, digest, items, mapping, part } = event.data
        return started.set(`${batch}/${part}/${attempt}`, { items: Items.parse(items), mapping, digest })
      }
      case "SendConfirmed": {
        const { attempt, batch, part } = event.data
        const sent = started.get(`${batch}/${part}/${attempt}`)
        started.delete(`${batch}/${part}/${attempt}`)
        return sent && batches.get(batch)?.parts.set(part, sent)
      }
      case "RowsQuarantined":
        for (const { index } of event.data.rows) batches.get(event.data.batch)?.quarantined.set(index, "open")
        return
      case "QuarantineResolved":
        for (const { batch, index } of event.data.items) {
          if (event.data.how === "released") batches.get(batch)?.quarantined.delete(index)
          else batches.get(batch)?.quarantined.set(index, "discarded")
        }
        return
      case "DataErased":
        return erase(event.data)
      default:
        return
    }
  }
  yield* Stream.runForEach(store.read(stream), (event) => Effect.sync(() => take(event)))
  const log: Log = { batches: [...batches.values()], erased, redacted, traces }
  return log
})
