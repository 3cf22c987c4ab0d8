// A row as it goes to a dataset: numbers and strings only, since a sink must never be sent a null or a boolean.
import type { Contract } from "./Contract.ts"
import { sha256Half } from "./Hash.ts"

/**
 * A value of a row: never null, never a boolean.
 *
 * @since 0.1.0
 */
export type Cell = string | number
/**
 * The cells by their columns' names. An absent cell is empty.
 *
 * @since 0.1.0
 */
export type Row = Readonly<Record<string, Cell>>

/**
 * Why a record became no row: a stable code and the JSON path concerned, never the value.
 *
 * @since 0.1.0
 */
export interface Rejection {
  readonly code: string
  readonly path: string
}

/**
 * What the mapping makes of one record. A pure function of the record and the mapping's version.
 *
 * @since 0.1.0
 */
export type Mapped =
  | { readonly _tag: "Row"; readonly row: Row }
  | { readonly _tag: "Rejected"; readonly rejection: Rejection; readonly key: string | null }

/**
 * The exact JSON text of a row: the contract's columns in their order, absent ones left out.
 *
 * @since 0.1.0
 */
export const encode = (contract: Contract, row: Row): string => {
  let text = ""
  for (const { name } of contract.columns) {
    const cell = row[name]
    if (cell === undefined) continue
    text += `${text === "" ? "{" : ","}"${name}":${JSON.stringify(cell)}`
  }
  return text === "" ? "{}" : `${text}}`
}

/**
 * The key as text, for example `["1001",42]`: equal for two rows exactly if the sink sees one key.
 *
 * @since 0.1.0
 */
export const key = (contract: Contract, row: Row): string =>
  JSON.stringify(contract.primaryKey.map((name) => row[name] ?? null))

const DATETIME = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/

/**
 * What keeps a row from being one of the contract, in a few words without a value; null where nothing does.
 *
 * @since 0.1.0
 */
export const problem = (contract: Contract, row: Row): string | null => {
  let known = 0
  for (const { name, optional, type } of contract.columns) {
    const cell = row[name]
    if (cell === undefined) {
      if (!optional) return `${name} is missing`
      continue
    }
    known += 1
    if (type === "number" ? !Number.isFinite(cell) : typeof cell !== "string") return `${name} is no ${type}`
    if (type === "datetime" && !DATETIME.test(String(cell))) return `${name} is no ${type}`
  }
  const given = Object.keys(row).filter((name) => row[name] !== undefined)
  if (given.length === known) return null
  const names = new Set(contract.columns.map(({ name }) => name))
  return `${given.find((name) => !names.has(name))} is no column`
}

/**
 * Digest of a row's exact text, for the cache of sent rows.
 *
 * @since 0.1.0
 */
export const digest = (text: string): Uint8Array => sha256Half(text)

const encoder = new TextEncoder()
const LONGEST = 64
const PREFIX = 40

/**
 * The key (see `key`) in the cache of sent rows: itself, or its begin and a digest where it is long. Not a digest alone:
 * rows of one page mostly have neighbouring ids, and so they lie on few pages of the store instead of one each.
 *
 * @since 0.1.0
 */
export const cacheKey = (key: string): Uint8Array => {
  const bytes = encoder.encode(key)
  return bytes.length <= LONGEST ? bytes : Buffer.concat([bytes.subarray(0, PREFIX), sha256Half(key)])
}
