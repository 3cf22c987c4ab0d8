// `inlet sync --dry-run`: asks the sources and maps what they answer. Nothing is recorded, nothing sent; a store is looked
// into where there is one, for the place to go on from.

import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as FileSystem from "@effect/platform/FileSystem"
import { Contract, type Row, RunObserver, Sync } from "@inlet/core"
import { SqliteStore } from "@inlet/store-sqlite"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Configuration } from "../configuration/Configuration.ts"
import type { ConfiguredSource } from "../configuration/Pipelines.ts"
import { Output } from "../output/Output.ts"
import { clean } from "../output/Table.ts"
import * as Composition from "./Composition.ts"

interface Options {
  readonly full: boolean
  readonly limit: Option.Option<number>
}

const person = (mapped: Row.Mapped): string =>
  clean(
    mapped._tag === "Row"
      ? JSON.stringify(mapped.row)
      : `would go into quarantine: ${mapped.rejection.code} at ${mapped.rejection.path}, key ${mapped.key ?? "unknown"}`
  )

const program = (source: string, stream: string, dataset: string) => (mapped: Row.Mapped) =>
  JSON.stringify({
    source,
    stream,
    dataset,
    row: mapped._tag === "Row" ? mapped.row : null,
    rejection: mapped._tag === "Rejected" ? { ...mapped.rejection, key: mapped.key } : null
  })

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
      const line = output.json ? program(source.name, contract.stream, dataset) : person
      yield* output.note(`${dataset}:`)
      const observer = yield* RunObserver.RunObserver
      const warnings = new Set<string>()
      yield* Sync.preview(contract.stream, options).pipe(
        Stream.runForEachChunk((chunk) =>
          output.write(
            Chunk.toReadonlyArray(chunk)
              .map((mapped) => `${line(mapped)}\n`)
              .join("")
          )
        ),
        Effect.provideService(RunObserver.RunObserver, {
          ...observer,
          warning: (sentence: string) => warnings.add(sentence)
        })
      )
      for (const warning of warnings) yield* output.complain(`warning: ${source.name}/${contract.stream}: ${warning}`)
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
