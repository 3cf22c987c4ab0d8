// What a command is at while it says nothing: a line on a terminal, once it takes longer than a moment.
import type { RunObserver } from "@inlet/core"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Output } from "./Output.ts"
import * as Waiting from "./Waiting.ts"
import * as Width from "./Width.ts"

/** Takes how far it is, `38 %`, to be shown with the time it took; or what is to be said instead of both, at a time. */
export type Tell = (how: string | ((now: number) => string)) => void

export interface Options {
  /** For work that lets nothing be drawn while it is done, and takes long. */
  readonly atOnce?: boolean
}

const MOMENT = "500 millis"
const DRAW_EVERY = "200 millis"

/** @example percent(38, 100) === "38 %" */
export const percent = (part: number, whole: number): string =>
  whole <= 0 ? "" : `${Math.min(100, Math.floor((part / whole) * 100))} %`

/** Tells of waits as a run's observer is told of them. */
export const waits =
  (tell: Tell): RunObserver.Observation["waiting"] =>
  (peer, wait) =>
    tell((now) => Waiting.words({ peer, wait, since: now }, now)[0])

/** Does `work`, and shows meanwhile that it is `what` the command is doing: `checking the copy`. */
export const during = <A, E, R>(
  what: string,
  work: (tell: Tell) => Effect.Effect<A, E, R>,
  { atOnce = false }: Options = {}
): Effect.Effect<A, E, R> =>
  Effect.gen(function* () {
    const live = Option.getOrUndefined(yield* Effect.serviceOption(Output))?.live
    let how: Parameters<Tell>[0] = ""
    const tell: Tell = (told) => {
      how = told
    }
    if (live === undefined) return yield* work(tell)

    const clock = yield* Effect.clock
    const began = clock.unsafeCurrentTimeMillis()
    const draw = live.draw(({ columns }) => {
      const now = clock.unsafeCurrentTimeMillis()
      const told = typeof how === "string" ? [how, Waiting.span(Math.floor((now - began) / 1000))] : [how(now)]
      return [Width.cut([what, ...told].filter((part) => part !== "").join("  "), columns)]
    })
    const drawing = Effect.forever(Effect.zipRight(draw, Effect.sleep(DRAW_EVERY)))
    const shown = Effect.gen(function* () {
      yield* Effect.addFinalizer(() => live.clear)
      if (atOnce) yield* draw
      yield* Effect.forkScoped(Effect.delay(drawing, MOMENT))
      return yield* work(tell)
    })
    return yield* Effect.scoped(shown)
  })
