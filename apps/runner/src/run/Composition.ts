// The one place that names adapters: from a configuration to everything that a pipeline needs.
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import type * as HttpClient from "@effect/platform/HttpClient"
import { Connection, type Connections, type EventStore, type Sink } from "@inlet/core"
import { DataboxSink } from "@inlet/databox-sink"
import { SqliteStore } from "@inlet/store-sqlite"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Configuration } from "../configuration/Configuration.ts"
import * as TokenKey from "./TokenKey.ts"

/** The store at the configured place, made where it is missing. */
export const store = ({ store }: Pick<Configuration, "store">) => SqliteStore.layer({ filename: store })

/** The same in any file, with what sources sign in with. A key is looked for once one of them does. */
export const connected = (
  filename: string
): Layer.Layer<SqliteStore.SqliteStore | Connections.Connections, EventStore.StoreError> =>
  Layer.unwrapEffect(
    Effect.map(TokenKey.source, (source) =>
      Layer.provideMerge(
        Connection.layer,
        SqliteStore.layerWithTokens({ filename, keys: TokenKey.keys(source, filename) })
      )
    )
  )

/** What a pipeline finds around it. */
export type Services = SqliteStore.SqliteStore | Connections.Connections | Sink.Sink | HttpClient.HttpClient

/** The sink, the store that it shares, and a client for whatever else speaks HTTP. */
export const layer = (configuration: Configuration): Layer.Layer<Services, EventStore.StoreError> => {
  const { account, apiKey, baseUrl, dataSource, limits } = configuration.databox
  return DataboxSink.layer({ apiKey, account, dataSource, limits, baseUrl: baseUrl.href }).pipe(
    Layer.provideMerge(connected(configuration.store)),
    Layer.provideMerge(FetchHttpClient.layer)
  )
}
