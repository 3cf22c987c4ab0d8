// What a run has to read of a listing, and when it has read enough: the ways in which lists of services let a client ask for
// what changed. Where a listing stands is recorded with each page, so that it outlives the process.
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import * as Incremental from "./Incremental.ts"
import type * as Pages from "./Pages.ts"
import type { Ask } from "./SourceHttp.ts"

const Watermark = Schema.NullOr(Incremental.Watermark)

/**
 * The next request of a listing, and what the requests before it found.
 *
 * @since 0.1.0
 */
export const Listing = Schema.Struct({
  /** Lower bound of the request; null for none. */
  since: Schema.NullOr(Schema.String),
  /** The page of that request; null for its first. */
  at: Schema.NullOr(Schema.Union(Schema.String, Schema.Number)),
  /** Where the listing began. */
  from: Watermark,
  /** Where it would end now. */
  mark: Watermark,
  /** Only the paginator leads on: the server does not sort, or does not heed `since`. */
  linked: Schema.Boolean,
  /** The pages of this request have to be walked once more. */
  again: Schema.Boolean,
  /** Whether it has brought anything new. */
  fresh: Schema.Boolean,
  /** Records looked into one by one so far. */
  looked: Schema.Int
})

/**
 * A decoded listing.
 *
 * @since 0.1.0
 */
export type Listing = typeof Listing.Type

/**
 * The begin of a listing, unless its order has another.
 *
 * @since 0.1.0
 */
export const begin = (from: Incremental.Watermark | null): Listing => ({
  since: from?.updatedAt ?? null,
  at: null,
  from,
  mark: from,
  linked: false,
  again: false,
  fresh: false,
  looked: 0
})

const floor = (time: string): Listing => begin({ updatedAt: time, seen: {}, floor: time })

/**
 * What a page means for its listing.
 *
 * @since 0.1.0
 */
export interface Step {
  /** Records are new if they are so at this watermark. */
  readonly known: Incremental.Watermark | null
  readonly mark: Incremental.Watermark | null
  /** Null at the listing's end. */
  readonly next: Listing | null
}

/**
 * A page as far as orders are concerned: its entries in their order, where the paginator goes on, and the time in epoch
 * milliseconds.
 *
 * @since 0.1.0
 */
export interface Turn {
  readonly entries: ReadonlyArray<Incremental.Entry>
  readonly next: Pages.Next | null
  readonly now: number
  /** True where records are looked into one by one, so that knowing them again is worth its place. */
  readonly remember?: boolean
}

/**
 * A way of reading a list.
 *
 * @since 0.1.0
 */
export interface Order {
  /** True where a record's time moves with every change of it, also of what belongs to it. */
  readonly tellsChanges: boolean
  /** True where it goes by the times of records, so that it has to be told where they are. */
  readonly timed: boolean
  /** True where each page is later than the one before. */
  readonly ascends: boolean
  /** Begins with records from a time on, whatever is known. */
  readonly beginFrom: (time: string) => Listing
  /** `now` in epoch milliseconds. */
  readonly begin: (mark: Incremental.Watermark | null, now: number) => Listing
  readonly query: (listing: Listing) => NonNullable<Ask["query"]>
  readonly step: (listing: Listing, turn: Turn) => Step
  /** The same order for another time to look back, where it looks back. */
  readonly reaching?: (back: Duration.DurationInput) => Order
}

const timesOf = (entries: ReadonlyArray<Incremental.Entry>): ReadonlyArray<string> =>
  entries.flatMap(({ updatedAt }) => (updatedAt === null ? [] : [updatedAt]))

/**
 * Everything, each time: for lists that tell nothing of changes and are short. A page that is as it was is not recorded.
 *
 * @since 0.1.0
 */
export const whole: Order = {
  tellsChanges: false,
  timed: false,
  begin,
  ascends: false,
  beginFrom: () => begin(null),
  query: () => ({}),
  step: (listing, { next }) => ({
    known: null,
    mark: null,
    next: next === null ? null : { ...listing, at: next.at }
  })
}

/**
 * What changed at or after a time, in the order of the last change; `parameter` names the query member for that time.
 *
 * By page numbers such a walk loses items: when one in front of a page's border changes, it moves to the end, and the first
 * of the next page moves in front of the border. So the next request begins at the highest time of the page instead,
 * wherever that is a later one; the items that have this very time come twice.
 *
 * Where one time stamp fills a page, only the paginator leads past it, and its pages can lose items in the same way. Such a
 * run of pages is therefore walked until it brings nothing new at its time.
 *
 * @since 0.1.0
 */
