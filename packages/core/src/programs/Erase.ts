// Erases what is kept of a source, or of one person in it: raw pages, and what events tell of them. What the sink has of them
// goes by emptying the datasets and sending the rest again. All of it is intended in one append, together with the erasure
// itself, so that any later run of the pipeline completes it.
import * as Effect from "effect/Effect"
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as Event from "../model/Event.ts"
import { pseudonym } from "../model/Hash.ts"
import * as Items from "../model/Items.ts"
import { type Batch, type Outbox, pending, waiting } from "../model/PipelineState.ts"
import { redact } from "../model/Redaction.ts"
import { EventStore } from "../ports/EventStore.ts"
import type { Leases } from "../ports/Leases.ts"
import type { Mapping } from "../ports/Mapping.ts"
import { RawData } from "../ports/RawData.ts"
import type { SentRows } from "../ports/SentRows.ts"
import type { Sink } from "../ports/Sink.ts"
import * as Barrier from "./Barrier.ts"
import { deliver } from "./Deliver.ts"
import * as Handoff from "./Handoff.ts"
import { holding } from "./Holding.ts"
import * as Lead from "./Lead.ts"
import * as PipelineLog from "./PipelineLog.ts"
import * as Plan from "./Plan.ts"
import { recorded } from "./Recorded.ts"
import * as Replay from "./Replay.ts"
import { causeOf, type RunOptions, type RunReport, run } from "./Run.ts"
import { outboxOf } from "./Sync.ts"

export interface EraseOptions extends RunOptions {
  /** Whose pages, as the source names its people; null for everything of the source. */
  readonly subject: string | null
}

/** What is to be erased of a pipeline. Where no page is theirs, cursors go all the same: they may tell who was asked for. */
const survey = Effect.fnUntraced(function* (stream: string, subject: string | null) {
  const store = yield* EventStore
  const raw = yield* RawData
  const log = yield* recorded(stream)
  const theirs = subject === null ? null : yield* raw.ofSubject(subject)
  const batches = log.batches.filter(
    ({ batch, blob }) => !log.erased.has(batch) && (theirs === null || theirs.has(blob))
  )
  const names = new Set(batches.map(({ batch }) => batch))
  const redacted: Array<Event.Event> = []
  const fingerprints = new Map<number, string>()
  const take = (event: Event.Event) => {
    const left = redact(event, names)
    if (left !== undefined) redacted.push(left)
    if (left !== undefined || log.redacted.has(event.version)) {
      fingerprints.set(event.version, Event.fingerprint(left ?? event))
    }
  }
  yield* Stream.runForEach(store.read(stream), (event) => Effect.sync(() => take(event)))
  return {
    names,
    batches,
    blobs: [...new Set(batches.map(({ blob }) => blob))],
    redacted,
    left: { versions: Items.format([...fingerprints.keys()]), digest: Event.digestOf([...fingerprints.values()]) }
  }
})

/** What is left of the pipeline, as it is sent again; null where nothing is. */
const planRest = (source: string, spec: Mapping, without: ReadonlySet<string>) =>
  Replay.plan(source, spec, { range: {}, mapping: "current", purge: false, without, partial: true }).pipe(
    Effect.catchIf(
      (error) => error._tag === "ReplayError" && error.reason === "NothingThere",
      () => Effect.succeed(null)
    )
  )

/** What an erasure of one pipeline comes to. */
export interface Outlook {
  readonly stream: string
  /** Titles of the datasets that are emptied. */
  readonly datasets: ReadonlyArray<string>
  /** Raw pages that go. */
  readonly pages: number
  /** Records that were on them. */
  readonly records: number
  /** Events that will not tell any more what they told of them. */
  readonly events: number
  /** Pages that stay and of which rows are sent again. */
  readonly rest: number
  /** Pages that are not kept any more, so that their rows are missing until the source shows them again. */
  readonly gone: number
  /** Whether datasets are still to be emptied after an erasure of before. */
  readonly unpurged: boolean
  /** Records that wait in the outbox, as those that are sent again. */
  readonly pending: number
}

/** Finds out what an erasure would do. Changes nothing. */
export const outlook = Effect.fnUntraced(function* (source: string, spec: Mapping, subject: string | null) {
  const stream = Event.pipeline(source, spec.contract.stream)
  const { batches, blobs, names, redacted } = yield* survey(stream, subject)
  const planned = blobs.length === 0 ? null : yield* planRest(source, spec, names)
  const { head, outbox } = yield* PipelineLog.load(stream)
  const found: Outlook = {
    stream: spec.contract.stream,
    datasets: blobs.length === 0 ? [] : Object.keys(head.datasets),
    pages: blobs.length,
    events: redacted.length,
    records: batches.reduce(
      (sum, { records, repeated, target }) => sum + (target === null ? records - repeated.length : 0),
      0
    ),
    rest: planned?.batches.length ?? 0,
    gone: planned?.gone.length ?? 0,
    unpurged: head.purge !== undefined,
    pending: pending(outbox)
  }
  return found
})

