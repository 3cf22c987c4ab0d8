// `inlet import`: an empty store becomes what an export holds, or stays empty.
import * as FileSystem from "@effect/platform/FileSystem"
import { Archive } from "@inlet/core"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as Configuration from "../configuration/Configuration.ts"
import * as Activity from "../output/Activity.ts"
import { FileError } from "../output/Failure.ts"
import { Output } from "../output/Output.ts"
import { archiveAt } from "../run/Store.ts"

export interface Options {
  readonly file: string
}

const refuse = (message: string) =>
  new FileError({ detail: `It cannot be read: ${message}`, fix: "Check the path and its permissions." })

export const run = Effect.fnUntraced(function* ({ file }: Options) {
  const output = yield* Output
  const files = yield* FileSystem.FileSystem
  const { store } = yield* Configuration.locate
  const work = Effect.gen(function* () {
    const archive = yield* Archive.Archive
    // Opened first: what cannot be read is to be known before a store is made.
    yield* files.access(file, { readable: true })
    const { size } = yield* files.stat(file)
    return yield* Activity.during("reading the export", (tell) => {
      let read = 0
      const bytes = files.stream(file, { chunkSize: 256 * 1024 }).pipe(
        Stream.map((bytes) => {
          read += bytes.length
          tell(read < size ? Activity.percent(read, Number(size)) : "and checking what it holds")
          return bytes
        })
      )
      return archive.import(bytes.pipe(Stream.decodeText(), Stream.splitLines))
    })
  }).pipe(
    Effect.catchTags({
      BadArgument: ({ message }) => refuse(message),
      SystemError: ({ message }) => refuse(message)
    })
  )
  const { events, pages } = yield* Effect.provide(work, archiveAt(store))
  yield* output.json
    ? output.item({ store, events, pages })
    : output.say(
        `${events.toLocaleString("en-US")} events and ${pages.toLocaleString("en-US")} raw pages are in ${store}, all checked. inlet sync goes on where they end.`
      )
  return 0
})
