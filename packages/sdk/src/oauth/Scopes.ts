// What a sign-in may do, as providers write it and as people agreed to it.
import type { Provider } from "./Provider.ts"

/**
 * Scopes out of an answer, sorted; undefined where it tells none. Providers put spaces or commas between them, or send a list.
 * What cannot stand in a scope (RFC 6749, 3.3) is foreign text, which would be shown to people.
 */
export const granted = (told: unknown): ReadonlyArray<string> | undefined => {
  const text = Array.isArray(told) ? told.join(" ") : told
  if (typeof text !== "string") return undefined
  return [...new Set(text.split(/[\s,]+/).filter((scope) => /^[\x21-\x7e]+$/.test(scope)))].toSorted()
}

/** The member of a request that names the wanted scopes. */
export const wanted = ({ scopeSeparator = " ", scopes }: Provider): Record<string, string> =>
  scopes.length === 0 ? {} : { scope: scopes.join(scopeSeparator) }

/** Those of `scopes` that were not granted. */
export const missing = (scopes: ReadonlyArray<string>, granted: ReadonlyArray<string>): ReadonlyArray<string> =>
  scopes.filter((scope) => !granted.includes(scope))
