// Finds a connector's package and reads what it says of itself, before any of its code runs: in the configuration's folder
// first, then among the runner's own dependencies. A package that cannot work here is refused with what to do.
import { createRequire } from "node:module"
import { join, resolve } from "node:path"
import * as FileSystem from "@effect/platform/FileSystem"
import { Manifest } from "@inlet/sdk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import type { Issue } from "./Decode.ts"

/** An installed connector. */
export interface Package {
  readonly manifest: Manifest.Manifest
  /** Absolute, without links: the file that exports the connector. */
  readonly entry: string
}

const refuse = (message: string): Issue => ({ path: ["connector"], message })

const isPath = (name: string) => /^\.{0,2}\//.test(name)

/** Folders in which a package of that name may be, the nearest first. */
const candidates = (name: string, from: string): ReadonlyArray<string> =>
  isPath(name)
    ? [resolve(from, name)]
    : (createRequire(join(from, "inlet.yaml")).resolve.paths(name) ?? []).map((folder) => join(folder, name))

const parse = (file: string, text: string) =>
  Effect.try({ try: (): unknown => JSON.parse(text), catch: () => refuse(`${file} is not JSON`) })

/** The nearest package of that name, as a folder and its parsed package.json. */
const nearest = Effect.fnUntraced(function* (name: string, from: string) {
  const files = yield* FileSystem.FileSystem
  for (const folder of candidates(name, from)) {
    const file = join(folder, "package.json")
    const text = yield* Effect.option(files.readFileString(file))
    if (Option.isSome(text)) return { folder, json: yield* parse(file, text.value) }
  }
  return undefined
})

/** What keeps a manifest from being one for this program; null where nothing does. */
export const unsuitable = (name: string, json: unknown): string | null => {
  if (!Predicate.hasProperty(json, "inlet")) {
    return `${name} is no connector: its package.json has no member "inlet"`
  }
  const manifest = Manifest.decode(json)
  if (Either.isLeft(manifest)) return `${name} is broken: in its package.json ${manifest.left.join("; ")}`
  const { api } = manifest.right.inlet
  if (api === Manifest.API_VERSION) return null
  const fix = api > Manifest.API_VERSION ? "npm install @inlet/runner@latest" : `npm install ${name}@latest`
  return `${name} was made for version ${api} of the connector API, and this Inlet has version ${Manifest.API_VERSION}: ${fix}`
}

/** Where a package is found from a file, as `import` would find it: its folder without links; undefined where it is not. */
const copyOf = Effect.fnUntraced(function* (name: string, from: string) {
  const files = yield* FileSystem.FileSystem
  const manifest = yield* Effect.option(Effect.try(() => createRequire(from).resolve(`${name}/package.json`)))
  return Option.isNone(manifest) ? undefined : yield* Effect.option(files.realPath(manifest.value))
})

/**
 * The program that runs the connector: of the copy of the sdk that it was made with; else of the runner's own, for one that
 * brings all it needs inside of itself.
 */
export const host = Effect.fnUntraced(function* ({ entry, manifest }: Package) {
  const find = (from: string) => Effect.option(Effect.try(() => createRequire(from).resolve("@inlet/sdk/host/main")))
  const own = yield* find(import.meta.filename)
  const theirs = yield* find(entry)
  const program = Option.getOrUndefined(Option.orElse(theirs, () => own))
  if (program === undefined) {
    return yield* Effect.fail(refuse(`@inlet/sdk is not installed beside ${manifest.name}: npm install`))
  }
  // Two copies of effect do not know each other's values, and fail in ways that nobody understands.
  const [copy, other] = [yield* copyOf("effect", entry), yield* copyOf("effect", program)]
  if (
    copy !== undefined &&
    other !== undefined &&
    Option.isSome(copy) &&
    Option.isSome(other) &&
    copy.value !== other.value
  ) {
    return yield* Effect.fail(
      refuse(
        `${manifest.name} finds another copy of effect (${copy.value}) than the @inlet/sdk that it uses (${other.value}). There has to be one: run npm dedupe, and if that does not help ask its author to have effect among the peerDependencies`
      )
    )
  }
  return program
})

/** The package of that name, for a configuration in `folder`. */
export const find = Effect.fnUntraced(function* (name: string, folder: string) {
  const files = yield* FileSystem.FileSystem
  const found = (yield* nearest(name, folder)) ?? (isPath(name) ? undefined : yield* nearest(name, import.meta.dirname))
  if (found === undefined) {
    return yield* Effect.fail(
      refuse(
        isPath(name)
          ? `there is no package in ${resolve(folder, name)}`
          : `${name} is not installed: npm install ${name}`
      )
    )
  }
  const problem = unsuitable(name, found.json)
  if (problem !== null) return yield* Effect.fail(refuse(problem))
  const manifest = yield* Effect.mapError(Manifest.decode(found.json), ([first = ""]) => refuse(first))
  const file = join(found.folder, manifest.inlet.connector)
  const entry = yield* Effect.mapError(files.realPath(file), () =>
    refuse(
      isPath(name)
        ? `${name} is not built: there is no ${file}. In its folder run: npm run build`
        : `${name} is broken: there is no ${file}. Install it again: npm install ${name}`
    )
  )
  const one: Package = { manifest, entry }
  return one
})
