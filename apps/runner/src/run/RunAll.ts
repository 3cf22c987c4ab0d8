// Runs pipelines side by side and gathers how each of them ended. One that fails stops only itself; where all are stopped
// from outside, what they did until then is told all the same.
import { Contract, type Event, type Mapping, RunError, RunObserver, SendLog, type Sync } from "@inlet/core"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberId from "effect/FiberId"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { Stopped } from "../cli/Stopped.ts"
import * as Trace from "../cli/Trace.ts"
import * as Failure from "../output/Failure.ts"
import * as Progress from "../output/Progress.ts"
import * as Metrics from "../telemetry/Metrics.ts"
import * as BySource from "./BySource.ts"
import type { Services } from "./Composition.ts"

/** One pipeline and what is to be done with it. */
export interface Job {
  readonly source: string
  /** The connector's name and version. @example "github@0.1.0" */
  readonly connector: string
  readonly spec: Mapping.Mapping
  /** Whether somebody signs in to the source. */
  readonly login?: boolean
  readonly work: Effect.Effect<Sync.RunReport, Failure.Expected, Services>
}

/** How a pipeline ended. */
export interface Result {
  readonly report: Omit<Sync.RunReport, "error">
  readonly failure: Failure.Failure | null
  /** Records of the pipeline that wait or are in quarantine now, those of earlier runs included. */
  readonly pending: number
  readonly quarantined: number
  readonly exit: number
  /** How long it took. */
  readonly seconds: number
}

const AT_ONCE = 4

const nothing: Event.Counts = { read: 0, sent: 0, unchanged: 0, superseded: 0, quarantined: 0, pending: 0 }

/** A job under way. */
interface Entry {
  readonly job: Job
  /** How long it took. */
  seconds: number
  readonly requests: { source: number; sink: number }
  readonly warnings: Set<string>
  exit: Exit.Exit<Sync.RunReport, Failure.Expected>
}

const begin = (entry: Entry, tracker: Progress.Tracker, metrics: Metrics.Measures, clock: Clock.Clock) => {
  const { job, requests, warnings } = entry
  const observation: RunObserver.Observation = {
    ...tracker.observation,
    request: (peer) => {
      requests[peer] += 1
      tracker.observation.request(peer)
    },
    waiting: (peer, wait) => {
      metrics.waiting(job.source, peer, wait, clock.unsafeCurrentTimeMillis())
      tracker.observation.waiting(peer, wait)
    },
    warning: (sentence) => warnings.add(sentence)
  }
  const begun = clock.unsafeCurrentTimeMillis()
  const settled = Effect.onExit(job.work, (exit) => {
    entry.exit = exit
    entry.seconds = (clock.unsafeCurrentTimeMillis() - begun) / 1000
    return tracker.ends(Exit.isSuccess(exit) ? exit.value.outcome : Exit.isInterrupted(exit) ? "interrupted" : "failed")
  })
  return tracker.begins.pipe(
    Effect.zipRight(Effect.exit(settled)),
    Effect.provideService(RunObserver.RunObserver, observation)
  )
}

/** The report of a run that could not give its own, as far as the log knows it. */
const reconstruct = ({ job, requests, warnings }: Entry, outcome: "failed" | "interrupted", since: number) =>
  Effect.gen(function* () {
    const { source, spec } = job
    const { stream } = spec.contract
    const log = yield* SendLog.SendLog
    const run = yield* log.runs({ source }).pipe(
      Stream.filter((run) => run.stream === stream && Date.parse(run.startedAt) >= since),
      Stream.runHead,
      Effect.map(Option.getOrUndefined),
      Effect.orElseSucceed(() => undefined)
    )
    const report: Result["report"] = {
      run: run?.run ?? null,
      source,
      stream,
      dataset: Contract.title(source, spec.contract),
      mode: "sync",
      outcome,
      counts: run?.counts ?? nothing,
      requests,
      warnings: [...warnings]
    }
    return report
  })

interface Frame {
  readonly since: number
  readonly trace: string
  /** The exit code of an interruption. */
  readonly interrupted: number
  readonly pipelines: ReadonlyArray<SendLog.PipelineStatus>
}

