// Sends recorded rows again, out of the raw pages in the log. What it requires has no Source in it, so it cannot ask one.
// Not the film but its end: of each key the newest version that is recorded at all, where it lies in the range.
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { mappingVersion, title } from "../model/Contract.ts"
import * as Event from "../model/Event.ts"
import { sha256 } from "../model/Hash.ts"
import * as Items from "../model/Items.ts"
import type { EventStore } from "../ports/EventStore.ts"
import type { Leases } from "../ports/Leases.ts"
import type { Mapping } from "../ports/Mapping.ts"
import type { SentRows } from "../ports/SentRows.ts"
import { Sink } from "../ports/Sink.ts"
import { deliver } from "./Deliver.ts"
import * as Handoff from "./Handoff.ts"
import * as Lead from "./Lead.ts"
import type { PipelineLog } from "./PipelineLog.ts"
import { prepare, present } from "./Prepared.ts"
import * as Quarantine from "./Quarantine.ts"
import { type Recorded, recorded } from "./Recorded.ts"
import { causeOf, type Frame, type RunOptions, type RunReport, run } from "./Run.ts"
import { ReplayError, some } from "./RunError.ts"
import { outboxOf } from "./Sync.ts"
import * as Trace from "./Trace.ts"

/** Which of the recorded batches. */
export interface Range {
  readonly run?: string
  /** ISO 8601; recorded at or after. */
  readonly from?: string
  /** ISO 8601; recorded before. */
  readonly to?: string
}

export interface PlanOptions {
  readonly range: Range
  /** `recorded` sends what was sent, and proves that it is the same; `current` maps anew. */
  readonly mapping: "recorded" | "current"
  /** Title of another dataset to send to. */
  readonly into?: string
  /** Empties the dataset first. Only with the whole range: other rows would be gone. */
  readonly purge: boolean
  /** Batches that are about to be erased. */
  readonly without?: ReadonlySet<string>
  /** Goes without the pages that are not kept any more, and tells of them in `gone`. */
  readonly partial?: boolean
}

export interface ReplayOptions extends RunOptions, PlanOptions {}

/** What a replay would send. */
export interface Plan {
  readonly dataset: string
  readonly replays: Event.Replays
  /** Batches with at least one row to send, in the order in which they were recorded. */
  readonly batches: ReadonlyArray<{
    readonly batch: Recorded
    readonly rows: number
    readonly omitted: Items.Items
    /** Items that wait in quarantine and go out now. */
    readonly healed: ReadonlyArray<number>
  }>
  /** Batches whose pages are not kept any more. */
  readonly gone: ReadonlyArray<string>
}

/** So many runs are named and linked; the newest of them. */
const MOST_RUNS = 50

const within = ({ from, run, to }: Range, { at, run: of }: Recorded): boolean =>
  (run === undefined || run === of) && (from === undefined || at >= from) && (to === undefined || at < to)

const refuse = (reason: ReplayError["reason"], detail: string) => new ReplayError({ reason, detail })

/** Whether the rows are, letter for letter, what was sent. */
const proven = (spec: Mapping, { batch, parts }: Recorded, texts: ReadonlyMap<number, string>) =>
  Effect.gen(function* () {
    const sink = yield* Sink
    for (const [part, { digest, items }] of parts) {
      const rows = items.flatMap((item) => texts.get(item) ?? [])
      if (rows.length === items.length && sha256(sink.body(rows)) === digest) continue
      const what = `part ${part} of batch ${batch} of ${spec.contract.stream}`
      return yield* refuse("DigestDiffers", `the mapping does not make of ${what} what was sent`)
    }
  })

