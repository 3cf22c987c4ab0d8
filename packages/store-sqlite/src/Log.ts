// The table of events: reading them back as facts, and writing them as links of their stream's chain.
import { Event } from "@inlet/core"
import type Sqlite from "better-sqlite3"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import * as Failure from "./Failure.ts"
import { PAGE } from "./Pages.ts"

export interface EventRow extends Event.Envelope {
  readonly position: number
  readonly stream: string
  readonly version: number
  readonly type: string
  readonly data: string
  readonly hash: Buffer
}

/** The newest event of a stream, as far as the chain needs it. */
export interface Tail {
  readonly version: number
  readonly hash: string
}

const empty: Tail = { version: 0, hash: "" }

// Members that a newer version added stay, since the hash covers them.
const decodeFact = Schema.decodeUnknownEither(Event.Fact, { onExcessProperty: "preserve" })

export const COLUMNS = "position, stream, version, id, type, schema, at, run, cause, trace, data, hash"

export interface Log {
  readonly tail: (stream: string) => Tail
  /** Up to a page of the events with a position above `after`. */
  readonly all: (after: number) => ReadonlyArray<EventRow>
  /** Up to a page, or up to `limit`, of the events of a stream with a version above `after`. */
  readonly ofStream: (stream: string, after: number, limit?: number) => ReadonlyArray<EventRow>
  /** The version of the event with this id in the stream. */
  readonly versionOf: (stream: string, id: string) => number | undefined
  /** Throws a `StoreError` where the row is damaged, or of a version that this one does not know. */
  readonly decode: (row: EventRow) => Event.Event
  /** Puts the drafts behind the tail. Within a transaction. */
  readonly append: (stream: string, tail: Tail, drafts: ReadonlyArray<Event.Draft>) => ReadonlyArray<Event.Event>
}

/** Puts a row as it is into the table. */
export const inserting = (sql: Sqlite.Database): ((row: EventRow) => void) => {
  const insert = sql.prepare<EventRow>(`INSERT INTO events (${COLUMNS}) VALUES (${COLUMNS.replaceAll(/\w+/g, "@$&")})`)
  return (row) => {
    insert.run(row)
  }
}

export const make = (sql: Sqlite.Database, filename: string): Log => {
  const tail = sql.prepare<[string], { version: number; hash: Buffer }>(
    "SELECT version, hash FROM events WHERE stream = ? ORDER BY version DESC LIMIT 1"
  )
  const all = sql.prepare<[number, number], EventRow>(
    `SELECT ${COLUMNS} FROM events WHERE position > ? ORDER BY position LIMIT ?`
  )
  const ofStream = sql.prepare<[string, number, number], EventRow>(
    `SELECT ${COLUMNS} FROM events WHERE stream = ? AND version > ? ORDER BY version LIMIT ?`
  )
  const versionOf = sql
    .prepare<[string, string], number>("SELECT version FROM events WHERE id = ? AND stream = ?")
    .pluck()
  // The position has to be known before the insert, since the hash covers it.
  const lastPosition = sql.prepare<[], number>("SELECT seq FROM sqlite_sequence WHERE name = 'events'").pluck()
  const insert = inserting(sql)
  return {
    tail: (stream) => {
      const row = tail.get(stream)
      return row === undefined ? empty : { version: row.version, hash: row.hash.toString("hex") }
    },
    all: (after) => all.all(after, PAGE),
    ofStream: (stream, after, limit = PAGE) => ofStream.all(stream, after, limit),
    versionOf: (stream, id) => versionOf.get(id, stream),
    decode: ({ data, hash, type, ...envelope }) => {
      const where = `event ${envelope.position} (${type}, schema ${envelope.schema})`
      if (!Object.hasOwn(Event.Data, type) || envelope.schema > Event.SCHEMA) {
        throw Failure.storeError(
          filename,
          "read",
          "Newer",
          `was written by a newer Inlet: ${where} is unknown to this one`
        )
      }
      const fact = decodeFact({ type, data: JSON.parse(data) })
      if (Either.isLeft(fact)) {
        throw Failure.storeError(filename, "read", "Damaged", `is damaged: ${where} has not the form of its type`)
      }
      return { ...envelope, ...fact.right, hash: hash.toString("hex") }
    },
    append: (stream, { hash: previous, version }, drafts) => {
      const position = lastPosition.get() ?? 0
      let hash = previous
      return drafts.map((draft, index) => {
        const { at, cause, data, id, run, schema, trace, type } = draft
        const place = { position: position + index + 1, stream, version: version + index + 1 }
        const stored = { ...place, id, type, schema, at, run, cause, trace }
        hash = Event.hash(hash, { ...stored, data })
        insert({ ...stored, data: JSON.stringify(data), hash: Buffer.from(hash, "hex") })
        return { ...draft, ...place, hash }
      })
    }
  }
}
