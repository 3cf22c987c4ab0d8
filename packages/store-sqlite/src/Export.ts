// Writes the log as it is now, line by line.
import { createHash } from "node:crypto"
import { type Archive, type EventStore, Hash, Json } from "@inlet/core"
import * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as Blobs from "./Blobs.ts"
import * as Database from "./Database.ts"
import { FORMAT, type Line, type Sent, type Streams } from "./ExportLine.ts"
import * as Log from "./Log.ts"
import * as Pages from "./Pages.ts"

interface SentRow {
  readonly number: number
  readonly dataset: string
  readonly key: Buffer
  readonly digest: Buffer
}

interface Scope {
  readonly source: string | null
}

const WITHIN = `(@source IS NULL OR stream = 'connection/' || @source
  OR stream >= 'pipeline/' || @source || '/' AND stream < 'pipeline/' || @source || '0')`

/** The digest that stands for the whole log. */
export const digestOf = (streams: Streams): string => Hash.sha256(Json.canonical(streams))

/** The hash of the raw page that an event names. */
const pageOf = ({ data, type }: Log.EventRow): Buffer | undefined => {
  const named: unknown = type === "BatchRecorded" ? JSON.parse(data).blob : undefined
  return typeof named === "string" ? Buffer.from(named, "hex") : undefined
}

const contents = (
  snapshot: Database.Snapshot,
  { app, source }: Archive.ExportOptions
): Stream.Stream<string, EventStore.StoreError> => {
  const { filename, run, sql } = snapshot
  const log = Log.make(sql, filename)
  const scope: Scope = { source }
  const digest = createHash("sha256")
  const counts = { events: 0, pages: 0, sent: 0 }

  const line = (content: Line): string => {
    const text = `${JSON.stringify(content)}\n`
    digest.update(text)
    return text
  }

  const manifest = Effect.flatMap(Clock.currentTimeMillis, (now) =>
    run("export", () => {
      const heads = sql
        .prepare<Scope, { stream: string; version: number; hash: Buffer }>(
          `SELECT stream, max(version) AS version, hash FROM events WHERE ${WITHIN} GROUP BY stream ORDER BY stream`
        )
        .all(scope)
      const events = sql.prepare<Scope, number>(`SELECT count(*) FROM events WHERE ${WITHIN}`).pluck().get(scope)
      const pages = sql
        .prepare<Scope, number>(
          `SELECT count(*) FROM blobs WHERE hash IN (SELECT unhex(data ->> '$.blob') FROM events
           WHERE type = 'BatchRecorded' AND ${WITHIN})`
        )
        .pluck()
        .get(scope)
      const streams = Object.fromEntries(
        heads.map(({ hash, stream, version }) => [stream, { version, hash: hash.toString("hex") }])
      )
      return line({
        inlet: {
          format: FORMAT,
          app,
          at: new Date(now).toISOString(),
          source,
          events: events ?? 0,
          pages: pages ?? 0,
          streams,
          digest: digestOf(streams)
        }
      })
    })
  )

  sql.exec("CREATE TEMP TABLE exported (hash BLOB PRIMARY KEY) STRICT, WITHOUT ROWID")
  const isNew = sql.prepare<[Buffer]>("INSERT OR IGNORE INTO exported VALUES (?)")
  const page = sql.prepare<[Buffer], Blobs.Page>(`SELECT ${Blobs.COLUMNS} FROM blobs WHERE hash = ?`)

  /** The lines of an event: its page where it was not there yet, and itself. A page that was erased is gone. */
  const told = (row: Log.EventRow): string => {
    const named = pageOf(row)
    const stored = named !== undefined && isNew.run(named).changes === 1 ? page.get(named) : undefined
    let text = ""
    if (named !== undefined && stored !== undefined) {
      counts.pages += 1
      text = line({ page: { ...stored, hash: named.toString("hex"), bytes: stored.bytes.toString("base64") } })
    }
    counts.events += 1
    return text + line({ event: { ...row, data: JSON.parse(row.data), hash: row.hash.toString("hex") } })
  }

  const events = Pages.stream(snapshot, "export", {
    after: 0,
    rows: log.all,
    key: ({ position }) => position,
    decode: (row) => row
  }).pipe(
    Stream.filter(({ stream }) => source === null || stream.split("/")[1] === source),
    Stream.mapEffect((row) => run("export", () => told(row)))
  )

  const first: Pick<SentRow, "number" | "key"> = { number: 0, key: Buffer.alloc(0) }
  const sentRows = sql.prepare<[number, Buffer, number], SentRow>(
    `SELECT dataset AS number, name AS dataset, key, digest FROM sent_rows JOIN sent_datasets ON number = dataset
     WHERE (sent_rows.dataset, key) > (?, ?) ORDER BY sent_rows.dataset, key LIMIT ?`
  )
  const sent =
    source === null
      ? Pages.stream(snapshot, "export", {
          after: first,
          rows: ({ key, number }) => sentRows.all(number, key, Pages.PAGE),
          key: ({ key, number }) => ({ key, number }),
          decode: ({ dataset, digest, key }): typeof Sent.Type => [
            dataset,
            key.toString("base64"),
            digest.toString("base64")
          ]
        }).pipe(
          Stream.chunks,
          Stream.map((chunk) => {
            counts.sent += chunk.length
            return line({ sent: Chunk.toReadonlyArray(chunk) })
          })
        )
      : Stream.empty

  const end = Effect.sync(() => line({ end: { ...counts, sha256: digest.copy().digest("hex") } }))

  return Stream.fromEffect(manifest).pipe(Stream.concat(events), Stream.concat(sent), Stream.concat(end))
}

export const lines = (filename: string, options: Archive.ExportOptions): Stream.Stream<string, EventStore.StoreError> =>
  Stream.unwrapScoped(
    Effect.flatMap(Database.look(filename), (snapshot) => snapshot.run("export", () => contents(snapshot, options)))
  )
