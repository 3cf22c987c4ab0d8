// Where the reading of one repository's list stands, and what differs between the lists.
import { Incremental, type Source } from "@inlet/sdk"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"

const Watermark = Schema.NullOr(Incremental.Watermark)

/** The next request and what the requests before it found. Recorded with each page, so that a listing outlives the process. */
export const Listing = Schema.Struct({
  /** Lower bound of the request; null for none. */
  since: Schema.NullOr(Schema.String),
  /** A linked page of that request; null for its first. */
  url: Schema.NullOr(Schema.String),
  /** Where the listing began. */
  from: Watermark,
  /** Where it would end now. */
  mark: Watermark,
  /** Only links lead on: the server does not sort, or does not heed `since`. */
  linked: Schema.Boolean,
  /** The linked pages of this request have to be walked once more. */
  again: Schema.Boolean
})
export type Listing = typeof Listing.Type

export const begin = (from: Incremental.Watermark | null): Listing => ({
  since: from?.updatedAt ?? null,
  url: null,
  from,
  mark: from,
  linked: false,
  again: false
})

/** What a page means for its listing. */
export interface Step {
  /** Records are new if they are so at this watermark. */
  readonly known: Incremental.Watermark | null
  readonly mark: Incremental.Watermark | null
  /** Null at the listing's end. */
  readonly next: Listing | null
}

/** One of GitHub's lists: its stream, its request, and how to walk it. */
export interface List {
  readonly spec: Source.StreamSpec
  readonly template: string
  readonly query: (since: string | null) => { readonly [name: string]: string }
  readonly step: (listing: Listing, items: ReadonlyArray<Incremental.Entry>, link: string | null) => Step
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/

export const entry = (record: unknown): Incremental.Entry => {
  const { id, updated_at: updatedAt } = Predicate.isRecord(record) ? record : {}
  return { id: String(id), updatedAt: typeof updatedAt === "string" && TIME.test(updatedAt) ? updatedAt : null, record }
}

/** The times of a page's items in their order. */
export const times = (items: ReadonlyArray<Incremental.Entry>): ReadonlyArray<string> =>
  items.flatMap(({ updatedAt }) => (updatedAt === null ? [] : [updatedAt]))
