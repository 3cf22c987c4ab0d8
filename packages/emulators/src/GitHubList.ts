// The two lists, issues and pulls: their parameters, the cut of one page, and where its Link header leads.
import * as Either from "effect/Either"
import { lowerBound, numberOf, type Selection } from "./DemoTable.ts"
import * as GitHubError from "./GitHubError.ts"
import type { Reply } from "./Message.ts"

export type Kind = Selection["kind"]

/** What a request asks of a list. */
export interface Listing {
  readonly selection: Selection
  readonly ascending: boolean
  readonly perPage: number
  /** From 1; of no account beside a cursor. */
  readonly page: number
  /** A sort key: items behind it in the order asked for. */
  readonly after: number | undefined
  /** A sort key: the last items before it. */
  readonly before: number | undefined
}

const sorts = {
  issues: { created: "created", updated: "updated", comments: "comments" },
  pulls: { created: "created", updated: "updated", popularity: "comments" }
} as const

const positive = (text: string | null, fallback: number) => {
  const value = Number.parseInt(text ?? "", 10)
  return value >= 1 ? value : fallback
}

const cursorMark = "cursor:v1:"
const cursor = (key: number) => Buffer.from(cursorMark + key).toString("base64")
const key = (text: string) => {
  const plain = Buffer.from(text, "base64").toString()
  return plain.startsWith(cursorMark) ? Number(plain.slice(cursorMark.length)) : Number.NaN
}

/** Reads the query; a value that no list takes is 422. */
export const parse = (kind: Kind, query: URLSearchParams): Either.Either<Listing, Reply> => {
  const refused = (field: string) =>
    Either.left(GitHubError.invalid(kind === "issues" ? "Issue" : "PullRequest", field))

  const choice = <A>(field: string, choices: Readonly<Record<string, A>>, fallback: A): Either.Either<A, Reply> => {
    const given = query.get(field)
    if (given === null) return Either.right(fallback)
    const chosen = Object.hasOwn(choices, given) ? choices[given] : undefined
    return chosen === undefined ? refused(field) : Either.right(chosen)
  }

  const number = (field: string, read: (text: string) => number): Either.Either<number | undefined, Reply> => {
    const given = query.get(field)
    if (given === null) return Either.right(undefined)
    const value = read(given)
    return Number.isFinite(value) ? Either.right(value) : refused(field)
  }

  return Either.gen(function* () {
    const state = yield* choice("state", { open: "open", closed: "closed", all: "all" } as const, "open")
    const sort = yield* choice<Selection["sort"]>("sort", sorts[kind], "created")
    // The default of the pulls list depends on its sort, that of the issues list does not (GitHub's API description).
    const byDefault = kind === "pulls" && sort !== "created"
    return {
      selection: {
        kind,
        state,
        sort,
        since: kind === "issues" ? yield* number("since", (text) => Math.ceil(Date.parse(text) / 1000)) : undefined
      },
      ascending: yield* choice("direction", { asc: true, desc: false }, byDefault),
      perPage: Math.min(100, positive(query.get("per_page"), 30)),
      page: positive(query.get("page"), 1),
      after: yield* number("after", key),
      before: yield* number("before", key)
    }
  })
}

/** Where a relation of the Link header leads: the parameter that it sets. */
export type Links = ReadonlyArray<readonly [rel: string, parameter: "page" | "after" | "before", value: string]>

export interface Page {
  readonly numbers: ReadonlyArray<number>
  readonly links: Links
}

/** Cuts the page that `listing` asks for out of ascending `keys`. */
export const cut = (keys: Float64Array, listing: Listing, paging: "page" | "cursor"): Page => {
  const { after, ascending, before, page, perPage } = listing
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
  if (paging === "cursor" || after !== undefined || before !== undefined) {
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
