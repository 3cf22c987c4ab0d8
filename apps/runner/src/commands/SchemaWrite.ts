// `inlet schema write`: writes contracts down, unless one breaks what was released.
import { dirname, join } from "node:path"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Connectors from "../configuration/Connectors.ts"
import { FileError } from "../output/Failure.ts"
import { Output } from "../output/Output.ts"
import * as SchemaContracts from "./SchemaContracts.ts"
import * as SchemaFolder from "./SchemaFolder.ts"
import * as SchemaProblems from "./SchemaProblems.ts"
import * as SchemaReview from "./SchemaReview.ts"

export interface Options {
  readonly dir: Option.Option<string>
  readonly connector: ReadonlyArray<string>
}

const apply = (folder: string, { removals, writes }: SchemaReview.Review) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    for (const [path, text] of writes) {
      yield* files.makeDirectory(dirname(join(folder, path)), { recursive: true })
      yield* files.writeFileString(join(folder, path), text)
    }
    for (const path of removals) yield* files.remove(join(folder, path))
  }).pipe(
    Effect.mapError(
      ({ message }) => new FileError({ detail: message, fix: "Make the folder writable, then run it again." })
    )
  )

export const run = Effect.fnUntraced(function* ({ connector, dir }: Options) {
  const output = yield* Output
  const folder = yield* SchemaFolder.locate(dir)
  const entries = yield* SchemaContracts.entries(connector)
  const review = yield* SchemaReview.compare(folder, entries)
  const { gone, removals, writes } = review
  const blocking = review.problems.filter(
    (problem) => problem.kind !== "stream_gone" && !SchemaProblems.isWritable(problem)
  )
  if (blocking.length > 0) {
    return yield* SchemaProblems.refuse("The contracts cannot be written down as they are.", blocking)
  }
  yield* apply(folder, review)
  if (output.json) yield* output.item({ folder, written: [...writes.keys()], removed: removals })
  const removed = removals.length === 0 ? "" : `, removed ${removals.length}`
  const what = writes.size === 0 && removed === "" ? "nothing to do" : `${writes.size} files written${removed}`
  if (!output.quiet) yield* output.say(`${folder}: ${what} for ${SchemaContracts.datasets(entries)}.`)
  for (const dataset of gone) {
    yield* output.note(
      `${dataset} is gone and its history stays; delete history/${dataset}.v*.json to give it up for good.`
    )
  }
  return 0
}, Effect.provide(Connectors.layer))
