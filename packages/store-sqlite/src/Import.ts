// Fills an empty store from an export, in one transaction: everything is checked again before anything of it is to be seen.
import { createHash } from "node:crypto"
import { existsSync, rmSync } from "node:fs"
import { Archive, type EventStore } from "@inlet/core"
import Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Blobs from "./Blobs.ts"
import * as Database from "./Database.ts"
import * as EventCheck from "./EventCheck.ts"
import { digestOf } from "./Export.ts"
import * as ExportLine from "./ExportLine.ts"
import * as Log from "./Log.ts"
import * as PageCheck from "./PageCheck.ts"
import * as SentRows from "./SentRows.ts"
import type * as Tip from "./Tip.ts"
import * as Views from "./Views.ts"

const decode = Schema.decodeEither(Schema.parseJson(ExportLine.Line))

const refuse = (reason: Archive.ImportError["reason"], detail: string) => new Archive.ImportError({ reason, detail })

/** What was read so far. */
const reader = ({ sql }: Database.Connection) => {
  const insertEvent = Log.inserting(sql)
  const insertPage = Blobs.inserting(sql)
  const changeSentRows = SentRows.changes(sql)
  const digest = createHash("sha256")
  const counts = { events: 0, pages: 0, sent: 0 }
  let number = 0
  let manifest: ExportLine.Manifest | undefined
  let ended = false
  let newest: Tip.Tip | undefined

  const damaged = (sentence: string) => refuse("Damaged", `The export is not as it was written: ${sentence}.`)

  const begin = (found: ExportLine.Manifest) => {
    if (found.format > ExportLine.FORMAT) {
      throw refuse("Foreign", `The export was written by a newer Inlet (${found.app}, format ${found.format}).`)
    }
    if (found.source !== null) {
      throw refuse("Partial", `The export holds only the source ${found.source}; a store needs the whole log.`)
    }
    manifest = found
  }

  const store = (line: Exclude<ExportLine.Line, { readonly inlet: unknown }>) => {
    if ("event" in line) {
      const { data, hash, ...rest } = line.event
      counts.events += 1
      insertEvent({ ...rest, data: JSON.stringify(data), hash: Buffer.from(hash, "hex") })
      newest = line.event
    } else if ("page" in line) {
      const { bytes, hash, ...page } = line.page
      counts.pages += 1
      insertPage({ ...page, hash: Buffer.from(hash, "hex"), bytes: Buffer.from(bytes, "base64") })
    } else if ("sent" in line) {
      counts.sent += line.sent.length
      for (const [dataset, key, digest] of line.sent) {
        const remember = [{ key: Buffer.from(key, "base64"), digest: Buffer.from(digest, "base64") }]
        changeSentRows({ dataset, forget: [], remember })
      }
    } else {
      const { sha256, ...told } = line.end
      if (sha256 !== digest.copy().digest("hex")) throw damaged("its lines do not give the checksum at its end")
      if (JSON.stringify(told) !== JSON.stringify(counts)) throw damaged("it does not hold what its end tells")
      ended = true
    }
  }

  return {
    take: (text: string): void => {
      number += 1
      if (ended) throw damaged(`it goes on behind its end, at line ${number}`)
      const line = decode(text)
      if (Either.isLeft(line)) {
        throw number === 1
          ? refuse("Foreign", "This is no export of Inlet: its first line is not the manifest of one.")
          : damaged(`line ${number} is not a line of an export, or was cut`)
      }
      if ("inlet" in line.right) begin(line.right.inlet)
      else if (manifest === undefined) throw refuse("Foreign", "This is no export of Inlet: it has no manifest.")
      else {
        try {
          store(line.right)
        } catch (cause) {
          if (!(cause instanceof Sqlite.SqliteError) || !cause.code.startsWith("SQLITE_CONSTRAINT")) throw cause
          throw damaged(`line ${number} does not fit to the lines before it`)
        }
      }
      digest.update(`${text}\n`)
    },
    /** That all is there, and is what the manifest told. */
    end: () => {
      if (manifest === undefined || !ended) throw damaged(`it was cut off behind line ${number}`)
      const { digest: told, events, pages, streams } = manifest
      if (events !== counts.events || pages !== counts.pages || digestOf(streams) !== told) {
        throw damaged("it does not hold what its manifest tells")
      }
      const heads = sql
        .prepare<[], { stream: string; version: number; hash: Buffer }>(
          "SELECT stream, max(version) AS version, hash FROM events GROUP BY stream"
        )
        .all()
      const found = heads.map(({ hash, stream, version }) => [stream, { version, hash: hash.toString("hex") }])
      if (digestOf(Object.fromEntries(found)) !== told) throw damaged("its streams do not end as its manifest tells")
      return { amount: { events, pages }, newest }
    },
    damaged
  }
}

const fill = <E, R>(database: Database.Connection, lines: Stream.Stream<string, E, R>) =>
  Effect.gen(function* () {
    const { acknowledge, run, sql } = database
    const reading = yield* run("import", () => reader(database))
    /** Runs `f`; what it refuses is a failure like those of the store. */
    const attempt = <A>(f: () => A) =>
      Effect.flatten(
        run("import", (): Effect.Effect<A, Archive.ImportError> => {
          try {
            return Effect.succeed(f())
          } catch (cause) {
            if (cause instanceof Archive.ImportError) return Effect.fail(cause)
            throw cause
          }
        })
      )
    yield* Stream.runForEach(lines, (line) => attempt(() => reading.take(line)))
    const { amount, newest } = yield* attempt(reading.end)
    const snapshot = { ...database, tip: undefined }
    const views = Views.folding(sql)
    for (const check of [EventCheck.check(snapshot, views), Effect.suspend(() => PageCheck.check(snapshot))]) {
      const { findings } = yield* check
      const [wrong] = findings.kept()
      if (wrong !== undefined) return yield* reading.damaged(wrong.message.replace(/\.$/, ""))
    }
    yield* run("import", () => {
      views.end()
      sql.exec("COMMIT")
    })
    if (newest !== undefined) acknowledge(newest)
    return amount
  })

export const into = <E, R>(
  filename: string,
  lines: Stream.Stream<string, E, R>
): Effect.Effect<Archive.Amount, EventStore.StoreError | Archive.ImportError | E, R> =>
  Effect.gen(function* () {
    const fresh = !existsSync(filename)
    const work = Effect.gen(function* () {
      const database = yield* Database.open(filename)
      const { run, sql } = database
      yield* run("import", () => sql.exec("BEGIN IMMEDIATE"))
      return yield* Effect.gen(function* () {
        const occupied = yield* run("import", () => sql.prepare("SELECT 1 FROM events").get() !== undefined)
        if (occupied) return yield* refuse("Occupied", `The store ${filename} holds events already.`)
        return yield* fill(database, lines)
      }).pipe(Effect.onError(() => Effect.sync(() => sql.inTransaction && sql.exec("ROLLBACK"))))
    })
    return yield* Effect.scoped(work).pipe(
      Effect.onError(() =>
        Effect.sync(() => {
          for (const name of fresh ? ["", "-wal", "-shm"] : []) rmSync(`${filename}${name}`, { force: true })
        })
      )
    )
  })
