// How a listing goes on from page to page. What a paginator needs to know of the next page is text or a number, so it is
// recorded with each page and outlives the process.
import * as Predicate from "effect/Predicate"
import * as Link from "./Link.ts"
import type { Answer, Ask } from "./SourceHttp.ts"

/**
 * Which page: an address, a number, an offset, a token. Recorded, so it may hold no secret.
 *
 * @since 0.1.0
 */
export type At = string | number

/**
 * Where a listing goes on.
 *
 * @since 0.1.0
 */
export interface Next {
  readonly at: At
  /** True where the page before was only asked to find this one, so that it says nothing about how far the listing is. */
  readonly found?: boolean
}

/**
 * A way of paging.
 *
 * @since 0.1.0
 */
export interface Pages {
  /** False where all is on one page. */
  readonly paged: boolean
  /** What asks for a page beside the listing's own request. */
  readonly ask: (at: At | null) => Pick<Ask, "query" | "url">
  /** Where it goes on behind a page with so many items, or null at its end. */
  readonly next: (answer: Answer, at: At | null, items: number) => Next | null
}

const follow = (url: string | null): Next | null => (url === null ? null : { at: url })

const askLinked: Pages["ask"] = (at) => (typeof at === "string" ? { url: at } : {})

/**
 * All is on one page.
 *
 * @since 0.1.0
 */
export const single: Pages = { paged: false, ask: () => ({}), next: () => null }

/**
 * By `rel="next"` of the `Link` header (RFC 8288), and by nothing else.
 *
 * @since 0.1.0
 */
export const link: Pages = {
  paged: true,
  ask: askLinked,
  next: ({ headers }) => follow(Link.target(headers.link, "next"))
}

/**
 * By `Link` from the last page back to the first, for listings with the oldest first that cannot be turned round. The
 * first page is asked to find the last. An item that is taken away meanwhile moves the others towards the pages still to come.
 *
 * @since 0.1.0
 */
export const linkFromLast: Pages = {
  paged: true,
  ask: askLinked,
  next: ({ headers }, at) => {
    if (at !== null) return follow(Link.target(headers.link, "prev"))
    const last = Link.target(headers.link, "last")
    return last === null ? follow(Link.target(headers.link, "next")) : { at: last, found: true }
  }
}

/**
 * By page numbers, to the first page without an item.
 *
 * @example Pages.page({ parameter: "page", query: { per_page: 200 } })
 * @since 0.1.0
 */
export const page = (
  options: { readonly parameter?: string; readonly first?: number; readonly query?: NonNullable<Ask["query"]> } = {}
): Pages => {
  const { first = 1, parameter = "page", query = {} } = options
  return {
    paged: true,
    ask: (at) => ({ query: { ...query, [parameter]: at ?? first } }),
    next: (_, at, items) => (items === 0 ? null : { at: Number(at ?? first) + 1 })
  }
}

/**
 * By the number of items before a page, to the first page with fewer than `limit`.
 *
 * @example Pages.offset({ limit: 100 }) // asks ?offset=0&limit=100
 * @since 0.1.0
 */
export const offset = (options: {
  readonly limit: number
  readonly offsetParameter?: string
  readonly limitParameter?: string
}): Pages => {
  const { limit, limitParameter = "limit", offsetParameter = "offset" } = options
  return {
    paged: true,
    ask: (at) => ({ query: { [offsetParameter]: at ?? 0, [limitParameter]: limit } }),
    next: (_, at, items) => (items < limit ? null : { at: Number(at ?? 0) + items })
  }
}

/**
 * By a token in the body, at a path such as `meta.next`; the listing ends where there is none, or an empty one.
 *
 * @since 0.1.0
 */
export const cursor = ({ from, parameter }: { readonly from: string; readonly parameter: string }): Pages => ({
  paged: true,
  ask: (at) => (at === null ? {} : { query: { [parameter]: at } }),
  next: ({ json }) => {
    const token = from.split(".").reduce<unknown>((at, name) => (Predicate.isRecord(at) ? at[name] : undefined), json)
    return (typeof token === "string" && token !== "") || typeof token === "number" ? { at: token } : null
  }
})
