// Reading the parameters of a list: what is left out has its default, a value that the list does not take is 422.
import * as Either from "effect/Either"
import * as GitHubError from "./GitHubError.ts"
import type { Reply } from "./Message.ts"

export interface Query {
  readonly has: (field: string) => boolean
  readonly choice: <A>(field: string, choices: Readonly<Record<string, A>>, fallback: A) => Either.Either<A, Reply>
  /** A number, or undefined where the field is absent; `read` gives NaN for what is none. */
  readonly number: (field: string, read: (text: string) => number) => Either.Either<number | undefined, Reply>
  /** Epoch seconds: the first whole one at or after the instant for `from`, the last at or before it for `to`. */
  readonly instant: (field: string, bound: "from" | "to") => Either.Either<number | undefined, Reply>
  readonly text: (field: string) => string | undefined
  readonly refused: (field: string) => Either.Either<never, Reply>
}

/** `resource` is how GitHub names in refusals what the list holds. */
export const make = (resource: string, query: URLSearchParams): Query => {
  const refused = (field: string) => Either.left(GitHubError.invalid(resource, field))

  const number: Query["number"] = (field, read) => {
    const given = query.get(field)
    if (given === null) return Either.right(undefined)
    const value = read(given)
    return Number.isFinite(value) ? Either.right(value) : refused(field)
  }

  return {
    has: (field) => query.has(field),
    choice: (field, choices, fallback) => {
      const given = query.get(field)
      if (given === null) return Either.right(fallback)
      const chosen = Object.hasOwn(choices, given) ? choices[given] : undefined
      return chosen === undefined ? refused(field) : Either.right(chosen)
    },
    number,
    instant: (field, bound) =>
      number(field, (text) => (bound === "from" ? Math.ceil : Math.floor)(Date.parse(text) / 1000)),
    text: (field) => query.get(field) ?? undefined,
    refused
  }
}

export const directions = { asc: true, desc: false } as const
