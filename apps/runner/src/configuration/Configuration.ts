// Finds, reads and decodes inlet.yaml. Precedence: flag, then environment, then file. All that is wrong is told at once, by
// file, line and path.
import { dirname, join, relative, resolve } from "node:path"
import { parseEnv } from "node:util"
import * as FileSystem from "@effect/platform/FileSystem"
import { Secrets } from "@inlet/sdk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { Globals } from "../cli/Globals.ts"
import { ConfigurationError } from "../output/Failure.ts"
import { learn } from "../telemetry/Secrets.ts"
import { ConfigurationFile, OutlineFile, type SourceOutlines } from "./ConfigurationFile.ts"
import * as Decode from "./Decode.ts"
import * as Path from "./Path.ts"
import * as Reference from "./Reference.ts"
import * as Setting from "./Setting.ts"
import type * as YamlFile from "./YamlFile.ts"

export const FILE = "inlet.yaml"

/** Where configuration and store are. */
export interface Location {
  /** Absolute; null where there is no configuration. */
  readonly file: string | null
  /** Absolute path of the store. */
  readonly store: string
}

export interface Configuration extends ConfigurationFile {
  readonly file: string
  readonly folder: string
  readonly store: string
  /** The file's content before references were resolved. */
  readonly written: unknown
  /** The error that tells these issues of the file. */
  readonly refuse: (issues: ReadonlyArray<Decode.Issue>) => ConfigurationError
}

const shorter = (file: string): string => {
  const short = relative(process.cwd(), file)
  return short.startsWith("..") ? file : short
}

const missingFile = (file: string, said: string) =>
  new ConfigurationError({ detail: `There is no file ${file} (${said}).`, fix: "Check the path, or run: inlet init" })

const search = Effect.fnUntraced(function* (from: string) {
  const files = yield* FileSystem.FileSystem
  let folder = from
  for (;;) {
    const file = join(folder, FILE)
    if (yield* Effect.orElseSucceed(files.exists(file), () => false)) return file
    if (dirname(folder) === folder) return null
    folder = dirname(folder)
  }
})

/** Which files are meant; that the configuration named is there. */
export const locate = Effect.gen(function* () {
  const files = yield* FileSystem.FileSystem
  const flags = yield* Globals
  const given = [
    { file: Option.getOrUndefined(flags.config), said: "--config" },
    { file: yield* Setting.variable("INLET_CONFIG"), said: "INLET_CONFIG" }
  ].find(({ file }) => file !== undefined)
  const file = given?.file === undefined ? yield* search(process.cwd()) : resolve(given.file)
  if (given !== undefined && file !== null && !(yield* Effect.orElseSucceed(files.exists(file), () => false))) {
    return yield* missingFile(file, given.said)
  }
  const folder = file === null ? process.cwd() : dirname(file)
  const store = Option.getOrUndefined(flags.store) ?? (yield* Setting.variable("INLET_STORE"))
  const location: Location = { file, store: store === undefined ? join(folder, ".inlet", "inlet.db") : resolve(store) }
  return location
})

const read = (file: string) =>
  Effect.flatMap(FileSystem.FileSystem, (files) =>
    Effect.mapError(
      files.readFileString(file),
      ({ message }) =>
        new ConfigurationError({
          detail: `${file} cannot be read (${/\bE[A-Z]{3,}\b/.exec(message)?.[0] ?? "no reason given"}).`,
          fix: "Check that it is a file and that you may read it."
        })
    )
  )

/** The variables of `.env` beside the configuration; none without it. */
const dotEnv = Effect.fnUntraced(function* (folder: string) {
  const files = yield* FileSystem.FileSystem
  const file = join(folder, ".env")
  const there = yield* Effect.orElseSucceed(files.exists(file), () => false)
  return there ? parseEnv(yield* read(file)) : {}
})

const names = (written: unknown): ReadonlyArray<string> =>
  Reference.resolve(written, () => undefined).missing.map(({ name }) => name)

/** The variables that the file refers to: from the environment first, then from `.env`. */
export const variables = Effect.fnUntraced(function* (written: unknown, folder: string) {
  const found = new Map(Object.entries(yield* dotEnv(folder)))
  for (const name of new Set(names(written))) {
    const value = /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? yield* Setting.variable(name) : undefined
    if (value !== undefined) found.set(name, value)
  }
  return found
})

