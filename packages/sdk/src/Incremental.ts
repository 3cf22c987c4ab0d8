// Reading only what changed, for listings that know when each record was last updated. Many records can share a time stamp,
// and one can change again within it: so the end of a listing is a time and the records that were seen to have it.
import { Hash } from "@inlet/core"
import * as Schema from "effect/Schema"

/**
 * How far a listing was read. It is a cursor, or a part of one.
 *
 * @since 0.1.0
 */
export const Watermark = Schema.Struct({
  /** The highest time of a record, as the service writes it. */
  updatedAt: Schema.String,
  /** The records that have this very time, or one above the floor: id → digest of what they were. */
  seen: Schema.Record({ key: Schema.String, value: Schema.String }),
  /** What may have changed without a later time begins here; absent where nothing may. */
  floor: Schema.optionalWith(Schema.String, { exact: true })
})

/**
 * A decoded watermark.
 *
 * @since 0.1.0
 */
export type Watermark = typeof Watermark.Type

/**
 * A record as far as incremental reading is concerned. Times of one service must sort as texts, as
 * `2026-01-31T23:59:59Z` does; null where a record has none.
 *
 * @since 0.1.0
 */
export interface Entry {
  readonly id: string
  readonly updatedAt: string | null
  readonly record: unknown
  /** False for a record that will change without a later time, such as a build that is still running. */
  readonly settled?: boolean
  /** What has to be known of it once it is gone, in one short line; the watermark holds it. */
  readonly kept?: string
}

/** The first 8 hexadecimal digits of the SHA-256 of a record's JSON text. */
const digest = (record: unknown): string => Hash.sha256(JSON.stringify(record)).slice(0, 8)

/** What a watermark holds of a record: the digest and, where something is kept, the time and that. */
const sign = ({ kept, record, updatedAt }: Entry): string =>
  kept === undefined ? digest(record) : `${digest(record)} ${updatedAt} ${kept}`

/**
 * Whether a record is, letter for letter, one that was seen at the watermark.
 *
 * @since 0.1.0
 */
export const isRepeated = (mark: Watermark | null, { id, record, updatedAt }: Entry): boolean =>
  mark !== null &&
  (updatedAt === mark.updatedAt || mark.floor !== undefined) &&
  mark.seen[id]?.slice(0, 8) === digest(record)

/**
 * Whether a record says something that was not known at the watermark.
 *
 * @since 0.1.0
 */
export const isFresh = (mark: Watermark | null, entry: Entry): boolean =>
  mark === null ||
  entry.updatedAt === null ||
  (entry.updatedAt >= (mark.floor ?? mark.updatedAt) && !isRepeated(mark, entry))

const highestOf = (mark: Watermark | null, entries: ReadonlyArray<Entry>): string => {
  let highest = mark?.updatedAt ?? ""
  for (const { updatedAt } of entries) if (updatedAt !== null && updatedAt > highest) highest = updatedAt
  return highest
}

/**
 * The watermark after further records; it never falls.
 *
 * @since 0.1.0
 */
export const advance = (mark: Watermark | null, entries: ReadonlyArray<Entry>): Watermark | null => {
  const highest = highestOf(mark, entries)
  if (highest === "") return null
  const seen = highest === mark?.updatedAt ? { ...mark.seen } : {}
  for (const { id, record, updatedAt } of entries) if (updatedAt === highest) seen[id] = digest(record)
  return { updatedAt: highest, seen }
}

/** The longest that a record is waited for to settle: what runs for longer is not going to. */
const PATIENCE = 35 * 24 * 3600 * 1000

/**
 * As services write times that sort as texts.
 *
 * @since 0.1.0
 */
export const toSecond = (millis: number) => new Date(millis).toISOString().replace(/\.\d{3}Z$/, "Z")

/**
 * The watermark after further records of a listing whose records change without a later time: its floor is the oldest one
 * that is not settled yet. With `remember` it knows the records from that time on again, which must not be long ago, and
 * the newest ones.
 *
 * @since 0.1.0
 */
export const advanceUnsettled = (
  mark: Watermark | null,
  entries: ReadonlyArray<Entry>,
  { now, remember }: { readonly now: number; readonly remember: string | null }
): Watermark | null => {
  const updatedAt = highestOf(mark, entries)
  if (updatedAt === "") return null
  const oldest = toSecond(now - PATIENCE)
  let floor = mark?.floor
  const seen = { ...mark?.seen }
  for (const entry of entries) {
    const { id, settled, updatedAt: time } = entry
    if (time === null) continue
    if (settled === false && time >= oldest && (floor === undefined || time < floor)) floor = time
    if (remember !== null && (time >= remember || time === updatedAt)) seen[id] = sign(entry)
  }
  return { updatedAt, seen, ...(floor !== undefined && { floor }) }
}

/**
 * A record that a watermark remembers, as it was when it was looked into.
 *
 * @since 0.1.0
 */
export interface Remembered {
  readonly id: string
  readonly updatedAt: string
  readonly kept: string
}

/**
 * What is remembered of a record; undefined where nothing is kept of it.
 *
 * @since 0.1.0
 */
export const remembered = (mark: Watermark | null, id: string): Remembered | undefined => {
  const [, updatedAt, kept] = /^\S+ (\S+) (.*)$/.exec(mark?.seen[id] ?? "") ?? []
  return updatedAt === undefined || kept === undefined ? undefined : { id, updatedAt, kept }
}

/**
 * What the watermark `from` remembers and a listing from its floor on did not find, which ended at `mark`.
 *
 * @since 0.1.0
 */
export const missing = (from: Watermark | null, mark: Watermark | null): ReadonlyArray<Remembered> =>
  Object.keys(from?.seen ?? {})
    .flatMap((id) => remembered(from, id) ?? [])
    .filter(({ id, updatedAt }) => mark?.seen[id] === undefined && updatedAt >= (from?.floor ?? ""))

/**
 * The watermark from which a listing begins that is read again from `lookBack` milliseconds ago on: what was made before
 * does not change any more. A time in the future, which a wrong clock can write, does not raise the floor.
 *
 * @since 0.1.0
 */
export const lookBackFrom = (mark: Watermark, lookBack: number, now: number): Watermark => {
  const times = [mark.updatedAt, toSecond(now - lookBack), ...(mark.floor === undefined ? [] : [mark.floor])]
  return { ...mark, floor: times.reduce((lowest, time) => (time < lowest ? time : lowest)) }
}
