// `inlet connector record`: a cassette for a connector's tests, of what its service answers now or of what runs have recorded.
import { resolve } from "node:path"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as FileSystem from "@effect/platform/FileSystem"
import { Event, EventStore, Mapping, RunObserver } from "@inlet/core"
import { type Connector, Secrets } from "@inlet/sdk"
import { Cassette, fromPages, type Keeping, type RecordedPage, record } from "@inlet/sdk/conformance"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as Configuration from "../../configuration/Configuration.ts"
import { Connectors, layer as connectors } from "../../configuration/Connectors.ts"
import { unknownName } from "../../configuration/Pipelines.ts"
import * as Activity from "../../output/Activity.ts"
import { ConformanceError, FileError, UsageError } from "../../output/Failure.ts"
import * as NewFile from "../../output/NewFile.ts"
import { Output } from "../../output/Output.ts"
import * as Composition from "../../run/Composition.ts"
import { existing } from "../../run/Store.ts"
import { learnAt } from "../../telemetry/Secrets.ts"

export interface Options {
  /** Package or folder; any that a source has unless told. */
  readonly connector: Option.Option<string>
  /** The source to record, by its name in inlet.yaml; the only one of that connector unless told. */
  readonly source: Option.Option<string>
  /** The file to write. */
  readonly out: string
  readonly force: boolean
  /** Pages of each list. */
  readonly pages: number
  /** Streams to record; none for all. */
  readonly stream: ReadonlyArray<string>
  /** Members whose texts the connector goes by. */
  readonly keep: ReadonlyArray<string>
  /** Runs whose pages are taken, in the place of new requests; a run is one of one stream. */
  readonly fromRun: ReadonlyArray<string>
}

/** The name of the source that is meant, and how its connector is written in the configuration. */
const select = ({ folder, sources }: Configuration.Configuration, { connector, source }: Options) => {
  const known = Object.keys(sources)
  if (Option.isSome(source) && !known.includes(source.value)) return unknownName("source", source.value, known)
  const isOf = (written: string) =>
    Option.match(connector, {
      onNone: () => true,
      onSome: (wanted) => written === wanted || resolve(folder, written) === resolve(wanted)
    })
  const found = Object.entries(sources).filter(
    ([name, settings]) => isOf(settings.connector) && Option.getOrElse(source, () => name) === name
  )
  const [first] = found
  if (first !== undefined && found.length === 1) return Effect.succeed(first)
  const names = found.map(([name]) => name).join(", ")
  return new UsageError({
    detail: first === undefined ? "No source of inlet.yaml is meant." : `Several sources could be meant: ${names}.`,
    fix: "Name one with --source; without one in inlet.yaml there is nothing to ask with."
  })
}

const failed = ({ message }: { readonly message: string }) =>
  new ConformanceError({ detail: `No cassette was written: ${message}.`, fix: "Mend that, then run it again." })

/** The connector's code runs in this process: what it throws is told as where it is in a process of its own. */
const threw =
  ({ name }: Connector.Connector) =>
  (thrown: unknown) =>
    failed({ message: `${name} failed (${Mapping.whatThrew(thrown)})` })

/** The pages of runs out of the log, and when the first of them was recorded. */
const pagesOf = Effect.fnUntraced(function* (
  name: string,
  { streams }: Connector.Connector,
  runs: ReadonlyArray<string>
) {
  const store = yield* EventStore.EventStore
  const pages: Array<RecordedPage> = []
  let at = Number.POSITIVE_INFINITY
  for (const stream of streams.keys()) {
    const events = store.read(Event.pipeline(name, stream)).pipe(Stream.filter(({ run }) => runs.includes(run)))
    yield* Stream.runForEach(events, (event) =>
      event.type !== "BatchRecorded"
        ? Effect.void
        : Effect.map(store.blob(event.data.blob), (body) => {
            const { next, request } = event.data
            at = Math.min(at, Date.parse(event.at))
            pages.push({ stream, request, next, body })
          })
    )
  }
  if (pages.length > 0) return { pages, at }
  return yield* new UsageError({
    detail: `The source ${name} has recorded nothing in ${runs.join(", ")}.`,
    fix: "See which runs there are: inlet runs"
  })
})

export const run = Effect.fnUntraced(function* (options: Options) {
  const output = yield* Output
  const files = yield* FileSystem.FileSystem
  const configuration = yield* Configuration.load
  const [name, settings] = yield* select(configuration, options)
  const { open } = yield* Connectors
  const connector = yield* Effect.mapError(open(settings.connector, configuration.folder), ({ message, path }) =>
    configuration.refuse([{ path: ["sources", name, ...path], message }])
  )
  const configured = { name, config: settings.config }
  yield* learnAt(settings.config, Secrets.paths(connector.config))
  const keeping: Keeping = options.keep.length === 0 ? {} : { keep: options.keep }

  const recorded = record(connector, configured, {
    ...keeping,
    pages: options.pages,
    ...(options.stream.length > 0 && { streams: options.stream })
  }).pipe(
    Effect.map((cassette) => ({ cassette, without: {} })),
    Effect.mapError(failed),
    Effect.provide([Composition.connected(configuration.store), FetchHttpClient.layer])
  )
  const recalled = pagesOf(name, connector, options.fromRun).pipe(
    Effect.provide(existing),
    Effect.flatMap(({ at, pages }) => Effect.mapError(fromPages(connector, configured, at, pages, keeping), failed))
  )

  const warnings: Array<string> = []
  const { cassette, without } = yield* Activity.during("recording answers", (tell) => {
    let asked = 0
    const made = Effect.catchAllDefect(options.fromRun.length > 0 ? recalled : recorded, threw(connector))
    return Effect.provideService(made, RunObserver.RunObserver, {
      request: () => {
        asked += 1
        tell(asked === 1 ? "1 request" : `${asked} requests`)
      },
      waiting: Activity.waits(tell),
      counts: () => {},
      warning: (sentence) => warnings.push(sentence)
    })
  })
  const { file } = yield* NewFile.write(options.out, options, (temporary) =>
    Effect.mapError(
      files.writeFileString(temporary, Cassette.format(cassette)),
      ({ message }) =>
        new FileError({ detail: `${options.out} cannot be written: ${message}`, fix: "Check its folder." })
    )
  )

  const { interactions, lacks = [] } = cassette
  for (const warning of warnings) yield* output.warn(warning)
  if (output.json) yield* output.item({ file, interactions: interactions.length, lacks, without })
  yield* output.say(`Wrote ${interactions.length} answers to ${file}. Look through it before you commit it.`)
  for (const [stream, because] of Object.entries(without)) yield* output.say(`Without ${stream}: ${because}.`)
  if (lacks.length > 0)
    yield* output.say(`It serves all laws but ${lacks.join(" and ")}, for which nothing is recorded.`)
  return 0
}, Effect.provide(connectors))
