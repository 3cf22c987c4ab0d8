// Faults of a network, which are told by the system's code alone: their messages could hold an address.
import * as Predicate from "effect/Predicate"

/**
 * The code of a fault, such as `ECONNREFUSED`, wherever in its causes it is; null where there is none.
 *
 * @since 0.1.0
 */
export const codeOf = (fault: unknown): string | null => {
  for (let at = fault; Predicate.isObject(at); at = Predicate.hasProperty(at, "cause") ? at.cause : undefined) {
    if (Predicate.hasProperty(at, "code") && /^[A-Z_]{3,40}$/.test(String(at.code))) return String(at.code)
  }
  return null
}
