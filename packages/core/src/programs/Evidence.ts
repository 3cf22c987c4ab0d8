// Rows or service? Where the sink refuses every row of a part, it depends on what it does with other parts: one that was
// confirmed in this delivery shows that the sink takes rows, so the refused ones are at fault. Until there is one, the
// refusal is held back; when nothing else can move any more, it ends the delivery and the rows stay in the outbox.
import * as Effect from "effect/Effect"
import * as STM from "effect/STM"
import * as TRef from "effect/TRef"

export interface Evidence {
  /** A part was confirmed: the sink takes rows. */
  readonly confirmed: Effect.Effect<void>
  /** Runs the follow-up of one part, counted as something that moves. */
  readonly moving: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** Takes one refused part apart at a time; what waits for its turn does not move. */
  readonly inTurn: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** Runs a wait of the loop over the outbox: nothing new comes while it lasts. */
  readonly idle: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** Whether the sink takes rows, as soon as that is known. */
  readonly takesRows: Effect.Effect<boolean>
}

export const make: Effect.Effect<Evidence> = Effect.gen(function* () {
  const confirmed = yield* STM.commit(TRef.make(false))
  const moving = yield* STM.commit(TRef.make(0))
  const held = yield* STM.commit(TRef.make(0))
  const idle = yield* STM.commit(TRef.make(0))
  const within =
    (counter: TRef.TRef<number>) =>
    <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
      Effect.acquireUseRelease(
        STM.commit(TRef.update(counter, (n) => n + 1)),
        () => effect,
        () => STM.commit(TRef.update(counter, (n) => n - 1))
      )
  const turn = yield* Effect.makeSemaphore(1)
  const known = STM.gen(function* () {
    if (yield* TRef.get(confirmed)) return true
    const stuck = (yield* TRef.get(idle)) > 0 && (yield* TRef.get(moving)) === (yield* TRef.get(held))
    yield* STM.check(() => stuck)
    return false
  })
  return {
    confirmed: STM.commit(TRef.set(confirmed, true)),
    moving: within(moving),
    inTurn: (effect) =>
      Effect.uninterruptibleMask((restore) =>
        Effect.zipRight(restore(within(held)(turn.take(1))), Effect.ensuring(restore(effect), turn.release(1)))
      ),
    idle: within(idle),
    takesRows: within(held)(STM.commit(known))
  }
})
