// Rows in quarantine as commands name them: by batch and position, `20261124T225501-k3f9q2/3/17`.
import { type Mapping, SendLog, type Source } from "@inlet/core"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type * as Pipelines from "../configuration/Pipelines.ts"
import { UsageError } from "../output/Failure.ts"
import * as Filter from "./Filter.ts"

/** @example nameOf({ batch: "r/3", item: 17 }) === "r/3/17" */
export const nameOf = ({ batch, item }: Pick<SendLog.Quarantined, "batch" | "item">): string => `${batch}/${item}`

/** What lies there of all sources, or of one. */
export const rows = (filter: { readonly source?: string; readonly all?: boolean }) =>
  Effect.flatMap(SendLog.SendLog, (log) => Stream.runCollect(log.quarantine(filter))).pipe(
    Effect.map((rows): ReadonlyArray<SendLog.Quarantined> => [...rows])
  )

export interface Selection {
  readonly items: ReadonlyArray<string>
  readonly all: boolean
  readonly source: Option.Option<string>
}

const unknown = (name: string) =>
  new UsageError({ detail: `No open row in quarantine is named ${name}.`, fix: "inlet quarantine list shows them." })

/** The open rows that a command line names: some by their names, or all of them. */
export const select = Effect.fnUntraced(function* ({ all, items, source }: Selection) {
  if (all === items.length > 0) {
    return yield* new UsageError({
      detail: all ? "Rows are named and --all is given." : "No row is named.",
      fix: "Name rows as inlet quarantine list shows them, or take --all."
    })
  }
  yield* Filter.source(source)
  const open = yield* rows(Option.match(source, { onNone: () => ({}), onSome: (source) => ({ source }) }))
  if (all) return open
  const named = new Map(open.map((row) => [nameOf(row), row]))
  return yield* Effect.forEach(items, (name) =>
    Effect.mapError(Effect.fromNullable(named.get(name)), () => unknown(name))
  )
})

export interface Pipeline {
  readonly source: string
  readonly connector: string
  readonly spec: Mapping.Mapping
  readonly rows: ReadonlyArray<SendLog.Quarantined>
}

/** The rows by the configured pipelines that they belong to. */
export const byPipeline = (
  rows: ReadonlyArray<SendLog.Quarantined>,
  sources: ReadonlyArray<Pipelines.ConfiguredSource>
): Effect.Effect<ReadonlyArray<Pipeline>, UsageError | Source.SourceError> =>
  Effect.gen(function* () {
    const pipelines = sources.flatMap(({ connector, name, streams }) =>
      streams.map(
        (spec): Pipeline => ({
          source: name,
          connector: `${connector.name}@${connector.version}`,
          spec,
          rows: rows.filter(({ source, stream }) => source === name && stream === spec.contract.stream)
        })
      )
    )
    const faulty = sources.find(({ connector, name }) => connector.fault && rows.some(({ source }) => source === name))
    if (faulty?.connector.fault) return yield* faulty.connector.fault
    const placed = pipelines.reduce((sum, { rows }) => sum + rows.length, 0)
    if (placed === rows.length) return pipelines.filter(({ rows }) => rows.length > 0)
    return yield* new UsageError({
      detail: `${rows.length - placed} of the rows belong to streams that inlet.yaml does not have.`,
      fix: "Put the source and its stream back into inlet.yaml."
    })
  })
