// `inlet prune`: removes raw pages that are past their time.
import { Prune, type RawData } from "@inlet/core"
import * as Effect from "effect/Effect"
import * as Configuration from "../configuration/Configuration.ts"
import * as Connectors from "../configuration/Connectors.ts"
import * as Activity from "../output/Activity.ts"
import { Output } from "../output/Output.ts"
import * as Retention from "../run/Retention.ts"
import { existing, isLarge } from "../run/Store.ts"
import * as SchemaContracts from "./SchemaContracts.ts"

export interface Options {
  readonly dryRun: boolean
}

const pages = (count: number) => `${count.toLocaleString("en-US")} raw ${count === 1 ? "page" : "pages"}`

/** What was removed, and what stays although its time is over. */
const sentences = ({ bytes, pages: removed, quarantined, waiting }: RawData.Overdue, dryRun: boolean) => [
  ...(removed > 0
    ? [`${pages(removed)} ${dryRun ? "would be removed" : "removed"} (${(bytes / 1e6).toFixed(1)} MB)`]
    : []),
  ...(waiting > 0 ? [`${pages(waiting)} past the time stay, since rows of theirs wait: inlet send`] : []),
  ...(quarantined > 0
    ? [`${pages(quarantined)} past the time stay, since rows of theirs are in quarantine: inlet quarantine list`]
    : [])
]

export const run = Effect.fnUntraced(function* ({ dryRun }: Options) {
  const output = yield* Output
  const outline = yield* Configuration.outline
  const sources = yield* Effect.forEach(Object.entries(outline.sources), ([name, { connector }]) =>
    Effect.map(SchemaContracts.load(outline, name, connector), (connector) => ({ name, connector }))
  )
  const retention = Retention.of(outline.retention.raw, sources)
  const work = Effect.gen(function* () {
    const { store } = yield* Configuration.locate
    const pruning = Effect.tap(Prune.overdue(retention), () => (dryRun ? Effect.void : Prune.prune(retention)))
    const atOnce = yield* isLarge(store)
    const found = yield* Activity.during("looking for raw pages past their time", () => pruning, { atOnce })
    for (const one of found) {
      if (output.json) yield* output.item({ ...one, dryRun })
      for (const sentence of sentences(one, dryRun)) yield* output.say(`${one.source}: ${sentence}.`)
    }
    if (found.length === 0) yield* output.note("No raw page is past its time.")
    return 0
  })
  return yield* Effect.provide(work, existing)
}, Effect.provide(Connectors.layer))
