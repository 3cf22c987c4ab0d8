// How far extraction may run ahead of delivery. The first page has to be at the sink before the third is asked for, so that
// a wrong key or a wrong mapping shows before a long listing is walked; after that the lead only bounds work in progress.
// Where delivery is in trouble the lead opens: the log is the outbox, and the source is read while it answers.
import * as Effect from "effect/Effect"
import * as STM from "effect/STM"
import * as TRef from "effect/TRef"

const FIRST = 2
const MOST = 8

export interface Lead {
  /** A page was recorded. */
  readonly recorded: Effect.Effect<void>
  /** A recorded page reached the sink, or needs not to. */
  readonly delivered: Effect.Effect<void>
  /** Delivery is in trouble or over: nobody waits any longer. */
  readonly open: Effect.Effect<void>
  /** Returns when the next page may be asked for. */
  readonly next: Effect.Effect<void>
}

export const make: Effect.Effect<Lead> = Effect.gen(function* () {
  const recorded = yield* STM.commit(TRef.make(0))
  const delivered = yield* STM.commit(TRef.make(0))
  const open = yield* STM.commit(TRef.make(false))
  const plusOne = (n: number) => n + 1
  return {
    recorded: STM.commit(TRef.update(recorded, plusOne)),
    delivered: STM.commit(TRef.update(delivered, plusOne)),
    open: STM.commit(TRef.set(open, true)),
    next: STM.commit(
      STM.gen(function* () {
        const ahead = yield* TRef.get(recorded)
        const behind = yield* TRef.get(delivered)
        const free = yield* TRef.get(open)
        yield* STM.check(() => free || (behind === 0 ? ahead < FIRST : ahead - behind < MOST))
      })
    )
  }
})
