// Doing something while holding a lease: renewed in time, given back at the end, stopped where somebody took it over.
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Schedule from "effect/Schedule"
import type { StoreError } from "../ports/EventStore.ts"
import { type Lease, type LeaseHeld, Leases } from "../ports/Leases.ts"

/**
 * Runs `use` under the lease `name`. `keep` says for which ends the lease is left to run out instead of being given back,
 * so that the next holder learns that something was left open.
 */
export const holding = <A, E, R>(
  name: string,
  use: (lease: Lease) => Effect.Effect<A, E, R>,
  keep: (exit: Exit.Exit<A, E | LeaseHeld | StoreError>) => boolean = () => false
): Effect.Effect<A, E | LeaseHeld | StoreError, R | Leases> =>
  Effect.flatMap(Leases, (leases) =>
    Effect.acquireUseRelease(
      leases.claim(name),
      (lease) => {
        const every = Schedule.spaced(Duration.millis(leases.renewEvery))
        const renewing = leases.renew(lease).pipe(Effect.schedule(every), Effect.zipRight(Effect.never))
        // It has to end with the use, also where nothing is to be interrupted.
        return Effect.raceFirst(use(lease), Effect.interruptible(renewing))
      },
      (lease, exit) =>
        // A lease that cannot be given back runs out by itself.
        keep(exit) ? Effect.void : leases.release(lease).pipe(Effect.orElseSucceed(() => undefined))
    )
  )
