// Strava's scopes, and how requests (with commas) and answers (with spaces) write a list of them.
import * as Schema from "effect/Schema"

export const Scope = Schema.Literal(
  "read",
  "read_all",
  "profile:read_all",
  "profile:write",
  "activity:read",
  "activity:read_all",
  "activity:write"
)
export type Scope = typeof Scope.Type

export const all: ReadonlyArray<Scope> = Scope.literals

const is = Schema.is(Scope)

/** Undefined where one of them does not exist, or none is named. */
export const parse = (text: string): ReadonlyArray<Scope> | undefined => {
  const named = text.split(",").map((scope) => scope.trim())
  const known = named.filter(is)
  return known.length === named.length ? [...new Set(known)] : undefined
}
