// A wait that the run's observer is told of.
import { RunObserver } from "@inlet/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

/** Waits `millis` milliseconds for `what`. */
export const wait = Effect.fnUntraced(function* (what: string, millis: number) {
  const observer = yield* RunObserver.RunObserver
  observer.waiting("sink", what, (yield* Clock.currentTimeMillis) + millis)
  yield* Effect.sleep(millis)
})