/** How the log calls the person: its name would be one more thing that is left of somebody. */
const called = (stream: string, subject: string | null) => (subject === null ? null : pseudonym(subject, stream))

/** Whether this was erased from the pipeline before. */
export const wasErased = (source: string, spec: Mapping, subject: string | null) =>
  Effect.flatMap(EventStore, (store) => {
    const stream = Event.pipeline(source, spec.contract.stream)
    const name = called(stream, subject)
    return store.read(stream).pipe(
      Stream.filter(({ data, type }) => type === "DataErased" && "subject" in data && data.subject === name),
      Stream.runHead,
      Effect.map(Option.isSome)
    )
  })

/** Fails where somebody is at work on a pipeline of these. */
export const idle = (source: string, specs: ReadonlyArray<Mapping>) =>
  Effect.forEach(specs, ({ contract }) => holding(Event.pipeline(source, contract.stream), () => Effect.void), {
    discard: true
  })

/** Records of a batch that are neither at the sink nor settled otherwise. */
const openItems = ({ parts, records, repeated, settled }: Batch): Items.Items => {
  const confirmed = [...parts.values()].flatMap(({ items, status }) => (status === "confirmed" ? items : []))
  const done = new Set([...repeated, ...settled, ...confirmed])
  return Array.from({ length: records }, (_, item) => item).filter((item) => !done.has(item))
}

/** When the last part went out that may still arrive, as it would behind the purge. */
const lastOut = (outbox: Outbox): string | undefined =>
  waiting(outbox)
    .flatMap(({ parts }) => [...parts.values()])
    .filter((part) => Barrier.isUnknown(part) || part.status === "accepted")
    .map(({ at }) => at)
    .sort()
    .at(-1)

/** The erasure and all that has to follow it, in one append. */
const begin = Effect.fnUntraced(function* (
  log: PipelineLog.PipelineLog,
  source: string,
  spec: Mapping,
  subject: string | null
) {
  const { batches, blobs, left, names, redacted } = yield* survey(log.stream, subject)
  if (blobs.length + redacted.length === 0) return
  const planned = blobs.length === 0 ? null : yield* planRest(source, spec, names)
  const { head, outbox } = yield* log.state
  const theirs = HashMap.filter(outbox, ({ batch }) => names.has(batch))
  const unsettled = lastOut(theirs)
  const erased: Event.Fact = {
    type: "DataErased",
    data: {
      subject: called(log.stream, subject),
      blobs,
      reason: "operator",
      redacted: left,
      ...(unsettled !== undefined && { unsettled })
    }
  }
  const open = batches.flatMap(({ batch, quarantined }) =>
    [...quarantined].flatMap(([index, state]) => (state === "open" ? [{ batch, index }] : []))
  )
  const given: ReadonlyArray<Event.Fact> =
    open.length === 0 ? [] : [{ type: "QuarantineResolved", data: { items: open, how: "discarded" } }]
  const dropped = waiting(theirs).flatMap((batch) => Plan.settleWithout(batch.batch, [], openItems(batch)))
  const again = planned === null ? [] : Replay.intentions(log, planned)
  const healed = planned === null ? [] : Replay.healings(planned, {})
  const relied = again.map(({ data }) => data.blob)
  // The next run reads everything again, also what of the others is not kept any more.
  const moved: Event.Fact = { type: "CursorMoved", data: { from: null, to: null, reason: "erase" } }
  yield* log.commit(
    [erased, moved, ...given, ...dropped, ...again, ...healed],
    { relied, erasure: { blobs, redacted, datasets: blobs.length === 0 ? [] : Object.keys(head.datasets) } },
    { cursor: null, ...(planned !== null && { replays: planned.replays }) }
  )
})

/**
 * Erases from one stream of a source; where that was done before, completes what has to follow. Never fails: the report says
 * what went wrong.
 */
export const erase = (
  source: string,
  spec: Mapping,
  options: EraseOptions
): Effect.Effect<RunReport, never, Sink | EventStore | RawData | SentRows | Leases> =>
  run({ source, spec, mode: "remap", options }, (log) =>
    Effect.gen(function* () {
      const { settle, wait } = options
      const work = Effect.gen(function* () {
        yield* begin(log, source, spec, options.subject)
        const lead = yield* Lead.make
        const batches = yield* outboxOf(log)
        yield* deliver({ log, source, spec, wait, settle, lead, handoff: Handoff.make(), batches })
      })
      return causeOf(yield* Effect.exit(work))
    })
  )
