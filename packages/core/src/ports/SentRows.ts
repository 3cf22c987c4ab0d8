// The port to the cache of what the sink is known to hold: an unchanged row is not sent again.
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { StoreError } from "./EventStore.ts"

export class SentRows extends Context.Tag("@inlet/core/SentRows")<
  SentRows,
  {
    /** The digest of each key's row as last confirmed, or null where nothing is known; in the order of `keys`. */
    readonly lookup: (
      dataset: string,
      keys: ReadonlyArray<Uint8Array>
    ) => Effect.Effect<ReadonlyArray<Uint8Array | null>, StoreError>
  }
>() {}
