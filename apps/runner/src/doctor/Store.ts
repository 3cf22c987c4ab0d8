// Whether the store can be worked with: its settings, its format, the end of its log, and that it can be written to. All of its
// contents are checked by `inlet verify`.
import { dirname } from "node:path"
import * as FileSystem from "@effect/platform/FileSystem"
import { EventStore } from "@inlet/core"
import { SqliteStore } from "@inlet/store-sqlite"
import * as Effect from "effect/Effect"
import { about, type Finding } from "./Finding.ts"
import * as Folder from "./Folder.ts"

const say = about("store")

const missing = Effect.fnUntraced(function* (store: string) {
  const problem = yield* Folder.problem(dirname(store))
  if (problem === null) return say.ok(`${store} is made by the first sync`)
  return say.failed(
    new EventStore.StoreError({
      reason: "Open",
      operation: "open",
      detail: `The store ${store} cannot be made: ${problem}`
    })
  )
})

const sentence = (store: string, { newest, older }: SqliteStore.Examined) =>
  `${store}: ${newest.toLocaleString("en-US")} events${older ? "; the next command brings it to the newest format" : ""}`

/** The store as it was found. */
export interface Stored {
  readonly place: string
  readonly there: boolean
  readonly works: boolean
  readonly finding: Finding
}

export const look = Effect.fnUntraced(function* (place: string) {
  const files = yield* FileSystem.FileSystem
  const there = yield* Effect.orElseSucceed(files.exists(place), () => false)
  const stored = (works: boolean, finding: Finding): Stored => ({ place, there, works, finding })
  if (!there) return stored(false, yield* missing(place))
  return yield* Effect.match(SqliteStore.examine(place), {
    onFailure: (error) => stored(false, say.failed(error)),
    onSuccess: (examined) => stored(true, say.ok(sentence(place, examined)))
  })
})
