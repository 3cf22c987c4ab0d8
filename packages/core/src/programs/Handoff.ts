// Rows of pages that were just recorded, passed to the delivery without a way through the store. Only a shortcut: what is not
// here is mapped again from its blob, and after a restart nothing is here.
import type { Mapped } from "../model/Row.ts"

/** More pages than extraction may usually be ahead would only fill memory. */
const MOST = 8

export interface Handoff {
  /** Keeps a page's rows, while there is room. */
  readonly offer: (blob: string, rows: ReadonlyArray<Mapped>) => void
  /** Gives the rows and forgets them; undefined where they are not here. */
  readonly take: (blob: string) => ReadonlyArray<Mapped> | undefined
}

export const make = (): Handoff => {
  const pages = new Map<string, ReadonlyArray<Mapped>>()
  return {
    offer: (blob, rows) => {
      if (pages.size < MOST) pages.set(blob, rows)
    },
    take: (blob) => {
      const rows = pages.get(blob)
      pages.delete(blob)
      return rows
    }
  }
}
