// The log on SQLite: an append is one transaction over events, raw pages, views and the cache of sent rows.
import { promisify } from "node:util"
import { gunzip, gzip, type ZlibOptions } from "node:zlib"
import { type Event, EventStore, Hash } from "@inlet/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Append from "./Append.ts"
import * as Blobs from "./Blobs.ts"
import * as Database from "./Database.ts"
import * as Failure from "./Failure.ts"
import * as Log from "./Log.ts"
import { WAITING } from "./Migrations.ts"
import * as Pages from "./Pages.ts"
import * as SentRows from "./SentRows.ts"

// At level 1 raw JSON shrinks to a fraction already; higher levels cost far more time than they save space.
const compress = promisify<Uint8Array, ZlibOptions, Buffer>(gzip)
/** Most pages in one piece: each piece is a way to another thread and back. */
const CHUNK = 512 * 1024
const decompress = promisify<Uint8Array, ZlibOptions, Buffer>(gunzip)

/** The span of an append. What was sent has a name of its own: it is what people look for. */
const traced = <A, E, R>(
  append: Effect.Effect<A, E, R>,
  _stream: string,
  _version: number,
  drafts: ReadonlyArray<Event.Draft>
) => {
  const name = drafts.some(({ type }) => type.startsWith("Send")) ? "record send" : "append events"
  const attributes = {
    "db.system.name": "sqlite",
    "db.operation.name": "INSERT",
    "db.collection.name": "events",
    "db.query.summary": name,
    "db.operation.batch.size": drafts.length,
    "peer.service": "sqlite",
    "service.peer.name": "sqlite"
  }
  return Effect.withSpan(append, name, { kind: "client", attributes, captureStackTrace: false })
}

const make = (database: Database.Connection): EventStore.EventStore["Type"] => {
  const { acknowledge, filename, run, sql, write } = database
  const log = Log.make(sql, filename)
  const put = Append.make(database)
  const changeSentRows = SentRows.changes(sql)
  const insertBlob = Blobs.inserting(sql)
  const selectBlob = sql.prepare<[Buffer], { codec: string; bytes: Buffer }>(
    "SELECT codec, bytes FROM blobs WHERE hash = ?"
  )
  const standing = sql.prepare<[string], { version: number; head: string; waiting: number | null }>(
    `SELECT version, head, (SELECT min(version) FROM batches WHERE stream = pipelines.stream AND ${WAITING}) AS waiting
     FROM pipelines WHERE stream = ?`
  )

  /** The rows of an earlier append of these very drafts. */
  const repeated = (stream: string, drafts: ReadonlyArray<Event.Draft>): ReadonlyArray<Log.EventRow> | undefined => {
    const [first] = drafts
    const version = first && log.versionOf(stream, first.id)
    if (version === undefined) return undefined
    const rows = log.ofStream(stream, version - 1, drafts.length)
    return drafts.every(({ id }, index) => rows[index]?.id === id) ? rows : undefined
  }

  /** Throws where the page of a batch is gone, be it since a moment ago. */
  const kept = (hash: string) => {
    const row = selectBlob.get(Buffer.from(hash, "hex"))
    if (row !== undefined && row.codec !== Blobs.PRUNED) return row
    throw Failure.storeError(filename, "blob", "Missing", `does not keep the raw page ${hash} any more`)
  }

  const append = Effect.fnUntraced(function* (
    stream: string,
    expectedVersion: number,
    drafts: ReadonlyArray<Event.Draft>,
    { blobs = [], erasure, relied = [], sentRows }: EventStore.Attachments = {}
  ) {
    const storedAt = new Date(yield* Clock.currentTimeMillis).toISOString()
    // Off the event loop, and before the transaction begins.
    const pages = yield* Effect.forEach(blobs, ({ bytes, hash, subject = null }) =>
      Effect.promise(() => compress(bytes, { level: 1, chunkSize: CHUNK / 4 })).pipe(
        Effect.map(
          (packed): Blobs.Page => ({
            hash: Buffer.from(hash, "hex"),
            subject,
            codec: "gzip",
            size: bytes.length,
            storedAt,
            bytes: packed
          })
        )
      )
    )
    const result = yield* write("append", () => {
      const stored = repeated(stream, drafts)
      if (stored !== undefined) return stored.map(log.decode)
      const tail = log.tail(stream)
      if (tail.version !== expectedVersion) {
        return new EventStore.VersionConflict({ stream, expected: expectedVersion, actual: tail.version })
      }
      for (const hash of relied) kept(hash)
      const events = put(stream, tail, drafts, erasure)
      pages.forEach(insertBlob)
      if (sentRows !== undefined) changeSentRows(sentRows)
      return events
    })
    if (result instanceof EventStore.VersionConflict) return yield* result
    const newest = result.at(-1)
    if (newest !== undefined) acknowledge(newest)
    // What was erased is in the file, and in its write-ahead log, until then. Whoever closes the store does it too.
    if (erasure !== undefined) yield* run("append", () => sql.pragma("wal_checkpoint(TRUNCATE)"))
    return result
  }, traced)

  const blob = Effect.fnUntraced(function* (hash: string) {
    const refuse = (reason: "Newer" | "Damaged", sentence: string) =>
      Failure.storeError(filename, "blob", reason, sentence)
    const row = yield* run("blob", () => kept(hash))
    if (row.codec !== "gzip") {
      return yield* refuse("Newer", `was written by a newer Inlet: the raw page ${hash} is packed with ${row.codec}`)
    }
    const damaged = refuse("Damaged", `is damaged: the raw page ${hash} is not what was stored`)
    const bytes = yield* Effect.tryPromise({
      try: () => decompress(row.bytes, { chunkSize: CHUNK }),
      catch: () => damaged
    })
    return Hash.sha256(bytes) === hash ? bytes : yield* damaged
  })

  return {
    append,
    blob,
    standing: (stream) =>
      run("standing", () => {
        const row = standing.get(stream)
        if (row === undefined) return { version: 0, head: null, outboxAfter: 0 }
        const { head, version, waiting } = row
        return { version, head, outboxAfter: waiting === null ? version : waiting - 1 }
      }),
    read: (stream, after = 0) =>
      Pages.stream(database, "read", {
        after,
        rows: (version) => log.ofStream(stream, version),
        key: ({ version }) => version,
        decode: log.decode
      }),
    readAll: (after = 0) =>
      Pages.stream(database, "read", { after, rows: log.all, key: ({ position }) => position, decode: log.decode })
  }
}

export const layer: Database.PortLayer<EventStore.EventStore> = Database.port(EventStore.EventStore, make)
