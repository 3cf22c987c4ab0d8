// Which connectors there are around a configuration, found without running any of their code.
import { createRequire } from "node:module"
import { join, resolve } from "node:path"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Configuration from "../../configuration/Configuration.ts"
import * as Package from "../../configuration/Package.ts"
import { ownConnectors } from "../../Version.ts"
import * as Manifest from "./Manifest.ts"

export interface Installed {
  /** As a configuration names it. */
  readonly name: string
  /** None where a source wants it and it is not there. */
  readonly said: Option.Option<Manifest.Said>
  /** The configured sources of it. */
  readonly sources: ReadonlyArray<string>
  /** Why it cannot be used, and what to do; null where it can. */
  readonly problem: string | null
}

/** The folders that packages are looked for in from a folder on, the nearest first. */
const modules = (folder: string): ReadonlyArray<string> =>
  createRequire(join(folder, "inlet.yaml")).resolve.paths("package") ?? []

/** The names of the packages in such a folder that mean to be connectors. */
const names = Effect.fnUntraced(function* (folder: string) {
  const files = yield* FileSystem.FileSystem
  const inside = (folder: string) => Effect.orElseSucceed(files.readDirectory(folder), (): ReadonlyArray<string> => [])
  const folders = yield* Effect.forEach(yield* inside(folder), (name) =>
    name.startsWith("@")
      ? Effect.map(inside(join(folder, name)), (inner) => inner.map((one) => `${name}/${one}`))
      : Effect.succeed(name.startsWith(".") ? [] : [name])
  )
  return yield* Effect.filter(
    folders.flat(),
    (name) =>
      Effect.map(
        Manifest.read(join(folder, name)),
        Option.exists(({ meant }) => meant)
      ),
    { concurrency: 16 }
  )
})

const nearest = (name: string, folder: string) =>
  Effect.reduce(
    /^\.{0,2}\//.test(name)
      ? [resolve(folder, name)]
      : [folder, import.meta.dirname].flatMap(modules).map((at) => join(at, name)),
    Option.none<Manifest.Said>(),
    (found, at) => (Option.isSome(found) ? Effect.succeed(found) : Manifest.read(at))
  )

/** Why a run would refuse it. */
const problem = (name: string, folder: string) =>
  Package.find(name, folder).pipe(
    Effect.flatMap(Package.host),
    Effect.match({ onFailure: ({ message }) => message, onSuccess: () => null })
  )

const configured = Effect.gen(function* () {
  const { file } = yield* Configuration.locate
  if (file === null) return { folder: process.cwd(), sources: [] }
  const { folder, sources } = yield* Configuration.outline
  return { folder, sources: Object.entries(sources).map(([name, { connector }]) => ({ name, connector })) }
})

/** By their names; where there are several copies of one, that which a run would take. */
export const installed = Effect.gen(function* () {
  const { folder, sources } = yield* configured
  const around = yield* Effect.forEach(modules(folder), names)
  const all = new Set([...around.flat(), ...ownConnectors, ...sources.map(({ connector }) => connector)])
  return yield* Effect.forEach([...all].sort(), (name) =>
    Effect.gen(function* () {
      const one: Installed = {
        name,
        said: yield* nearest(name, folder),
        sources: sources.flatMap((source) => (source.connector === name ? [source.name] : [])),
        problem: yield* problem(name, folder)
      }
      return one
    })
  )
})
