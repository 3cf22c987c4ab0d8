// Finds connectors by name: in the configuration's folder first, then among the runner's own dependencies. They are not
// part of the program, so that one from anywhere works like one of ours.
import { createRequire } from "node:module"
import { join, resolve } from "node:path"
import { pathToFileURL } from "node:url"
import * as FileSystem from "@effect/platform/FileSystem"
import { Connector } from "@inlet/sdk"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import type { Issue } from "./Decode.ts"

/** Connectors by the name that the configuration gives, for a configuration in `folder`. */
export class Connectors extends Context.Tag("@inlet/runner/Connectors")<
  Connectors,
  { readonly load: (name: string, folder: string) => Effect.Effect<Connector.Connector, Issue> }
>() {}

const refuse = (message: string): Issue => ({ path: ["connector"], message })

/** Where an `exports` or `main` member points to when the package is imported. */
const target = (exports: unknown): string | undefined => {
  if (Predicate.isString(exports)) return exports
  if (Array.isArray(exports)) return exports.map(target).find((one) => one !== undefined)
  if (!Predicate.isRecord(exports)) return undefined
  if ("." in exports) return target(exports["."])
  const conditions = Object.entries(exports).filter(([name]) => ["node", "import", "default"].includes(name))
  return conditions.map(([, member]) => target(member)).find((one) => one !== undefined)
}

const isPath = (name: string) => /^\.{0,2}\//.test(name)

/** Folders in which a package of that name may be, the nearest first. */
const candidates = (name: string, from: string): ReadonlyArray<string> =>
  isPath(name)
    ? [resolve(from, name)]
    : (createRequire(join(from, "inlet.yaml")).resolve.paths(name) ?? []).map((folder) => join(folder, name))

/** The file that a package is imported by, or undefined where the package is not there. */
const entry = Effect.fnUntraced(function* (name: string, from: string) {
  const files = yield* FileSystem.FileSystem
  for (const folder of candidates(name, from)) {
    const text = yield* Effect.option(files.readFileString(join(folder, "package.json")))
    if (Option.isNone(text)) continue
    const manifest = yield* Effect.try({
      try: (): unknown => JSON.parse(text.value),
      catch: () => refuse(`${join(folder, "package.json")} is not JSON`)
    })
    const { exports, main } = Predicate.isRecord(manifest) ? manifest : {}
    return join(folder, target(exports) ?? target(main) ?? "index.js")
  }
  return undefined
})

const load = Effect.fnUntraced(function* (name: string, folder: string) {
  const own = isPath(name) ? undefined : import.meta.dirname
  const file = (yield* entry(name, folder)) ?? (own === undefined ? undefined : yield* entry(name, own))
  if (file === undefined) {
    return yield* Effect.fail(
      refuse(
        isPath(name)
          ? `there is no package in ${resolve(folder, name)}`
          : `${name} is not installed: npm install ${name}`
      )
    )
  }
  const module = yield* Effect.tryPromise({
    try: (): Promise<unknown> => import(pathToFileURL(file).href),
    catch: (error) => refuse(`${name} cannot be loaded: ${error instanceof Error ? error.message : String(error)}`)
  })
  return yield* Effect.mapError(Connector.fromModule(module), () =>
    refuse(`${name} is no connector, or was made for another version of Inlet`)
  )
})

export const layer: Layer.Layer<Connectors, never, FileSystem.FileSystem> = Layer.effect(
  Connectors,
  Effect.map(FileSystem.FileSystem, (files) => ({
    load: (name: string, folder: string) => Effect.provideService(load(name, folder), FileSystem.FileSystem, files)
  }))
)
