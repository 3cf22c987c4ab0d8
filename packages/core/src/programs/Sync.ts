// The two programs a user starts: `sync` extracts and delivers at once, `send` delivers alone. What `send` requires has no
// Source in it, so it cannot ask one.
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Random from "effect/Random"
import * as Stream from "effect/Stream"
import { mappingVersion, title } from "../model/Contract.ts"
import * as Event from "../model/Event.ts"
import { waiting } from "../model/PipelineState.ts"
import type { Mapped } from "../model/Row.ts"
import type { EventStore } from "../ports/EventStore.ts"
import { Leases } from "../ports/Leases.ts"
import type { Recordings } from "../ports/Recordings.ts"
import { type Peer, RunObserver } from "../ports/RunObserver.ts"
import type { SentRows } from "../ports/SentRows.ts"
import type { Sink } from "../ports/Sink.ts"
import { Source, type StreamSpec } from "../ports/Source.ts"
import { deliver } from "./Deliver.ts"
import { extract } from "./Extract.ts"
import * as Handoff from "./Handoff.ts"
import { holding } from "./Holding.ts"
import * as Lead from "./Lead.ts"
import * as PipelineLog from "./PipelineLog.ts"
import { ConnectorError, gravest, type RunError, verdict } from "./RunError.ts"

export interface RunOptions {
  /** What started the run: `cli`, `schedule`, `ci`. */
  readonly trigger: string
  readonly versions: { readonly app: string; readonly connector: string }
  /** False ends after acceptance; the next run confirms. */
  readonly wait: boolean
  /** How long after an unknown outcome the sink may still show a new ingestion. */
  readonly settle: Duration.DurationInput
}

export interface SyncOptions extends RunOptions {
  readonly full?: boolean
  /** Records to read at most, rounded up to a page. */
  readonly limit?: number
}

/** What a run did, for whoever started it. */
export interface RunReport {
  /** Null where nothing happened, so that nothing was recorded. */
  readonly run: string | null
  readonly source: string
  readonly stream: string
  readonly dataset: string
  readonly mode: Event.Mode
  readonly outcome: "completed" | "failed" | "interrupted"
  readonly counts: Event.Counts
  readonly requests: { readonly source: number; readonly sink: number }
  /** What to know beside, a plain sentence each. */
  readonly warnings: ReadonlyArray<string>
  readonly error: RunError | null
}

const NO_COUNTS: Event.Counts = { read: 0, sent: 0, unchanged: 0, superseded: 0, quarantined: 0, pending: 0 }

/** A new run's id: the UTC second it began at, and what tells it from others. @example "20261124T225501-k3f9q2" */
const newRun = Effect.gen(function* () {
  const at = new Date(yield* Clock.currentTimeMillis).toISOString().replace(/[-:]/g, "").slice(0, 15)
  const random = yield* Random.nextIntBetween(0, 36 ** 6)
  return `${at}-${random.toString(36).padStart(6, "0")}`
})

const causeOf = (exit: Exit.Exit<unknown, RunError>): ReadonlyArray<Cause.Cause<RunError>> =>
  Exit.isSuccess(exit) ? [] : [exit.cause]

/** The expected errors among what the halves of a run ended with. Anything else is a defect and dies. */
const errorsOf = (causes: ReadonlyArray<Cause.Cause<RunError>>) =>
  Effect.gen(function* () {
    for (const cause of causes) {
      const defect = Cause.keepDefects(cause)
      if (Option.isSome(defect)) return yield* Effect.failCause(defect.value)
    }
    return causes.flatMap((cause) => [...Cause.failures(cause)])
  })

interface Frame {
  readonly source: string
  readonly spec: StreamSpec
  readonly options: RunOptions
}

