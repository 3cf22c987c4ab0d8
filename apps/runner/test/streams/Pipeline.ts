// One stream of GitHub through the whole pipeline in this process: the connector on the emulated GitHub, a store, and the
// sink on the emulated Databox. Between two requests anything can happen at GitHub.
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import github from "@inlet/connector-github"
import { Connections, Sync } from "@inlet/core"
import { DataboxSink } from "@inlet/databox-sink"
import { DataboxEmulator, GitHubEmulator } from "@inlet/emulators"
import { SqliteStore } from "@inlet/store-sqlite"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

const Rows = Schema.Array(Schema.Record({ key: Schema.String, value: Schema.Union(Schema.String, Schema.Number) }))
const Items = Schema.Array(Schema.Record({ key: Schema.String, value: Schema.Unknown }))
export type Row = (typeof Rows.Type)[number]
export type Item = (typeof Items.Type)[number]

export interface Options {
  readonly github?: GitHubEmulator.Options
  /** Members of the source's `config`. */
  readonly config?: object
}

const ask = (url: string, method: string, body?: object) =>
  Effect.promise(async (): Promise<unknown> => {
    const response = await fetch(url, { method, ...(body !== undefined && { body: JSON.stringify(body) }) })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${url}: ${text}`)
    return text === "" ? null : JSON.parse(text)
  })

/** Everything up, until the scope ends. */
export const make = (options: Options = {}) =>
  Effect.gen(function* () {
    const source = yield* GitHubEmulator.start({
      // What streams look back to goes by the present time.
      until: new Date(),
      ...options.github,
      behaviour: { rateLimit: { limit: 1_000_000 }, ...options.github?.behaviour }
    })
    const databox = yield* DataboxEmulator.start({ behaviour: { rateLimit: null } })
    const control = (method: string, path: string, body?: object) =>
      ask(`${source.url}/_emulator/${path}`, method, body)

    let happens: () => Effect.Effect<unknown> = () => Effect.void
    const http = Layer.effect(
      HttpClient.HttpClient,
      Effect.map(HttpClient.HttpClient, HttpClient.transformResponse(Effect.tap(() => Effect.suspend(() => happens()))))
    ).pipe(Layer.provide(FetchHttpClient.layer))
    const sink = DataboxSink.layer({
      apiKey: Redacted.make(databox.apiKey),
      dataSource: "Inlet",
      baseUrl: databox.url,
      limits: { perSecond: 10_000, perHour: 10_000_000 },
      visibility: "1 second"
    }).pipe(Layer.provide(FetchHttpClient.layer))
    const config = { token: source.token, baseUrl: source.url, repositories: ["acme/app"], ...options.config }
    const context = yield* Layer.build(
      Layer.mergeAll(sink, github.layer({ name: "github", config }).pipe(Layer.provide(http))).pipe(
        Layer.provideMerge(Layer.merge(SqliteStore.layerMemory, Connections.layerMemory))
      )
    )
    const versions = { app: "test", connector: "test" }

    return {
      url: source.url,
      control,
      sync: (stream: string, more: Pick<Sync.SyncOptions, "full" | "limit" | "range"> = {}) =>
        Effect.provide(
          Sync.sync(stream, { trigger: "test", versions, wait: true, settle: "1 second", ...more }),
          context
        ),
      /** Runs `event` after each of the source's answers, until further notice. */
      meanwhile: (event: () => Effect.Effect<unknown>) =>
        Effect.sync(() => {
          happens = event
        }),
      /** The rows of a stream's dataset at Databox. */
      rows: (stream: string) =>
        Effect.map(ask(`${databox.url}/_emulator/datasets/github_${stream}/rows?limit=5000`, "GET"), (rows) =>
          Schema.decodeUnknownSync(Rows)(rows)
        ),
      /** An answer of GitHub's. */
      get: (path: string) =>
        Effect.promise(async (): Promise<unknown> => {
          const headers = { authorization: `Bearer ${source.token}`, "user-agent": "test" }
          return (await fetch(`${source.url}${path}`, { headers })).json()
        }),
      /** What GitHub holds now. */
      items: (kind: string, repository = "acme/app") =>
        Effect.map(control("GET", `items?repository=${repository}&kind=${kind}&full=1`), (items) =>
          Schema.decodeUnknownSync(Items)(items)
        )
    }
  })

export type Pipeline = Effect.Effect.Success<ReturnType<typeof make>>
