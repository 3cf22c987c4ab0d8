// `inlet doctor`: whether what a run needs is there, line by line, each failure with its fix. Changes nothing.
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Configuration from "../configuration/Configuration.ts"
import * as Connectors from "../configuration/Connectors.ts"
import * as Pipelines from "../configuration/Pipelines.ts"
import * as Failure from "../output/Failure.ts"
import { Output } from "../output/Output.ts"
import { clean } from "../output/Table.ts"
import { existing } from "../run/Store.ts"
import * as TokenKey from "../run/TokenKey.ts"

interface Finding {
  readonly check: string
  readonly status: "ok" | "failure"
  readonly message: string
  readonly fix: string | null
  /** How a command would end on it. */
  readonly exit: number
}

/** What a check found: the sentence that it ends with, or the error. */
const examine = <E extends Failure.Expected, R>(
  check: string,
  look: Effect.Effect<string, E, R>
): Effect.Effect<Finding, never, R> =>
  Effect.match(look, {
    onSuccess: (message): Finding => ({ check, status: "ok", message, fix: null, exit: 0 }),
    onFailure: (error): Finding => {
      const { exit, failure } = Failure.describe(error, { reference: null })
      return { check, status: "failure", message: failure.message, fix: failure.fix, exit }
    }
  })

const configuration = Effect.gen(function* () {
  const loaded = yield* Configuration.load
  const sources = yield* Pipelines.sources(loaded)
  return `${loaded.file}: ${sources.map(({ name }) => name).join(", ")}`
})

const store = Effect.gen(function* () {
  const { store } = yield* Configuration.locate
  const opened = Effect.as(Effect.scoped(Layer.build(existing)), store)
  return yield* Effect.catchIf(
    opened,
    (error) => error._tag === "StoreError" && error.reason === "Missing",
    () => Effect.succeed(`${store} is made by the first sync`)
  )
})

const key = Effect.gen(function* () {
  const { store } = yield* Configuration.locate
  const source = yield* TokenKey.source
  const { known, where } = TokenKey.keys(source, store)
  const there = (yield* known).length > 0
  return there ? `what sources sign in with is encrypted with ${where}` : `${where} is made by the first inlet login`
})

const show = Effect.fnUntraced(function* ({ check, fix, message, status }: Omit<Finding, "exit">) {
  const output = yield* Output
  const mark = status === "ok" ? output.paint("green", "ok     ") : output.paint("red", "failure")
  const [first = "", ...rest] = message.split("\n")
  yield* output.say(`${mark}  ${check}: ${clean(first)}`)
  for (const line of rest) yield* output.say(`         ${clean(line)}`)
  if (fix !== null) yield* output.say(`         next: ${fix}`)
})

export const run = Effect.fnUntraced(function* (_: object) {
  const output = yield* Output
  const findings = [
    yield* examine("configuration", configuration),
    yield* examine("store", store),
    yield* examine("key", key)
  ]
  for (const { exit: _, ...finding } of findings) {
    yield* output.json ? output.item(finding) : show(finding)
  }
  return findings.find(({ exit }) => exit !== 0)?.exit ?? 0
}, Effect.provide(Connectors.layer))
