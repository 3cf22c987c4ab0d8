// Cutting one page out of a list, and where its Link header leads. Lists are ascending keys (see DemoTable.ts).
import * as Either from "effect/Either"
import { lowerBound, numberOf } from "./DemoTable.ts"
import type { Query } from "./GitHubQuery.ts"
import type { Reply } from "./Message.ts"

/** Which page a request asks for. */
export interface Paging {
  readonly perPage: number
  /** From 1; of no account beside a cursor. */
  readonly page: number
  /** A sort key: items behind it in the order asked for. */
  readonly after: number | undefined
  /** A sort key: the last items before it. */
  readonly before: number | undefined
}

const cursorMark = "cursor:v1:"
const cursor = (key: number) => Buffer.from(cursorMark + key).toString("base64")
const key = (text: string) => {
  const plain = Buffer.from(text, "base64").toString()
  return plain.startsWith(cursorMark) ? Number(plain.slice(cursorMark.length)) : Number.NaN
}

const positive = (text: string | undefined, fallback: number) => {
  const value = Number.parseInt(text ?? "", 10)
  return value >= 1 ? value : fallback
}

export const paging = (query: Query): Either.Either<Paging, Reply> =>
  Either.gen(function* () {
    return {
      perPage: Math.min(100, positive(query.text("per_page"), 30)),
      page: positive(query.text("page"), 1),
      after: yield* query.number("after", key),
      before: yield* query.number("before", key)
    }
  })

/** Where a relation of the Link header leads: the parameter that it sets. */
export type Links = ReadonlyArray<readonly [rel: string, parameter: "page" | "after" | "before", value: string]>

export interface Page {
  readonly numbers: ReadonlyArray<number>
  readonly links: Links
}

/** Cuts the page that is asked for out of ascending `keys`. */
export const cut = (keys: Float64Array, ascending: boolean, paging: Paging, by: "page" | "cursor"): Page => {
  const { after, before, page, perPage } = paging
  const total = keys.length
  const keyAt = (index: number) => keys[ascending ? index : total - 1 - index] ?? 0
  /** How many items come before `key` in the order asked for, that item itself included on demand. */
  const ahead = (key: number, inclusive: boolean) =>
    ascending ? lowerBound(keys, inclusive ? key + 1 : key) : total - lowerBound(keys, inclusive ? key : key + 1)

  const end = before === undefined ? undefined : ahead(before, false)
  const start =
    after !== undefined ? ahead(after, true) : end !== undefined ? Math.max(0, end - perPage) : (page - 1) * perPage
  const stop = Math.min(total, end ?? start + perPage)
  const numbers = Array.from({ length: Math.max(0, stop - start) }, (_, offset) => numberOf(keyAt(start + offset)))

  const links: Array<Links[number]> = []
  if (by === "cursor" || after !== undefined || before !== undefined) {
    if (numbers.length === 0) return { numbers, links }
    if (start > 0) links.push(["prev", "before", cursor(keyAt(start))])
    if (stop < total) links.push(["next", "after", cursor(keyAt(stop - 1))])
    return { numbers, links }
  }
  const last = Math.ceil(total / perPage)
  if (page > 1 && last > 0) links.push(["prev", "page", String(Math.min(page - 1, last))])
  if (page < last) links.push(["next", "page", String(page + 1)], ["last", "page", String(last)])
  if (page > 1 && last > 0) links.push(["first", "page", "1"])
  return { numbers, links }
}

/** The Link header; all other parameters of the request stay as they were. */
export const linkHeader = (address: string, query: URLSearchParams, links: Links): string =>
  links
    .map(([rel, parameter, value]) => {
      const next = new URLSearchParams(query)
      for (const name of ["page", "after", "before"]) if (name !== parameter) next.delete(name)
      next.set(parameter, value)
      return `<${address}?${next}>; rel="${rel}"`
    })
    .join(", ")
