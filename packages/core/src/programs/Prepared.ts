// A recorded batch as rows that are ready to go: the raw page out of the store, mapped again. The mapping is pure, so a
// second attempt finds what the first one found.
import * as Effect from "effect/Effect"
import type { Batch } from "../model/PipelineState.ts"
import * as Row from "../model/Row.ts"
import { EventStore, StoreError } from "../ports/EventStore.ts"
import type { StreamSpec } from "../ports/Source.ts"
import type { Handoff } from "./Handoff.ts"
import { ConnectorError } from "./RunError.ts"

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

const decoder = new TextDecoder()

const prepareRow = ({ contract }: StreamSpec, item: number, row: Row.Row): PreparedRow => {
  const key = Row.key(contract, row)
  const text = Row.encode(contract, row)
  return { item, key, cacheKey: Row.cacheKey(key), text, digest: Row.digest(text), columns: Object.keys(row) }
}

/** The part of a batch that mapping it needs. */
export type Page = Pick<Batch, "batch" | "blob" | "context" | "records" | "repeated">

const mapAll = (spec: StreamSpec, batch: Page, body: unknown): Prepared => {
  const records = spec.records(body, batch.context)
  if (records.length !== batch.records) {
    throw new Error(`finds ${records.length} records in a page in which it found ${batch.records} before`)
  }
  const rows = new Map<number, PreparedRow>()
  const rejected: Array<Rejected> = []
  const repeated = new Set(batch.repeated)
  records.forEach((record, item) => {
    if (repeated.has(item)) return
    const mapped = spec.map(record)
    if (mapped._tag === "Row") rows.set(item, prepareRow(spec, item, mapped.row))
    else rejected.push({ item, key: mapped.key, rejection: mapped.rejection })
  })
  return { rows, rejected }
}

/** Maps one batch: out of the hand of the extraction, else out of the store. */
export const prepare = Effect.fn("map")(function* (spec: StreamSpec, batch: Page, handoff: Handoff) {
  const store = yield* EventStore
  const passed = handoff.take(batch.blob)
  const bytes = passed === undefined ? yield* store.blob(batch.blob) : null
  return yield* Effect.try({
    try: () => mapAll(spec, batch, bytes === null ? passed : JSON.parse(decoder.decode(bytes))),
    catch: (cause) =>
      new ConnectorError({
        detail: `the connector's mapping of ${spec.contract.stream} failed on batch ${batch.batch}: ${
          cause instanceof Error ? cause.message : "it threw no error"
        }`
      })
  })
})

/** Null where the raw page is no longer kept. */
export const present = <A, E, R>(
  effect: Effect.Effect<A, E | StoreError, R>
): Effect.Effect<A | null, E | StoreError, R> =>
  Effect.catchIf(
    effect,
    (error): error is StoreError => error instanceof StoreError && error.reason === "Missing",
    () => Effect.succeed(null)
  )
