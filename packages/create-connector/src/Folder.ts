// The folder of a new package. What is there already stays as it is.
import { mkdir, readdir, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import * as Effect from "effect/Effect"
import type { File } from "./Scaffold.ts"
import { ScaffoldError } from "./ScaffoldError.ts"

const code = (error: unknown): string =>
  typeof error === "object" && error !== null && "code" in error ? String(error.code) : "no reason given"

/** What a folder holds beside the history of a repository that was begun in it. */
const held = (folder: string) =>
  Effect.tryPromise(() => readdir(folder)).pipe(
    Effect.map((names) => names.filter((name) => name !== ".git")),
    Effect.catchAll(({ error }) =>
      code(error) === "ENOENT"
        ? Effect.succeed([])
        : new ScaffoldError({
            detail: `${folder} is not to be used (${code(error)}).`,
            fix: "Give another folder with --dir."
          })
    )
  )

/** Writes the files into a folder that is empty or not there. */
export const write = Effect.fnUntraced(function* (folder: string, files: ReadonlyArray<File>) {
  const there = yield* held(folder)
  if (there.length > 0) {
    const some = there.length > 3 ? `${there.slice(0, 3).join(", ")} and ${there.length - 3} more` : there.join(", ")
    return yield* new ScaffoldError({
      detail: `${folder} is not empty: it holds ${some}.`,
      fix: "Give another folder with --dir, or empty this one."
    })
  }
  yield* Effect.tryPromise({
    try: async () => {
      for (const { path, text } of files) {
        await mkdir(dirname(join(folder, path)), { recursive: true })
        await writeFile(join(folder, path), text)
      }
    },
    catch: (error) =>
      new ScaffoldError({ detail: `${folder} cannot be written (${code(error)}).`, fix: "Make its parent writable." })
  })
})
