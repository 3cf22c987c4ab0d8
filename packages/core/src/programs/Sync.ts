// The two programs a user starts: `sync` extracts and delivers at once, `send` delivers alone. What `send` requires has no
// Source in it, so it cannot ask one.
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import * as Event from "../model/Event.ts"
import { waiting } from "../model/PipelineState.ts"
import type { Mapped } from "../model/Row.ts"
import type { EventStore } from "../ports/EventStore.ts"
import { Leases } from "../ports/Leases.ts"
import type { Mapping } from "../ports/Mapping.ts"
import type { Recordings } from "../ports/Recordings.ts"
import type { SentRows } from "../ports/SentRows.ts"
import type { Sink } from "../ports/Sink.ts"
import { Source } from "../ports/Source.ts"
import { deliver } from "./Deliver.ts"
import { extract } from "./Extract.ts"
import * as Handoff from "./Handoff.ts"
import * as Lead from "./Lead.ts"
import * as PipelineLog from "./PipelineLog.ts"
import { causeOf, type RunOptions, type RunReport, run } from "./Run.ts"
import type { RunError } from "./RunError.ts"

export type { RunOptions, RunReport } from "./Run.ts"

export interface SyncOptions extends RunOptions {
  readonly full?: boolean
  /** Reads these times only, beside the cursor, which stays where it is. */
  readonly range?: Event.TimeRange
  /** How long raw pages are kept; for ever unless told. */
  readonly retention?: Duration.DurationInput
  /** Records to read at most, rounded up to a page. */
  readonly limit?: number
}

/** The batches that earlier runs left. To be asked for before this run records any. */
export const outboxOf = (log: PipelineLog.PipelineLog) =>
  Effect.map(log.state, ({ outbox }) => Stream.fromIterable(waiting(outbox).map(({ batch }) => batch)))

/** Extracts and delivers one stream of the source at once. Never fails: the report says what went wrong. */
export const sync = (
  stream: string,
  options: SyncOptions
): Effect.Effect<RunReport, never, Source | Sink | EventStore | Recordings | SentRows | Leases> =>
  Effect.flatMap(Source, (source) => {
    const spec = specOf(source, stream)
    const { range } = options
    const mode = range === undefined ? ("sync" as const) : ("backfill" as const)
    return run({ source: source.name, spec, mode, options, ...(range !== undefined && { range }) }, (log) =>
      Effect.gen(function* () {
        const lead = yield* Lead.make
        const handoff = Handoff.make()
        const leases = yield* Leases
        const left = yield* outboxOf(log)
        const queue = yield* Queue.unbounded<string | null>()
        const extracting = extract({
          log,
          stream,
          full: options.full ?? false,
          range: range ?? null,
          retention: options.retention ?? Duration.infinity,
          limit: options.limit ?? null,
          lead,
          handoff,
          recorded: (batch) => Effect.asVoid(Queue.offer(queue, batch))
        }).pipe(Effect.zipRight(leases.polled(log.stream)), Effect.ensuring(Queue.offer(queue, null)))
        const delivering = deliver({
          log,
          source: source.name,
          spec,
          wait: options.wait,
          settle: options.settle,
          lead,
          handoff,
          batches: Stream.concat(left, Stream.fromQueue(queue).pipe(Stream.takeWhile((batch) => batch !== null)))
        })
        const exits = yield* Effect.all([Effect.exit(extracting), Effect.exit(delivering)], { concurrency: 2 })
        return exits.flatMap(causeOf)
      })
    )
  })

/** Delivers what the outbox of one stream holds. Never fails: the report says what went wrong. */
export const send = (
  source: string,
  spec: Mapping,
  options: RunOptions
): Effect.Effect<RunReport, never, Sink | EventStore | SentRows | Leases> =>
  run({ source, spec, mode: "sync", options }, (log) =>
    Effect.gen(function* () {
      const lead = yield* Lead.make
      const { settle, wait } = options
      const exit = yield* Effect.exit(
        deliver({ log, source, spec, wait, settle, lead, handoff: Handoff.make(), batches: yield* outboxOf(log) })
      )
      return causeOf(exit)
    })
  )

/** Asks the source for what is new and maps it. Records nothing, sends nothing. */
export const preview = (
  stream: string,
  options: { readonly full?: boolean; readonly limit?: number }
): Stream.Stream<Mapped, RunError, Source | EventStore> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const source = yield* Source
      const spec = specOf(source, stream)
      const { head } = yield* PipelineLog.load(Event.pipeline(source.name, stream))
      const from = options.full === true ? { cursor: null, position: null } : head
      const { cursor, position } = from
      const pages = source.read(stream, { cursor, position, etag: () => Effect.succeed(null) })
      const rows = Stream.mapConcatEffect(pages, ({ body, context = {}, rows }) =>
        rows === undefined ? spec.rows({ body, context }) : Effect.succeed(rows)
      )
      return options.limit === undefined ? rows : Stream.take(rows, options.limit)
    })
  )

/** The stream's spec. Which streams a source has is known before a run is started. */
const specOf = (source: Source["Type"], stream: string): Mapping => {
  const spec = source.streams.get(stream)
  if (spec === undefined) throw new Error(`source ${source.name} has no stream ${stream}`)
  return spec
}
