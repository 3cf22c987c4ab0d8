// What to do about rows that could not be mapped or that the sink refused: look at one, send them again, or give them up.
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { title } from "../model/Contract.ts"
import * as Event from "../model/Event.ts"
import { EventStore, StoreError } from "../ports/EventStore.ts"
import type { Leases } from "../ports/Leases.ts"
import type { Mapping } from "../ports/Mapping.ts"
import * as Handoff from "./Handoff.ts"
import * as Plan from "./Plan.ts"
import { prepare, present } from "./Prepared.ts"
import { type Log, recorded } from "./Recorded.ts"
import { causeOf, type RunOptions, type RunReport, run } from "./Run.ts"
import { ReplayError, some } from "./RunError.ts"

/** A record of a batch, by its position. */
export interface Item {
  readonly batch: string
  readonly index: number
}

const nameOf = ({ batch, index }: Item): string => `${batch}/${index}`

/** Those of the items that are in quarantine now, each once: somebody may have decided meanwhile. */
const openOf = ({ batches }: Log, items: ReadonlyArray<Item>): ReadonlyArray<Item> => {
  const known = new Map(batches.map((batch) => [batch.batch, batch]))
  const distinct = new Map(items.map((item) => [nameOf(item), item]))
  return [...distinct.values()].filter(({ batch, index }) => known.get(batch)?.quarantined.get(index) === "open")
}

/**
 * Those of the items whose key has a newer version in the dataset, or on its way there. They never go out: the newer one
 * would be overwritten.
 */
const supersededOf = Effect.fnUntraced(function* (
  source: string,
  spec: Mapping,
  { batches, erased }: Log,
  items: ReadonlyArray<Item>
) {
  const released = new Set(items.map(nameOf))
  const own = title(source, spec.contract)
  const homes = new Set(items.map(({ batch }) => batch))
  const oldest = Math.min(...batches.flatMap(({ batch, origin }) => (homes.has(batch) ? [origin] : [])))
  const newest = new Map<string, readonly [origin: number, item: number]>()
  const places: Array<Item & { readonly name: string; readonly origin: number }> = []
  const gone: Array<string> = []
  for (const { batch, origin, quarantined, target, ...page } of batches) {
    if (origin < oldest || erased.has(batch)) continue
    const prepared = yield* present(prepare(spec, { ...page, batch }, Handoff.make()))
    if (prepared === null) {
      gone.push(batch)
      continue
    }
    const { rows } = prepared
    for (const { item, key } of rows.values()) {
      const isReleased = released.has(nameOf({ batch, index: item }))
      if (quarantined.has(item) && !isReleased) continue
      const name = `${target ?? own} ${key}`
      const [version, at] = newest.get(name) ?? [0, 0]
      if (origin > version || (origin === version && item > at)) newest.set(name, [origin, item])
      if (isReleased) places.push({ batch, index: item, name, origin })
    }
  }
  if (gone.length > 0) {
    return yield* new ReplayError({
      reason: "RawGone",
      detail: `whether a newer version of these rows was sent cannot be told: the raw pages of these batches are not kept any more: ${some(gone)}`
    })
  }
  return places.filter(({ index, name, origin }) => {
    const [version, item] = newest.get(name) ?? [0, 0]
    return version > origin || (version === origin && item > index)
  })
})

/** A decision as facts; `settled` are those of the items that go out as other rows, and need no request of their own. */
export const decided = (
  items: ReadonlyArray<Item>,
  how: "released" | "discarded",
  settled: ReadonlyArray<Item>
): ReadonlyArray<Event.Fact> => [
  { type: "QuarantineResolved", data: { items, how } },
  ...[...new Set(settled.map(({ batch }) => batch))].flatMap((id) =>
    Plan.settleWithout(
      id,
      [],
      settled.flatMap(({ batch, index }) => (batch === id ? [index] : []))
    )
  )
]

/**
 * Records what somebody decided. Released rows are in the outbox then, and the next delivery maps and sends them anew,
 * but for those that a newer version of the same key has superseded; discarded ones never go out. Never fails: the report
 * says what went wrong.
 */
export const resolve = (
  source: string,
  spec: Mapping,
  items: ReadonlyArray<Item>,
  how: "released" | "discarded",
  options: RunOptions
): Effect.Effect<RunReport, never, EventStore | Leases> =>
  run({ source, spec, mode: "resend", options }, ({ commit, stream }) =>
    Effect.gen(function* () {
      const work = Effect.gen(function* () {
        const log = yield* recorded(stream)
        const open = openOf(log, items)
        if (open.length === 0) return
        const superseded = how === "released" ? yield* supersededOf(source, spec, log, open) : []
        yield* commit(decided(open, how, superseded))
      })
      return causeOf(yield* Effect.exit(work))
    })
  )

/** The raw record of an item, out of its recorded page. */
export const record = Effect.fnUntraced(function* (source: string, spec: Mapping, { batch, index }: Item) {
  const store = yield* EventStore
  const found = yield* store.read(Event.pipeline(source, spec.contract.stream)).pipe(
    Stream.filter((event) => event.type === "BatchRecorded" || event.type === "BatchReplayed"),
    Stream.filter(({ data }) => "batch" in data && data.batch === batch),
    Stream.runHead
  )
  const data = found._tag === "Some" && "blob" in found.value.data ? found.value.data : undefined
  if (data === undefined) {
    return yield* new StoreError({ reason: "Missing", operation: "record", detail: `there is no batch ${batch}` })
  }
  const records = yield* spec.records({ body: yield* store.blob(data.blob), context: data.context ?? {} })
  return records[index]
})
