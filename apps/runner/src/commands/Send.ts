// `inlet send`: sends what is recorded and not confirmed yet. No source is opened, so none can be asked.
import { Sync } from "@inlet/core"
import * as Effect from "effect/Effect"
import * as Configuration from "../configuration/Configuration.ts"
import * as Connectors from "../configuration/Connectors.ts"
import * as Pipelines from "../configuration/Pipelines.ts"
import * as Report from "../output/Report.ts"
import * as Composition from "../run/Composition.ts"
import { type Job, runAll } from "../run/RunAll.ts"
import { version } from "../Version.ts"

export interface Options {
  readonly sources: ReadonlyArray<string>
  readonly noWait: boolean
}

export const run = Effect.fnUntraced(function* ({ noWait, sources }: Options) {
  const configuration = yield* Configuration.load
  const configured = yield* Pipelines.sources(configuration, sources)
  const chosen = yield* Pipelines.select(configured, { sources, streams: [] })
  const jobs = chosen.flatMap((source) => {
    const { connector, name, streams } = source
    const versions = { app: version, connector: `${connector.name}@${connector.version}` }
    const options = { trigger: "cli", wait: !noWait, settle: configuration.databox.settle, versions }
    return streams.map(
      (spec): Job => ({
        source: name,
        connector: versions.connector,
        spec,
        work: Pipelines.guarded(source, Sync.send(name, spec, options))
      })
    )
  })
  return yield* runAll("send", jobs, (results) => Report.tell("send", results, { wait: !noWait })).pipe(
    Effect.provide(Composition.layer(configuration))
  )
}, Effect.provide(Connectors.layer))
