// What is around a command that is carried out: its trace, from the root span to the last word about where it went.
import { TracePages } from "@inlet/core"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"
import { Stopped } from "../cli/Stopped.ts"
import * as Setting from "../configuration/Setting.ts"
import { Output } from "../output/Output.ts"
import * as Metrics from "./Metrics.ts"
import { SERVICE } from "./Resource.ts"
import type { Sdk } from "./Sdk.ts"
import * as Settings from "./Settings.ts"
import * as TraceFile from "./TraceFile.ts"

/** The command's work, and how its failure is told; what is told has an exit code. */
export interface Task<E, R> {
  readonly command: ReadonlyArray<string>
  readonly work: Effect.Effect<number, E, R>
  readonly report: (cause: Cause.Cause<E>) => Effect.Effect<number>
}

const INTERRUPTED = 130

const trigger = Effect.map(Setting.variable("CI"), (ci) =>
  ci === undefined || /^(false|0|no)$/i.test(ci.trim()) ? "cli" : "ci"
)

/** The root span says how the command ended. */
const tell = Effect.fnUntraced(function* (code: number) {
  const stopped = (yield* Stopped)()
  const root = yield* Effect.orDie(Effect.currentSpan)
  root.attribute("process.exit.code", stopped ?? code)
  return { root, stopped }
})

/** The root span of a command that tells of what is wrong by its exit code alone. An interruption is no error. */
export const answered = Effect.fnUntraced(function* (code: number) {
  const { root, stopped } = yield* tell(code)
  if (code !== 0 && stopped === undefined && !root.attributes.has("error.type")) {
    root.attribute("error.type", String(code))
  }
})

/** Does the work and ends with its exit code; fails as the work did where that is an error for the span around, too. */
const told = <E, R>({ report, work }: Task<E, R>, answer: (code: number) => void) =>
  Effect.matchCauseEffect(work, {
    onSuccess: (code) => Effect.as(answered(code), answer(code)),
    onFailure: (cause) =>
      Effect.gen(function* () {
        const code = Cause.isInterruptedOnly(cause) ? INTERRUPTED : yield* report(cause)
        answer(code)
        yield* tell(code)
        return code === 0 ? undefined : yield* Effect.failCause(cause)
      })
  })

/** In the command's root span. An interruption stays one; whatever else it is, the answer is an exit code. */
const traced = <E, R>(task: Task<E, R>, parent: Settings.Parent | null) =>
  Effect.gen(function* () {
    const { command } = task
    const attributes = {
      "inlet.command": command.join(" "),
      "inlet.trigger": yield* trigger,
      "process.executable.name": SERVICE
    }
    const above: Tracer.SpanOptions = parent === null ? { root: true } : { parent: Tracer.externalSpan(parent) }
    let code = 0
    let traceId = ""
    const work = Effect.flatMap(Effect.orDie(Effect.currentSpan), (root) => {
      traceId = root.traceId
      return told(task, (answer) => {
        code = answer
      })
    })
    const exit = yield* Effect.exit(
      Effect.withSpan(work, [SERVICE, ...command].join(" "), { ...above, attributes, captureStackTrace: false })
    )
    const interrupted = Exit.isFailure(exit) && Cause.isInterruptedOnly(exit.cause)
    return { answer: interrupted ? Effect.interrupt : Effect.succeed(code), traceId }
  })

const load = (settings: Settings.Settings) =>
  Effect.gen(function* () {
    const { line } = yield* Output
    const { make } = yield* Effect.promise(() => import("./Sdk.ts"))
    return yield* make(settings, line)
  })

const isWanted = ({ console, files, metrics, traces }: Settings.Settings): boolean =>
  console || files !== null || Option.isSome(metrics) || Option.isSome(traces)

const within = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  { beside, metrics, tracer }: Sdk,
  { pages }: Settings.Settings
) =>
  effect.pipe(
    Effect.withTracer(tracer),
    Effect.provideService(Metrics.Metrics, metrics),
    Effect.provideService(TraceFile.Beside, beside),
    Effect.provideService(TracePages, pages)
  )

/** Carries the command out; ends with its exit code, once what there is to tell of it is kept and sent. */
export const around = <E, R>(task: Task<E, R>) =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      const { complain } = yield* Output
      const restored = { ...task, work: restore(task.work) }
      const settings = yield* Settings.read
      if (Option.isNone(settings) || !isWanted(settings.value)) {
        return yield* Effect.flatMap(traced(restored, null), ({ answer }) => answer)
      }
      for (const warning of settings.value.warnings) yield* complain(`warning: ${warning}`)
      const sdk = yield* load(settings.value)
      const { answer, traceId } = yield* within(traced(restored, settings.value.parent), sdk, settings.value)
      // In a fiber of its own: this one may be interrupted already.
      const warnings = yield* Effect.flatMap(Effect.forkDaemon(sdk.close(traceId)), Fiber.join)
      for (const warning of warnings) yield* complain(`warning: ${warning}`)
      return yield* answer
    })
  )
