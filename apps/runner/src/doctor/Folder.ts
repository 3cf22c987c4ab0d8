// Whether something could be written at a path that may not be there yet.
import { dirname } from "node:path"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

/** The nearest thing on the way to a path that is there. */
export const nearest: (path: string) => Effect.Effect<string, never, FileSystem.FileSystem> = Effect.fnUntraced(
  function* (path) {
    const files = yield* FileSystem.FileSystem
    let at = path
    while (dirname(at) !== at && !(yield* Effect.orElseSucceed(files.exists(at), () => false))) at = dirname(at)
    return at
  }
)

/** Why nothing can be written into a folder, as the end of a sentence; null where it can. */
export const problem = Effect.fnUntraced(function* (folder: string) {
  const files = yield* FileSystem.FileSystem
  const at = yield* nearest(folder)
  const found = yield* Effect.option(files.stat(at))
  if (Option.isNone(found)) return `${at} cannot be looked at`
  if (found.value.type !== "Directory") return `${at} is a file, not a folder`
  const allowed = yield* Effect.either(files.access(at, { writable: true }))
  return allowed._tag === "Left" ? `${at} cannot be written to` : null
})
