// What a request brought last: the batches have it, or the cache of polls that brought nothing.
import { Recordings } from "@inlet/core"
import * as Effect from "effect/Effect"
import { PRUNED } from "./Blobs.ts"
import * as Database from "./Database.ts"

const make = ({ run, sql }: Database.Connection): Recordings.Recordings["Type"] => {
  // A poll carries the version its stream had, so what came last is known without trust in clocks.
  const last = sql.prepare<{ stream: string; key: string }, Omit<Recordings.Last, "kept"> & { readonly kept: number }>(
    `SELECT blob, etag, EXISTS (SELECT 1 FROM blobs WHERE hash = unhex(blob) AND codec <> '${PRUNED}') AS kept,
       (SELECT max(at) FROM batches WHERE stream = @stream AND request_key = @key AND blob = last.blob) AS at
     FROM (
       SELECT * FROM (SELECT blob, etag, version, 0 AS poll FROM batches
         WHERE stream = @stream AND request_key = @key ORDER BY version DESC LIMIT 1)
       UNION ALL
       SELECT blob, etag, version, 1 AS poll FROM polls WHERE stream = @stream AND request_key = @key
     ) AS last ORDER BY version DESC, poll DESC LIMIT 1`
  )
  const remember = sql.prepare<{ stream: string; key: string } & Recordings.Recording>(
    `REPLACE INTO polls (stream, request_key, version, blob, etag)
     VALUES (@stream, @key, coalesce((SELECT version FROM pipelines WHERE stream = @stream), 0), @blob, @etag)`
  )
  return {
    last: (stream, key) =>
      run("last", () => {
        const row = last.get({ stream, key })
        return row === undefined ? null : { ...row, kept: row.kept === 1 }
      }),
    remember: (stream, key, { blob, etag }) =>
      Effect.asVoid(run("remember", () => remember.run({ stream, key, blob, etag })))
  }
}

export const layer: Database.PortLayer<Recordings.Recordings> = Database.port(Recordings.Recordings, make)
