// `inlet sync`: copies what is new from the sources to Databox.
import { type Event, Prune, Sync } from "@inlet/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Configuration from "../configuration/Configuration.ts"
import * as Connectors from "../configuration/Connectors.ts"
import * as Pipelines from "../configuration/Pipelines.ts"
import { UsageError } from "../output/Failure.ts"
import { Output } from "../output/Output.ts"
import * as Report from "../output/Report.ts"
import * as Composition from "../run/Composition.ts"
import * as DryRun from "../run/DryRun.ts"
import * as Retention from "../run/Retention.ts"
import { type Job, type Result, runAll } from "../run/RunAll.ts"
import { version } from "../Version.ts"
import * as Range from "./Range.ts"

export interface Options {
  readonly sources: ReadonlyArray<string>
  readonly stream: ReadonlyArray<string>
  readonly full: boolean
  readonly from: Option.Option<string>
  readonly to: Option.Option<string>
  readonly limit: Option.Option<number>
  readonly dryRun: boolean
  readonly noWait: boolean
}

/** The jobs of one source. Where it cannot start, only its own pipelines fail. */
const jobs = (source: Pipelines.ConfiguredSource, options: Omit<Sync.SyncOptions, "versions">) =>
  Effect.gen(function* () {
    const { config, connector, login, name, streams } = source
    const versions = { app: version, connector: `${connector.name}@${connector.version}` }
    // Opened by the first that wants it: what happens then belongs to this source.
    const scope = yield* Effect.scope
    const opened = yield* Effect.cached(Layer.buildWithScope(connector.layer({ name, config }), scope))
    return streams.map(
      (spec): Job => ({
        source: name,
        connector: versions.connector,
        spec,
        login,
        work: Effect.flatMap(opened, (source) =>
          Effect.provide(Sync.sync(spec.contract.stream, { ...options, versions }), source)
        )
      })
    )
  })

/** Removes raw pages where a connector demands that they are not kept, whatever came of the sync. */
const prune = Effect.fnUntraced(function* (
  retention: Prune.Retention,
  sources: ReadonlyArray<Pipelines.ConfiguredSource>
) {
  const output = yield* Output
  for (const { connector, name } of sources) {
    if (connector.retention === undefined) continue
    yield* Effect.catchAll(Prune.prune(retention, name), ({ message }) =>
      output.warn(`${name}: raw pages that are past their time may be left in the files: ${message}`)
    )
  }
})

/** Syncs what is configured and hands over how each pipeline ended. */
export const sync = <A, E, R>(
  configuration: Configuration.Configuration,
  sources: ReadonlyArray<Pipelines.ConfiguredSource>,
  { full, limit, noWait, range }: Pick<Options, "full" | "limit" | "noWait"> & { readonly range?: Event.TimeRange },
  finish: (results: ReadonlyArray<Result>) => Effect.Effect<A, E, R>
) =>
  Effect.gen(function* () {
    const options = {
      trigger: "cli",
      wait: !noWait,
      settle: configuration.databox.settle,
      full,
      ...(range !== undefined && { range }),
      ...Option.match(limit, { onNone: () => ({}), onSome: (limit) => ({ limit }) })
    }
    const retention = Retention.of(configuration.retention.raw, sources)
    const all = yield* Effect.forEach(sources, (source) =>
      jobs(source, { ...options, retention: retention.sources[source.name] ?? retention.others })
    )
    return yield* runAll("sync", all.flat(), (results) => Effect.zipRight(prune(retention, sources), finish(results)))
  }).pipe(Effect.scoped, Effect.provide(Composition.layer(configuration)))

export const run = Effect.fnUntraced(function* (options: Options) {
  const configuration = yield* Configuration.load
  const configured = yield* Pipelines.sources(configuration, options.sources)
  const sources = yield* Pipelines.select(configured, { sources: options.sources, streams: options.stream })
  const { from = null, to = null } = yield* Range.of(options)
  const range = from === null && to === null ? {} : { range: { from, to } }
  if (range.range !== undefined && (options.full || options.dryRun)) {
    return yield* new UsageError({
      detail: `--from and --to do not go with ${options.full ? "--full" : "--dry-run"}.`,
      fix: "inlet sync --from 2026-01-01 --to 2026-02-01"
    })
  }
  if (options.dryRun) return yield* DryRun.run(configuration, sources, options)
  return yield* sync(configuration, sources, { ...options, ...range }, (results) =>
    Report.tell("sync", results, { wait: !options.noWait })
  )
}, Effect.provide(Connectors.layer))
