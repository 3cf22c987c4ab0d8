// A row as it goes to a dataset: numbers and strings only, since a sink must never be sent a null or a boolean.
import type { Contract } from "./Contract.ts"
import { sha256Half } from "./Hash.ts"

export type Cell = string | number
export type Row = Readonly<Record<string, Cell>>

/** Why a record became no row: a stable code and the JSON path concerned, never the value. */
export interface Rejection {
  readonly code: string
  readonly path: string
}

/** What the mapping makes of one record. A pure function of the record and the mapping's version. */
export type Mapped =
  | { readonly _tag: "Row"; readonly row: Row }
  | { readonly _tag: "Rejected"; readonly rejection: Rejection; readonly key: string | null }

/** The exact JSON text of a row: the contract's columns in their order, absent ones left out. */
export const encode = (contract: Contract, row: Row): string => {
  let text = ""
  for (const { name } of contract.columns) {
    const cell = row[name]
    if (cell === undefined) continue
    text += `${text === "" ? "{" : ","}"${name}":${JSON.stringify(cell)}`
  }
  return text === "" ? "{}" : `${text}}`
}

/** The key as text, for example `["1001",42]`: equal for two rows exactly if the sink sees one key. */
export const key = (contract: Contract, row: Row): string =>
  JSON.stringify(contract.primaryKey.map((name) => row[name] ?? null))

/** Digest of a row's exact text, or of its key, for the cache of sent rows. */
export const digest = (text: string): Uint8Array => sha256Half(text)
