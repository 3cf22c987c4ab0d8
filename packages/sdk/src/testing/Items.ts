// The list of items in an answer, so that a service can be played in which items have moved.
import * as Predicate from "effect/Predicate"

/** Lists lie no deeper than this. */
const DEPTH = 3

type Path = ReadonlyArray<string>

const lists = (value: unknown, path: Path): ReadonlyArray<{ readonly path: Path; readonly size: number }> => {
  if (Array.isArray(value)) return value.every(Predicate.isRecord) ? [{ path, size: value.length }] : []
  if (!Predicate.isRecord(value) || path.length === DEPTH) return []
  return Object.entries(value).flatMap(([name, member]) => lists(member, [...path, name]))
}

/** Where the list is that has the most objects; null where there is none. */
export const find = (body: unknown): Path | null => {
  const [longest] = lists(body, []).toSorted((a, b) => b.size - a.size)
  return longest?.path ?? null
}

/** The list at a path. */
export const at = (body: unknown, path: Path): ReadonlyArray<unknown> => {
  const found = path.reduce<unknown>((value, name) => (Predicate.isRecord(value) ? value[name] : undefined), body)
  return Array.isArray(found) ? found : []
}

/** The body with another list at the path. */
export const put = (body: unknown, [first, ...rest]: Path, items: ReadonlyArray<unknown>): unknown => {
  if (first === undefined) return items
  return Predicate.isRecord(body) ? { ...body, [first]: put(body[first], rest, items) } : body
}

export const parse = (text: string | null): unknown => {
  try {
    return text === null ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}
