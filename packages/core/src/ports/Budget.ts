// The port to what is left of a provider's quota. It is kept in the store, so it is shared by streams and processes and
// survives a restart.
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { StoreError } from "./EventStore.ts"

/** A quota of `limit` requests in each window of `millis` milliseconds. */
export interface Window {
  readonly limit: number
  readonly millis: number
}

export interface Remaining {
  readonly remaining: number
  /** Epoch milliseconds at which the window is full again. */
  readonly resetsAt: number
}

export class Budget extends Context.Tag("@inlet/core/Budget")<
  Budget,
  {
    /** Takes up to `count` requests out of the window; `granted` may be less, down to 0. */
    readonly take: (
      credential: string,
      window: Window,
      count: number
    ) => Effect.Effect<{ readonly granted: number } & Remaining, StoreError>
    /** What a provider's answer said about its window, named freely (`core`, `search`). */
    readonly observe: (credential: string, window: string, seen: Remaining) => Effect.Effect<void, StoreError>
    readonly seen: (credential: string, window: string) => Effect.Effect<Remaining | null, StoreError>
  }
>() {}
