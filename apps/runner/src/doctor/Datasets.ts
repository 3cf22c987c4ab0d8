// Whether the datasets at Databox are what the contracts say, as far as Databox tells: that they are there at all, their keys, and
// the types of their columns.
import { Contract, Event, EventStore, PipelineLog } from "@inlet/core"
import type { Inspection } from "@inlet/databox-sink"
import * as Effect from "effect/Effect"
import type * as Pipelines from "../configuration/Pipelines.ts"
import * as Databox from "./Databox.ts"
import { about, type Finding } from "./Finding.ts"
import { AGAIN, bounded } from "./Network.ts"

/** A dataset that a pipeline writes. */
interface Wanted {
  readonly source: string
  readonly title: string
  readonly contract: Contract.Contract
  /** Under which id rows were sent to it; null before the first. */
  readonly id: string | null
}

const REFUSED = { code: "E_SINK_DATASET", exit: 31 }

const ANOTHER = "give the source another name in inlet.yaml, so that its datasets are made anew"

const wanted = Effect.fnUntraced(function* (sources: ReadonlyArray<Pipelines.ConfiguredSource>, known: Known) {
  const all = sources.flatMap(({ name, streams }) => streams.map(({ contract }) => ({ source: name, contract })))
  return yield* Effect.forEach(all, ({ contract, source }) => {
    const title = Contract.title(source, contract)
    return Effect.map(known(source, contract.stream, title), (id): Wanted => ({ source, title, contract, id }))
  })
})

/** The id that the log knows of a dataset. */
export type Known = (source: string, stream: string, title: string) => Effect.Effect<string | null>

/** As the store has it; one that fails to tell has told so before. */
export const known = Effect.map(
  EventStore.EventStore,
  (store): Known =>
    (source, stream, title) =>
      PipelineLog.load(Event.pipeline(source, stream)).pipe(
        Effect.map(({ head }) => head.datasets[title]?.ref.id ?? null),
        Effect.orElseSucceed(() => null),
        Effect.provideService(EventStore.EventStore, store)
      )
)

/** Where there is no store. */
export const unknown: Known = () => Effect.succeed(null)

/** What is wrong with a dataset that is there. */
const differences = ({ contract, source, title }: Wanted, { columns, primaryKeys }: Inspection.Found) => {
  const say = about("datasets", source)
  const findings: Array<Finding> = []
  const isKey = (names: ReadonlyArray<string>) => names.toSorted().join() === contract.primaryKey.toSorted().join()
  if (primaryKeys !== null && !isKey(primaryKeys)) {
    const has = primaryKeys.length === 0 ? "no primary key" : `the primary key ${primaryKeys.join(", ")}`
    findings.push(
      say.failure(`${title} has ${has} at Databox, where its contract has ${contract.primaryKey.join(", ")}`, {
        ...REFUSED,
        fix: `Rename or delete it in Databox before anything is sent to it, or ${ANOTHER}.`
      })
    )
  }
  const other = contract.columns.filter(({ name, type }) => (columns?.get(name) ?? type) !== type)
  if (other.length > 0) {
    const told = other.map(({ name, type }) => `${name} (${columns?.get(name)}, where the contract has ${type})`)
    findings.push(
      say.warning(
        `${title} has columns of other types at Databox: ${told.join(", ")}`,
        `Where rows are refused, ${ANOTHER}.`
      )
    )
  }
  return findings
}

const judge = (all: ReadonlyArray<Wanted>, found: ReadonlyMap<string, Inspection.Found>): ReadonlyArray<Finding> => {
  const findings = all.flatMap((one): ReadonlyArray<Finding> => {
    const there = found.get(one.title)
    if (there !== undefined && (one.id === null || one.id === there.id)) return differences(one, there)
    if (one.id === null) return []
    const message = `${one.title} is not there any more: rows went to the one with the id ${one.id}`
    const [first = "", ...rest] = ANOTHER
    return [
      about("datasets", one.source).failure(message, { ...REFUSED, fix: `${first.toUpperCase()}${rest.join("")}.` })
    ]
  })
  if (findings.length > 0) return findings
  const there = all.filter(({ title }) => found.has(title)).length
  const tells = [...found.values()].some(({ primaryKeys }) => primaryKeys !== null)
  const how = there === 0 ? "" : tells ? ", as their contracts want them" : "; Databox tells neither keys nor columns"
  const missing = all.length - there
  const made = missing === 0 ? "" : `; ${missing} to be made by the next sync`
  return [about("datasets").ok(`${there} there${how}${made}`)]
}

/** What was found of the datasets of these sources. */
export const look = (
  inspection: Inspection.Inspection,
  account: Inspection.Account,
  sources: ReadonlyArray<Pipelines.ConfiguredSource>,
  known: Known
) =>
  Effect.flatMap(wanted(sources, known), (all) =>
    inspection
      .datasets(
        account,
        all.map(({ title }) => title)
      )
      .pipe(
        Effect.match({
          onFailure: (error): ReadonlyArray<Finding> => [Databox.refused("datasets", error)],
          onSuccess: (found) => judge(all, found)
        }),
        bounded(
          "datasets",
          (): ReadonlyArray<Finding> => [
            about("datasets").warning("Databox did not tell in time of all datasets", AGAIN)
          ]
        )
      )
  )
