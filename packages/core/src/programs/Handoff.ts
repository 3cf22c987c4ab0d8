// Pages that were just recorded, passed to the delivery without a way through the store. Only a shortcut: what is not here
// is read back from its blob, and after a restart nothing is here.

/** More pages than extraction may usually be ahead would only fill memory. */
const MOST = 8

export interface Handoff {
  /** Keeps a page's parsed body, while there is room. */
  readonly offer: (blob: string, json: unknown) => void
  /** Gives the parsed body and forgets it; undefined where it is not here. */
  readonly take: (blob: string) => unknown
}

export const make = (): Handoff => {
  const pages = new Map<string, unknown>()
  return {
    offer: (blob, json) => {
      if (pages.size < MOST) pages.set(blob, json)
    },
    take: (blob) => {
      const json = pages.get(blob)
      pages.delete(blob)
      return json
    }
  }
}
