// Follows the chain of every stream from its first event on, and takes each event into views beside those of the file.
import { Event, Items } from "@inlet/core"
import * as Effect from "effect/Effect"
import * as Affected from "./Affected.ts"
import type { Snapshot } from "./Database.ts"
import * as Findings from "./Findings.ts"
import * as Log from "./Log.ts"
import { PAGE } from "./Pages.ts"
import * as Scan from "./Scan.ts"
import type * as Views from "./Views.ts"

/** The newest event that was seen of a stream. */
interface Link {
  readonly version: number
  readonly position: number
  /** What the next hash may build on; two where either content or hash was changed. */
  readonly hashes: ReadonlyArray<string>
}

const start: Link = { version: 0, position: 0, hashes: [""] }

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What the newest erasure of a stream says is left of earlier events. Whether it says so shows when it is checked itself. */
interface Claim {
  /** That of the erasure. */
  readonly version: number
  readonly versions: ReadonlySet<number>
  readonly digest: string
}

/** By stream. */
const claims = ({ run, sql }: Snapshot) =>
  Effect.map(
    Effect.orElseSucceed(
      run("verify", () =>
        sql
          .prepare<[], Pick<Log.EventRow, "stream" | "version" | "data">>(
            "SELECT stream, version, data FROM events WHERE type = 'DataErased' ORDER BY version"
          )
          .all()
      ),
      () => []
    ),
    (rows) =>
      new Map(
        rows.flatMap(({ data, stream, version }): ReadonlyArray<readonly [string, Claim]> => {
          const told = member(parse(data), "redacted")
          const [versions, digest] = [member(told, "versions"), member(told, "digest")]
          if (typeof versions !== "string" || typeof digest !== "string") return []
          return [[stream, { version, versions: new Set(Items.parse(versions)), digest }]]
        })
      )
  )

const member = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined

const batchIn = (data: unknown): string | undefined => {
  const batch = member(data, "batch")
  return typeof batch === "string" ? batch : undefined
}

const these = (first: number, last: number, noun: string) =>
  first === last ? `${noun} ${first}` : `${noun}s ${first} to ${last}`

/** The position that was given last, and the highest that anything knows of; what cannot be read of it is found on the way. */
const reach = ({ run, sql, tip }: Snapshot) =>
  Effect.forEach(
    ["SELECT seq FROM sqlite_sequence WHERE name = 'events'", "SELECT max(position) FROM events"],
    (text) =>
      Effect.orElseSucceed(
        run("verify", () => Number(sql.prepare(text).pluck().get() ?? 0)),
        () => 0
      )
  ).pipe(Effect.map(([given = 0, found = 0]) => ({ given, last: Math.max(given, found, tip?.position ?? 0) })))

export const check = (snapshot: Snapshot, views: Pick<Views.Folding, "take">): Findings.Checking =>
  Effect.gen(function* () {
    const { filename, sql } = snapshot
    const log = Log.make(sql, filename)
    const affected = Affected.make(sql)
    const findings = Findings.make()
    const links = new Map<string, Link>()
    const { given, last } = yield* reach(snapshot)
    const claimed = yield* claims(snapshot)
    /** What is left of redacted events, by stream and version. */
    const left = new Map<string, string>()
    let events = 0
    let before = 0
    let absent = 0
    let told = 0

    const missing = (stream: string, from: number, to: number, where: string) => {
      told += to - from + 1
      const batch = affected.recordedAt(stream, from, to)
      const about = batch === undefined ? "" : ` Batch ${batch.batch} was recorded there. ${Affected.standing(batch)}`
      findings.add({
        message: `${these(from, to, "version")} of the stream ${from === to ? "is" : "are"} missing, ${where}.${about}`,
        fix: Affected.RESTORE,
        pipeline: Affected.pipelineOf(stream),
        run: batch?.run ?? null,
        batch: batch?.batch ?? null
      })
    }

    const changed = (row: Log.EventRow, data: unknown) => {
      const named = batchIn(data)
      const batch =
        affected.recordedAt(row.stream, row.version) ?? (named === undefined ? undefined : affected.named(named))
      const about = batch === undefined ? "" : ` It concerns batch ${batch.batch}. ${Affected.standing(batch)}`
      findings.add({
        message: `Event ${row.position} (${row.type} of ${row.at}) is not what was written: its hash does not fit.${about}`,
        fix: Affected.RESTORE,
        pipeline: Affected.pipelineOf(row.stream),
        run: row.run,
        event: row.position,
        batch: batch?.batch ?? named ?? null
      })
    }

    const take = (row: Log.EventRow) => {
      const { position, stream, version } = row
      events += 1
      absent += position - before - 1
      before = position
      const link = links.get(stream) ?? start
      const data = parse(row.data)
      const stored = row.hash.toString("hex")
      if (version > link.version + 1) {
        // What came before is not known, so this one proves nothing; those behind it do again.
        missing(stream, link.version + 1, version - 1, `between the positions ${link.position} and ${position}`)
        links.set(stream, { version, position, hashes: [stored] })
        return
      }
      const hashes = link.hashes.map((hash) => Event.hash(hash, { ...row, data }))
      const redacted = data !== undefined && claimed.get(stream)?.versions.has(version) === true
      const fits = version === link.version + 1 && data !== undefined && (redacted || hashes.includes(stored))
      if (redacted) left.set(`${stream} ${version}`, Event.fingerprint({ ...row, data, hash: stored }))
      links.set(stream, { version, position, hashes: fits ? [stored] : [stored, ...hashes] })
      if (!fits) changed(row, data)
      else {
        if (row.type === "DataErased") prove(row)
        if (findings.count() === 0) views.take(log.decode(row))
      }
    }

    const prove = ({ position, run, stream, version }: Log.EventRow) => {
      const claim = claimed.get(stream)
      if (claim?.version !== version) return
      const found = [...claim.versions].map((version) => left.get(`${stream} ${version}`) ?? "")
      if (Event.digestOf(found) === claim.digest) return
      findings.add({
        message: `Of the events that erasures redacted, not all are as event ${position} says they were left.`,
        fix: Affected.RESTORE,
        pipeline: Affected.pipelineOf(stream),
        run,
        event: position
      })
    }

    const rows = sql.prepare<[number, number, number], Log.EventRow>(
      `SELECT ${Log.COLUMNS} FROM events WHERE position BETWEEN ? AND ? ORDER BY position LIMIT ?`
    )
    const unreadable = yield* Scan.scan(snapshot, {
      last,
      page: PAGE,
      rows: (from, to, limit) => rows.all(from, to, limit),
      numberOf: ({ position }) => position,
      take
    })
    for (const [first, end] of unreadable) {
      findings.add({
        message: `${these(first, end, "Event")} cannot be read: SQLite finds the file damaged there.`,
        fix: Affected.RESTORE,
        event: first
      })
    }
    // What is missing from the end of a stream has no event behind it. The views may know of it, and the count of positions.
    absent += Math.max(0, given - before)
    for (const { stream, version } of affected.versions()) {
      const link = links.get(stream) ?? start
      if (version > link.version && absent - told >= version - link.version) {
        missing(stream, link.version + 1, version, `behind position ${link.position}`)
      }
    }
    if (absent > told && unreadable.length === 0) {
      const some = absent - told
      findings.add({
        message: `${some} more ${some === 1 ? "position" : "positions"} of the log ${some === 1 ? "has" : "have"} no event.`,
        fix: Affected.RESTORE
      })
    }
    const streams = links.size === 1 ? "1 stream" : `${links.size} streams`
    return { findings, summary: `${events} events in ${streams}` }
  })
