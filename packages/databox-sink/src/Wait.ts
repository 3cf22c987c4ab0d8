// A wait that the run's observer is told of.
import { type RunObserver, Trace } from "@inlet/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

/** Waits `millis` milliseconds. */
export const wait = Effect.fnUntraced(function* (why: Omit<RunObserver.Wait, "until">, millis: number) {
  yield* Trace.waits("sink", { ...why, until: (yield* Clock.currentTimeMillis) + millis })
  yield* Effect.sleep(millis)
})
