// A clock that stands still while there is something to do and jumps to the end of the next wait when there is not: so that a
// run with hours of waits takes as long as its work.
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberId from "effect/FiberId"

/** Waits that add up to more than this are not coming to an end (milliseconds). */
const ENDLESS = 25 * 3_600_000
/** So many looks at real time during which nothing happens and nothing waits for the clock. */
const PATIENCE = 10
const LOOK = 100

export interface VirtualClock {
  readonly clock: Clock.Clock
  readonly now: () => number
  /** Told of whatever happens: time passes only while nothing does. */
  readonly stir: () => void
  /** Says why what is running would not end by itself. */
  readonly stop: (why: string) => void
  /** That sentence, once there is one. */
  readonly stuck: Effect.Effect<string>
}

interface Sleeper {
  readonly until: number
  readonly wake: () => void
}

/** Begins at `start`, in epoch milliseconds. */
const make = (start: number) => {
  const stuck = Deferred.unsafeMake<string>(FiberId.none)
  const sleepers = new Set<Sleeper>()
  let now = start
  let stirred = 0
  let looking = false

  const stop = (why: string) => Deferred.unsafeDone(stuck, Effect.succeed(why))

  const jump = () => {
    const until = Math.min(...[...sleepers].map((sleeper) => sleeper.until))
    now = Math.max(now, until)
    stirred++
    if (now - start > ENDLESS) return stop("it waits for more than a day")
    for (const sleeper of sleepers) {
      if (sleeper.until > now) continue
      sleepers.delete(sleeper)
      sleeper.wake()
    }
    look()
  }

  /** Two turns of the event loop without anything happening: whoever is still there waits for the clock. */
  const look = () => {
    if (looking || sleepers.size === 0) return
    looking = true
    const before = stirred
    setTimeout(() =>
      setTimeout(() => {
        looking = false
        if (sleepers.size === 0) return
        if (before === stirred) jump()
        else look()
      }, 0)
    )
  }

  const sleep = (duration: Duration.Duration) =>
    Effect.async<void>((resume) => {
      const sleeper = { until: now + Duration.toMillis(duration), wake: () => resume(Effect.void) }
      sleepers.add(sleeper)
      stirred++
      look()
      return Effect.sync(() => {
        sleepers.delete(sleeper)
        stirred++
      })
    })

  const clock: Clock.Clock = {
    [Clock.ClockTypeId]: Clock.ClockTypeId,
    unsafeCurrentTimeMillis: () => now,
    currentTimeMillis: Effect.sync(() => now),
    unsafeCurrentTimeNanos: () => BigInt(Math.round(now)) * 1_000_000n,
    currentTimeNanos: Effect.sync(() => BigInt(Math.round(now)) * 1_000_000n),
    sleep
  }

  /** Finds out what waits for something that never comes. */
  const watch = () => {
    let quiet = 0
    let before = -1
    return setInterval(() => {
      quiet = before === stirred && sleepers.size === 0 ? quiet + 1 : 0
      before = stirred
      if (quiet >= PATIENCE) stop("it waits for something that never comes")
    }, LOOK)
  }

  const virtual: VirtualClock = {
    clock,
    now: () => now,
    stir: () => {
      stirred++
    },
    stop,
    stuck: Deferred.await(stuck)
  }
  return { virtual, watch }
}

/** Runs `use` on a clock that begins at `start`, in epoch milliseconds. */
export const using = <A, E, R>(start: number, use: (clock: VirtualClock) => Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const { virtual, watch } = make(start)
    return Effect.acquireUseRelease(
      Effect.sync(watch),
      () => use(virtual),
      (timer) => Effect.sync(() => clearInterval(timer))
    )
  })
