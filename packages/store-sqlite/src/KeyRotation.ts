// Another key for all tokens.
import type { KeyObject } from "node:crypto"
import type { EventStore, TokenStore } from "@inlet/core"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Database from "./Database.ts"
import * as Failure from "./Failure.ts"
import * as TokenRow from "./TokenRow.ts"
import type { Keys } from "./TokenStore.ts"

/**
 * Encrypts all tokens anew, or none where some cannot be read, and tells how many. It waits while any are renewed: whoever
 * knows only the older key would keep the new ones under that. What was encrypted before is not left in the file,
 * nor in its write-ahead log unless others are reading there.
 */
export const rotate = (
  { filename, run, sql, write }: Database.Connection,
  { known, where }: Pick<Keys, "known" | "where">,
  key: KeyObject
): Effect.Effect<number, EventStore.StoreError | TokenStore.TokenError> =>
  Effect.gen(function* () {
    const keys = [key, ...(yield* known)]
    const open = TokenRow.opening(filename, where)
    const anew = (row: TokenRow.Row) =>
      Either.map(open(row, keys), (tokens) => (tokens === null ? row : TokenRow.seal(key, row, tokens)))
    const clock = yield* Effect.clock
    const held = sql
      .prepare<[string], string>(
        "SELECT stream FROM leases WHERE stream GLOB 'connection/*' AND token IS NOT NULL AND until > ?"
      )
      .pluck()
    const rotated = yield* write("rotate", () => {
      const renewed = held.get(new Date(clock.unsafeCurrentTimeMillis()).toISOString())
      if (renewed !== undefined) {
        throw Failure.storeError(filename, "rotate", "Locked", `is at work: the tokens of ${renewed} are being renewed`)
      }
      const rows = Either.all(sql.prepare<[], TokenRow.Row>(`SELECT ${TokenRow.COLUMNS} FROM tokens`).all().map(anew))
      if (Either.isLeft(rows)) return Either.left(rows.left)
      sql.exec("DELETE FROM tokens")
      rows.right.forEach(TokenRow.saving(sql))
      return Either.right(rows.right.filter(({ bytes }) => bytes !== null).length)
    })
    yield* run("rotate", () => sql.pragma("wal_checkpoint(TRUNCATE)"))
    return yield* rotated
  })
