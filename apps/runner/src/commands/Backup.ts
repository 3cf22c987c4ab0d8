// `inlet backup`: a checked copy of the store, also while a runner writes to it.
import { Archive } from "@inlet/core"
import * as Effect from "effect/Effect"
import * as NewFile from "../output/NewFile.ts"
import { Output } from "../output/Output.ts"
import { archiveAt, existingArchive } from "../run/Store.ts"
import * as Verify from "./Verify.ts"

export interface Options {
  readonly file: string
  readonly force: boolean
}

export const run = Effect.fnUntraced(function* ({ file: written, force }: Options) {
  const output = yield* Output
  const copying = Effect.gen(function* () {
    const archive = yield* Archive.Archive
    return yield* NewFile.write(written, { force }, (temporary) =>
      Effect.zipRight(
        archive.copy(temporary),
        Effect.provide(Verify.check(temporary, { all: false }), archiveAt(temporary))
      )
    )
  })
  const { file } = yield* Effect.provide(copying, existingArchive)
  yield* output.json
    ? output.item({ file })
    : output.say(`The store was copied to ${file}, and the copy is as it was written.`)
  yield* output.note(
    "To go back to it: stop all runners, remove the store with the files beside it (-wal, -shm, .tip), and copy it there."
  )
  return 0
})
