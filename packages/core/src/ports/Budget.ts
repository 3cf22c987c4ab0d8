// The port to what is left of a provider's quota. It is kept in the store, so it is shared by streams and processes and
// survives a restart.
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { StoreError } from "./EventStore.ts"

/**
 * A quota of `limit` requests in each window of `millis` milliseconds.
 *
 * @since 0.1.0
 */
export interface Window {
  readonly limit: number
  readonly millis: number
}

/**
 * What is left of a window.
 *
 * @since 0.1.0
 */
export interface Remaining {
  readonly remaining: number
  /** Epoch milliseconds at which the window is full again. */
  readonly resetsAt: number
}

/**
 * What is left of the quotas of credentials. A credential is named, never told.
 *
 * @since 0.1.0
 */
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

/**
 * Forgotten at the end: for what leaves nothing behind.
 *
 * @since 0.1.0
 */
export const layerMemory: Layer.Layer<Budget> = Layer.sync(Budget, () => {
  const kept = new Map<string, Remaining>()
  const name = (credential: string, window: string) => JSON.stringify([credential, window])
  return {
    take: (credential, { limit, millis }, count) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        const window = name(credential, `${limit}/${millis}ms`)
        const known = kept.get(window)
        const { remaining, resetsAt } =
          known !== undefined && known.resetsAt > now ? known : { remaining: limit, resetsAt: now + millis }
        const granted = Math.min(count, remaining)
        const left = { remaining: remaining - granted, resetsAt }
        kept.set(window, left)
        return { granted, ...left }
      }),
    observe: (credential, window, { remaining, resetsAt }) =>
      Effect.sync(() => void kept.set(name(credential, window), { remaining, resetsAt })),
    seen: (credential, window) => Effect.sync(() => kept.get(name(credential, window)) ?? null)
  }
})
