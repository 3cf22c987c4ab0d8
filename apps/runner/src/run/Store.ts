// The store that commands look into: it has to be there, since looking must not make one.
import * as FileSystem from "@effect/platform/FileSystem"
import { EventStore } from "@inlet/core"
import { SqliteStore } from "@inlet/store-sqlite"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Configuration from "../configuration/Configuration.ts"

/** The file of the store that is there. */
export const place = Effect.gen(function* () {
  const { store } = yield* Configuration.locate
  const files = yield* FileSystem.FileSystem
  const there = yield* Effect.orElseSucceed(files.exists(store), () => false)
  if (there) return store
  return yield* new EventStore.StoreError({
    reason: "Missing",
    operation: "open",
    detail: `There is no store at ${store}: nothing was synced there yet.`
  })
})

export const existing = Layer.unwrapEffect(Effect.map(place, (filename) => SqliteStore.layer({ filename })))

/** Bytes from which on it takes a while to go through it. */
const LARGE = 32_000_000

/** Whether what is done with the whole of it takes long. */
export const isLarge = (file: string) =>
  Effect.flatMap(FileSystem.FileSystem, (files) =>
    files.stat(file).pipe(
      Effect.map(({ size }) => size > LARGE),
      Effect.orElseSucceed(() => false)
    )
  )

/** What people look at of the store that is there, which is not even brought to this version's format. */
export const glance = Layer.unwrapEffect(Effect.map(place, (filename) => SqliteStore.sendLog({ filename })))

/** A store as a whole, whether it is there or not: to import into, or a copy that is to be checked. */
export const archiveAt = (filename: string) => SqliteStore.archive({ filename })

/** The store that is there as a whole: to check, to copy or to export. */
export const existingArchive = Layer.unwrapEffect(Effect.map(place, archiveAt))
