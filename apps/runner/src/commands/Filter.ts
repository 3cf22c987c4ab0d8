// What filters of a command line name: a source or a run that nobody knows is a mistake of whoever typed it, and must not look
// like an empty answer.
import { SendLog } from "@inlet/core"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as Configuration from "../configuration/Configuration.ts"
import * as Pipelines from "../configuration/Pipelines.ts"
import { UsageError } from "../output/Failure.ts"
import { glance } from "../run/Store.ts"

/** What the log has; nothing where there is none, which whoever reads it tells of. */
const logged = <A, E>(ask: (log: SendLog.SendLog["Type"]) => Stream.Stream<A, E>) =>
  SendLog.SendLog.pipe(
    Effect.flatMap((log) => Stream.runCollect(ask(log))),
    Effect.map((found): ReadonlyArray<A> => [...found]),
    Effect.provide(glance),
    Effect.orElseSucceed((): ReadonlyArray<A> => [])
  )

const configured = Configuration.outline.pipe(
  Effect.map(({ sources }) => Object.keys(sources)),
  Effect.orElseSucceed((): ReadonlyArray<string> => [])
)

/** Refuses a source that neither the log nor inlet.yaml knows. */
export const source = (given: Option.Option<string>) =>
  Effect.gen(function* () {
    if (Option.isNone(given)) return
    const inLog = yield* logged((log) => log.pipelines())
    const known = [...new Set([...inLog.map(({ source }) => source), ...(yield* configured)])]
    if (known.length > 0 && !known.includes(given.value)) {
      return yield* Pipelines.unknownName("source", given.value, known)
    }
  })

/** Refuses a run that is not in the log. */
export const run = (given: Option.Option<string>) =>
  Effect.gen(function* () {
    if (Option.isNone(given)) return
    const [any] = yield* logged((log) => Stream.take(log.runs({}), 1))
    const [found] = yield* logged((log) => log.runs({ run: given.value }))
    if (any !== undefined && found === undefined) {
      return yield* new UsageError({ detail: `There is no run ${given.value}.`, fix: "inlet runs lists them." })
    }
  })
