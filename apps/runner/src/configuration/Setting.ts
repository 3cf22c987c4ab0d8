// The environment, as configuration reads it: a variable that is empty counts as not set.
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"

export const variable = (name: string): Effect.Effect<string | undefined> =>
  Config.string(name).pipe(
    Effect.map((value) => (value === "" ? undefined : value)),
    Effect.orElseSucceed(() => undefined)
  )
