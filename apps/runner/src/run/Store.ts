// The store that commands look into: it has to be there, since looking must not make one.
import * as FileSystem from "@effect/platform/FileSystem"
import { EventStore } from "@inlet/core"
import { SqliteStore } from "@inlet/store-sqlite"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Configuration from "../configuration/Configuration.ts"

export const existing = Layer.unwrapEffect(
  Effect.gen(function* () {
    const { store } = yield* Configuration.locate
    const files = yield* FileSystem.FileSystem
    const there = yield* Effect.orElseSucceed(files.exists(store), () => false)
    if (there) return SqliteStore.layer({ filename: store })
    return yield* new EventStore.StoreError({
      reason: "Missing",
      operation: "open",
      detail: `There is no store at ${store}: nothing was synced there yet.`
    })
  })
)
