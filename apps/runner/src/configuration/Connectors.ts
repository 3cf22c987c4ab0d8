// Connectors by the name that a configuration gives. They are no part of the program, so that one from anywhere works like one
// of ours; their code runs in processes of its own, but for commands that look at a single connector.
import { pathToFileURL } from "node:url"
import * as FileSystem from "@effect/platform/FileSystem"
import { Connector } from "@inlet/sdk"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import type { Limits } from "../isolation/Child.ts"
import * as Isolated from "../isolation/Isolated.ts"
import type { Issue } from "./Decode.ts"
import * as Package from "./Package.ts"

export class Connectors extends Context.Tag("@inlet/runner/Connectors")<
  Connectors,
  {
    /** Starts the connector in a process of its own, which is there until the command ends. One whose code fails has a fault. */
    readonly load: (name: string, folder: string, limits: Limits) => Effect.Effect<Isolated.Isolated, Issue>
    /** The streams that its package says it has; nothing of it is run. */
    readonly streams: (name: string, folder: string) => Effect.Effect<ReadonlyArray<string>, Issue>
    /** Loads it into this process. */
    readonly open: (name: string, folder: string) => Effect.Effect<Connector.Connector, Issue>
  }
>() {}

const refuse = (message: string): Issue => ({ path: ["connector"], message })

const open = Effect.fnUntraced(function* (name: string, folder: string) {
  const { entry } = yield* Package.find(name, folder)
  const module = yield* Effect.tryPromise({
    try: (): Promise<unknown> => import(pathToFileURL(entry).href),
    catch: (error) => refuse(`${name} cannot be loaded: ${error instanceof Error ? error.message : String(error)}`)
  })
  return yield* Effect.mapError(Connector.fromModule(module), () => refuse(`${name} exports no connector by default`))
})

const load = Effect.fnUntraced(function* (name: string, folder: string, limits: Limits) {
  const found = yield* Package.find(name, folder)
  const program = yield* Package.host(found)
  return yield* Effect.catchAll(Isolated.start(found, program, limits), ({ what }) =>
    Effect.succeed(Isolated.faulty(found, what))
  )
})

export const layer: Layer.Layer<Connectors, never, FileSystem.FileSystem> = Layer.scoped(
  Connectors,
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const scope = yield* Effect.scope
    return {
      load: (name: string, folder: string, limits: Limits) =>
        load(name, folder, limits).pipe(
          Effect.provideService(FileSystem.FileSystem, files),
          Effect.provideService(Scope.Scope, scope)
        ),
      streams: (name: string, folder: string) =>
        Package.find(name, folder).pipe(
          Effect.map(({ manifest }) => manifest.inlet.streams),
          Effect.provideService(FileSystem.FileSystem, files)
        ),
      open: (name: string, folder: string) => Effect.provideService(open(name, folder), FileSystem.FileSystem, files)
    }
  })
)
