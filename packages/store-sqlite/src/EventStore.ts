// The log on SQLite: an append is one transaction over events, raw pages, views and the cache of sent rows.
import { promisify } from "node:util"
import { gunzip, gzip, type ZlibOptions } from "node:zlib"
import { type Event, EventStore, Hash } from "@inlet/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Database from "./Database.ts"
import * as Failure from "./Failure.ts"
import * as Log from "./Log.ts"
import { WAITING } from "./Migrations.ts"
import * as Pages from "./Pages.ts"
import * as SentRows from "./SentRows.ts"
import * as Views from "./Views.ts"

// At level 1 raw JSON shrinks to a fraction already; higher levels cost far more time than they save space.
const compress = promisify<Uint8Array, ZlibOptions, Buffer>(gzip)
/** Most pages in one piece: each piece is a way to another thread and back. */
const CHUNK = 512 * 1024
const decompress = promisify<Uint8Array, ZlibOptions, Buffer>(gunzip)

const make = (database: Database.Connection): EventStore.EventStore["Type"] => {
  const { acknowledge, filename, run, sql, write } = database
  const log = Log.make(sql, filename)
  const views = Views.make(sql)
  const changeSentRows = SentRows.changes(sql)
  const insertBlob = sql.prepare<[Buffer, number, string, Buffer]>(
    "INSERT OR IGNORE INTO blobs (hash, codec, size, stored_at, bytes) VALUES (?, 'gzip', ?, ?, ?)"
  )
  const selectBlob = sql.prepare<[Buffer], { codec: string; bytes: Buffer }>(
    "SELECT codec, bytes FROM blobs WHERE hash = ?"
  )
  const standing = sql.prepare<[string], { version: number; head: string; waiting: number | null }>(
    `SELECT version, head, (SELECT min(version) FROM batches WHERE stream = pipelines.stream AND ${WAITING}) AS waiting
     FROM pipelines WHERE stream = ?`
  )

  // What each stream adds up to; good as long as its newest event is still the one of the file.
  const cache = new Map<string, Views.Folded>()
  const folded = (stream: string, { hash, version }: Log.Tail): Views.Folded => {
    if (version === 0) return Views.nothing
    const cached = cache.get(stream)
    if (cached?.hash === hash) return cached
    const sentence = `is damaged: its views of ${stream} are not those of version ${version}; they have to be rebuilt`
    return Option.getOrThrowWith(views.load(stream, hash), () =>
      Failure.storeError(filename, "append", "Damaged", sentence)
    )
  }

  /** The rows of an earlier append of these very drafts. */
  const repeated = (stream: string, drafts: ReadonlyArray<Event.Draft>): ReadonlyArray<Log.EventRow> | undefined => {
    const [first] = drafts
    const version = first && log.versionOf(stream, first.id)
    if (version === undefined) return undefined
    const rows = log.ofStream(stream, version - 1, drafts.length)
    return drafts.every(({ id }, index) => rows[index]?.id === id) ? rows : undefined
  }

  const append = Effect.fn("EventStore.append")(function* (
    stream: string,
    expectedVersion: number,
    drafts: ReadonlyArray<Event.Draft>,
    { blobs = [], sentRows }: EventStore.Attachments = {}
  ) {
    yield* Effect.annotateCurrentSpan({ stream, events: drafts.length })
    const now = new Date(yield* Clock.currentTimeMillis).toISOString()
    // Off the event loop, and before the transaction begins.
    const packed = yield* Effect.forEach(blobs, ({ bytes, hash }) =>
      Effect.promise(() => compress(bytes, { level: 1, chunkSize: CHUNK / 4 })).pipe(
        Effect.map((gzipped) => ({ hash: Buffer.from(hash, "hex"), size: bytes.length, gzipped }))
      )
    )
    const result = yield* write("append", () => {
      const stored = repeated(stream, drafts)
      if (stored !== undefined) return stored.map(log.decode)
      const tail = log.tail(stream)
      if (tail.version !== expectedVersion) {
        return new EventStore.VersionConflict({ stream, expected: expectedVersion, actual: tail.version })
      }
      const events = log.append(stream, tail, drafts)
      for (const { gzipped, hash, size } of packed) insertBlob.run(hash, size, now, gzipped)
      for (const event of events) views.apply(event)
      const before = folded(stream, tail)
      const after = events.reduce(Views.evolve, before)
      if (after !== before) views.save(stream, after)
      cache.set(stream, after)
      if (sentRows !== undefined) changeSentRows(sentRows)
      return events
    })
    if (result instanceof EventStore.VersionConflict) return yield* result
    const newest = result.at(-1)
    if (newest !== undefined) acknowledge(newest)
    return result
  })

  const blob = Effect.fn("EventStore.blob")(function* (hash: string) {
    const refuse = (reason: "Missing" | "Newer" | "Damaged", sentence: string) =>
      Failure.storeError(filename, "blob", reason, sentence)
    const row = yield* run("blob", () => selectBlob.get(Buffer.from(hash, "hex")))
    if (row === undefined) return yield* refuse("Missing", `does not hold the raw page ${hash}: it is gone`)
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
