// A file that is complete under its name or not there at all, for the user alone.
import { resolve } from "node:path"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Configuration from "../configuration/Configuration.ts"
import { FileError } from "./Failure.ts"

/**
 * Writes under another name beside it, and gives it its name when that is done. Refuses a name that is taken unless forced,
 * and that of the store always.
 */
export const write = <A, E, R>(
  written: string,
  { force }: { readonly force: boolean },
  fill: (temporary: string) => Effect.Effect<A, E, R>
) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const { store } = yield* Configuration.locate
    const file = resolve(written)
    if (file === store)
      return yield* new FileError({ detail: `${file} is the store itself.`, fix: "Give another name." })
    const temporary = `${file}.${process.pid}.partial`
    const taken = yield* Effect.orElseSucceed(files.exists(file), () => false)
    if (taken && !force) {
      return yield* new FileError({
        detail: `There is a file ${file} already.`,
        fix: "Give another name, or replace it with --force."
      })
    }
    const named = files
      .rename(temporary, file)
      .pipe(
        Effect.mapError(
          ({ message }) => new FileError({ detail: `${file} cannot be written: ${message}`, fix: "Check its folder." })
        )
      )
    return yield* Effect.zipLeft(fill(temporary), named).pipe(
      Effect.onError(() => Effect.orElseSucceed(files.remove(temporary, { force: true }), () => undefined)),
      Effect.map((result) => ({ file, result }))
    )
  })