/** Finds out what a replay would send. Sends and records nothing. */
export const plan = Effect.fnUntraced(function* (
  source: string,
  spec: Mapping,
  { into, mapping, partial = false, purge, range, without = new Set() }: PlanOptions
) {
  const log = yield* recorded(Event.pipeline(source, spec.contract.stream))
  const all = log.batches.filter(
    ({ batch, target }) => target === null && !log.erased.has(batch) && !without.has(batch)
  )
  const chosen = all.filter((batch) => within(range, batch))
  const [first] = chosen
  if (first === undefined) return yield* refuse("NothingThere", "nothing is recorded in that range")
  if (purge && chosen.length < all.length) {
    return yield* refuse("PartialPurge", "a dataset is not emptied for a part of its rows: the others would be gone")
  }
  const now = mappingVersion(spec.contract)
  const older = chosen.filter(({ parts }) => [...parts.values()].some((part) => part.mapping !== now))
  if (mapping === "recorded" && older.length > 0) {
    const which = some(older.map(({ batch }) => batch))
    return yield* refuse(
      "MappingChanged",
      `the mapping is ${now} now, and these batches were sent by another: ${which}`
    )
  }

  const wanted = new Set(chosen)
  const seen = new Set<string>()
  const refused = new Set<string>()
  const gone: Array<string> = []
  const found: Array<Plan["batches"][number]> = []
  // From the newest back: the first row of a key that is met is its newest one.
  for (const batch of all.filter(({ version }) => version >= first.version).reverse()) {
    const page = yield* present(prepare(spec, batch, Handoff.make()))
    if (page === null) {
      gone.push(batch.batch)
      continue
    }
    const texts = new Map([...page.rows.values()].map(({ item, text }) => [item, text]))
    if (mapping === "recorded" && wanted.has(batch)) yield* proven(spec, batch, texts)
    const kept: Array<number> = []
    const take = (item: number) => {
      if (wanted.has(batch)) kept.push(item)
    }
    const isOut = (item: number): boolean => {
      const state = batch.quarantined.get(item)
      return mapping === "recorded" ? state !== undefined : state === "discarded"
    }
    for (const { item, key } of [...page.rows.values(), ...page.rejected].sort((a, b) => b.item - a.item)) {
      if (isOut(item) || (key !== null && seen.has(key))) continue
      if (page.rows.has(item)) {
        if (key !== null) seen.add(key)
        take(item)
      } else if (!batch.quarantined.has(item) && (key === null || !refused.has(key))) {
        // The mapping refuses it now: it goes to quarantine, not out of sight, and what the sink has is the version before.
        if (key !== null) refused.add(key)
        take(item)
      }
    }
    if (kept.length === 0) continue
    const going = new Set(kept)
    const omitted = Array.from({ length: batch.records }, (_, item) => item).filter((item) => !going.has(item))
    const healed = kept.filter((item) => batch.quarantined.get(item) === "open")
    found.push({ batch, rows: kept.length, omitted, healed })
  }
  gone.reverse()
  if (gone.length > 0 && !partial) {
    return yield* refuse("RawGone", `the raw pages of these batches are not kept any more: ${some(gone)}`)
  }
  if (found.length === 0 && gone.length === 0)
    return yield* refuse("NothingThere", "every row of that range has a newer version behind it")
  const runs = [...new Set(chosen.map(({ run }) => run))].slice(-MOST_RUNS)
  const dataset = into ?? title(source, spec.contract)
  const planned: Plan = {
    dataset,
    replays: { mapping, dataset, purge, runs: runs.map((run) => ({ run, trace: log.traces.get(run) ?? null })) },
    batches: found.reverse(),
    gone
  }
  return planned
})

/** What was in quarantine and goes out now waits there no longer. Another dataset says nothing of its own one. */
export const healings = ({ batches }: Plan, { into }: Pick<ReplayOptions, "into">): ReadonlyArray<Event.Fact> => {
  const healed = batches.flatMap(({ batch: { batch }, healed }) => healed.map((index) => ({ batch, index })))
  return into !== undefined || healed.length === 0 ? [] : Quarantine.decided(healed, "released", healed)
}

/** The batches of a plan as facts of this run; the ids that they get. */
export const intentions = (log: PipelineLog, { batches, dataset }: Plan) =>
  batches.map(
    ({ batch, omitted, rows }, index): Event.FactOf<"BatchReplayed"> => ({
      type: "BatchReplayed",
      data: {
        batch: `${log.run}/${index + 1}`,
        replays: batch.batch,
        blob: batch.blob,
        ...(Object.keys(batch.context).length === 0 ? {} : { context: batch.context }),
        records: rows,
        ...(omitted.length === 0 ? {} : { omitted: Items.format(omitted) }),
        dataset,
        ...(batch.trace !== null && { trace: batch.trace })
      }
    })
  )

/** Finds out what goes out again, and commits to it. */
const intend = (log: PipelineLog, source: string, spec: Mapping, options: ReplayOptions) =>
  Effect.gen(function* () {
    const planned = yield* plan(source, spec, options)
    const facts = intentions(log, planned)
    const relied = facts.map(({ data }) => data.blob)
    yield* Effect.annotateCurrentSpan({
      "inlet.events": facts.length,
      "inlet.rows": facts.reduce((rows, { data }) => rows + data.records, 0)
    })
    yield* log.commit([...facts, ...healings(planned, options)], { relied }, { replays: planned.replays })
    return { facts, replays: planned.replays }
  }).pipe(
    Effect.withSpan(`map ${title(source, spec.contract)}`, {
      attributes: {
        "inlet.dataset.key": options.into ?? title(source, spec.contract),
        "inlet.projection.version": mappingVersion(spec.contract)
      }
    })
  )

const frame = (source: string, spec: Mapping, options: ReplayOptions): Frame => ({
  source,
  spec,
  options,
  mode: options.mapping === "recorded" ? "resend" : "remap",
  ...(options.into !== undefined && { dataset: options.into })
})

/**
 * Sends what is recorded of one stream again. The intention is one append, so a run that dies is taken up by any later run
 * of the pipeline. Never fails: the report says what went wrong.
 */
export const replay = (
  source: string,
  spec: Mapping,
  options: ReplayOptions
): Effect.Effect<RunReport, never, Sink | EventStore | SentRows | Leases> =>
  run(frame(source, spec, options), (log) =>
    Effect.gen(function* () {
      const { settle, wait } = options
      const work = Effect.gen(function* () {
        const left = yield* outboxOf(log)
        const { facts, replays } = yield* intend(log, source, spec, options)
        yield* Trace.link(
          "replay-of",
          replays.runs.map(({ trace }) => trace)
        )
        const batches = Stream.concat(left, Stream.fromIterable(facts.map(({ data }) => data.batch)))
        const lead = yield* Lead.make
        const target = replays.dataset
        yield* deliver({ log, source, spec, wait, settle, lead, handoff: Handoff.make(), batches, target })
      })
      return causeOf(yield* Effect.exit(work))
    })
  )
