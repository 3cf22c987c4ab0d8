// `inlet replay views`: folds all events again and tells how the views differed.
import { SqliteStore } from "@inlet/store-sqlite"
import * as Effect from "effect/Effect"
import * as Configuration from "../configuration/Configuration.ts"
import * as Activity from "../output/Activity.ts"
import { Output } from "../output/Output.ts"
import { existing, isLarge } from "../run/Store.ts"

export const run = Effect.fnUntraced(function* () {
  const output = yield* Output
  const { store } = yield* Configuration.locate
  // Looks whether it is there, and is a store.
  yield* Effect.scoped(Effect.provide(Effect.void, existing))
  const differences = yield* Activity.during(
    "making the views from the events",
    () => SqliteStore.rebuildViews({ filename: store }),
    { atOnce: yield* isLarge(store) }
  )
  let differing = 0
  for (const { missing, view, wrong } of differences) {
    differing += missing + wrong
    if (output.json) yield* output.item({ view, missing, wrong })
    else yield* output.say(`${view.padEnd(12)}${missing + wrong === 0 ? "same" : `${wrong} wrong, ${missing} missing`}`)
  }
  if (!output.json) {
    const mended = "The views differed from the events; they are made anew."
    yield* output.say(differing === 0 ? "The views are what the events add up to." : mended)
  }
  return 0
})
