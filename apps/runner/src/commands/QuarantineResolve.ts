// `inlet quarantine release` and `discard`: send rows again, or give them up.
import { Quarantine, Sync } from "@inlet/core"
import * as Effect from "effect/Effect"
import * as Configuration from "../configuration/Configuration.ts"
import * as Connectors from "../configuration/Connectors.ts"
import * as Pipelines from "../configuration/Pipelines.ts"
import * as Report from "../output/Report.ts"
import * as Composition from "../run/Composition.ts"
import { type Job, runAll } from "../run/RunAll.ts"
import { version } from "../Version.ts"
import { byPipeline, type Selection, select } from "./Quarantine.ts"

const resolve = (how: "released" | "discarded", command: string) =>
  Effect.fnUntraced(function* (selection: Selection) {
    const configuration = yield* Configuration.load
    const configured = yield* Pipelines.sources(configuration)
    const work = Effect.gen(function* () {
      const pipelines = yield* byPipeline(yield* select(selection), configured)
      const jobs = pipelines.map(({ connector, rows, source, spec }): Job => {
        const { settle } = configuration.databox
        const options = { trigger: "cli", wait: true, settle, versions: { app: version, connector } }
        const items = rows.map(({ batch, item }) => ({ batch, index: item }))
        const resolved = Quarantine.resolve(source, spec, items, how, options)
        const sent = Effect.flatMap(resolved, (report) =>
          report.error !== null || how === "discarded" || report.counts.pending === 0
            ? Effect.succeed(report)
            : Sync.send(source, spec, options)
        )
        return { source, connector, spec, work: sent }
      })
      return yield* runAll(how === "released" ? "release" : "discard", jobs, (results) =>
        Report.tell(command, results, { wait: true })
      )
    })
    return yield* Effect.provide(work, Composition.layer(configuration))
  }, Effect.provide(Connectors.layer))

export const release = { run: resolve("released", "quarantine release") }
export const discard = { run: resolve("discarded", "quarantine discard") }
