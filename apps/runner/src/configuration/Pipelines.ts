// The configured sources with their connectors, and the pipelines that follow from them: one for each stream.
import { Contract, type Mapping } from "@inlet/core"
import * as Array from "effect/Array"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { didYouMean } from "../cli/Suggest.ts"
import type { Isolated } from "../isolation/Isolated.ts"
import * as Activity from "../output/Activity.ts"
import { UsageError } from "../output/Failure.ts"
import { learnAt } from "../telemetry/Secrets.ts"
import type { Configuration } from "./Configuration.ts"
import type { SourceSettings } from "./ConfigurationFile.ts"
import { Connectors } from "./Connectors.ts"
import * as Decode from "./Decode.ts"

/** Connectors that start at the same time. */
const STARTED_AT_ONCE = 4

export interface ConfiguredSource {
  readonly name: string
  readonly connector: Isolated
  readonly config: unknown
  /** Whether somebody signs in to it. */
  readonly login: boolean
  /** What is asked for at a sign-in, and without which of it nothing works. */
  readonly scopes: { readonly wanted: ReadonlyArray<string>; readonly needed: ReadonlyArray<string> }
  /** The streams to copy, in the connector's order. */
  readonly streams: ReadonlyArray<Mapping.Mapping>
}

const inside =
  (prefix: ReadonlyArray<PropertyKey>) =>
  (issue: Decode.Issue): Decode.Issue => ({
    ...issue,
    path: [...prefix, ...issue.path]
  })

const member = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined

const unknownStreams = (known: ReadonlyArray<string>, { streams }: SourceSettings): ReadonlyArray<Decode.Issue> =>
  (streams ?? []).flatMap((stream, index) =>
    known.includes(stream)
      ? []
      : [{ path: ["streams", index], message: `there is no stream ${stream}. Known: ${known.join(", ")}` }]
  )

const configure = Effect.fnUntraced(function* (name: string, settings: SourceSettings, configuration: Configuration) {
  const { config } = settings
  const connectors = yield* Connectors
  const connector = yield* connectors
    .load(settings.connector, configuration.folder, configuration.connectors)
    .pipe(Effect.mapError((issue) => [issue]))
  yield* learnAt(config, connector.secrets)
  const written = member(member(member(configuration.written, "sources"), name), "config")
  const unscoped = { wanted: [], needed: [] }
  const { issues: found, scopes = unscoped, signsIn } = yield* connector.check({ name, config })
  const issues = [
    ...[...Decode.literalSecrets(connector.secrets, written), ...Decode.issues(found)].map(inside(["config"])),
    ...unknownStreams([...connector.streams.keys()], settings)
  ]
  if (issues.length > 0) return yield* Effect.fail(issues)
  const wanted = settings.streams
  const streams = [...connector.streams.values()].filter(
    ({ contract }) => wanted === undefined || wanted.includes(contract.stream)
  )
  const source: ConfiguredSource = { name, connector, config, login: signsIn === "person", scopes, streams }
  return source
})

/** A pipeline, and the dataset that it writes. */
interface Writer {
  readonly source: string
  readonly pipeline: string
  readonly title: string
}

const writers = ({ name, streams }: ConfiguredSource): ReadonlyArray<Writer> =>
  streams.map(({ contract }) => ({
    source: name,
    pipeline: `${name}/${contract.stream}`,
    title: Contract.title(name, contract)
  }))

/** Those of sources whose connectors are not started, as far as their packages tell. */
const unloaded = Effect.fnUntraced(function* (others: ReadonlyArray<Entry>, folder: string) {
  const connectors = yield* Connectors
  const found = yield* Effect.forEach(others, ([source, { connector, streams }]) =>
    connectors.streams(connector, folder).pipe(
      // What is wrong with it is told where it is wanted.
      Effect.orElseSucceed((): ReadonlyArray<string> => []),
      Effect.map((known) =>
        (streams ?? known).map((stream): Writer => {
          return { source, pipeline: `${source}/${stream}`, title: `${source}_${stream}` }
        })
      )
    )
  )
  return found.flat()
})

/** Two pipelines never write one dataset: each would overwrite what the other sent. */
const sharedDatasets = (all: ReadonlyArray<Writer>): ReadonlyArray<Decode.Issue> => {
  const taken = new Map<string, string>()
  return all.flatMap(({ pipeline, source, title }) => {
    const other = taken.get(title)
    taken.set(title, pipeline)
    const message = `${pipeline} and ${other} would both write the dataset ${title}; rename one`
    return other === undefined ? [] : [{ path: ["sources", source], message }]
  })
}

