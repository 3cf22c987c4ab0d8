// How the rows of a batch are cut into parts. Pure: what is known goes in, facts and parts come out.
import type * as Event from "../model/Event.ts"
import * as Items from "../model/Items.ts"
import type { Prepared, PreparedRow, Rejected } from "./Prepared.ts"

/** Rows that go out in one request. */
export interface PartPlan {
  readonly rows: ReadonlyArray<PreparedRow>
}

export interface Limits {
  readonly records: number
  readonly bytes: number
}

/** Bytes that the sink's envelope may add around the rows. */
const ENVELOPE = 64

/** Cuts rows, in their order, into parts within the limits. A single row above the byte limit is a part of its own. */
export const pack = (rows: ReadonlyArray<PreparedRow>, limits: Limits): ReadonlyArray<PartPlan> => {
  const parts: Array<PartPlan> = []
  let part: Array<PreparedRow> = []
  let bytes = ENVELOPE
  for (const row of rows) {
    const size = Buffer.byteLength(row.text) + 1
    if (part.length > 0 && (part.length >= limits.records || bytes + size > limits.bytes)) {
      parts.push({ rows: part })
      part = []
      bytes = ENVELOPE
    }
    part.push(row)
    bytes += size
  }
  if (part.length > 0) parts.push({ rows: part })
  return parts
}

/** Puts the row with the most columns first: the sink infers a new dataset's columns from what it sees first. */
export const fullestFirst = (rows: ReadonlyArray<PreparedRow>): ReadonlyArray<PreparedRow> => {
  const fullest = rows.reduce<PreparedRow | undefined>(
    (best, row) => (best === undefined || row.columns.length > best.columns.length ? row : best),
    undefined
  )
  return fullest === undefined ? rows : [fullest, ...rows.filter((row) => row !== fullest)]
}

/** The last row of each key, and the items of the others. Only the newest version of a key within a batch goes out. */
export const fold = (prepared: Prepared) => {
  const last = new Map<string, PreparedRow>()
  const superseded: Array<number> = []
  for (const row of prepared.rows.values()) {
    const earlier = last.get(row.key)
    if (earlier !== undefined) superseded.push(earlier.item)
    last.set(row.key, row)
  }
  const older = new Set(superseded)
  return { rows: [...prepared.rows.values()].filter(({ item }) => !older.has(item)), superseded }
}

/** The rows that the mapping refused, as a fact; none where it refused none. */
export const quarantineRejected = (batch: string, rejected: ReadonlyArray<Rejected>): ReadonlyArray<Event.Fact> =>
  rejected.length === 0
    ? []
    : [
        {
          type: "RowsQuarantined",
          data: {
            batch,
            part: 0,
            attempt: 0,
            stage: "map",
            rows: rejected.map(({ item, key, rejection }) => ({
              index: item,
              key,
              code: rejection.code,
              path: rejection.path
            }))
          }
        }
      ]

/** The records that need no request, as a fact; none where all do. */
export const settleWithout = (
  batch: string,
  unchanged: ReadonlyArray<number>,
  superseded: ReadonlyArray<number>
): ReadonlyArray<Event.Fact> =>
  unchanged.length + superseded.length === 0
    ? []
    : [
        {
          type: "SendConfirmed",
          data: {
            batch,
            part: 0,
            attempt: 0,
            ingestionId: null,
            received: 0,
            appended: 0,
            overwritten: 0,
            rejected: 0,
            unchanged: unchanged.length,
            superseded: superseded.length,
            items: Items.format([...unchanged, ...superseded].sort((a, b) => a - b))
          }
        }
      ]

/** The columns that occur in any of the rows, in the contract's order. */
export const columnsOf = (rows: ReadonlyArray<PreparedRow>, order: ReadonlyArray<string>): ReadonlyArray<string> => {
  const present = new Set<string>()
  for (const { columns } of rows) for (const column of columns) present.add(column)
  return order.filter((name) => present.has(name))
}

/** Both halves, the first the larger one. */
export const halves = (rows: ReadonlyArray<PreparedRow>): ReadonlyArray<ReadonlyArray<PreparedRow>> => {
  const middle = Math.ceil(rows.length / 2)
  return [rows.slice(0, middle), rows.slice(middle)].filter((half) => half.length > 0)
}
