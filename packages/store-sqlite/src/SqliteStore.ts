// Everything that is kept locally, in one SQLite file behind one connection.
import type { KeyObject } from "node:crypto"
import type * as Core from "@inlet/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Archive from "./Archive.ts"
import * as Budget from "./Budget.ts"
import * as Database from "./Database.ts"
import * as EventStore from "./EventStore.ts"
import * as KeyRotation from "./KeyRotation.ts"
import * as Leases from "./Leases.ts"
import * as RawData from "./RawData.ts"
import * as Recordings from "./Recordings.ts"
import * as SendLog from "./SendLog.ts"
import * as SentRows from "./SentRows.ts"
import * as TokenStore from "./TokenStore.ts"
import * as Views from "./Views.ts"

export type SqliteStore =
  | Core.EventStore.EventStore
  | Core.Recordings.Recordings
  | Core.RawData.RawData
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
  Layer.provide(ports(options), Database.layer(options.filename))

const ports = ({ lease }: Options) =>
  Layer.mergeAll(
    EventStore.layer,
    Recordings.layer,
    RawData.layer,
    SentRows.layer,
    Leases.layer(lease),
    Budget.layer,
    SendLog.layer
  )

/** The same with the tokens that sources sign in with, for what asks sources. */
export const layerWithTokens = (
  options: Options & { readonly keys: TokenStore.Keys }
): Layer.Layer<SqliteStore | Core.TokenStore.TokenStore, Core.EventStore.StoreError> =>
  Layer.merge(ports(options), TokenStore.layer(options.keys)).pipe(Layer.provide(Database.layer(options.filename)))

/** The store as a whole: checking, copying, and moving it. */
export const archive = ({ filename }: Pick<Options, "filename">): Layer.Layer<Core.Archive.Archive> =>
  Archive.layer(filename)

/** What people look at, of a store that is there; nothing of it is changed. */
export const sendLog = ({
  filename
}: Pick<Options, "filename">): Layer.Layer<Core.SendLog.SendLog, Core.EventStore.StoreError> =>
  SendLog.layerReadOnly(filename)

/** A store in memory, for tests. */
export const layerMemory: Layer.Layer<SqliteStore, Core.EventStore.StoreError> = layer({ filename: Database.MEMORY })

export { type Examined, examine, MEMORY } from "./Database.ts"
export type { Keys } from "./TokenStore.ts"
export type { Difference } from "./Views.ts"

/** Makes the views again from the events and tells, view by view, in how many rows they differed. */
export const rebuildViews = (
  options: Pick<Options, "filename">
): Effect.Effect<ReadonlyArray<Views.Difference>, Core.EventStore.StoreError> =>
  Database.open(options.filename).pipe(Effect.flatMap(Views.rebuild), Effect.scoped)

/** Encrypts all tokens with another key, in one transaction, and tells how many. Where some cannot be read, nothing is changed. */
export const rotateKey = (
  options: Pick<Options, "filename">,
  keys: Pick<TokenStore.Keys, "known" | "where">,
  key: KeyObject
): Effect.Effect<number, Core.EventStore.StoreError | Core.TokenStore.TokenError> =>
  Database.open(options.filename).pipe(
    Effect.flatMap((database) => KeyRotation.rotate(database, keys, key)),
    Effect.scoped
  )
