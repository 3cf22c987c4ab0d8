// The folder of written contracts: where it is and what it holds.
import { dirname, join, resolve } from "node:path"
import type * as PlatformError from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import type { Contract } from "@inlet/core"
import { Contracts } from "@inlet/sdk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Configuration from "../configuration/Configuration.ts"
import { FileError } from "../output/Failure.ts"

/** `schemas` beside the configuration, or here where there is none, unless another folder is given. */
export const locate = Effect.fnUntraced(function* (dir: Option.Option<string>) {
  if (Option.isSome(dir)) return resolve(dir.value)
  const { file } = yield* Configuration.locate
  return join(file === null ? process.cwd() : dirname(file), "schemas")
})

/** A released version as its file has it; no contract where the file is damaged. */
export interface Released {
  readonly name: string
  readonly stream: string
  readonly version: number
  readonly file: string
  readonly contract: Option.Option<Contract.Contract>
}

/** What the folder holds, as far as it concerns contracts. */
export interface Held {
  /** Texts by their paths within the folder. */
  readonly texts: ReadonlyMap<string, string>
  readonly history: ReadonlyArray<Released>
}

export const HISTORY = "history"

/** Reads what may be missing. */
const ifThere = <A>(path: string, read: Effect.Effect<A, PlatformError.PlatformError>) =>
  read.pipe(
    Effect.asSome,
    Effect.catchIf(
      (error) => error._tag === "SystemError" && error.reason === "NotFound",
      () => Effect.succeedNone
    ),
    Effect.mapError(
      ({ message }) =>
        new FileError({
          detail: `${path} cannot be read: ${message}`,
          fix: "Check what it is and that you may read it."
        })
    )
  )

const names = Effect.fnUntraced(function* (folder: string) {
  const files = yield* FileSystem.FileSystem
  const found = yield* ifThere(folder, files.readDirectory(folder))
  return Option.getOrElse(found, () => []).toSorted()
})

const releasedOf = (name: string, file: string, text: string): ReadonlyArray<Released> => {
  const [, stream, digits] = /^([a-z][a-z0-9_]*)\.v([1-9]\d*)\.json$/.exec(file) ?? []
  if (stream === undefined || digits === undefined) return []
  const version = Number(digits)
  const contract = Option.filter(Contracts.parse(text), (one) => one.stream === stream && one.version === version)
  return [{ name, stream, version, file: `${HISTORY}/${name}/${file}`, contract }]
}

/** Reads what belongs to these contracts and to those of the history, and nothing else that may be in the folder. */
export const read = Effect.fnUntraced(function* (folder: string, expected: Iterable<string>) {
  const files = yield* FileSystem.FileSystem
  const texts = new Map<string, string>()
  const take = Effect.fnUntraced(function* (path: string) {
    const text = yield* ifThere(join(folder, path), files.readFileString(join(folder, path)))
    if (Option.isSome(text)) texts.set(path, text.value)
    return text
  })
  const history: Array<Released> = []
  for (const name of yield* names(join(folder, HISTORY))) {
    for (const file of yield* names(join(folder, HISTORY, name))) {
      const text = yield* take(`${HISTORY}/${name}/${file}`)
      if (Option.isSome(text)) history.push(...releasedOf(name, file, text.value))
    }
  }
  const known = history.flatMap(({ name, stream }) => [
    `${name}/${stream}.json`,
    `${name}/${stream}.md`,
    `${name}/metrics.md`
  ])
  yield* Effect.forEach(new Set([...expected, ...known]), take, { discard: true })
  const held: Held = { texts, history: history.toSorted((a, b) => a.version - b.version) }
  return held
})
