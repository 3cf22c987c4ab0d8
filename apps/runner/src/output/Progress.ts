// How far each pipeline is: lines that are drawn again and again on a terminal; where there is none, a sentence at its begin
// and its end, where it waits for long, and once a minute.
import type { Event, RunObserver } from "@inlet/core"
import * as Effect from "effect/Effect"
import { Output } from "./Output.ts"
import * as Lines from "./ProgressLines.ts"
import * as Rate from "./Rate.ts"
import * as Waiting from "./Waiting.ts"

export interface Tracker {
  readonly observation: RunObserver.Observation
  readonly begins: Effect.Effect<void>
  /** `how` is a few words: `completed`. */
  readonly ends: (how: string) => Effect.Effect<void>
}

const DRAW_EVERY = "200 millis"
const TELL_EVERY = "1 minute"
/** Where nothing is drawn, waits from this on, in milliseconds, are told; those of a kind once a minute. */
const LONG = 2_000
const AGAIN = 60_000
const TOLD: ReadonlySet<RunObserver.Wait["kind"]> = new Set(["rate_limit", "retry", "settle", "person"])

interface State {
  readonly name: string
  state: Lines.Phase
  counts: Event.Counts | null
}

/** How far a pipeline is, in a sentence. */
const sentence = ({ counts, name }: State, running: Lines.Running, now: number): string => {
  const rate = Lines.perSecond(running.rate.at(now))
  const wait = Lines.waiting(running, now)
  const parts = [
    counts === null ? "nothing new yet" : Lines.tally(counts),
    ...(rate === "" ? [] : [rate]),
    ...(wait === undefined ? [] : [Waiting.words(wait, now)[0]])
  ]
  return `${name}: ${parts.join(", ")}`
}

/** Makes trackers by the names of pipelines; what they tell is shown as long as the scope is open. */
export const make = Effect.gen(function* () {
  const output = yield* Output
  const states: Array<State> = []
  const { live } = output
  const clock = yield* Effect.clock
  const now = () => clock.unsafeCurrentTimeMillis()
  const silent = live !== undefined || output.json || output.quiet
  const tell = (text: string) => {
    if (!silent) output.line(text)
  }

  if (live !== undefined) {
    const draw = live.draw((size) => Lines.lines(states, now(), size, live.paint))
    yield* Effect.addFinalizer(() => live.clear)
    yield* Effect.forkScoped(Effect.forever(Effect.zipLeft(draw, Effect.sleep(DRAW_EVERY))))
  } else if (!silent) {
    const all = Effect.sync(() => {
      for (const one of states) if (one.state.phase === "running") tell(sentence(one, one.state, now()))
    })
    yield* Effect.forkScoped(Effect.forever(Effect.zipRight(Effect.sleep(TELL_EVERY), all)))
  }

  /** The ends of waits that were told: many wait for the same. */
  const ends = new Set<number>()
  return (name: string): Tracker => {
    const own: State = { name, state: { phase: "queued" }, counts: null }
    const told = new Map<RunObserver.Wait["kind"], number>()
    states.push(own)
    const running = (change: (running: Lines.Running) => Partial<Lines.Running>) => {
      if (own.state.phase === "running") own.state = { ...own.state, ...change(own.state) }
    }
    const tellWait = (one: Waiting.Waiting) => {
      const { kind, until } = one.wait
      if (!TOLD.has(kind) || until === null || until - one.since < LONG) return
      if (ends.has(until) || one.since - (told.get(kind) ?? Number.NEGATIVE_INFINITY) < AGAIN) return
      told.set(kind, one.since)
      ends.add(until)
      tell(`${name} ${Waiting.words(one, one.since)[0]}`)
    }
    return {
      observation: {
        request: (peer) => running(({ waits }) => ({ waits: waits.filter((one) => one.peer !== peer) })),
        waiting: (peer, wait) => {
          const one: Waiting.Waiting = { peer, wait, since: now() }
          running(({ waits }) => ({ waits: [...waits.filter((other) => other.peer !== peer), one] }))
          tellWait(one)
        },
        counts: (counts) => {
          own.counts = counts
          if (own.state.phase === "running") own.state.rate.counts(counts, now())
        },
        // Told at the end, with the results.
        warning: () => {}
      },
      begins: Effect.sync(() => {
        own.state = { phase: "running", began: now(), rate: Rate.make(now()), waits: [] }
        tell(`${name} begins`)
      }),
      ends: (how) =>
        Effect.sync(() => {
          own.state = { phase: "ended", how }
          tell(`${name} ${how}: ${own.counts === null ? "nothing new" : Lines.tally(own.counts)}`)
        })
    }
  }
})
