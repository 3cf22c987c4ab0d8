// `inlet key rotate`: another key for the tokens that sources sign in with. Killed at any moment, it leaves them readable with
// the keys that are at hand then, and can be done again.
import { SqliteStore } from "@inlet/store-sqlite"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { UsageError } from "../output/Failure.ts"
import { Output } from "../output/Output.ts"
import * as KeyFile from "../run/KeyFile.ts"
import { place } from "../run/Store.ts"
import * as TokenKey from "../run/TokenKey.ts"

const NEW = "INLET_NEW_KEY"

/** The key to come, and what is left to do once it is in use. */
const next = Effect.fnUntraced(function* (source: TokenKey.Source, { current, known }: SqliteStore.Keys) {
  const given = yield* TokenKey.variable(NEW)
  if (Option.isSome(given)) {
    const left = `Put the new key into ${TokenKey.NAME} now, and take it out of ${NEW}.`
    return { key: yield* TokenKey.inVariable(given.value), left }
  }
  if (source._tag === "Variable") {
    return yield* new UsageError({
      detail: `The key is in ${TokenKey.describe(source)}, and ${NEW} holds none to take its place.`,
      fix: `Make one (${TokenKey.MAKE}), keep it where the other one is kept, and put it into ${NEW}.`
    })
  }
  if ((yield* known).length === 0) {
    return yield* new UsageError({
      detail: `There is no key yet: the file ${source.path} is made when somebody signs in.`,
      fix: "inlet login SOURCE"
    })
  }
  // From here on it is the one to encrypt with, and the former ones still open what they closed.
  yield* KeyFile.add(source.path)
  return { key: yield* current, left: `The former key stays in ${source.path}, for other stores.` }
})

export const rotate = {
  run: Effect.fnUntraced(function* (_: object) {
    const output = yield* Output
    const store = yield* place
    const source = yield* TokenKey.source
    const keys = TokenKey.keys(source, store)
    const { key, left } = yield* next(source, keys)
    const tokens = yield* SqliteStore.rotateKey({ filename: store }, keys, key)
    yield* output.json
      ? output.item({ tokens })
      : output.say(`The tokens of ${tokens} ${tokens === 1 ? "source" : "sources"} are encrypted with the new key.`)
    yield* output.note(left)
    return 0
  })
}
