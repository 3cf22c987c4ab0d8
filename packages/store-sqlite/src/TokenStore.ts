// Tokens on SQLite: a replacement and the event that tells of it are one transaction.
import type { KeyObject } from "node:crypto"
import { Event, EventStore, TokenStore, Trace } from "@inlet/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Append from "./Append.ts"
import * as Database from "./Database.ts"
import * as Log from "./Log.ts"
import * as TokenRow from "./TokenRow.ts"

/** Where keys come from. They are not asked for before there is something to encrypt or to read. */
export interface Keys {
  /** For people, as in `the variable INLET_KEY`. */
  readonly where: string
  /** Those that tokens may be encrypted with; none where there is none. */
  readonly known: Effect.Effect<ReadonlyArray<KeyObject>, TokenStore.TokenError>
  /** The one to encrypt with; made where there is none. */
  readonly current: Effect.Effect<KeyObject, TokenStore.TokenError>
}

/** Null also for a time that no calendar has. */
const iso = (millis: number | null): string | null => {
  const date = new Date(millis ?? Number.NaN)
  return Number.isNaN(date.getTime()) ? null : date.toISOString()
}

const make =
  ({ current, known, where }: Keys) =>
  (database: Database.Connection): TokenStore.TokenStore["Type"] => {
    const { acknowledge, filename, run, sql, write } = database
    const log = Log.make(sql, filename)
    const append = Append.make(database)
    const open = TokenRow.opening(filename, where)
    const save = TokenRow.saving(sql)
    const select = sql.prepare<[string], TokenRow.Row>(`SELECT ${TokenRow.COLUMNS} FROM tokens WHERE connection = ?`)
    const version = (connection: string) => select.get(connection)?.version ?? 0

    const get = Effect.fnUntraced(function* (connection: string) {
      const row = yield* run("tokens", () => select.get(connection))
      if (row === undefined) return null
      const tokens = yield* open(row, row.bytes === null ? [] : yield* known)
      return { version: row.version, at: row.at, tokens }
    })

    const replace = Effect.fnUntraced(function* (
      connection: string,
      expectedVersion: number,
      tokens: TokenStore.Tokens | null,
      reason: Event.DataOf<"TokenChanged">["reason"]
    ) {
      yield* Effect.annotateCurrentSpan({ connection, reason })
      const at = yield* Clock.currentTimeMillis
      const trace = yield* Trace.traceparent
      const stream = Event.connection(connection)
      const place = { connection, version: expectedVersion + 1, at }
      const row = tokens === null ? TokenRow.empty(place) : TokenRow.seal(yield* current, place, tokens)
      const written = yield* write("tokens", () => {
        const actual = version(connection)
        if (actual !== expectedVersion) {
          return new EventStore.VersionConflict({ stream, expected: expectedVersion, actual })
        }
        save(row)
        const tail = log.tail(stream)
        const changed: Event.Draft = {
          type: "TokenChanged",
          data: { reason, expiry: iso(tokens?.expiresAt ?? null), scopes: tokens?.scopes ?? [] },
          id: `${stream}/${tail.version + 1}`,
          schema: Event.SCHEMA,
          at: new Date(at).toISOString(),
          // Of no run: several may wait for it.
          run: stream,
          cause: null,
          trace
        }
        return append(stream, tail, [changed])
      })
      if (written instanceof EventStore.VersionConflict) return yield* written
      for (const event of written) acknowledge(event)
      return { version: place.version, at, tokens }
    })

    return { get, replace, version: (connection) => run("tokens", () => version(connection)) }
  }

export const layer = (keys: Keys): Database.PortLayer<TokenStore.TokenStore> =>
  Database.port(TokenStore.TokenStore, make(keys))
