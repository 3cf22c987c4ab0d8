// Which keys are on their way. A part may not overtake an unsettled part that shares a key with it.
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type { PreparedRow } from "./Prepared.ts"

interface Flight<E> {
  readonly digest: Uint8Array
  readonly landed: Deferred.Deferred<void>
  /** Makes it land where nothing in the background does. */
  readonly settle: Effect.Effect<void, E>
}

export interface InFlight<E> {
  /** Rows whose very content is on its way already. */
  readonly same: (row: PreparedRow) => boolean
  /** Waits until none of the rows' keys is on its way. */
  readonly clear: (rows: ReadonlyArray<PreparedRow>) => Effect.Effect<void, E>
  /** Marks the rows' keys. The effect returned lets them land. */
  readonly takeOff: (
    rows: ReadonlyArray<PreparedRow>,
    settle?: Effect.Effect<void, E>
  ) => Effect.Effect<Effect.Effect<void>>
}

export const make = <E>(): InFlight<E> => {
  const flights = new Map<string, Flight<E>>()
  return {
    same: ({ digest, key }) => {
      const flight = flights.get(key)
      return flight !== undefined && Buffer.from(flight.digest).equals(digest)
    },
    clear: (rows) => {
      const waits = new Set<Flight<E>>()
      for (const { key } of rows) {
        const flight = flights.get(key)
        if (flight !== undefined) waits.add(flight)
      }
      return Effect.forEach(waits, ({ landed, settle }) => Effect.zipRight(settle, Deferred.await(landed)), {
        discard: true
      })
    },
    takeOff: (rows, settle = Effect.void) =>
      Effect.map(Deferred.make<void>(), (landed) => {
        for (const { digest, key } of rows) flights.set(key, { digest, landed, settle })
        return Effect.suspend(() => {
          for (const { key } of rows) if (flights.get(key)?.landed === landed) flights.delete(key)
          return Effect.asVoid(Deferred.succeed(landed, undefined))
        })
      })
  }
}
