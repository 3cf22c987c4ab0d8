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
  /** The records that have this very time: id → digest of what they were. */
  seen: Schema.Record({ key: Schema.String, value: Schema.String })
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
}

/** The first 8 hexadecimal digits of the SHA-256 of a record's JSON text. */
const digest = (record: unknown): string => Hash.sha256(JSON.stringify(record)).slice(0, 8)

/**
 * Whether a record is, letter for letter, one that was seen at the watermark.
 *
 * @since 0.1.0
 */
export const isRepeated = (mark: Watermark | null, { id, record, updatedAt }: Entry): boolean =>
  mark !== null && updatedAt === mark.updatedAt && mark.seen[id] === digest(record)

/**
 * Whether a record says something that was not known at the watermark.
 *
 * @since 0.1.0
 */
export const isFresh = (mark: Watermark | null, entry: Entry): boolean =>
  mark === null || entry.updatedAt === null || (entry.updatedAt >= mark.updatedAt && !isRepeated(mark, entry))

/**
 * The watermark after further records; it never falls.
 *
 * @since 0.1.0
 */
export const advance = (mark: Watermark | null, entries: ReadonlyArray<Entry>): Watermark | null => {
  let highest = mark?.updatedAt ?? ""
  for (const { updatedAt } of entries) if (updatedAt !== null && updatedAt > highest) highest = updatedAt
  if (highest === "") return null
  const seen = highest === mark?.updatedAt ? { ...mark.seen } : {}
  for (const { id, record, updatedAt } of entries) if (updatedAt === highest) seen[id] = digest(record)
  return { updatedAt: highest, seen }
}
