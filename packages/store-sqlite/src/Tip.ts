// How far the log came, remembered outside of the database. Where its end vanishes (a cut write-ahead log, an older copy put
// in its place), everything that is left fits together; only somebody who remembers the end can tell.
import { closeSync, constants, openSync, readFileSync, writeSync } from "node:fs"
import type Sqlite from "better-sqlite3"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"

/** The newest event that was acknowledged. */
const Tip = Schema.Struct({ position: Schema.Int, hash: Schema.String, at: Schema.String })
export type Tip = typeof Tip.Type

const decode = Schema.decodeUnknownEither(Schema.parseJson(Tip))

/** Written over and over in one piece of the same length, so that it is never half an old one. */
const LENGTH = 192

export const pathOf = (filename: string): string => `${filename}.tip`

/** What is remembered; undefined where nothing is, or where it is not readable. */
export const read = (filename: string): Tip | undefined => {
  try {
    return Either.getOrUndefined(decode(readFileSync(pathOf(filename), "utf8")))
  } catch {
    return undefined
  }
}

/** How often it is written at most, in milliseconds. */
const EVERY = 100

export interface Keeper {
  readonly keep: (tip: Tip) => void
  /** Writes what is not written yet. */
  readonly close: () => void
}

/**
 * Not flushed to the disk: a killed process loses a moment of it at most, and after a power loss it is older than the log,
 * never newer. A tip that cannot be written is one that nobody can compare with later; the append is safe all the same.
 */
export const keeper = (filename: string, known: Tip | undefined): Keeper => {
  let file: number | undefined
  let timer: NodeJS.Timeout | undefined
  let newest = known
  const write = () => {
    timer = undefined
    if (newest === undefined) return
    const { at, hash, position } = newest
    try {
      file ??= openSync(pathOf(filename), constants.O_WRONLY | constants.O_CREAT, 0o600)
      writeSync(file, `${JSON.stringify({ position, hash, at }).padEnd(LENGTH - 1)}\n`, 0)
    } catch {
      // The next one is tried again.
    }
  }
  return {
    keep: (tip) => {
      if (newest !== undefined && tip.position <= newest.position) return
      newest = tip
      timer ??= setTimeout(write, EVERY).unref()
    },
    close: () => {
      if (timer !== undefined) {
        clearTimeout(timer)
        write()
      }
      if (file !== undefined) closeSync(file)
    }
  }
}

/** The log does not reach what was acknowledged, or holds another event in its place. */
export interface Loss {
  readonly tip: Tip
  /** The newest event that is there. */
  readonly end: { readonly position: number; readonly at: string }
}

/** The tip has to be read before the log is looked at, since others may append in between. */
export const loss = (sql: Sqlite.Database, tip: Tip): Loss | undefined => {
  const there = sql.prepare<[number], Buffer>("SELECT hash FROM events WHERE position = ?").pluck().get(tip.position)
  if (there?.toString("hex") === tip.hash) return undefined
  const end = sql.prepare<[], Loss["end"]>("SELECT position, at FROM events ORDER BY position DESC LIMIT 1").get()
  return { tip, end: end ?? { position: 0, at: "" } }
}

/** What is lost, as the rest of a sentence that begins with the store. */
export const describe = ({ end, tip }: Loss): string => {
  if (end.position >= tip.position) {
    return `holds another event ${tip.position} than the one that was acknowledged at ${tip.at}`
  }
  const missing = tip.position - end.position
  const from = end.position === 0 ? "is empty" : `ends at event ${end.position} of ${end.at}`
  const events = missing === 1 ? `event ${tip.position} is` : `events ${end.position + 1} to ${tip.position} are`
  return `has lost the end of its log: it ${from}, but event ${tip.position} of ${tip.at} was acknowledged; ${events} missing`
}
