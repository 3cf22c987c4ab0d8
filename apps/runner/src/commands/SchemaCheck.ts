// `inlet schema check`: whether what is written down of contracts is true, or whether sources send what contracts expect.
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Connectors from "../configuration/Connectors.ts"
import { UsageError } from "../output/Failure.ts"
import { Output } from "../output/Output.ts"
import * as SchemaContracts from "./SchemaContracts.ts"
import * as SchemaFolder from "./SchemaFolder.ts"
import * as SchemaLive from "./SchemaLive.ts"
import * as SchemaProblems from "./SchemaProblems.ts"
import * as SchemaReview from "./SchemaReview.ts"

export interface Options {
  readonly dir: Option.Option<string>
  readonly connector: ReadonlyArray<string>
  readonly live: boolean
}

const written = Effect.fnUntraced(function* ({ connector, dir }: Options) {
  const output = yield* Output
  const folder = yield* SchemaFolder.locate(dir)
  const entries = yield* SchemaContracts.entries(connector)
  const { problems } = yield* SchemaReview.compare(folder, entries)
  if (problems.length > 0) return yield* SchemaProblems.refuse(`${folder} does not fit the connectors.`, problems)
  if (output.json) yield* output.item({ ok: true, problems })
  if (!output.quiet) yield* output.say(`${folder} fits the connectors: ${SchemaContracts.datasets(entries)}.`)
  return 0
})

export const run = Effect.fnUntraced(function* (options: Options) {
  if (!options.live) return yield* written(options)
  if (options.connector.length > 0 || Option.isSome(options.dir)) {
    return yield* new UsageError({
      detail:
        "--live looks at what the sources of inlet.yaml sent, not at files: it goes with neither --dir nor --connector.",
      fix: "inlet schema check --live"
    })
  }
  return yield* SchemaLive.check
}, Effect.provide(Connectors.layer))
