// Real stores in real files, closed and deleted with the scope of a test; and a second, bare look at the same file.
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Archive, Budget, Event, EventStore, Leases, RawData, Recordings, SendLog, SentRows } from "@inlet/core"
import Sqlite from "better-sqlite3"
import * as Chunk from "effect/Chunk"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { SqliteStore } from "../src/index.ts"

export const STREAM = Event.pipeline("github", "issues")

/** An empty folder. */
export const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "inlet-store-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

/** A file that does not exist yet. */
export const file = Effect.map(folder, (path) => join(path, "inlet.db"))

export const open = (filename: string, lease: SqliteStore.Options["lease"] = {}) =>
  Effect.map(Layer.build(SqliteStore.layer({ filename, lease })), (context) => ({
    events: Context.get(context, EventStore.EventStore),
    recordings: Context.get(context, Recordings.Recordings),
    rawData: Context.get(context, RawData.RawData),
    sentRows: Context.get(context, SentRows.SentRows),
    leases: Context.get(context, Leases.Leases),
    budget: Context.get(context, Budget.Budget),
    sendLog: Context.get(context, SendLog.SendLog)
  }))

/** The store as a whole. */
export const archive = (filename: string) =>
  Effect.map(Layer.build(SqliteStore.archive({ filename })), (context) => Context.get(context, Archive.Archive))

/** What a check of everything finds wrong. */
export const findings = (filename: string) =>
  Effect.gen(function* () {
    const { verify } = yield* archive(filename)
    return (yield* all(verify())).filter(({ fix }) => fix !== null)
  })

/** A connection of somebody else. */
export const raw = (filename: string): Effect.Effect<Sqlite.Database, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => new Sqlite(filename, { timeout: 0 })),
    (sql) => Effect.sync(() => sql.close())
  )

export const all = <A, E>(stream: Stream.Stream<A, E>) => Effect.map(Stream.runCollect(stream), Chunk.toReadonlyArray)

/** Follows the chain of every stream from its beginning; gives the events whose hash or version is not right. */
export const brokenLinks = (events: ReadonlyArray<Event.Event>): ReadonlyArray<Event.Event> => {
  const tails = new Map<string, { readonly version: number; readonly hash: string }>()
  return events.filter((event) => {
    const { hash, version } = tails.get(event.stream) ?? { version: 0, hash: "" }
    tails.set(event.stream, event)
    return event.version !== version + 1 || event.hash !== Event.hash(hash, event)
  })
}
