// Whether the key is there that what sources sign in with is encrypted with.
import type { EventStore, TokenStore } from "@inlet/core"
import * as Effect from "effect/Effect"
import * as TokenKey from "../run/TokenKey.ts"
import { about } from "./Finding.ts"

const say = about("key")

/** `unread` is why what is kept of a sign-in could not be read; null where it could, or where there is none. */
export const look = Effect.fnUntraced(function* (
  store: string,
  unread: EventStore.StoreError | TokenStore.TokenError | null
) {
  const source = yield* TokenKey.source
  const { known, where } = TokenKey.keys(source, store)
  return yield* Effect.match(known, {
    onFailure: (error) => say.failed(error),
    onSuccess: (keys) => {
      if (unread !== null) return say.failed(unread)
      return keys.length > 0
        ? say.ok(`what sources sign in with is encrypted with ${where}`)
        : say.ok(`${where} is made by the first inlet login`)
    }
  })
})
