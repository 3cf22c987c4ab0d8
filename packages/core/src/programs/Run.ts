// What every run has in common: a lease, a name, an end that is recorded, and a report for whoever started it.
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import { mappingVersion, title } from "../model/Contract.ts"
import * as Event from "../model/Event.ts"
import type { EventStore } from "../ports/EventStore.ts"
import type { Leases } from "../ports/Leases.ts"
import type { Mapping } from "../ports/Mapping.ts"
import { type Peer, RunObserver } from "../ports/RunObserver.ts"
import { holding } from "./Holding.ts"
import * as PipelineLog from "./PipelineLog.ts"
import { codeOf, gravest, type RunError, verdict } from "./RunError.ts"
import type { Tally } from "./Tally.ts"

export interface RunOptions {
  /** What started the run: `cli`, `schedule`, `ci`. */
  readonly trigger: string
  readonly versions: { readonly app: string; readonly connector: string }
  /** False ends after acceptance; the next run confirms. */
  readonly wait: boolean
  /** How long after an unknown outcome the sink may still show a new ingestion. */
  readonly settle: Duration.DurationInput
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

/** Counts as the log tells them. @example "420 read, 400 sent" */
const words = ({ read, ...rest }: Event.Counts): string =>
  [`${read} read`, ...Object.entries(rest).flatMap(([name, count]) => (count > 0 ? [`${count} ${name}`] : []))].join(
    ", "
  )

/** A new run's id: the UTC second it began at, and what tells it from others. @example "20261124T225501-k3f9q2" */
const newRun = Effect.gen(function* () {
  const at = new Date(yield* Clock.currentTimeMillis).toISOString().replace(/[-:]/g, "").slice(0, 15)
  const random = yield* Random.nextIntBetween(0, 36 ** 6)
  return `${at}-${random.toString(36).padStart(6, "0")}`
})

export const causeOf = (exit: Exit.Exit<unknown, RunError>): ReadonlyArray<Cause.Cause<RunError>> =>
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

export interface Frame {
  readonly source: string
  readonly spec: Mapping
  readonly mode: Event.Mode
  /** Of a backfill. */
  readonly range?: Event.TimeRange
  /** Title of the dataset that it writes; its own unless told. */
  readonly dataset?: string
  readonly options: RunOptions
}

/** Errors that do not make a run a fact: another runner does the work, or what was asked for cannot be done. */
const SILENT: ReadonlyArray<RunError["_tag"]> = ["VersionConflict", "LeaseHeld", "ReplayError"]

/** One run under its lease: `body` does the work on the pipeline's log, the frame records how it ended. */
export const run = <R>(
  { dataset, mode, options, range, source, spec }: Frame,
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
      dataset: dataset ?? title(source, contract),
      mode,
      requests: { ...requests },
      warnings: [...warnings],
      ...rest
    })
    const failed = (error: RunError) => report({ run: null, outcome: "failed", counts: NO_COUNTS, error })

    const held = Effect.fnUntraced(function* () {
      const id = yield* newRun
      const versions = { ...options.versions, mapping: mappingVersion(contract) }
      const log = yield* PipelineLog.open({
        stream: name,
        run: id,
        mode,
        trigger: options.trigger,
        versions,
        ...(range !== undefined && { range })
      })
      return yield* Effect.uninterruptibleMask((restore) =>
        Effect.gen(function* () {
          yield* Effect.logInfo("the run begins")
          const exit = yield* Effect.exit(restore(body(log)))
          const causes = Exit.isSuccess(exit) ? exit.value : causeOf(exit)
          const interrupted = causes.some(Cause.isInterrupted)
          const error = gravest(yield* errorsOf(causes))
          // A run that failed before its first fact is a fact itself; one that found nothing new is none.
          if (error !== null && !SILENT.includes(error._tag)) yield* log.commit([])
          const outcome = error !== null ? "failed" : interrupted ? "interrupted" : "completed"
          const { code } = error === null ? { code: "" } : verdict(error)
          const counts = yield* log.counts
          yield* log.end(outcome, error === null ? null : { code, message: error.message }, [...warnings])
          yield* tell(id, outcome, counts ?? NO_COUNTS, yield* log.tally, code)
          yield* Effect.logInfo(`the run ends: ${outcome}, ${words(counts ?? NO_COUNTS)}`)
          return report({ run: counts === null ? null : id, outcome, counts: counts ?? NO_COUNTS, error })
        })
      ).pipe(Effect.annotateLogs("inlet.run.id", id))
    })
    return yield* holding(name, held).pipe(
      Effect.catchAll((error) => Effect.as(Effect.annotateCurrentSpan("error.type", codeOf(error)), failed(error))),
      Effect.provideService(RunObserver, observer),
      Effect.annotateLogs({ "inlet.connection": source, "inlet.stream": contract.stream })
    )
  }).pipe(Effect.withSpan(`run ${spec.contract.stream}`, { attributes: { "inlet.stream": spec.contract.stream } }))

/** How a run ended, in the words of traces: `partial` where rows wait or are in quarantine. */
const outcomeOf = (outcome: RunReport["outcome"], { pending, quarantined }: Event.Counts) =>
  outcome === "completed" ? (pending + quarantined > 0 ? "partial" : "ok") : outcome

const tell = (
  run: string,
  outcome: RunReport["outcome"],
  counts: Event.Counts,
  { confirmed, rejected, sent }: Tally,
  code: string
) =>
  Effect.annotateCurrentSpan({
    "inlet.run.id": run,
    "inlet.run.outcome": outcomeOf(outcome, counts),
    "inlet.rows.extracted": counts.read,
    "inlet.rows.sent": sent,
    "inlet.rows.confirmed": confirmed,
    "inlet.rows.rejected": rejected,
    ...(code !== "" && { "error.type": code })
  })
