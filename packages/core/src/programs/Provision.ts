// The dataset that a pipeline's rows go to: known from the log, else found or created once, under a lease that all
// pipelines of a store share, so that two runners never create two.
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import type { Contract } from "../model/Contract.ts"
import type { DatasetRef } from "../model/Event.ts"
import type { StoreError, VersionConflict } from "../ports/EventStore.ts"
import type { LeaseHeld } from "../ports/Leases.ts"
import { Sink, type SinkError } from "../ports/Sink.ts"
import { holding } from "./Holding.ts"
import type { PipelineLog } from "./PipelineLog.ts"

const WAIT = Schedule.spaced(Duration.millis(250)).pipe(Schedule.upTo(Duration.minutes(2)))

type ProvisionError = SinkError | StoreError | VersionConflict

/** Whether a creation may have happened unseen: by an unknown answer, or because the runner was stopped. */
const isOpen = (exit: Exit.Exit<unknown, ProvisionError | LeaseHeld>): boolean =>
  Exit.match(exit, {
    onSuccess: () => false,
    onFailure: (cause) =>
      Option.match(Cause.failureOption(cause), {
        onNone: () => true,
        onSome: (error) => error._tag === "SinkError" && error.kind === "uncertain"
      })
  })

/** The dataset with the title `name`. */
export const provision = Effect.fnUntraced(function* (log: PipelineLog, name: string, contract: Contract) {
  const known = (yield* log.state).head.datasets[name]
  return known !== undefined ? known.ref : yield* make(log, name, contract)
})

const make = Effect.fnUntraced(
  function* (log: PipelineLog, name: string, contract: Contract) {
    const sink = yield* Sink
    return yield* holding<DatasetRef, ProvisionError, never>(
      `provision/${sink.provider}`,
      ({ takenOver }) =>
        sink
          .provision(contract, name, { afterUnknown: takenOver })
          .pipe(Effect.tap((dataset) => log.commit([{ type: "DatasetProvisioned", data: { dataset } }]))),
      isOpen
    ).pipe(Effect.retry({ schedule: WAIT, while: (error) => error._tag === "LeaseHeld" }))
  },
  (effect, _, name) => Effect.withSpan(effect, "provision", { attributes: { "inlet.dataset.key": name } })
)
