// The port that answers "what did this very request bring last time?", so that an unchanged source appends nothing.
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { StoreError } from "./EventStore.ts"

/** The last answer to a request: its body's hash and its entity tag. */
export interface Recording {
  readonly blob: string
  readonly etag: string | null
}

/** The last recording, and what became of its page. */
export interface Last extends Recording {
  /** When this very page was recorded last, ISO 8601; null where it never was, as a poll that brought nothing. */
  readonly at: string | null
  /** Whether it is kept. */
  readonly kept: boolean
}

export class Recordings extends Context.Tag("@inlet/core/Recordings")<
  Recordings,
  {
    /** Looks at recorded batches and at remembered empty polls; the newer one wins. */
    readonly last: (stream: string, requestKey: string) => Effect.Effect<Last | null, StoreError>
    /** Remembers an answer that brought nothing. A cache: losing it costs one full answer. */
    readonly remember: (stream: string, requestKey: string, recording: Recording) => Effect.Effect<void, StoreError>
  }
>() {}
