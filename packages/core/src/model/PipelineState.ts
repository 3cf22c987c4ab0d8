// What the events of one pipeline add up to. The head is small and stored with every append; the outbox is folded from the
// events since its oldest batch. Both folds are pure: delete the views and the same state comes back.
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Counts, DatasetRef, type Event, type FactOf, Mode, TimeRange } from "./Event.ts"
import * as Items from "./Items.ts"

/** The open run, and what it did so far; `pending` follows from the rest. */
export const OpenRun = Schema.Struct({
  id: Schema.String,
  mode: Mode,
  counts: Counts
})
export type OpenRun = typeof OpenRun.Type

export const Head = Schema.Struct({
  run: Schema.NullOr(OpenRun),
  /** Where the last completed listing ended, or null before the first. */
  cursor: Schema.Unknown,
  /** Where an unfinished listing goes on, or null. */
  position: Schema.Unknown,
  /** What is known of the shape of pages, as sorted lines. */
  shape: Schema.Array(Schema.String),
  /** Whether a run was completed. Until then a new shape is learned, later it has drifted. */
  grown: Schema.Boolean,
  /** By title. `filled` once a row of it was confirmed. */
  datasets: Schema.Record({ key: Schema.String, value: Schema.Struct({ ref: DatasetRef, filled: Schema.Boolean }) }),
  /** A backfill that is not completed, and where it goes on. */
  backfill: Schema.optionalWith(Schema.Struct({ range: TimeRange, position: Schema.Unknown }), { exact: true }),
  /** Titles of the datasets that are to be emptied before anything else is sent to them. */
  purge: Schema.optionalWith(Schema.Array(Schema.String), { exact: true }),
  /** When a part went out that must not arrive behind that purge, ISO 8601. */
  unsettled: Schema.optionalWith(Schema.String, { exact: true })
})
export type Head = typeof Head.Type

/** The head as stored in the views. */
export const HeadJson = Schema.parseJson(Head)

export const emptyHead: Head = { run: null, cursor: null, position: null, shape: [], grown: false, datasets: {} }

const noCounts: Counts = { read: 0, sent: 0, unchanged: 0, superseded: 0, quarantined: 0, pending: 0 }

/** Adds to the counts and lets `pending` follow. */
export const count = (counts: Counts, added: Partial<Omit<Counts, "pending">>): Counts => {
  const read = counts.read + (added.read ?? 0)
  const sent = counts.sent + (added.sent ?? 0)
  const unchanged = counts.unchanged + (added.unchanged ?? 0)
  const superseded = counts.superseded + (added.superseded ?? 0)
  const quarantined = counts.quarantined + (added.quarantined ?? 0)
  return { read, sent, unchanged, superseded, quarantined, pending: read - sent - unchanged - superseded - quarantined }
}

/** What an event adds to the counts of its run. */
export const counted = (event: Event): Partial<Omit<Counts, "pending">> => {
  switch (event.type) {
    case "RunStarted":
      return { read: event.data.outbox }
    case "BatchRecorded":
    case "BatchReplayed":
      return { read: event.data.records }
    case "SendConfirmed":
      return event.data.part === 0
        ? { unchanged: event.data.unchanged ?? 0, superseded: event.data.superseded ?? 0 }
        : { sent: event.data.received }
    case "RowsQuarantined":
      return { quarantined: event.data.rows.length }
    case "QuarantineResolved":
      return { read: event.data.how === "released" ? event.data.items.length : 0 }
    default:
      return {}
  }
}

const merge = (known: ReadonlyArray<string>, lines: ReadonlyArray<string>): ReadonlyArray<string> =>
  [...new Set([...known, ...lines])].sort()

/** The run an event belongs to, as it stands after the event. */
const evolveRun = (run: OpenRun | null, event: Event): OpenRun | null => {
  if (event.type === "RunEnded") return run?.id === event.run ? null : run
  const open = event.type === "RunStarted" ? { id: event.run, mode: event.data.mode, counts: noCounts } : run
  return open?.id === event.run ? { ...open, counts: count(open.counts, counted(event)) } : open
}

/** Where a backfill of this range goes on; null for its begin. */
export const placeOf = ({ backfill }: Head, { from, to }: TimeRange): unknown =>
  backfill?.range.from === from && backfill.range.to === to ? backfill.position : null