/** One run under its lease: `body` does the work on the pipeline's log, the frame records how it ended. */
const run = <R>(
  { options, source, spec }: Frame,
  body: (log: PipelineLog.PipelineLog) => Effect.Effect<ReadonlyArray<Cause.Cause<RunError>>, never, R>
): Effect.Effect<RunReport, never, R | EventStore | Leases> =>
  Effect.gen(function* () {
    const { contract } = spec
    const name = Event.pipeline(source, contract.stream)
    const outer = yield* RunObserver
    const requests = { source: 0, sink: 0 }
    const warnings = new Set<string>()
    const observer = {
      ...outer,
      request: (peer: Peer) => {
        requests[peer] += 1
        outer.request(peer)
      },
      warning: (sentence: string) => {
        if (!warnings.has(sentence)) outer.warning(sentence)
        warnings.add(sentence)
      }
    }
    const report = (rest: Pick<RunReport, "run" | "outcome" | "counts" | "error">): RunReport => ({
      source,
      stream: contract.stream,
      dataset: title(source, contract),
      mode: "sync",
      requests: { ...requests },
      warnings: [...warnings],
      ...rest
    })
    const failed = (error: RunError) => report({ run: null, outcome: "failed", counts: NO_COUNTS, error })

    const held = Effect.fnUntraced(function* () {
      const id = yield* newRun
      const versions = { ...options.versions, mapping: mappingVersion(contract) }
      const log = yield* PipelineLog.open({ stream: name, run: id, mode: "sync", trigger: options.trigger, versions })
      return yield* Effect.uninterruptibleMask((restore) =>
        Effect.gen(function* () {
          const exit = yield* Effect.exit(restore(body(log)))
          const causes = Exit.isSuccess(exit) ? exit.value : causeOf(exit)
          const interrupted = causes.some(Cause.isInterrupted)
          const error = gravest(yield* errorsOf(causes))
          // A run that failed before its first fact is a fact itself; one that found nothing new is none.
          if (error !== null && error._tag !== "VersionConflict" && error._tag !== "LeaseHeld") yield* log.commit([])
          const outcome = error !== null ? "failed" : interrupted ? "interrupted" : "completed"
          const { code } = error === null ? { code: "" } : verdict(error)
          const counts = yield* log.counts
          yield* log.end(outcome, error === null ? null : { code, message: error.message }, [...warnings])
          return report({ run: counts === null ? null : id, outcome, counts: counts ?? NO_COUNTS, error })
        })
      )
    })
    return yield* holding(name, held).pipe(
      Effect.catchAll((error) => Effect.succeed(failed(error))),
      Effect.provideService(RunObserver, observer)
    )
  }).pipe(Effect.withSpan("run", { attributes: { source, stream: spec.contract.stream } }))

/** The batches that earlier runs left. To be asked for before this run records any. */
const outboxOf = (log: PipelineLog.PipelineLog) =>
  Effect.map(log.state, ({ outbox }) => Stream.fromIterable(waiting(outbox).map(({ batch }) => batch)))

/** Extracts and delivers one stream of the source at once. Never fails: the report says what went wrong. */
export const sync = (
  stream: string,
  options: SyncOptions
): Effect.Effect<RunReport, never, Source | Sink | EventStore | Recordings | SentRows | Leases> =>
  Effect.flatMap(Source, (source) => {
    const spec = specOf(source, stream)
    return run({ source: source.name, spec, options }, (log) =>
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
  spec: StreamSpec,
  options: RunOptions
): Effect.Effect<RunReport, never, Sink | EventStore | SentRows | Leases> =>
  run({ source, spec, options }, (log) =>
    Effect.gen(function* () {
      const lead = yield* Lead.make
      const { settle, wait } = options
      const exit = yield* Effect.exit(
        deliver({ log, source, spec, wait, settle, lead, handoff: Handoff.make(), batches: yield* outboxOf(log) })
      )
      return causeOf(exit)
    })
  )

const decoder = new TextDecoder()

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
      const rows = Stream.mapConcatEffect(pages, ({ body, context = {} }) =>
        Effect.try({
          try: () => spec.records(JSON.parse(decoder.decode(body)), context).map((record) => spec.map(record)),
          catch: () => new ConnectorError({ detail: `the connector's mapping of ${stream} failed on a page` })
        })
      )
      return options.limit === undefined ? rows : Stream.take(rows, options.limit)
    })
  )

/** The stream's spec. Which streams a source has is known before a run is started. */
const specOf = (source: Source["Type"], stream: string): StreamSpec => {
  const spec = source.streams.get(stream)
  if (spec === undefined) throw new Error(`source ${source.name} has no stream ${stream}`)
  return spec
}
