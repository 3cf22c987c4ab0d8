// How far each pipeline is: lines that are drawn again and again on a terminal, a sentence at its begin and its end where
// there is none.
import type { Event, RunObserver } from "@inlet/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { Output } from "./Output.ts"
import * as Time from "./Time.ts"

export interface Tracker {
  readonly observation: RunObserver.Observation
  readonly begins: Effect.Effect<void>
  /** `how` is a few words: `completed`. */
  readonly ends: (how: string) => Effect.Effect<void>
}

interface State {
  readonly name: string
  phase: string
  counts: Event.Counts | null
  waiting: { readonly what: string; readonly since: number; readonly until: number | null } | null
}

const DRAW_EVERY = "100 millis"
/** Waits shorter than this, in milliseconds, would only flicker. */
const SHORT = 1_000

const PEERS: Readonly<Record<RunObserver.Peer, string>> = { source: "the source", sink: "Databox" }

/** @example tally(counts) === "420 read, 400 sent, 20 unchanged" */
export const tally = ({ read, ...rest }: Event.Counts): string =>
  Object.entries({ read, ...rest })
    .filter(([name, count]) => count > 0 || name === "read")
    .map(([name, count]) => `${count.toLocaleString("en-US")} ${name}`)
    .join(", ")

const waits = ({ since, until, what }: NonNullable<State["waiting"]>, now: number): string => {
  if (until === null) return `waits: ${what}`
  const worthTelling = until > now && until - since >= SHORT
  return worthTelling ? `waits until ${Time.stamp(new Date(until).toISOString()).slice(11)}: ${what}` : ""
}

const words = ({ counts, phase, waiting }: State, now: number): string =>
  [phase, counts === null ? "nothing new" : tally(counts), waiting === null ? "" : waits(waiting, now)]
    .filter((part) => part !== "")
    .join("  ")

/** Makes trackers by the names of pipelines; what they tell is shown as long as the scope is open. */
export const make = Effect.gen(function* () {
  const output = yield* Output
  const states: Array<State> = []
  const { live } = output
  const clock = yield* Effect.clock
  const now = () => clock.unsafeCurrentTimeMillis()
  if (live !== undefined) {
    const draw = Effect.flatMap(Clock.currentTimeMillis, (now) => {
      const width = Math.max(0, ...states.map(({ name }) => name.length))
      return live.draw(states.map((state) => `${state.name.padEnd(width)}  ${words(state, now)}`))
    })
    yield* Effect.addFinalizer(() => live.draw([]))
    yield* Effect.forkScoped(Effect.forever(Effect.zipLeft(draw, Effect.sleep(DRAW_EVERY))))
  }
  const note = (text: string) => (live === undefined ? output.note(text) : Effect.void)

  let told: number | null = null
  /** Once, however many requests wait for the same instant. */
  const tell = (text: string, until: number | null) => {
    if (live !== undefined || output.json || output.quiet || until === null || until === told) return
    if (until - now() < SHORT) return
    told = until
    output.line(text)
  }

  return (name: string): Tracker => {
    const state: State = { name, phase: "waits for its turn", counts: null, waiting: null }
    states.push(state)
    return {
      observation: {
        request: () => {
          state.waiting = null
        },
        waiting: (peer, { kind, until, what }) => {
          const waiting = { what: `${what} (${PEERS[peer]})`, since: now(), until }
          state.waiting = waiting
          if (kind === "rate_limit") tell(`${name} ${waits(waiting, now())}`, until)
        },
        counts: (counts) => {
          state.counts = counts
        },
        // Told at the end, with the results.
        warning: () => {}
      },
      begins: Effect.suspend(() => {
        state.phase = "running"
        return note(`${name} begins`)
      }),
      ends: (how) =>
        Effect.suspend(() => {
          state.phase = how
          state.waiting = null
          return note(`${name} ${how}: ${state.counts === null ? "nothing new" : tally(state.counts)}`)
        })
    }
  }
})
