// The one place that names adapters: from a configuration to everything that a pipeline needs.
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import type * as HttpClient from "@effect/platform/HttpClient"
import type { EventStore, Sink } from "@inlet/core"
import { DataboxSink } from "@inlet/databox-sink"
import { SqliteStore } from "@inlet/store-sqlite"
import * as Layer from "effect/Layer"
import type { Configuration } from "../configuration/Configuration.ts"

/** The store at the configured place, made where it is missing. */
export const store = ({ store }: Pick<Configuration, "store">) => SqliteStore.layer({ filename: store })

/** What a pipeline finds around it. */
export type Services = SqliteStore.SqliteStore | Sink.Sink | HttpClient.HttpClient

/** The sink, the store that it shares, and a client for whatever else speaks HTTP. */
export const layer = (configuration: Configuration): Layer.Layer<Services, EventStore.StoreError> => {
  const { account, apiKey, baseUrl, dataSource, limits } = configuration.databox
  return DataboxSink.layer({ apiKey, account, dataSource, limits, baseUrl: baseUrl.href }).pipe(
    Layer.provideMerge(store(configuration)),
    Layer.provideMerge(FetchHttpClient.layer)
  )
}
