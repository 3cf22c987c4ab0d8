// `inlet complete -- WORDS`, which shells ask at each press of Tab: a line for each word that may stand at the cursor, with its
// meaning behind a tab; `:file` or `:folder` where the shell knows better. It never fails: where anything is wrong it is silent.
import * as Effect from "effect/Effect"
import type { Output } from "../output/Output.ts"
import * as Cursor from "./Cursor.ts"

const line = ([word, meaning]: Cursor.Candidate): string => (meaning === "" ? `${word}\n` : `${word}\t${meaning}\n`)

const values = (value: string, given: Cursor.Cursor["given"]): Effect.Effect<ReadonlyArray<Cursor.Candidate>> => {
  if (value === "FILE") return Effect.succeed([[":file", ""]])
  if (value === "DIR" || value === "PATH") return Effect.succeed([[":folder", ""]])
  return Effect.promise(() => import("./Known.ts")).pipe(Effect.flatMap(({ known }) => known(value, given)))
}

/** `words` are those behind `inlet` up to the cursor, the last as far as it is written. */
export const complete = (words: ReadonlyArray<string>, output: Output["Type"]): Effect.Effect<number> =>
  Effect.gen(function* () {
    const { begun, candidates, given, prefix, value } = Cursor.cursor(words)
    const all = value === undefined ? candidates : yield* values(value, given)
    // What is written once is not wanted a second time.
    const written = value === undefined ? [] : (given.get(value) ?? [])
    const fitting = all.filter(([word]) => word.startsWith(":") || (word.startsWith(begun) && !written.includes(word)))
    yield* output.write(fitting.map(([word, meaning]) => line([prefix + word, meaning])).join(""))
  }).pipe(
    Effect.catchAllCause(() => Effect.void),
    Effect.as(0)
  )
