// Whether the disk of the store has room left.
import { statfs } from "node:fs/promises"
import { dirname } from "node:path"
import { EventStore } from "@inlet/core"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { about } from "./Finding.ts"
import * as Folder from "./Folder.ts"

/** Bytes below which a run may well find it full, and below which somebody should know. */
const TOO_LITTLE = 100e6
const LITTLE = 1e9

const say = about("disk")

const size = (bytes: number) => (bytes < LITTLE ? `${Math.floor(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`)

export const look = Effect.fnUntraced(function* (store: string) {
  const folder = yield* Folder.nearest(dirname(store))
  const found = yield* Effect.option(Effect.tryPromise(() => statfs(folder)))
  if (Option.isNone(found)) return say.skipped(`the system does not tell how much is free at ${folder}`)
  const free = found.value.bavail * found.value.bsize
  if (free >= LITTLE) return say.ok(`${size(free)} free`)
  const message = `${size(free)} free at ${folder}`
  if (free >= TOO_LITTLE) return say.warning(message, "Make room before it is full; inlet prune removes old raw pages.")
  return say.failed(new EventStore.StoreError({ reason: "Full", operation: "open", detail: `Only ${message}` }))
})
