// Names that only the configuration or the log knows, for completion. Neither is changed, and no connector is started.
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Configuration from "../configuration/Configuration.ts"
import * as Package from "../configuration/Package.ts"
import { ownConnectors } from "../Version.ts"
import type { Candidate, Cursor } from "./Cursor.ts"
import { Globals } from "./Globals.ts"

type Given = Cursor["given"]

const sourcesIn = (given: Given) => [...(given.get("--source") ?? []), ...(given.get("SOURCE") ?? [])]

const sources = Effect.map(Configuration.outline, ({ sources }) =>
  Object.entries(sources).map(([name, { connector }]) => [name, connector] as const)
)

/** Each stream with its source, of the sources that the command line names, or of all. */
const streams = Effect.fnUntraced(function* (given: Given) {
  const { folder, sources } = yield* Configuration.outline
  const wanted = sourcesIn(given)
  const all = yield* Effect.forEach(Object.entries(sources), ([source, { connector, streams }]) =>
    wanted.length > 0 && !wanted.includes(source)
      ? Effect.succeed([])
      : Effect.map(
          streams === undefined
            ? Effect.map(Package.find(connector, folder), ({ manifest }) => manifest.inlet.streams)
            : Effect.succeed(streams),
          (names) => names.map((stream) => ({ source, stream }))
        ).pipe(Effect.orElseSucceed(() => []))
  )
  return all.flat()
})

const logged = Effect.promise(() => import("./Logged.ts"))

/** What may stand where help has this name. */
const look = (name: string, given: Given) => {
  const [source] = sourcesIn(given)
  const filter = source === undefined ? {} : { source }
  switch (name) {
    case "SOURCE":
      return sources
    case "STREAM":
      return Effect.map(streams(given), (all) => all.map(({ source, stream }) => [stream, source] as const))
    case "DATASET":
    case "TITLE":
      return Effect.map(streams(given), (all) => all.map(({ source, stream }) => [`${source}_${stream}`, ""] as const))
    case "RUN":
      return Effect.flatMap(logged, ({ runs }) => runs(filter))
    case "ROW":
      return Effect.flatMap(logged, ({ rows }) => rows(filter))
    case "TYPE":
      return Effect.map(logged, ({ types }) => types)
    case "CONNECTOR":
    case "PACKAGE":
      return Effect.succeed(ownConnectors.map((connector) => [connector, ""] as const))
    default:
      return Effect.succeed([])
  }
}

const first = (given: Given, option: string) => Option.fromNullable(given.get(option)?.at(0))

export const known = (name: string, given: Given): Effect.Effect<ReadonlyArray<Candidate>> =>
  look(name, given).pipe(
    Effect.orElseSucceed(() => []),
    Effect.provideService(Globals, {
      config: first(given, "--config"),
      store: first(given, "--store"),
      json: false,
      quiet: true,
      logLevel: Option.none(),
      logFormat: Option.none()
    }),
    Effect.provide(NodeFileSystem.layer)
  )
