// The port to the tokens that connections sign in with: encrypted, and replaced only by whoever read the newest ones.
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { DataOf } from "../model/Event.ts"
import type { StoreError, VersionConflict } from "./EventStore.ts"

/**
 * What a service issued at a sign-in.
 *
 * @since 0.1.0
 */
export interface Tokens {
  readonly access: Redacted.Redacted
  /** Null where the service issues none. */
  readonly refresh: Redacted.Redacted | null
  /** Epoch milliseconds at which `access` ends; null where it lives until it is refused. */
  readonly expiresAt: number | null
  /** What was granted, sorted. */
  readonly scopes: ReadonlyArray<string>
}

/**
 * Tokens of a connection, and which replacement of them these are, from 1.
 *
 * @since 0.1.0
 */
export interface Kept {
  readonly version: number
  /** Epoch milliseconds of that replacement. */
  readonly at: number
  /** Null once they were refused or revoked: somebody has to sign in. */
  readonly tokens: Tokens | null
}

/**
 * The tokens are there, but cannot be read or written. They stay as they are.
 *
 * @since 0.1.0
 */
export class TokenError extends Schema.TaggedError<TokenError>("@inlet/core/TokenError")("TokenError", {
  reason: Schema.Literal("NoKey", "WrongKey", "KeyExposed", "Damaged"),
  /** One plain sentence: what happened and where. */
  detail: Schema.String
}) {
  override get message() {
    return this.detail
  }
}

/**
 * The tokens of every connection, as they are kept.
 *
 * @since 0.1.0
 */
export class TokenStore extends Context.Tag("@inlet/core/TokenStore")<
  TokenStore,
  {
    readonly get: (connection: string) => Effect.Effect<Kept | null, StoreError | TokenError>
    /** The version of what is kept, also where it cannot be read; 0 where there is nothing. */
    readonly version: (connection: string) => Effect.Effect<number, StoreError>
    /**
     * Replaces the tokens of `expectedVersion` (0 where there are none) and records why, in one transaction that is on the
     * disk before it returns. Null forgets them.
     */
    readonly replace: (
      connection: string,
      expectedVersion: number,
      tokens: Tokens | null,
      reason: DataOf<"TokenChanged">["reason"]
    ) => Effect.Effect<Kept, StoreError | TokenError | VersionConflict>
  }
>() {}