const conclude = (entry: Entry, { interrupted, pipelines, since, trace }: Frame) =>
  Effect.gen(function* () {
    const { exit, job } = entry
    const { source, spec } = job
    const status = pipelines.find((one) => one.source === source && one.stream === spec.contract.stream)
    const { pending = 0, quarantined = 0 } = status ?? {}
    const result = (report: Result["report"], exit: number, failure: Failure.Failure | null = null): Result => ({
      report,
      failure,
      pending,
      quarantined,
      exit,
      seconds: entry.seconds
    })
    const failed = (report: Result["report"], error: Failure.Expected) => {
      const { login = false } = job
      const { exit, failure } = Failure.describe(error, { reference: report.run ?? trace, source, login, pending })
      return result(report, exit, failure)
    }
    if (Exit.isSuccess(exit)) {
      const { error, ...report } = exit.value
      if (error !== null) return failed(report, error)
      if (report.outcome === "interrupted") return result(report, interrupted)
      const left = Math.max(pending, report.counts.pending)
      return result(report, left > 0 ? 21 : Math.max(quarantined, report.counts.quarantined) > 0 ? 3 : 0)
    }
    if (Cause.isInterruptedOnly(exit.cause)) return result(yield* reconstruct(entry, "interrupted", since), interrupted)
    const report = yield* reconstruct(entry, "failed", since)
    const error = Cause.failureOption(exit.cause)
    if (Option.isSome(error)) return failed(report, error.value)
    yield* Effect.logDebug(`${source}/${report.stream}`, exit.cause)
    return result(report, 1, Failure.bug(Cause.squash(exit.cause), trace))
  })

/** Where the pipelines stand now; unknown where the store no longer answers. */
const standing = Effect.flatMap(SendLog.SendLog, (log) => Stream.runCollect(log.pipelines())).pipe(
  Effect.map((pipelines): ReadonlyArray<SendLog.PipelineStatus> => [...pipelines]),
  Effect.orElseSucceed((): ReadonlyArray<SendLog.PipelineStatus> => [])
)

/** The same to whoever measures; and the command's span has the code of the error that its exit code comes from. */
const tell = (results: ReadonlyArray<Result>, metrics: Metrics.Measures) =>
  Effect.suspend(() => {
    for (const result of results) metrics.run(result)
    const worst = exitCode(results)
    const failure = results.find(({ exit, failure }) => exit === worst && failure !== null)?.failure
    return failure === null || failure === undefined
      ? Effect.void
      : Effect.annotateCurrentSpan("error.type", failure.code)
  })

/**
 * Does all jobs, four at a time, and hands over how they ended, in their order. `verb` is what is done to each source. `finish` is not interrupted: an
 * interruption of the whole ends the jobs first, and is then part of what is handed over.
 */
export const runAll = <A, E, R>(
  verb: string,
  jobs: ReadonlyArray<Job>,
  finish: (results: ReadonlyArray<Result>) => Effect.Effect<A, E, R>
) =>
  Effect.gen(function* () {
    const since = yield* Clock.currentTimeMillis
    const stopped = yield* Stopped
    const trace = yield* Trace.id
    const metrics = yield* Metrics.Metrics
    const clock = yield* Effect.clock
    const entries = jobs.map(
      (job): Entry => ({
        job,
        seconds: 0,
        requests: { source: 0, sink: 0 },
        warnings: new Set(),
        exit: Exit.interrupt(FiberId.none)
      })
    )
    const working = Effect.flatMap(Progress.make, (track) =>
      BySource.run(
        verb,
        entries.map((entry) => {
          const { connector, source, spec } = entry.job
          const tracker = track(`${source}/${spec.contract.stream}`)
          return { source, connector, exit: () => entry.exit, work: begin(entry, tracker, metrics, clock) }
        }),
        AT_ONCE
      )
    ).pipe(Effect.scoped)
    return yield* Effect.uninterruptibleMask((restore) =>
      Effect.exit(restore(working)).pipe(
        Effect.zipRight(standing),
        Effect.flatMap((pipelines) => {
          const frame = { since, trace, interrupted: stopped() ?? 130, pipelines }
          return Effect.forEach(entries, (entry) => conclude(entry, frame))
        }),
        Effect.tap((results) => tell(results, metrics)),
        Effect.flatMap(finish)
      )
    )
  })

/** The exit code of all of them together. An interruption outweighs everything. */
export const exitCode = (results: ReadonlyArray<Result>): number => {
  const codes = results.map(({ exit }) => exit)
  return codes.find((code) => code > 100) ?? RunError.worst(codes)
}
