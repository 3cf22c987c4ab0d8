// `inlet quarantine show ROW`: why a row is there; its raw record only where that is asked for.
import { Quarantine, type SendLog } from "@inlet/core"
import * as Effect from "effect/Effect"
import * as Configuration from "../configuration/Configuration.ts"
import * as Connectors from "../configuration/Connectors.ts"
import * as Pipelines from "../configuration/Pipelines.ts"
import * as Facts from "../output/Facts.ts"
import { UsageError } from "../output/Failure.ts"
import { Output } from "../output/Output.ts"
import { clean } from "../output/Table.ts"
import * as Time from "../output/Time.ts"
import { existing } from "../run/Store.ts"
import { byPipeline, nameOf, rows } from "./Quarantine.ts"

const facts = (row: SendLog.Quarantined): ReadonlyArray<Facts.Fact> => {
  const { at, code, key, path, run, source, stage, state, stream } = row
  const all = {
    row: nameOf(row),
    pipeline: `${source}/${stream}`,
    since: Time.stamp(at),
    stage,
    code,
    path,
    key,
    state,
    run
  }
  return Object.entries(all).flatMap(([name, value]) => (value === null ? [] : [[name, clean(value)] as const]))
}

export const run = Effect.fnUntraced(function* (options: { readonly row: string; readonly raw: boolean }) {
  const output = yield* Output
  const configuration = yield* Configuration.load
  const configured = yield* Pipelines.sources(configuration)
  const work = Effect.gen(function* () {
    const found = (yield* rows({ all: true })).find((row) => nameOf(row) === options.row)
    if (found === undefined) {
      const detail = `No row in quarantine is named ${options.row}.`
      return yield* new UsageError({ detail, fix: "inlet quarantine list --all shows them." })
    }
    const [pipeline] = options.raw ? yield* byPipeline([found], configured) : []
    const record =
      pipeline === undefined
        ? undefined
        : yield* Quarantine.record(pipeline.source, pipeline.spec, { batch: found.batch, index: found.item })
    if (output.json) return yield* output.item({ ...found, ...(record !== undefined && { record }) })
    for (const line of Facts.lines(facts(found), output)) yield* output.say(line)
    if (record !== undefined) yield* output.write(`${JSON.stringify(record, null, 2)}\n`)
  })
  yield* Effect.provide(work, existing)
  return 0
}, Effect.provide(Connectors.layer))
