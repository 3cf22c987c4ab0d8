// Everything that is kept locally, in one SQLite file behind one connection.
import type * as Core from "@inlet/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Archive from "./Archive.ts"
import * as Budget from "./Budget.ts"
import * as Database from "./Database.ts"
import * as EventStore from "./EventStore.ts"
import * as Leases from "./Leases.ts"
import * as Recordings from "./Recordings.ts"
import * as SendLog from "./SendLog.ts"
import * as SentRows from "./SentRows.ts"
import * as Views from "./Views.ts"

export type SqliteStore =
  | Core.EventStore.EventStore
  | Core.Recordings.Recordings
  | Core.SentRows.SentRows
  | Core.Leases.Leases
  | Core.Budget.Budget
  | Core.SendLog.SendLog

export interface Options {
  /** The file; it and its folder are created where they are missing, for the user alone. */
  readonly filename: string
  readonly lease?: Leases.Options
}

/** Fails where the file cannot be opened, belongs to another program, or was written by a newer version. */
export const layer = (options: Options): Layer.Layer<SqliteStore, Core.EventStore.StoreError> =>
  Layer.mergeAll(
    EventStore.layer,
    Recordings.layer,
    SentRows.layer,
    Leases.layer(options.lease),
    Budget.layer,
    SendLog.layer
  ).pipe(Layer.provide(Database.layer(options.filename)))

/** The store as a whole: checking, copying, and moving it. */
export const archive = ({ filename }: Pick<Options, "filename">): Layer.Layer<Core.Archive.Archive> =>
  Archive.layer(filename)

/** A store in memory, for tests. */
export const layerMemory: Layer.Layer<SqliteStore, Core.EventStore.StoreError> = layer({ filename: Database.MEMORY })

export type { Difference } from "./Views.ts"

/** Makes the views again from the events and tells, view by view, in how many rows they differed. */
export const rebuildViews = (
  options: Pick<Options, "filename">
): Effect.Effect<ReadonlyArray<Views.Difference>, Core.EventStore.StoreError> =>
  Database.open(options.filename).pipe(Effect.flatMap(Views.rebuild), Effect.scoped)
