// What a list no longer has. A list in the order of making, read from its newest item down to a time, lacks an item above that
// time only where the service has none such any more: so the last recording of the same list tells which are gone.
import { Buffer } from "node:buffer"
import type { Source } from "@inlet/core"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import type * as Order from "./Order.ts"
import type * as Pages from "./Pages.ts"
import type { Answer } from "./SourceHttp.ts"

const write = (page: Uint8Array, gone: ReadonlyArray<unknown>): Uint8Array =>
  gone.length === 0
    ? page
    : Buffer.concat([Buffer.from('{"page":'), page, Buffer.from(`,"gone":${JSON.stringify(gone)}}`)])

/** What a recorded body holds: the page as it was received and, where something was gone, what is kept of it. */
export const read = (body: unknown): { readonly page: unknown; readonly gone: ReadonlyArray<unknown> } =>
  Predicate.isRecord(body) && Array.isArray(body.gone) ? { page: body.page, gone: body.gone } : { page: body, gone: [] }

interface Options {
  readonly itemsOf: (page: unknown) => ReadonlyArray<unknown> | undefined
  readonly idOf: (item: unknown) => string
  /** Texts that sort by time. */
  readonly timeOf: (item: unknown) => string
  /** What is kept of an item that is gone; it keeps identifier and time. */
  readonly keep: (item: unknown) => unknown
  /** The items of an answer. */
  readonly listed: (answer: Answer) => Effect.Effect<ReadonlyArray<unknown>, Source.SourceError>
  /** Where the service goes on behind an answer, and the listing too where it does not end there. */
  readonly onward: (
    listing: Order.Listing,
    answer: Answer,
    page: ReadonlyArray<unknown>
  ) => { readonly next: Pages.Next | null; readonly listing: Order.Listing | null }
  readonly request: (listing: Order.Listing) => Effect.Effect<Answer, Source.SourceError>
}

/** The pages of a listing, from its first answer to its end, as one list, and where the service goes on behind them. */
const all = Effect.fnUntraced(function* (options: Options, begun: Order.Listing, first: Answer) {
  const items: Array<unknown> = []
  const seen = new Set<string>()
  const asked = new Set<string>()
  let one = 0
  let [answer, listing] = [first, begun]
  let next: Pages.Next | null = null
  while (!asked.has(String(listing.at))) {
    asked.add(String(listing.at))
    const page = yield* options.listed(answer)
    // Pages overlap; the first one stays as it was received.
    items.push(...page.filter((item) => asked.size === 1 || !seen.has(options.idOf(item))))
    for (const item of page) seen.add(options.idOf(item))
    if (asked.size === 1) one = page.length
    const onward = options.onward(listing, answer, page)
    next = onward.next
    if (onward.listing === null) break
    listing = onward.listing
    answer = yield* options.request(listing)
  }
  return { items, next, body: items.length === one ? first.body : Buffer.from(JSON.stringify(items)) }
})

/**
 * A listing, as far as it looks back, as one page: only all of it tells what it has no more. `fresh` is how much of that was not
 * known to be gone when the list was recorded; what was known stays so while the list reaches that far.
 */
export const look = Effect.fnUntraced(function* (
  options: Options,
  begun: Order.Listing,
  first: Answer,
  recorded: unknown
) {
  const { idOf, itemsOf, keep, timeOf } = options
  const { body, items, next } = yield* all(options, begun, first)
  const times = items.map(timeOf)
  const isSorted = times.every((time, index) => index === 0 || time <= (times[index - 1] ?? ""))
  const lowest = times.at(-1)
  const reaches = (time: string) => next === null || (isSorted && lowest !== undefined && time > lowest)
  const listed = new Set(items.map(idOf))
  const isGone = (item: unknown) => !listed.has(idOf(item)) && reaches(timeOf(item))
  const before = read(recorded)
  const fresh = (itemsOf(before.page) ?? []).filter(isGone).map(keep)
  return { items, next, body: write(body, [...fresh, ...before.gone.filter(isGone)]), fresh: fresh.length }
})
