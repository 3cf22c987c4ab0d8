// The port through which a source signs in with tokens that are kept: by all its streams and by every process alike, so that
// a token that has to be refreshed is refreshed once.
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type { StoreError } from "./EventStore.ts"
import type { SourceError } from "./Source.ts"
import type { TokenError, Tokens } from "./TokenStore.ts"

/**
 * Which tokens are wanted, and how to come by new ones.
 *
 * @since 0.1.0
 */
export interface Want {
  /** The source's configured name. */
  readonly connection: string
  /** Milliseconds for which the access token has to be good still. */
  readonly ahead: number
  /** An access token that the service did not accept: it is not handed out again. */
  readonly refused: Redacted.Redacted | null
  /**
   * Asks the service for new tokens, in the place of the old ones or, where there are none, of nothing: a machine that signs in
   * by itself gets its first ones so, and for a person it fails with `Unauthorized`. It is not repeated by the caller: where it
   * fails with `Unauthorized` the old ones are dead and somebody has to sign in; where it fails otherwise they are kept.
   */
  readonly renew: (old: Tokens | null) => Effect.Effect<Tokens, SourceError>
}

/**
 * Gives tokens back to the service; null where they cannot be read.
 *
 * @since 0.1.0
 */
export type Revoke<R> = (tokens: Tokens | null) => Effect.Effect<void, SourceError, R>

/**
 * The tokens that sources sign in with.
 *
 * @since 0.1.0
 */
export class Connections extends Context.Tag("@inlet/core/Connections")<
  Connections,
  {
    /**
     * Tokens that are good now. New ones are kept on the disk before they are handed out. Fails with `Unauthorized` where
     * nobody signed in, or has to again; with `Unavailable` where they cannot be had now.
     */
    readonly tokens: (want: Want) => Effect.Effect<Tokens, SourceError>
    /** Keeps what a sign-in brought in place of whatever was there. On the disk once it returns. */
    readonly authorize: (
      connection: string,
      tokens: Tokens
    ) => Effect.Effect<void, SourceError | StoreError | TokenError>
    /**
     * Hands the tokens over to be revoked, and forgets them once that is done; where `revoke` fails they stay. False where
     * nobody was signed in.
     */
    readonly forget: <R>(
      connection: string,
      revoke: Revoke<R>
    ) => Effect.Effect<boolean, SourceError | StoreError | TokenError, R>
  }
>() {}

/**
 * Forgotten at the end, and known to this process only: for what leaves nothing behind.
 *
 * @since 0.1.0
 */
export const layerMemory: Layer.Layer<Connections> = Layer.sync(Connections, () => {
  const kept = new Map<string, Tokens>()
  const one = Effect.unsafeMakeSemaphore(1)
  const isGood = ({ access, expiresAt }: Tokens, { ahead, refused }: Want, now: number) =>
    (refused === null || Redacted.value(refused) !== Redacted.value(access)) &&
    (expiresAt === null || expiresAt - now > ahead)
  return {
    tokens: (want) =>
      one.withPermits(1)(
        Effect.flatMap(Clock.currentTimeMillis, (now) => {
          const old = kept.get(want.connection) ?? null
          if (old !== null && isGood(old, want, now)) return Effect.succeed(old)
          return Effect.uninterruptible(
            Effect.tapBoth(want.renew(old), {
              onSuccess: (tokens) => Effect.sync(() => kept.set(want.connection, tokens)),
              onFailure: ({ reason }) =>
                reason === "Unauthorized" ? Effect.sync(() => kept.delete(want.connection)) : Effect.void
            })
          )
        })
      ),
    authorize: (connection, tokens) => Effect.sync(() => void kept.set(connection, tokens)),
    forget: <R>(connection: string, revoke: Revoke<R>) =>
      Effect.flatMap(
        Effect.sync(() => kept.get(connection)),
        (tokens) =>
          tokens === undefined ? Effect.succeed(false) : Effect.map(revoke(tokens), () => kept.delete(connection))
      )
  }
})
