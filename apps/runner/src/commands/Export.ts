// `inlet export`: the log as lines of JSON, raw pages included.
import * as FileSystem from "@effect/platform/FileSystem"
import { Archive } from "@inlet/core"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Activity from "../output/Activity.ts"
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

const decodeManifest = Schema.decodeOption(
  Schema.parseJson(Schema.Struct({ inlet: Schema.Struct({ events: Schema.Number }) }))
)

/** How many events the first line of an export says that there are. */
const eventsIn = (line: Option.Option<string>): number =>
  line.pipe(Option.flatMap(decodeManifest), Option.match({ onNone: () => 0, onSome: ({ inlet }) => inlet.events }))

const exporting = <A, E, R>(work: (tell: Activity.Tell) => Effect.Effect<A, E, R>) =>
  Activity.during("writing the log", work)

/** The lines as they come; the first says how many events there are, each of which is one more. */
const counted = <E, R>(lines: Stream.Stream<string, E, R>, tell: Activity.Tell) => {
  let whole = 0
  let gone = 0
  return Stream.mapChunks(lines, (chunk) => {
    if (whole === 0) whole = eventsIn(Chunk.head(chunk))
    gone += chunk.length
    tell(Activity.percent(gone, whole))
    return chunk
  })
}

export const run = Effect.fnUntraced(function* ({ file: written, force, source }: Options) {
  const output = yield* Output
  const files = yield* FileSystem.FileSystem
  yield* Filter.source(source)
  const work = Effect.gen(function* () {
    const archive = yield* Archive.Archive
    const lines = archive.export({ app: version, source: Option.getOrNull(source) })
    if (written === "-") {
      return yield* exporting((tell) => Stream.runForEach(counted(lines, tell), output.write))
    }
    const { file } = yield* NewFile.write(written, { force }, (temporary) =>
      exporting((tell) =>
        counted(lines, tell).pipe(
          Stream.encodeText,
          Stream.run(files.sink(temporary, { flag: "wx", mode: 0o600 })),
          Effect.catchTags({
            BadArgument: ({ message }) => refuse(message),
            SystemError: ({ message }) => refuse(message)
          })
        )
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
