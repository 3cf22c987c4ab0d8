// `inlet export`: the log as lines of JSON, raw pages included.
import * as FileSystem from "@effect/platform/FileSystem"
import { Archive } from "@inlet/core"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { FileError } from "../output/Failure.ts"
import * as NewFile from "../output/NewFile.ts"
import { Output } from "../output/Output.ts"
import { existingArchive } from "../run/Store.ts"
import { version } from "../Version.ts"
import * as Filter from "./Filter.ts"

export interface Options {
  readonly file: string
  readonly source: Option.Option<string>
  readonly force: boolean
}

export const run = Effect.fnUntraced(function* ({ file: written, force, source }: Options) {
  const output = yield* Output
  const files = yield* FileSystem.FileSystem
  yield* Filter.source(source)
  const work = Effect.gen(function* () {
    const archive = yield* Archive.Archive
    const lines = archive.export({ app: version, source: Option.getOrNull(source) })
    if (written === "-") return yield* Stream.runForEach(lines, output.write)
    const { file } = yield* NewFile.write(written, { force }, (temporary) =>
      lines.pipe(
        Stream.encodeText,
        Stream.run(files.sink(temporary, { flag: "wx", mode: 0o600 })),
        Effect.catchTags({
          BadArgument: ({ message }) => refuse(message),
          SystemError: ({ message }) => refuse(message)
        })
      )
    )
    yield* output.json ? output.item({ file }) : output.say(`The log was written to ${file}.`)
    yield* output.note("It holds the raw data of the sources: keep it as carefully as the store.")
  })
  yield* Effect.provide(work, existingArchive)
  return 0
})

const refuse = (message: string) =>
  new FileError({
    detail: `It cannot be written: ${message}`,
    fix: "Check the folder and the disk, or give another name."
  })
