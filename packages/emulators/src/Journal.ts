// What an emulator was asked and what it answered, kept so that tests can judge a client from outside.
// Secrets never enter: of a credential only its verdict is recorded.

/** What the emulator thinks of the credential a request carried. */
export type Credential = "right" | "wrong" | "none"

export interface Entry {
  /** Order of arrival, from 1. */
  readonly seq: number
  /** Arrival, ISO 8601 in UTC. */
  readonly time: string
  readonly method: string
  readonly path: string
  /** Without the question mark. */
  readonly query: string
  readonly headers: Readonly<Record<string, string>>
  readonly credential: Credential
  /** Bytes of the request body. */
  readonly bytes: number
  /** Status answered; null while there is no answer, and for ever when a fault withheld it. */
  status: number | null
  /** Id of the fault rule that disturbed the request. */
  fault?: string
  /** Facts only the emulator in question knows. */
  note?: Readonly<Record<string, unknown>>
}

/** Entries kept; older ones are dropped, the totals stay. */
export const limit = 100_000

export interface Journal {
  readonly open: (entry: Omit<Entry, "seq" | "status">) => Entry
  readonly read: (options: { readonly after: number; readonly path?: RegExp | undefined }) => ReadonlyArray<Entry>
  readonly totals: () => { readonly requests: number; readonly bytes: number }
  readonly clear: () => void
}

export const make = (): Journal => {
  let entries: Array<Entry> = []
  let requests = 0
  let bytes = 0
  return {
    open: (entry) => {
      const opened: Entry = { seq: ++requests, ...entry, status: null }
      bytes += entry.bytes
      entries.push(opened)
      // Dropped in bulk: removing from the front one by one would cost a move of the whole array each time.
      if (entries.length >= 2 * limit) entries = entries.slice(-limit)
      return opened
    },
    read: ({ after, path }) =>
      entries.slice(-limit).filter((entry) => entry.seq > after && (path === undefined || path.test(entry.path))),
    totals: () => ({ requests, bytes }),
    clear: () => {
      entries = []
      requests = 0
      bytes = 0
    }
  }
}
