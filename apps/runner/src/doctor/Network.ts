// What all checks that ask somebody have in common: a span each, and an end.
import * as Effect from "effect/Effect"
import type { Check } from "./Finding.ts"

/** What to do where nobody can be blamed. */
export const AGAIN = "Check the network and the address in inlet.yaml, then run: inlet doctor"

const PATIENCE = "30 seconds"

/** Seconds of that, for messages. */
export const SECONDS = 30

/** In a span of its own, and ended where it takes too long. */
export const bounded =
  <B>(check: Check, late: () => B) =>
  <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A | B, E, R> =>
    work.pipe(
      Effect.timeoutTo({ duration: PATIENCE, onSuccess: (found): A | B => found, onTimeout: late }),
      Effect.withSpan(`check ${check}`, { captureStackTrace: false })
    )
