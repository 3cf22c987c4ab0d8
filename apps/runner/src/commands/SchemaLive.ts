// The contracts of the configured sources against the fields that their recorded pages have. No source is asked.
import { Contract, Event, PipelineLog } from "@inlet/core"
import { Contracts } from "@inlet/sdk"
import * as Effect from "effect/Effect"
import * as Configuration from "../configuration/Configuration.ts"
import * as Activity from "../output/Activity.ts"
import { Output } from "../output/Output.ts"
import { clean } from "../output/Table.ts"
import * as Wrap from "../output/Wrap.ts"
import { existing } from "../run/Store.ts"
import * as SchemaContracts from "./SchemaContracts.ts"
import * as SchemaProblems from "./SchemaProblems.ts"

interface Compared {
  readonly dataset: string
  readonly seen: Contracts.Seen
}

const pipelines = Effect.gen(function* () {
  const outline = yield* Configuration.outline
  const found: Array<{ readonly source: string; readonly contract: Contract.Contract }> = []
  for (const [source, { connector, streams }] of Object.entries(outline.sources)) {
    const { streams: all } = yield* SchemaContracts.load(outline, source, connector)
    for (const [stream, { contract }] of all) {
      if (streams === undefined || streams.includes(stream)) found.push({ source, contract })
    }
  }
  return found
})

const compare = Effect.fnUntraced(function* (source: string, contract: Contract.Contract) {
  const { head } = yield* PipelineLog.load(Event.pipeline(source, contract.stream))
  const compared: Compared = { dataset: Contract.title(source, contract), seen: Contracts.seen(contract, head.shape) }
  return compared
})

const INDENT = "  "
/** Unmapped fields that are named to people; most services send many. */
const SHOWN = 5

const lines = ({ dataset, seen }: Compared, width: number): ReadonlyArray<string> => {
  const { fields, findings, unmapped } = seen
  if (fields === 0) return [`${dataset}: nothing is recorded yet`]
  const notes = findings.filter(({ grave }) => !grave).map(({ message }) => message)
  const some = unmapped.slice(0, SHOWN).map(clean).join(", ")
  const more = unmapped.length > SHOWN ? " … (--json names all)" : ""
  const rest = unmapped.length === 0 ? [] : [`${unmapped.length} without a column: ${some}${more}`]
  return [
    `${dataset}: ${fields} fields seen`,
    ...[...notes, ...rest].flatMap((text) => Wrap.words(text, width - INDENT.length).map((line) => INDENT + line))
  ]
}

const publicForm = ({ dataset, seen: { fields, findings, unmapped } }: Compared) => ({
  dataset,
  recorded: fields > 0,
  fields,
  notes: findings.filter(({ grave }) => !grave).map(({ column, kind, message }) => ({ kind, column, message })),
  unmapped
})

/** Ends with the exit code: a column that rows cannot do without has to be there. */
export const check = Effect.gen(function* () {
  const output = yield* Output
  const found = yield* Activity.during("comparing contracts with recorded pages", (tell) =>
    Effect.gen(function* () {
      const all = yield* pipelines
      return yield* Effect.forEach(all, ({ contract, source }, index) => {
        tell(`${index + 1} of ${all.length}: ${source}/${contract.stream}`)
        return compare(source, contract)
      })
    }).pipe(Effect.provide(existing))
  )
  for (const one of found) {
    for (const line of lines(one, Math.min(output.columns, 110))) yield* output.say(line)
  }
  const problems = found.flatMap(({ dataset, seen }) =>
    seen.findings
      .filter(({ grave }) => grave)
      .map(({ column, kind, message }) => ({ dataset, kind, column, message: `${dataset}: ${message}` }))
  )
  const datasets = found.map(publicForm)
  if (problems.length > 0) {
    return yield* SchemaProblems.refuse("Sources send other data than contracts expect.", problems, { datasets })
  }
  if (output.json) yield* output.item({ ok: true, problems, datasets })
  return 0
})
