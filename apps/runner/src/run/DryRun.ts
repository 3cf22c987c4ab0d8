// `inlet sync --dry-run`: asks the sources and maps what they answer. Nothing is recorded, nothing sent; a store is looked
// into where there is one, for the place to go on from.

import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as FileSystem from "@effect/platform/FileSystem"
import { Contract, RunObserver, Sync } from "@inlet/core"
import { SqliteStore } from "@inlet/store-sqlite"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Configuration } from "../configuration/Configuration.ts"
import type { ConfiguredSource } from "../configuration/Pipelines.ts"
import * as Activity from "../output/Activity.ts"
import { Output } from "../output/Output.ts"
import * as Composition from "./Composition.ts"
import * as Preview from "./Preview.ts"

interface Options {
  readonly full: boolean
  readonly limit: Option.Option<number>
}

/** Prints the rows; ends with the exit code. */
export const run = Effect.fnUntraced(function* (
  configuration: Configuration,
  sources: ReadonlyArray<ConfiguredSource>,
  { full, limit }: Options
) {
  const output = yield* Output
  const files = yield* FileSystem.FileSystem
  const there = yield* Effect.orElseSucceed(files.exists(configuration.store), () => false)
  const options = { full, ...Option.match(limit, { onNone: () => ({}), onSome: (limit) => ({ limit }) }) }

  const preview = Effect.fnUntraced(function* (source: ConfiguredSource) {
    for (const { contract } of source.streams) {
      const dataset = Contract.title(source.name, contract)
      yield* output.note(`${dataset}:`)
      const observer = yield* RunObserver.RunObserver
      const warnings = new Set<string>()
      const { show, unshown } = Preview.printer(source.name, contract)
      yield* Activity.during(`reading ${source.name}/${contract.stream}`, (tell) => {
        let read = 0
        return Sync.preview(contract.stream, options).pipe(
          Stream.runForEachChunk((chunk) => {
            read += chunk.length
            tell(`${read.toLocaleString("en-US")} read`)
            return show(chunk)
          }),
          Effect.provideService(RunObserver.RunObserver, {
            ...observer,
            waiting: Activity.waits(tell),
            warning: (sentence: string) => warnings.add(sentence)
          })
        )
      })
      if (unshown() > 0) yield* output.note(`${unshown()} more columns: --json shows all.`)
      for (const warning of warnings) yield* output.warn(`${source.name}/${contract.stream}: ${warning}`)
    }
  })

  yield* Effect.forEach(sources, (source) =>
    Effect.provide(preview(source), source.connector.layer({ name: source.name, config: source.config }))
  ).pipe(
    Effect.provide(
      Layer.merge(Composition.connected(there ? configuration.store : SqliteStore.MEMORY), FetchHttpClient.layer)
    )
  )
  yield* output.note("Nothing was recorded, nothing was sent.")
  return 0
})
