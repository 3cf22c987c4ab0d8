// After an unknown outcome nothing goes to the dataset until the sink has settled: an old part that is applied late must
// find nothing newer to overwrite. The need for it is in the log (a part that is `started` or `uncertain`), so a runner
// that was killed while waiting waits again.
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Outbox, Part } from "../model/PipelineState.ts"
import { waiting } from "../model/PipelineState.ts"
import type { Delivery } from "./Delivery.ts"
import * as Trace from "./Trace.ts"

const LOOK_EVERY = Duration.seconds(2)

/** Whether it is unknown if the part's last attempt took effect. */
export const isUnknown = ({ status }: Part): boolean => status === "started" || status === "uncertain"

/** Epoch milliseconds of the last attempt with an unknown outcome, or null without one. */
export const lastUnknown = (outbox: Outbox): number | null =>
  waiting(outbox)
    .flatMap(({ parts }) => [...parts.values()])
    .filter(isUnknown)
    .reduce<number | null>((last, { at }) => Math.max(last ?? 0, Date.parse(at)), null)

/** Waits the settling time from `since` on, and until the sink lists no unfinished ingestion of the dataset. */
export const barrier = Effect.fn("barrier")(function* ({ dataset, settle, sink }: Delivery, since: number) {
  const until = since + Duration.toMillis(settle)
  const wait = until - (yield* Clock.currentTimeMillis)
  if (wait > 0) {
    yield* Trace.waits("sink", { kind: "settle", what: "an unknown outcome to settle", until })
    yield* Effect.sleep(wait)
  }
  while (yield* sink.unsettled(dataset)) {
    yield* Trace.waits("sink", { kind: "settle", what: "unfinished ingestions", until: null })
    yield* Effect.sleep(LOOK_EVERY)
  }
})