export const evolveHead = (head: Head, event: Event): Head => {
  const next = { ...head, run: evolveRun(head.run, event) }
  switch (event.type) {
    case "BatchRecorded": {
      const { learned, next: position } = event.data
      const place =
        next.backfill !== undefined && next.run?.mode === "backfill"
          ? { backfill: { ...next.backfill, position } }
          : { position }
      return { ...next, ...place, shape: learned === undefined ? head.shape : merge(head.shape, learned) }
    }
    case "CursorMoved":
      return { ...next, cursor: event.data.to, position: null }
    case "SchemaDrifted":
      return { ...next, shape: merge(head.shape, [...event.data.added, ...event.data.retyped]) }
    case "DatasetProvisioned": {
      const { dataset } = event.data
      return { ...next, datasets: { ...head.datasets, [dataset.title]: { ref: dataset, filled: false } } }
    }
    case "RunStarted": {
      const { range, replays } = event.data
      return {
        ...next,
        ...(replays?.purge === true && { purge: merge(head.purge ?? [], [replays.dataset]) }),
        ...(range !== undefined && { backfill: { range, position: placeOf(head, range) } })
      }
    }
    case "DataErased": {
      const { blobs, unsettled } = event.data
      // What was made of those pages is in the datasets still.
      const purge = merge(head.purge ?? [], blobs.length === 0 ? [] : Object.keys(head.datasets))
      return purge.length === 0 ? next : { ...next, purge, ...(unsettled !== undefined && { unsettled }) }
    }
    case "DatasetPurged": {
      const { purge = [], unsettled: _, ...rest } = next
      const left = purge.filter((title) => title !== event.data.dataset)
      return left.length === 0 ? rest : { ...next, purge: left }
    }
    case "SendConfirmed":
      return event.data.part === 0 ? next : { ...next, datasets: fill(head.datasets, event.data.dataset) }
    case "RunEnded": {
      if (event.data.outcome !== "completed") return next
      const { backfill, ...rest } = next
      const ended = backfill !== undefined && head.run?.mode === "backfill" ? rest : next
      return { ...ended, grown: true }
    }
    default:
      return next
  }
}

/** Events of old do not tell the dataset: there was one only. */
const fill = (datasets: Head["datasets"], dataset: string | undefined): Head["datasets"] =>
  Object.entries(datasets).every(([title, { filled }]) => filled || (dataset !== undefined && title !== dataset))
    ? datasets
    : Object.fromEntries(
        Object.entries(datasets).map(([title, { filled, ref }]) => [
          title,
          { ref, filled: filled || dataset === undefined || title === dataset }
        ])
      )

/** Where a part of a batch stands after its newest attempt. `refused` parts are cut into smaller ones. */
export type PartStatus = "started" | "accepted" | "uncertain" | "retryable" | "refused" | "confirmed" | "quarantined"

export interface Part {
  readonly part: number
  readonly attempt: number
  readonly status: PartStatus
  readonly items: Items.Items
  readonly dataset: string
  readonly mapping: string
  readonly digest: string
  readonly requestId: string | null
  readonly ingestionId: string | null
  /** When its newest event was appended, ISO 8601. */
  readonly at: string
  /** Traceparent of the span that its last attempt began in. */
  readonly trace: string | null
}

/** A recorded page and what became of its records. It is done, and out of the outbox, when `left` is 0. */
export interface Batch {
  readonly batch: string
  readonly version: number
  readonly blob: string
  readonly context: Readonly<Record<string, string>>
  /** Records in the page, the repeated ones among them. */
  readonly records: number
  readonly repeated: Items.Items
  /** Title of the dataset that a replayed batch goes to, whatever that is known to hold; null for a recorded one. */
  readonly target: string | null
  readonly left: number
  /** Records that no part will hold: unchanged, superseded, or refused by the mapping. */
  readonly settled: Items.Items
  readonly parts: ReadonlyMap<number, Part>
  /** Traceparent of the span in which its page was recorded. */
  readonly trace: string | null
}

export type Outbox = HashMap.HashMap<string, Batch>

export const emptyOutbox: Outbox = HashMap.empty()

const STATUS: Readonly<Record<FactOf<"SendFailed">["data"]["kind"], PartStatus>> = {
  uncertain: "uncertain",
  retryable: "retryable",
  permanent: "refused"
}

/** A batch of which nothing was sent yet; the items that are left out do not count. */
const begun = (
  { data, version }: Event & FactOf<"BatchRecorded" | "BatchReplayed">,
  leftOut = "",
  target: string | null,
  trace: string | null
): Batch => {
  const { batch, blob, context = {}, records } = data
  const repeated = Items.parse(leftOut)
  return {
    batch,
    version,
    blob,
    context,
    records: records + repeated.length,
    left: records,
    repeated,
    target,
    settled: [],
    parts: new Map(),
    trace
  }
}

