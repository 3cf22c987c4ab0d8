// `inlet backup`: a checked copy of the store, also while a runner writes to it.
import * as FileSystem from "@effect/platform/FileSystem"
import { Archive } from "@inlet/core"
import * as Effect from "effect/Effect"
import * as Configuration from "../configuration/Configuration.ts"
import * as Activity from "../output/Activity.ts"
import * as NewFile from "../output/NewFile.ts"
import { Output } from "../output/Output.ts"
import { archiveAt, existingArchive } from "../run/Store.ts"
import * as Verify from "./Verify.ts"

export interface Options {
  readonly file: string
  readonly force: boolean
}

/** How much of the store is in the copy is seen by the size of the file. */
const copy = ({ copy }: Archive.Archive["Type"], temporary: string) =>
  Activity.during("copying the store", (tell) =>
    Effect.gen(function* () {
      const files = yield* FileSystem.FileSystem
      const { store } = yield* Configuration.locate
      const sizeOf = (file: string) =>
        files.stat(file).pipe(
          Effect.map(({ size }) => Number(size)),
          Effect.orElseSucceed(() => 0)
        )
      const whole = yield* sizeOf(store)
      const look = Effect.map(sizeOf(temporary), (size) => tell(Activity.percent(size, whole)))
      yield* Effect.forkScoped(Effect.forever(Effect.zipRight(Effect.sleep("500 millis"), look)))
      yield* copy(temporary)
    }).pipe(Effect.scoped)
  )

export const run = Effect.fnUntraced(function* ({ file: written, force }: Options) {
  const output = yield* Output
  const copying = Effect.gen(function* () {
    const archive = yield* Archive.Archive
    return yield* NewFile.write(written, { force }, (temporary) =>
      Effect.zipRight(
        copy(archive, temporary),
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
