// What a package.json says of a connector, whether or not it can be used.
import { join } from "node:path"
import * as FileSystem from "@effect/platform/FileSystem"
import { Manifest } from "@inlet/sdk"
import * as Effect from "effect/Effect"
import type * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"

export interface Said {
  readonly folder: string
  /** As written; null where they are no texts. */
  readonly name: string | null
  readonly version: string | null
  /** Whether the package means to be a connector: by its keyword, or by what it says of itself. */
  readonly meant: boolean
  /** What Inlet needs to know of it, or what is wrong with that. */
  readonly manifest: Either.Either<Manifest.Manifest, ReadonlyArray<string>>
}

const text = (value: unknown): string | null => (Predicate.isString(value) ? value : null)

const parse = Option.liftThrowable((text: string): unknown => JSON.parse(text))

const said = (folder: string, json: unknown): Option.Option<Said> => {
  if (!Predicate.isRecord(json)) return Option.none()
  const { keywords, name, version } = json
  return Option.some({
    folder,
    name: text(name),
    version: text(version),
    meant: "inlet" in json || (Array.isArray(keywords) && keywords.includes(Manifest.KEYWORD)),
    manifest: Manifest.decode(json)
  })
}

/** The package in a folder; none where there is no package.json, or one that nobody can read. */
export const read = Effect.fnUntraced(function* (folder: string) {
  const files = yield* FileSystem.FileSystem
  const written = yield* Effect.option(files.readFileString(join(folder, "package.json")))
  return written.pipe(
    Option.flatMap(parse),
    Option.flatMap((json) => said(folder, json))
  )
})
