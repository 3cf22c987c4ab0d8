// Raw pages that are past their time or of one person, and the deletion of what was deleted. With `secure_delete` SQLite
// overwrites what it frees, but copies of rows that were moved about may stay between others; only a file that is written
// anew has none.
import { RawData } from "@inlet/core"
import * as Effect from "effect/Effect"
import { PRUNED } from "./Blobs.ts"
import * as Database from "./Database.ts"
import * as Failure from "./Failure.ts"
import { WAITING } from "./Migrations.ts"

/** Pages removed in one transaction: others want to write too. */
const AT_ONCE = 500

interface Due {
  readonly hash: Buffer
  readonly source: string
  readonly bytes: number
  /** 0 or 1. */
  readonly waiting: number
  readonly quarantined: number
}

/** A replayed batch has no bytes of its own; how old a page is, those tell that brought it. */
const DUE = `
  WITH uses AS (
    SELECT blob, at, bytes > 0 AS brought, ${WAITING} AS waiting,
      substr(stream, 10, instr(substr(stream, 10), '/') - 1) AS source,
      EXISTS (SELECT 1 FROM quarantine WHERE quarantine.batch = batches.batch AND state = 'open') AS quarantined
    FROM batches
  ), pages AS (
    SELECT unhex(blob) AS hash, min(source) AS source, max(waiting) AS waiting, max(quarantined) AS quarantined,
      max(brought AND at >= coalesce(json_extract(@sources, '$."' || source || '"'), @others)) AS young
    FROM uses GROUP BY blob
  )
  SELECT hash, source, length(blobs.bytes) AS bytes, waiting, quarantined
  FROM pages JOIN blobs USING (hash) WHERE NOT young AND codec <> '${PRUNED}'`

const make = ({ filename, run, sql, write }: Database.Connection): RawData.RawData["Type"] => {
  const due = sql.prepare<{ sources: string; others: string }, Due>(DUE)
  const removable = sql
    .prepare<{ sources: string; others: string; source: string | null }, Buffer>(
      `SELECT hash FROM (${DUE}) WHERE NOT waiting AND NOT quarantined AND (@source IS NULL OR source = @source)
       ORDER BY source LIMIT ${AT_ONCE}`
    )
    .pluck()
  const empty = sql.prepare<[Buffer]>(`UPDATE blobs SET codec = '${PRUNED}', bytes = x'' WHERE hash = ?`)
  const ofSubject = sql.prepare<[string], string>("SELECT lower(hex(hash)) FROM blobs WHERE subject = ?").pluck()

  const parameters = ({ others, sources }: RawData.Limits) => ({ others, sources: JSON.stringify(sources) })

  /** The write-ahead log has older versions of pages of the file until it is emptied. */
  const truncate = run("scrub", () => {
    const [result] = sql.prepare<[], { busy: number }>("PRAGMA wal_checkpoint(TRUNCATE)").all()
    if (result?.busy !== 1) return
    const sentence = "is in use by another process, so its write-ahead log still holds what was deleted"
    throw Failure.storeError(filename, "scrub", "Locked", sentence)
  })

  return {
    overdue: (limits) =>
      run("overdue", () => {
        const found = new Map<string, RawData.Overdue>()
        for (const { bytes, quarantined, source, waiting } of due.all(parameters(limits))) {
          const sum = found.get(source) ?? { source, pages: 0, bytes: 0, waiting: 0, quarantined: 0 }
          const more =
            waiting === 1
              ? { waiting: sum.waiting + 1 }
              : quarantined === 1
                ? { quarantined: sum.quarantined + 1 }
                : { pages: sum.pages + 1, bytes: sum.bytes + bytes }
          found.set(source, { ...sum, ...more })
        }
        return [...found.values()].sort((a, b) => (a.source < b.source ? -1 : 1))
      }),
    prune: Effect.fnUntraced(function* (limits: RawData.Limits, source?: string) {
      const wanted = { ...parameters(limits), source: source ?? null }
      let all = 0
      let removed: number
      do {
        removed = yield* write("prune", () => {
          const hashes = removable.all(wanted)
          for (const hash of hashes) empty.run(hash)
          return hashes.length
        })
        all += removed
        yield* Effect.yieldNow()
      } while (removed === AT_ONCE)
      if (all === 0) return
      yield* run("prune", () => sql.exec("PRAGMA incremental_vacuum"))
      yield* truncate
    }),
    ofSubject: (subject) => run("subject", () => new Set(ofSubject.all(subject))),
    scrub: Effect.zipRight(
      run("scrub", () => sql.exec("VACUUM")),
      truncate
    )
  }
}

export const layer: Database.PortLayer<RawData.RawData> = Database.port(RawData.RawData, make)
