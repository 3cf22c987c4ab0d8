// Holds every raw page against the hash that names it, and every batch against the pages that are there.
import { gunzipSync } from "node:zlib"
import { Event, Hash } from "@inlet/core"
import * as Effect from "effect/Effect"
import * as Affected from "./Affected.ts"
import { PRUNED } from "./Blobs.ts"
import type { Reader } from "./Database.ts"
import * as Failure from "./Failure.ts"
import * as Findings from "./Findings.ts"
import * as Scan from "./Scan.ts"

interface PageRow {
  readonly number: number
  readonly hash: Buffer
  readonly codec: string
  readonly size: number
  readonly bytes: Buffer
}

/** A batch whose page is gone, without an event that says so. */
interface Orphan {
  readonly position: number
  readonly stream: string
  readonly run: string
  readonly batch: string
  readonly blob: string
}

const fits = ({ bytes, hash, size }: PageRow): boolean => {
  try {
    const page = gunzipSync(bytes)
    return page.length === size && Hash.sha256(page) === hash.toString("hex")
  } catch {
    return false
  }
}

export const check = (reader: Reader): Findings.Checking =>
  Effect.gen(function* () {
    const { filename, run, sql } = reader
    const affected = Affected.make(sql)
    const findings = Findings.make()
    let pages = 0
    let pruned = 0

    const lost = (hash: string, what: string) => {
      const batches = affected.ofPage(hash)
      for (const batch of batches) {
        findings.add({
          message: `The raw page of batch ${batch.batch} ${what} (${hash}). ${Affected.standing(batch)}`,
          fix: Affected.fixOfPage(batch),
          pipeline: Affected.pipelineOf(batch.stream),
          run: batch.run,
          batch: batch.batch
        })
      }
      if (batches.length === 0) {
        findings.add({ message: `The raw page ${hash} ${what}; no batch is known to use it.`, fix: Affected.RESTORE })
      }
    }

    const rows = sql.prepare<[number, number, number], PageRow>(
      `SELECT rowid AS number, hash, codec, size, bytes FROM blobs WHERE rowid BETWEEN ? AND ? ORDER BY rowid LIMIT ?`
    )
    const last = yield* run("verify", () => Number(sql.prepare("SELECT max(rowid) FROM blobs").pluck().get() ?? 0))
    const unreadable = yield* Scan.scan(reader, {
      last,
      page: 4,
      rows: (from, to, limit) => rows.all(from, to, limit),
      numberOf: ({ number }) => number,
      take: (row) => {
        if (row.codec === PRUNED && row.bytes.length === 0) {
          pruned += 1
          return
        }
        pages += 1
        const hash = row.hash.toString("hex")
        if (row.codec !== "gzip") {
          throw Failure.storeError(
            filename,
            "verify",
            "Newer",
            `was written by a newer Inlet: page ${hash} is in ${row.codec}`
          )
        }
        if (!fits(row)) lost(hash, "is not what was stored")
      }
    })
    // The index has the hash of a row that cannot be read.
    const hashes = sql
      .prepare<[number, number], Buffer>(
        "SELECT hash FROM blobs INDEXED BY sqlite_autoindex_blobs_1 WHERE rowid BETWEEN ? AND ?"
      )
      .pluck()
    for (const [first, end] of unreadable) {
      const unread = yield* run("verify", () => hashes.all(first, end))
      for (const hash of unread) lost(hash.toString("hex"), "cannot be read: SQLite finds the file damaged there")
    }
    const orphans = sql.prepare<[], Orphan>(
      `SELECT position, stream, run, data ->> '$.batch' AS batch, data ->> '$.blob' AS blob FROM events
     WHERE type = 'BatchRecorded' AND json_valid(data)
       AND NOT EXISTS (SELECT 1 FROM blobs WHERE hash = unhex(events.data ->> '$.blob'))
       AND NOT EXISTS (SELECT 1 FROM events AS erasure, json_each(erasure.data, '$.blobs') AS erased
         WHERE erasure.type = 'DataErased' AND json_valid(erasure.data) AND erasure.stream = events.stream
           AND erasure.position > events.position AND erased.value = events.data ->> '$.blob')
     ORDER BY position`
    )
    const erasures = sql
      .prepare<[], number>(
        `SELECT count(DISTINCT erased.value) FROM events, json_each(data, '$.blobs') AS erased
         WHERE events.type = 'DataErased' AND json_valid(data) AND unhex(erased.value) NOT IN (SELECT hash FROM blobs)`
      )
      .pluck()
    const { erased, gone } = yield* Effect.catchIf(
      run("verify", () => ({ gone: orphans.all(), erased: Number(erasures.get() ?? 0) })),
      Failure.isDamage,
      ({ detail }) => {
        findings.add({
          message: `Whether every batch has its raw page cannot be told. ${detail}.`,
          fix: Affected.RESTORE
        })
        return Effect.succeed({ gone: [], erased: 0 })
      }
    )
    for (const { batch, blob, position, run: id, stream } of gone) {
      const known = affected.named(batch)
      const { source, stream: name } = Event.parsePipeline(stream)
      findings.add({
        message: `The raw page of batch ${batch} is gone (${blob}).${known === undefined ? "" : ` ${Affected.standing(known)}`}`,
        fix: known === undefined ? Affected.RESTORE : Affected.fixOfPage(known),
        pipeline: `${source}/${name}`,
        run: id,
        event: position,
        batch
      })
    }
    const away = [
      ...(pruned > 0 ? [`${pruned} removed after their time`] : []),
      ...(erased > 0 ? [`${erased} erased`] : [])
    ]
    return { findings, summary: [`${pages} raw pages`, ...away].join(", ") }
  })
