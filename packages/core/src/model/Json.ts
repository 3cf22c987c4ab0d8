// One canonical text for a JSON value, so that equal facts have equal hashes.

/** Any JSON value, as it is stored in an event or taken from a source's answer. */
export type Json = string | number | boolean | null | ReadonlyArray<Json> | JsonObject

export interface JsonObject {
  readonly [member: string]: Json
}

/**
 * JSON text with the members of every object sorted by name and absent members left out
 * (the idea of RFC 8785; numbers are written as `JSON.stringify` writes them).
 *
 * @example canonical({ b: 1, a: [null] }) === '{"a":[null],"b":1}'
 */
export const canonical = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item ?? null)).join(",")}]`
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`)
    return `{${members.join(",")}}`
  }
  return JSON.stringify(value) ?? "null"
}