export const evolveOutbox = (outbox: Outbox, event: Event): Outbox => {
  const change = (id: string, f: (batch: Batch) => Batch): Outbox => HashMap.modify(outbox, id, f)
  const part = (batch: Batch, number: number, f: (part: Part) => Part): Batch => {
    const known = batch.parts.get(number)
    return known === undefined ? batch : { ...batch, parts: new Map(batch.parts).set(number, f(known)) }
  }
  switch (event.type) {
    case "BatchRecorded":
      return HashMap.set(outbox, event.data.batch, begun(event, event.data.repeated, null, event.trace))
    case "BatchReplayed":
      return HashMap.set(
        outbox,
        event.data.batch,
        begun(event, event.data.omitted, event.data.dataset, event.data.trace ?? null)
      )
    case "SendStarted": {
      const { attempt, batch, dataset, digest, items, mapping, part: number } = event.data
      const started: Part = {
        part: number,
        attempt,
        status: "started",
        items: Items.parse(items),
        dataset,
        mapping,
        digest,
        requestId: null,
        ingestionId: null,
        at: event.at,
        trace: event.trace
      }
      return change(batch, (it) => ({ ...it, parts: new Map(it.parts).set(number, started) }))
    }
    case "SendAccepted": {
      const { ingestionId, requestId } = event.data
      return change(event.data.batch, (it) =>
        part(it, event.data.part, (known) => ({ ...known, status: "accepted", ingestionId, requestId, at: event.at }))
      )
    }
    case "SendFailed":
      return change(event.data.batch, (it) =>
        part(it, event.data.part, (known) => ({ ...known, status: STATUS[event.data.kind], at: event.at }))
      )
    case "SendConfirmed": {
      const { batch, items, part: number, received, superseded = 0, unchanged = 0 } = event.data
      if (number === 0) {
        return change(batch, (it) => ({
          ...it,
          left: it.left - unchanged - superseded,
          settled: [...it.settled, ...Items.parse(items ?? "")]
        }))
      }
      return change(batch, (it) =>
        part({ ...it, left: it.left - received }, number, (known) => ({ ...known, status: "confirmed", at: event.at }))
      )
    }
    case "RowsQuarantined": {
      const { batch, part: number, rows } = event.data
      return change(batch, (it) => {
        const settled = {
          ...it,
          left: it.left - rows.length,
          settled: [...it.settled, ...rows.map((row) => row.index)]
        }
        return part(settled, number, (known) => ({ ...known, status: "quarantined", at: event.at }))
      })
    }
    case "QuarantineResolved": {
      if (event.data.how === "discarded") return outbox
      return event.data.items.reduce(
        (folded, { batch, index }) =>
          HashMap.modify(folded, batch, (it) => ({
            ...it,
            left: it.left + 1,
            settled: it.settled.filter((item) => item !== index)
          })),
        outbox
      )
    }
    default:
      return outbox
  }
}

/** Drops the batches that these events, folded already, took out of the outbox. */
export const withoutDone = (outbox: Outbox, events: ReadonlyArray<Event>): Outbox =>
  events.reduce((folded, { data }) => {
    if (!("batch" in data)) return folded
    return batchOf(folded, data.batch)?.left === 0 ? HashMap.remove(folded, data.batch) : folded
  }, outbox)

/** The batches that still wait, in the order in which they were recorded. */
export const waiting = (outbox: Outbox): ReadonlyArray<Batch> =>
  [...HashMap.values(outbox)].filter((batch) => batch.left > 0).sort((a, b) => a.version - b.version)

/** Records that wait in the outbox. */
export const pending = (outbox: Outbox): number => HashMap.reduce(outbox, 0, (sum, batch) => sum + batch.left)

export const batchOf = (outbox: Outbox, id: string): Batch | undefined => Option.getOrUndefined(HashMap.get(outbox, id))

/** Records of a batch that no part holds and nothing settled: what is still to be sent, in order. */
export const unassigned = (batch: Batch): Items.Items => {
  const taken = new Set([...batch.repeated, ...batch.settled])
  for (const part of batch.parts.values()) {
    if (part.status !== "refused" && part.status !== "quarantined") for (const item of part.items) taken.add(item)
  }
  return Array.from({ length: batch.records }, (_, item) => item).filter((item) => !taken.has(item))
}

export const nextPart = (batch: Batch): number => Math.max(0, ...batch.parts.keys()) + 1
