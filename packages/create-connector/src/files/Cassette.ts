// test/cassette.json of a new package: what a service would answer that there is only in words, until there is a recording of
// the real one. It sorts by the last change, takes a lower bound for it, and pages in the way that was chosen.
import { Cassette } from "@inlet/sdk/conformance"
import type { Answers } from "../Answers.ts"

type Query = Readonly<Record<string, string | number>>

/** How a kind of list goes on. */
interface Paging {
  /** Items that there are, and those of a full page. */
  readonly count: number
  readonly size: number
  /** What asks for a page, by its position from 0. */
  readonly query: (index: number) => Query
  /** Whether a client finds the end by a page without items. */
  readonly empty?: true
}

const PAGINGS: Readonly<Record<Answers["pages"], Paging>> = {
  link: { count: 4, size: 2, query: (index) => ({ per_page: 100, ...(index > 0 && { page: index + 1 }) }) },
  page: { count: 4, size: 2, query: (index) => ({ per_page: 100, page: index + 1 }), empty: true },
  offset: { count: 22, size: 20, query: (index) => ({ limit: 20, offset: index * 20 }) },
  cursor: { count: 4, size: 2, query: (index) => ({ limit: 100, ...(index > 0 && { cursor: `page-${index + 1}` }) }) },
  single: { count: 4, size: 4, query: () => ({}) }
}

/** Items that changed a day after each other. */
const itemsOf = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    id: index + 1,
    name: `Number ${index + 1}`,
    owner: { email: `person-${(index % 2) + 1}@example.com` },
    created_at: "2026-01-01T08:00:00Z",
    updated_at: new Date(Date.UTC(2026, 0, 2 + index, 8)).toISOString().replace(".000", "")
  }))

/** The newest items of the pages of a run, each of which bounds the next request, as positions in the list. */
const bounds = (paging: Paging, from = 0): ReadonlyArray<number> => {
  const newest = Math.min(from + paging.size, paging.count) - 1
  return newest === from ? [] : [newest, ...bounds(paging, newest)]
}

const encoded = (query: Query): string => {
  const params = new URLSearchParams(Object.entries(query).map(([name, value]): [string, string] => [name, `${value}`]))
  params.sort()
  return params.toString()
}

/** The text of test/cassette.json. */
export const cassette = ({ baseUrl, name, pages, stream }: Answers): string => {
  const paging = PAGINGS[pages]
  const items = itemsOf(paging.count)
  const path = `${new URL(baseUrl).pathname.replace(/\/+$/, "")}/${stream}`

  /** The request for a page of what changed at or after an item, or of all, and the answer to it. */
  const interaction = (from: number | null, index: number): Cassette.Interaction => {
    const since = from === null ? {} : { updated_since: items[from]?.updated_at ?? "" }
    const asking = (index: number) => `${path}?${encoded({ sort: "updated_at", ...since, ...paging.query(index) })}`
    const all = items.slice(from ?? 0)
    const data = all.slice(index * paging.size, (index + 1) * paging.size)
    const leads = (index + 1) * paging.size < all.length
    const link = `<${Cassette.ORIGIN}${asking(index + 1)}>; rel="next"`
    const token = leads ? `page-${index + 2}` : null
    return {
      request: `GET ${asking(index)}`,
      status: 200,
      headers: pages === "link" && leads ? { link } : {},
      body: pages === "link" ? data : { data, ...(pages === "cursor" && { next_cursor: token }) }
    }
  }

  return Cassette.format({
    format: 1,
    connector: `${name}@0.1.0`,
    recordedAt: "2026-02-28T12:00:00Z",
    interactions: [
      interaction(null, 0),
      ...bounds(paging).map((from) => interaction(from, 0)),
      ...(paging.empty === true ? [interaction(items.length - 1, 1)] : [])
    ]
  })
}
