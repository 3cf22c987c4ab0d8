// The tokens of a connection as a row: encrypted, and bound to their place.
import type { KeyObject } from "node:crypto"
import { TokenStore } from "@inlet/core"
import type Sqlite from "better-sqlite3"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Encryption from "./Encryption.ts"

/** A replacement; without bytes where the tokens were refused or revoked. */
export interface Row {
  readonly connection: string
  readonly version: number
  /** Epoch milliseconds. */
  readonly at: number
  readonly keyId: string | null
  readonly nonce: Buffer | null
  readonly bytes: Buffer | null
}

type Place = Pick<Row, "connection" | "version" | "at">

export const COLUMNS = "connection, version, at, key_id AS keyId, nonce, bytes"

const Text = Schema.parseJson(
  Schema.Struct({
    access: Schema.Redacted(Schema.String),
    refresh: Schema.NullOr(Schema.Redacted(Schema.String)),
    expiresAt: Schema.NullOr(Schema.Number),
    scopes: Schema.Array(Schema.String)
  })
)
const encode = Schema.encodeSync(Text)
const decode = Schema.decodeOption(Text)

/** What a text is bound to: tokens of another connection, or older ones in the place of newer ones, do not open. */
const bound = ({ at, connection, version }: Place): string => JSON.stringify([connection, version, at])

/** A replacement by nothing. */
export const empty = (place: Place): Row => ({ ...place, keyId: null, nonce: null, bytes: null })

export const seal = (key: KeyObject, place: Place, tokens: TokenStore.Tokens): Row => ({
  ...place,
  ...Encryption.seal(key, bound(place), encode(tokens))
})

/** Opens rows of the file with these keys, which `where` names for people; null where a row has no tokens. */
export const opening =
  (filename: string, where: string) =>
  (row: Row, keys: ReadonlyArray<KeyObject>): Either.Either<TokenStore.Tokens | null, TokenStore.TokenError> => {
    const { bytes, connection, keyId, nonce } = row
    const refuse = (reason: TokenStore.TokenError["reason"], what: string) =>
      new TokenStore.TokenError({ reason, detail: `The tokens of ${connection} ${what} inlet login ${connection}` })
    if (bytes === null || nonce === null || keyId === null) return Either.right(null)
    if (keys.length === 0) {
      const what = `are encrypted, and there is no key in ${where}: put theirs there, or sign in again with`
      return Either.left(refuse("NoKey", what))
    }
    const key = keys.find((one) => Encryption.idOf(one) === keyId)
    if (key === undefined) {
      const what = `are encrypted with another key than ${where} has: put theirs there, or sign in again with`
      return Either.left(refuse("WrongKey", what))
    }
    const text = Encryption.open(key, bound(row), { keyId, nonce, bytes })
    return Either.fromOption(Option.flatMap(text, decode), () =>
      refuse("Damaged", `in ${filename} are not what was stored there: sign in again with`)
    )
  }

export const saving = (sql: Sqlite.Database): ((row: Row) => void) => {
  const save = sql.prepare<Row>(
    `REPLACE INTO tokens (connection, version, at, key_id, nonce, bytes)
     VALUES (@connection, @version, @at, @keyId, @nonce, @bytes)`
  )
  return (row) => {
    save.run(row)
  }
}