const badNames = (file: ConfigurationFile): ReadonlyArray<Decode.Issue> =>
  Object.keys(file.sources)
    .filter((name) => !/^[a-z][a-z0-9_-]*$/.test(name))
    .map((name) => ({
      path: ["sources", name],
      message: "a source's name is made of lower-case letters, digits, - and _, and begins with a letter"
    }))

const errorOf = (file: string, yaml: YamlFile.YamlFile) => (issues: ReadonlyArray<Decode.Issue>) => {
  const told = issues.map(({ message, path }) => {
    const line = yaml.line(path)
    const where = `${shorter(file)}${line === null ? "" : `:${line}`}`
    return `${where} ${path.length === 0 ? "" : `${Path.describe(path)}: `}${message}`
  })
  // What is wrong with a connector's package is told with what to do about it, and the file may well be right.
  const packages = issues.every(({ path }) => path.at(-1) === "connector")
  const what = packages ? "what is said of the connector" : shorter(file)
  return new ConfigurationError({ detail: told.join("\n"), fix: `Mend ${what}, then run it again.` })
}

const invalidYaml = (file: string, problems: ReadonlyArray<YamlFile.Problem>) =>
  new ConfigurationError({
    detail: problems
      .map(({ line, message }) => `${shorter(file)}${line === null ? "" : `:${line}`} ${message}`)
      .join("\n"),
    fix: `Mend ${shorter(file)}, then run it again.`
  })

const isUnder = (path: Path.Path, parents: ReadonlyArray<Path.Path>) =>
  parents.some((parent) => parent.length === path.length && parent.every((key, index) => key === path[index]))

const nowhere = Effect.suspend(
  () =>
    new ConfigurationError({
      detail: `There is no ${FILE} in ${process.cwd()} or above it.`,
      fix: "Run inlet init here, or name one with --config. To see how Inlet works first: inlet demo"
    })
)

/** The file as it is written and with its references resolved, as far as their variables are set. */
const open = Effect.fnUntraced(function* (file: string) {
  const folder = dirname(file)
  const { parse } = yield* Effect.promise(() => import("./YamlFile.ts"))
  const yaml = parse(yield* read(file))
  if (yaml.problems.length > 0) return yield* invalidYaml(file, yaml.problems)
  const written = yaml.value
  const found = yield* variables(written, folder)
  const { missing, value } = Reference.resolve(written, (name) => found.get(name))
  return { folder, written, value, missing, refuse: errorOf(file, yaml) }
})

/** Reads the configuration; what its connectors want is checked when they are loaded. */
export const load = Effect.gen(function* () {
  const { file, store } = yield* locate
  if (file === null) return yield* nowhere
  const { folder, missing, refuse, value, written } = yield* open(file)
  const decoded = Decode.decode(ConfigurationFile, value)
  const unset = missing.map(({ name, path }) => ({
    path,
    message: `the environment variable ${name} is not set, nor is it in ${shorter(join(folder, ".env"))}`
  }))
  // A value that is not there cannot be right either: one word about it is enough.
  const wrong = Either.match(decoded, { onLeft: (issues) => issues, onRight: badNames }).filter(
    ({ path }) =>
      !isUnder(
        path,
        missing.map((one) => one.path)
      )
  )
  const issues = [...unset, ...Decode.literalSecrets(Secrets.paths(ConfigurationFile), written), ...wrong]
  if (issues.length > 0 || Either.isLeft(decoded)) return yield* refuse(issues)
  yield* learn(decoded.right.databox.apiKey)
  const configuration: Configuration = { ...decoded.right, file, folder, store, written, refuse }
  return configuration
})

/** What a configuration says without any secret: which connectors there are, and where. */
export interface Outline extends Pick<Configuration, "connectors" | "folder" | "refuse" | "retention"> {
  readonly sources: SourceOutlines
}

/** As `load`, for what needs no secret: a variable that is not set is no matter. */
export const outline = Effect.gen(function* () {
  const { file } = yield* locate
  if (file === null) return yield* nowhere
  const { folder, refuse, value } = yield* open(file)
  const decoded = Decode.decode(OutlineFile, value)
  if (Either.isLeft(decoded)) return yield* refuse(decoded.left)
  const { connectors, retention, sources } = decoded.right
  const outline: Outline = { connectors, folder, refuse, retention, sources }
  return outline
})
