// The id under which everything that a command did can be found.
import * as Effect from "effect/Effect"

/** Of the span around the command, 32 hexadecimal digits. */
export const id: Effect.Effect<string> = Effect.map(Effect.orDie(Effect.currentSpan), (span) => span.traceId)