export const ascending = (parameter: string): Order => ({
  tellsChanges: true,
  timed: true,
  begin,
  ascends: true,
  beginFrom: (time) => ({ ...begin(null), since: time }),
  query: ({ since }) => (since === null ? {} : { [parameter]: since }),
  step: (listing, { entries, next }) => {
    const { at, from, mark, since } = listing
    const times = timesOf(entries)
    const sorted = times.every((time, index) => time >= (times[index - 1] ?? since ?? ""))
    if (listing.linked || !sorted) {
      const reached = Incremental.advance(mark, entries)
      return {
        known: from,
        mark: reached,
        next: next === null ? null : { ...listing, linked: true, at: next.at, mark: reached }
      }
    }

    const run = entries.filter(({ updatedAt }) => since !== null && updatedAt === since)
    const again = listing.again || run.some((entry) => Incremental.isFresh(mark, entry))
    const highest = times.at(-1) ?? null
    if (next !== null && (highest === null || highest === since)) {
      const reached = Incremental.advance(mark, run)
      return { known: mark, mark: reached, next: { ...listing, at: next.at, again, mark: reached } }
    }
    if (at !== null && again) {
      const reached = Incremental.advance(mark, run)
      return { known: mark, mark: reached, next: { ...listing, at: null, again: false, mark: reached } }
    }
    const reached = Incremental.advance(mark, entries)
    return {
      known: mark,
      mark: reached,
      // The first walk through a run of pages proves nothing yet.
      next: next === null ? null : { ...listing, since: highest, at: null, again: true, mark: reached }
    }
  }
})

/**
 * From the newest change back to the watermark, for lists that know no lower bound. What changes meanwhile moves to the
 * front, where this walk has been already: it is newer than all that was read, so the next walk finds it.
 *
 * @since 0.1.0
 */
export const newestFirst: Order = {
  tellsChanges: true,
  timed: true,
  begin,
  ascends: false,
  beginFrom: floor,
  query: () => ({}),
  step: (listing, { entries, next }) => {
    const { from } = listing
    const times = timesOf(entries)
    const mark = Incremental.advance(listing.mark, entries)
    const sorted = times.every((time, index) => index === 0 || time <= (times[index - 1] ?? ""))
    const lowest = times.at(-1)
    const arrived = from !== null && sorted && lowest !== undefined && lowest < (from.floor ?? from.updatedAt)
    return { known: from, mark, next: arrived || next === null ? null : { ...listing, at: next.at, mark } }
  }
}

const isOrdered = (times: ReadonlyArray<string>) =>
  times.every((time, index) => index === 0 || time <= (times[index - 1] ?? "")) ||
  times.every((time, index) => index === 0 || time >= (times[index - 1] ?? ""))

/**
 * From the newest record back to the watermark and to a while ago, for lists in the order in which records were made, whose
 * records change or arrive later without a sign. `back` says how long ago; a record that is not settled is read again for up
 * to 35 days.
 *
 * @since 0.1.0
 */
export const lookingBack = (back: Duration.DurationInput): Order => {
  const lookBack = Duration.toMillis(back)
  return {
    tellsChanges: false,
    timed: true,
    ascends: false,
    reaching: lookingBack,
    beginFrom: floor,
    begin: (mark, now) =>
      mark === null
        ? begin(null)
        : {
            ...begin(Incremental.lookBackFrom(mark, lookBack, now)),
            // What is unsettled, and what is known again, is found out anew.
            mark: { updatedAt: mark.updatedAt, seen: {} }
          },
    query: () => ({}),
    step: (listing, { entries, next, now, remember = false }) => {
      const { from } = listing
      if (next?.found === true) return { known: from, mark: listing.mark, next: { ...listing, at: next.at } }
      const since = from?.floor ?? Incremental.toSecond(now - lookBack)
      const mark = Incremental.advanceUnsettled(listing.mark, entries, { now, remember: remember ? since : null })
      const times = timesOf(entries)
      const floor = from?.floor ?? from?.updatedAt ?? ""
      const older = (time: string) => time < floor
      // A time out of order, as a wrong clock writes it, shall neither end the walk early nor keep it from ending.
      const arrived = times.length > 0 && (isOrdered(times) ? times.some(older) : times.every(older))
      return { known: from, mark, next: arrived || next === null ? null : { ...listing, at: next.at, mark } }
    }
  }
}
