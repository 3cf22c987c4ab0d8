// `inlet replay sends`: sends recorded rows again. No source is opened, so none can be asked.
import { Contract, type Mapping, Replay, type RunError, SendLog, type Sync } from "@inlet/core"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as Configuration from "../configuration/Configuration.ts"
import * as Connectors from "../configuration/Connectors.ts"
import * as Pipelines from "../configuration/Pipelines.ts"
import { UsageError } from "../output/Failure.ts"
import { Output } from "../output/Output.ts"
import * as Report from "../output/Report.ts"
import * as Composition from "../run/Composition.ts"
import { type Job, runAll } from "../run/RunAll.ts"
import { version } from "../Version.ts"
import * as Range from "./Range.ts"

export interface Options {
  readonly run: Option.Option<string>
  readonly source: Option.Option<string>
  readonly stream: ReadonlyArray<string>
  readonly from: Option.Option<string>
  readonly to: Option.Option<string>
  readonly mapping: Option.Option<"recorded" | "current">
  readonly into: Option.Option<string>
  readonly purge: boolean
  readonly dryRun: boolean
}

/** The one pipeline of a run, or all that the options select. */
const chosen = (options: Options, configured: ReadonlyArray<Pipelines.ConfiguredSource>) =>
  Effect.gen(function* () {
    const sources = yield* Pipelines.select(configured, {
      sources: Option.toArray(options.source),
      streams: options.stream
    })
    if (Option.isNone(options.run)) return sources
    const log = yield* SendLog.SendLog
    const found = yield* Stream.runHead(log.runs({ run: options.run.value }))
    if (Option.isNone(found)) {
      return yield* new UsageError({ detail: `There is no run ${options.run.value}.`, fix: "inlet runs lists them." })
    }
    const { source, stream } = found.value
    const theirs = sources.flatMap((one) => {
      const streams = one.streams.filter(({ contract }) => one.name === source && contract.stream === stream)
      return streams.length === 0 ? [] : [{ ...one, streams }]
    })
    if (theirs.length > 0) return theirs
    return yield* new UsageError({
      detail: `Run ${options.run.value} is one of ${source}/${stream}, which is not selected.`,
      fix: "Leave --source and --stream out, and have the stream in inlet.yaml."
    })
  })

/** One dataset is written by one pipeline: another one's rows would be overwritten, or mixed with these. */
const refuseInto = Effect.fnUntraced(function* (
  into: string,
  pipelines: ReadonlyArray<{ readonly source: string; readonly spec: Mapping.Mapping }>,
  configured: ReadonlyArray<Pipelines.ConfiguredSource>
) {
  const [one, other] = pipelines
  if (one === undefined || other !== undefined) {
    const detail = `--into takes the rows of one stream, and ${pipelines.length} are selected.`
    return yield* new UsageError({ detail, fix: "Name one with --source and --stream, or with --run." })
  }
  const isOther = (source: string, stream: string) => source !== one.source || stream !== one.spec.contract.stream
  const writes = configured.some(({ name, streams }) =>
    streams.some(({ contract }) => Contract.title(name, contract) === into && isOther(name, contract.stream))
  )
  // Also one that inlet.yaml no longer has, or that was filled by a replay.
  const log = yield* SendLog.SendLog
  const wrote = yield* log.sends({ dataset: into }).pipe(
    Stream.filter(({ source, stream }) => isOther(source, stream)),
    Stream.runHead
  )
  if (!writes && Option.isNone(wrote)) return
  return yield* new UsageError({
    detail: `Another pipeline writes the dataset ${into}.`,
    fix: "Give another title with --into."
  })
})

const counted = (count: number, one: string, many: string) =>
  `${count.toLocaleString("en-US")} ${count === 1 ? one : many}`

const hasNothing = (error: RunError.RunError | null): error is RunError.ReplayError =>
  error?._tag === "ReplayError" && error.reason === "NothingThere"

export const run = Effect.fnUntraced(function* (options: Options) {
  const output = yield* Output
  const configuration = yield* Configuration.load
  const configured = yield* Pipelines.sources(configuration)
  const range = {
    ...Option.match(options.run, { onNone: () => ({}), onSome: (run) => ({ run }) }),
    ...(yield* Range.of(options))
  }
  const mapping = Option.getOrElse(options.mapping, () => "recorded" as const)
  const { purge } = options
  const into = Option.match(options.into, { onNone: () => ({}), onSome: (into) => ({ into }) })

  const work = Effect.gen(function* () {
    const sources = yield* chosen(options, configured)
    const pipelines = sources.flatMap((configured) => {
      const { connector, name, streams } = configured
      return streams.map((spec) => ({
        configured,
        source: name,
        spec,
        connector: `${connector.name}@${connector.version}`
      }))
    })
    if (Option.isSome(options.into)) yield* refuseInto(options.into.value, pipelines, configured)
    // Of several pipelines those that have nothing in the range are no failure, unless none has.
    const empty: Array<RunError.ReplayError> = []
    const report = (one: Sync.RunReport): Sync.RunReport => {
      if (!hasNothing(one.error)) return one
      empty.push(one.error)
      return pipelines.length === 1 ? one : { ...one, error: null, outcome: "completed" }
    }
    const refuseEmpty = Effect.suspend(() => {
      const [error] = empty
      return error === undefined || empty.length < pipelines.length ? Effect.void : error
    })
    if (options.dryRun) {
      for (const { source, spec } of pipelines) {
        const plan = yield* Replay.plan(source, spec, { range, mapping, purge, ...into }).pipe(
          Effect.catchIf(hasNothing, (error) => Effect.succeed(void empty.push(error)))
        )
        if (plan === undefined) continue
        const rows = plan.batches.reduce((sum, batch) => sum + batch.rows, 0)
        const { dataset } = plan
        if (output.json)
          yield* output.item({
            source,
            stream: spec.contract.stream,
            dataset,
            batches: plan.batches.length,
            rows,
            purge
          })
        else
          yield* output.say(
            `${source}/${spec.contract.stream}: ${counted(rows, "row", "rows")} of ${counted(plan.batches.length, "batch", "batches")} to ${dataset}`
          )
      }
      yield* refuseEmpty
      yield* output.note("Nothing was recorded, nothing was sent.")
      return 0
    }
    const jobs = pipelines.map(({ configured, connector, source, spec }): Job => {
      const versions = { app: version, connector }
      const { settle } = configuration.databox
      const run = { trigger: "cli", wait: true, settle, versions }
      const replayed = Replay.replay(source, spec, { ...run, range, mapping, purge, ...into })
      return { source, connector, spec, work: Pipelines.guarded(configured, Effect.map(replayed, report)) }
    })
    return yield* runAll("replay", jobs, (results) =>
      Effect.zipRight(
        pipelines.length === 1 ? Effect.void : refuseEmpty,
        Report.tell("replay sends", results, { wait: true })
      )
    )
  })
  return yield* Effect.provide(work, Composition.layer(configuration))
}, Effect.provide(Connectors.layer))
