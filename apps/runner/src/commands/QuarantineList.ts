// `inlet quarantine list`: the rows that could not be mapped or that Databox refused.
import { SendLog } from "@inlet/core"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Listing from "../output/Listing.ts"
import { Output } from "../output/Output.ts"
import * as Time from "../output/Time.ts"
import { existing } from "../run/Store.ts"
import * as Filter from "./Filter.ts"
import { nameOf } from "./Quarantine.ts"

/** What is open is not said of each row where nothing else is shown. */
const listing = (all: boolean): Listing.Listing<SendLog.Quarantined> => ({
  columns: [
    { title: "row" },
    { title: "pipeline", name: true },
    { title: "since", spare: 3 },
    { title: "stage", spare: 2 },
    { title: "code" },
    { title: "path", name: true, quiet: true },
    { title: "key", least: 16, spare: 1, quiet: true },
    { title: "state", quiet: true }
  ],
  cells: (row) => [
    nameOf(row),
    `${row.source}/${row.stream}`,
    Time.stamp(row.at),
    row.stage,
    row.code,
    row.path,
    row.key,
    all ? row.state : null
  ],
  json: (row) => row
})

export const run = Effect.fnUntraced(function* (options: {
  readonly source: Option.Option<string>
  readonly all: boolean
}) {
  const { json } = yield* Output
  yield* Filter.source(options.source)
  const filter = {
    all: options.all,
    ...Option.match(options.source, { onNone: () => ({}), onSome: (source) => ({ source }) })
  }
  const work = Effect.flatMap(SendLog.SendLog, (log) =>
    Listing.print(log.quarantine(filter), listing(options.all), { json, none: "Nothing is in quarantine." })
  )
  yield* Effect.provide(work, existing)
  return 0
})
