// Tokens as the tests keep them, and stores opened with a key.
import { createSecretKey, type KeyObject, randomBytes } from "node:crypto"
import { EventStore, Leases, SendLog, TokenStore } from "@inlet/core"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { SqliteStore } from "../src/index.ts"

export const STRAVA = "strava"

export const newKey = () => createSecretKey(randomBytes(32))

/** These keys, the first of them to encrypt with. */
export const keysOf = (current: KeyObject, ...others: ReadonlyArray<KeyObject>): SqliteStore.Keys => ({
  where: "the test",
  known: Effect.succeed([current, ...others]),
  current: Effect.succeed(current)
})

interface Opened {
  readonly tokens: TokenStore.TokenStore["Type"]
  readonly events: EventStore.EventStore["Type"]
  readonly leases: Leases.Leases["Type"]
  readonly sendLog: SendLog.SendLog["Type"]
}

export const openWith = (
  filename: string,
  keys: SqliteStore.Keys
): Effect.Effect<Opened, EventStore.StoreError, Scope.Scope> =>
  Effect.map(Layer.build(SqliteStore.layerWithTokens({ filename, keys })), (context) => ({
    tokens: Context.get(context, TokenStore.TokenStore),
    events: Context.get(context, EventStore.EventStore),
    leases: Context.get(context, Leases.Leases),
    sendLog: Context.get(context, SendLog.SendLog)
  }))

export const issued = (name: string): TokenStore.Tokens => ({
  access: Redacted.make(`access-${name}`),
  refresh: Redacted.make(`refresh-${name}`),
  expiresAt: 1_800_000_000_000,
  scopes: ["activity:read_all", "read"]
})

/** What is kept, without the wrapping that hides it. */
export const shown = (kept: TokenStore.Kept | null) =>
  kept === null
    ? null
    : {
        ...kept,
        tokens: kept.tokens && {
          ...kept.tokens,
          access: Redacted.value(kept.tokens.access),
          refresh: kept.tokens.refresh && Redacted.value(kept.tokens.refresh)
        }
      }