/** What is wrong with configured sources beside each other. */
export const shared = (all: ReadonlyArray<ConfiguredSource>): ReadonlyArray<Decode.Issue> =>
  sharedDatasets(all.flatMap(writers))

type Entry = readonly [name: string, settings: SourceSettings]

/** Often it is a stream that is named in the place of its source, or a pipeline as `inlet status` shows it. */
const noSource = (name: string, known: ReadonlyArray<string>, all: ReadonlyArray<Writer>) => {
  const meant = all.find(({ pipeline }) => pipeline === name || pipeline.endsWith(`/${name}`))
  if (meant === undefined) return unknownName("source", name, known)
  const { source, pipeline } = meant
  const stream = pipeline.slice(source.length + 1)
  return new UsageError({
    detail: `There is no source "${name}". Did you mean "${source}", and its stream ${stream}?`,
    fix: `Name the source: ${source}; where a command has it, --stream ${stream} is for one stream.`
  })
}

/** Each of these sources with its connector, or what is wrong with it. */
const started = (configuration: Configuration, entries: ReadonlyArray<Entry>) =>
  Activity.during("starting connectors", () =>
    Effect.forEach(
      entries,
      ([name, settings]) =>
        configure(name, settings, configuration).pipe(
          Effect.mapError((issues) => issues.map(inside(["sources", name]))),
          Effect.either,
          Effect.map((result) => ({ name, result }))
        ),
      { concurrency: STARTED_AT_ONCE }
    )
  )

/** All configured sources, each by itself. */
export const each = (configuration: Configuration) => started(configuration, Object.entries(configuration.sources))

/**
 * The configured sources of these names, or all where none is named; everything that is wrong with any of them is told at once.
 * No connector of another source is started.
 */
export const sources = Effect.fnUntraced(function* (configuration: Configuration, names: ReadonlyArray<string> = []) {
  const all: ReadonlyArray<Entry> = Object.entries(configuration.sources)
  const known = all.map(([name]) => name)
  const strange = names.find((name) => !known.includes(name))
  if (strange !== undefined) return yield* noSource(strange, known, yield* unloaded(all, configuration.folder))
  const [others, wanted] = Array.partition(all, ([name]) => names.length === 0 || names.includes(name))
  const results = yield* started(configuration, wanted)
  const found = results.flatMap(({ result }) => (Either.isRight(result) ? [result.right] : []))
  const issues = results.flatMap(({ result }) => (Either.isLeft(result) ? result.left : []))
  const told = [...(yield* unloaded(others, configuration.folder)), ...found.flatMap(writers)]
  const problems = issues.length > 0 ? issues : sharedDatasets(told)
  return problems.length > 0 ? yield* configuration.refuse(problems) : found
})

/** What is to be done with a source's pipeline; where its connector came to nothing, only that is told. */
export const guarded = <A, E, R>({ connector }: ConfiguredSource, work: Effect.Effect<A, E, R>) =>
  connector.fault === null ? work : connector.fault

export interface Selection {
  /** Names of sources; none for all. */
  readonly sources: ReadonlyArray<string>
  /** Names of streams; none for all. */
  readonly streams: ReadonlyArray<string>
}

/** That a command line names what nobody knows. */
export const unknownName = (what: string, name: string, known: ReadonlyArray<string>) =>
  new UsageError({
    detail: `There is no ${what} "${name}".${didYouMean(name, known)}`,
    fix: `Known: ${[...new Set(known)].join(", ")}`
  })

/** Those that a command line names. */
export const select = (all: ReadonlyArray<ConfiguredSource>, selection: Selection) =>
  Effect.gen(function* () {
    const names = all.map(({ name }) => name)
    for (const name of selection.sources) if (!names.includes(name)) return yield* unknownName("source", name, names)
    const chosen = all.filter(({ name }) => selection.sources.length === 0 || selection.sources.includes(name))
    const known = chosen.flatMap(({ streams }) => streams.map(({ contract }) => contract.stream))
    for (const stream of selection.streams) {
      if (!known.includes(stream)) return yield* unknownName("stream", stream, known)
    }
    return chosen.map((source) => ({
      ...source,
      streams: source.streams.filter(
        ({ contract }) => selection.streams.length === 0 || selection.streams.includes(contract.stream)
      )
    }))
  })
