// What an erasure takes out of the file: pages, what earlier events and the views told of them, and the caches about them.
import { type EventStore, Projection } from "@inlet/core"
import type { Connection } from "./Database.ts"
import * as Log from "./Log.ts"
import * as SentRows from "./SentRows.ts"
import * as Views from "./Views.ts"

/** Carries out an erasure in a stream; ends with what its events add up to then. Within the transaction of its append. */
export const make = ({
  filename,
  sql
}: Connection): ((stream: string, erasure: EventStore.Erasure) => Views.Folded) => {
  const log = Log.make(sql, filename)
  const views = Views.make(sql)
  const changeSentRows = SentRows.changes(sql)
  // What another stream has too, and has not erased since.
  const elsewhere = sql
    .prepare<{ blobs: string; stream: string }, string>(
      `SELECT DISTINCT blob FROM batches WHERE stream <> @stream AND blob IN (SELECT value FROM json_each(@blobs))
       AND NOT EXISTS (SELECT 1 FROM events, json_each(events.data, '$.blobs') AS erased
         WHERE events.type = 'DataErased' AND events.stream = batches.stream AND events.version > batches.version
           AND erased.value = batches.blob)`
    )
    .pluck()
  const remove = sql.prepare<[Buffer]>("DELETE FROM blobs WHERE hash = ?")
  const change = sql.prepare<[string, number]>("UPDATE events SET data = ? WHERE position = ?")
  // Of all streams of the source: the person may have been asked for where nothing was found.
  const forgetPolls = sql.prepare<[string]>("DELETE FROM polls WHERE instr(stream, ?) = 1")

  const folded = (stream: string): Views.Folded => {
    let sum = Views.nothing
    for (let page = log.ofStream(stream, 0); page.length > 0; page = log.ofStream(stream, sum.version)) {
      sum = page.map(log.decode).reduce(Views.evolve, sum)
    }
    return sum
  }

  return (stream, { blobs, datasets, redacted }) => {
    for (const event of redacted) {
      const [row] = log.ofStream(stream, event.version - 1, 1)
      if (row === undefined) continue
      for (const one of Projection.changes(log.decode(row), event)) views.change(one)
      change.run(JSON.stringify(event.data), event.position)
    }
    const shared = new Set(elsewhere.all({ stream, blobs: JSON.stringify(blobs) }))
    for (const blob of blobs) if (!shared.has(blob)) remove.run(Buffer.from(blob, "hex"))
    forgetPolls.run(stream.slice(0, stream.lastIndexOf("/") + 1))
    for (const dataset of datasets) changeSentRows({ dataset, forgetAll: true, forget: [], remember: [] })
    return folded(stream)
  }
}
