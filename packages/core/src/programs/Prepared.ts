// A recorded batch as rows that are ready to go: the raw page out of the store, mapped again. The mapping is pure, so a
// second attempt finds what the first one found.
import * as Effect from "effect/Effect"
import { type Contract, mappingVersion } from "../model/Contract.ts"
import type { Batch } from "../model/PipelineState.ts"
import * as Row from "../model/Row.ts"
import { EventStore, StoreError } from "../ports/EventStore.ts"
import { ConnectorError, type Mapping } from "../ports/Mapping.ts"
import type { Handoff } from "./Handoff.ts"
import { codeOf, type RunError } from "./RunError.ts"
import * as Trace from "./Trace.ts"

/** A record's row as exact text, with what the cache of sent rows needs. */
export interface PreparedRow {
  readonly item: number
  readonly key: string
  readonly cacheKey: Uint8Array
  readonly text: string
  readonly digest: Uint8Array
  readonly columns: ReadonlyArray<string>
}

export interface Rejected {
  readonly item: number
  readonly key: string | null
  readonly rejection: Row.Rejection
}

export interface Prepared {
  readonly rows: ReadonlyMap<number, PreparedRow>
  readonly rejected: ReadonlyArray<Rejected>
}

const prepareRow = (contract: Contract, item: number, row: Row.Row): PreparedRow => {
  const key = Row.key(contract, row)
  const text = Row.encode(contract, row)
  return { item, key, cacheKey: Row.cacheKey(key), text, digest: Row.digest(text), columns: Object.keys(row) }
}

/** The part of a batch that mapping it needs. */
export type Page = Pick<Batch, "batch" | "blob" | "context" | "records" | "repeated">

/** A page may show a record twice, as it was and as it is; where most rows replace others, the key is none. */
const FEW_REPLACED = 10

/** The rows of a batch, or in a few words what no correct mapping gives. */
const prepareAll = (contract: Contract, batch: Page, mapped: ReadonlyArray<Row.Mapped>): Prepared | string => {
  if (mapped.length !== batch.records) {
    return `it finds ${mapped.length} records in a page in which it found ${batch.records} before`
  }
  const rows = new Map<number, PreparedRow>()
  const rejected: Array<Rejected> = []
  const repeated = new Set(batch.repeated)
  const texts = new Map<string, string>()
  let replaced = 0
  for (const [item, one] of mapped.entries()) {
    if (repeated.has(item)) continue
    if (one._tag === "Rejected") {
      rejected.push({ item, key: one.key, rejection: one.rejection })
      continue
    }
    const problem = Row.problem(contract, one.row)
    if (problem !== null) return `record ${item} gives a row that is none of its contract: ${problem}`
    const row = prepareRow(contract, item, one.row)
    if ((texts.get(row.key) ?? row.text) !== row.text) replaced += 1
    texts.set(row.key, row.text)
    rows.set(item, row)
  }
  if (replaced >= FEW_REPLACED && replaced * 2 >= rows.size) {
    return `${contract.primaryKey.join(", ")} does not tell its records apart: ${rows.size} rows of one page have ${texts.size} keys`
  }
  return { rows, rejected }
}

/**
 * Maps one batch: out of the hand of the extraction, else out of the store. In the latter case it has a span in the trace where
 * `dataset` is given, the title of the dataset that the pipeline fills.
 */
export const prepare = Effect.fnUntraced(function* (spec: Mapping, batch: Page, handoff: Handoff, dataset?: string) {
  const { contract } = spec
  const store = yield* EventStore
  const again = Effect.flatMap(store.blob(batch.blob), (body) => spec.rows({ body, context: batch.context }))
  const mapped =
    handoff.take(batch.blob) ?? (yield* dataset === undefined ? again : traced(contract, batch, dataset, again))
  const prepared = prepareAll(contract, batch, mapped)
  if (typeof prepared !== "string") return prepared
  const detail = `the connector's mapping of ${contract.stream} is wrong at batch ${batch.batch}: ${prepared}`
  return yield* new ConnectorError({ detail })
})

const traced = <A, E extends RunError, R>(
  contract: Contract,
  { batch, records, repeated }: Page,
  dataset: string,
  work: Effect.Effect<A, E, R>
) => {
  const attributes = {
    "inlet.dataset.key": dataset,
    "inlet.events": 1,
    "inlet.rows": records - repeated.length,
    "inlet.projection.version": mappingVersion(contract)
  }
  const number = Trace.numberOf(batch)
  return Trace.numbered(work, { name: `map ${dataset}`, event: "map", number, attributes, codeOf })
}

/** Null where the raw page is no longer kept. */
export const present = <A, E, R>(
  effect: Effect.Effect<A, E | StoreError, R>
): Effect.Effect<A | null, E | StoreError, R> =>
  Effect.catchIf(
    effect,
    (error): error is StoreError => error instanceof StoreError && error.reason === "Missing",
    () => Effect.succeed(null)
  )
