// `inlet emulate databox`: the emulator by itself.
import { DataboxEmulator } from "@inlet/emulators"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Decode from "../configuration/Decode.ts"
import { describe } from "../configuration/Path.ts"
import { UsageError } from "../output/Failure.ts"
import { Output } from "../output/Output.ts"

export interface Options {
  readonly port: Option.Option<number>
  readonly behaviour: Option.Option<string>
}

const refuse = (detail: string) =>
  new UsageError({ detail: `--behaviour: ${detail}`, fix: `Write JSON like {"upsert":"merge","down":true}` })

const behaviourOf = Effect.fnUntraced(function* (text: string) {
  const value = yield* Effect.try({ try: (): unknown => JSON.parse(text), catch: () => refuse("this is not JSON") })
  return yield* Effect.mapError(Decode.decode(DataboxEmulator.Behaviour, value), (issues) =>
    refuse(issues.map(({ message, path }) => `${describe(path)} ${message}`).join("; "))
  )
})

export const run = Effect.fnUntraced(function* (options: Options) {
  const output = yield* Output
  const behaviour = yield* Effect.transposeMapOption(options.behaviour, behaviourOf)
  const { apiKey, url } = yield* DataboxEmulator.start({
    port: Option.getOrUndefined(options.port),
    behaviour: Option.getOrUndefined(behaviour)
  })
  if (output.json) yield* output.item({ url, apiKey })
  yield* output.say(`The Databox emulator listens at ${url}; its API key is ${apiKey}.`)
  yield* output.say(`What it holds: ${url}/_emulator/datasets    what it was asked: ${url}/_emulator/journal`)
  yield* output.note("Ctrl-C ends it.")
  return yield* Effect.never
}, Effect.scoped)
