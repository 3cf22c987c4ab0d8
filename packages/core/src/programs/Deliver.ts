// Log → sink. Knows nothing of the source: recorded batches in, confirmed rows out. A live run, a run after a crash and a
// later `send` are all this, over what the outbox holds.

import * as Deferred from "effect/Deferred"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { mappingVersion, title } from "../model/Contract.ts"
import type * as Event from "../model/Event.ts"
import { type Batch, batchOf, type Part, unassigned } from "../model/PipelineState.ts"
import type { Leases } from "../ports/Leases.ts"
import type { Mapping } from "../ports/Mapping.ts"
import { SentRows } from "../ports/SentRows.ts"
import { Sink, SinkError } from "../ports/Sink.ts"
import * as Barrier from "./Barrier.ts"
import { settle } from "./Confirm.ts"
import { type Delivery, type DeliveryError, pace, reservations, type Shipment } from "./Delivery.ts"
import * as Evidence from "./Evidence.ts"
import type { Handoff } from "./Handoff.ts"
import * as InFlight from "./InFlight.ts"
import { isolate } from "./Isolate.ts"
import type { Lead } from "./Lead.ts"
import type { PipelineLog } from "./PipelineLog.ts"
import * as Plan from "./Plan.ts"
import { digestOf, failed, type Posted, post } from "./Post.ts"
import { type Prepared, type PreparedRow, prepare } from "./Prepared.ts"
import { provision } from "./Provision.ts"

/** Parts that may wait for their verdict at the same time. */
const UNSETTLED = 32

export interface Options {
  readonly log: PipelineLog
  readonly source: string
  readonly spec: Mapping
  /** False ends after acceptance; the next run confirms. */
  readonly wait: boolean
  readonly settle: Duration.DurationInput
  readonly lead: Lead
  readonly handoff: Handoff
  /** Title of the dataset that a replay goes to; the pipeline's own unless told. */
  readonly target?: string
  /** Each batch once, in the order in which they were recorded. */
  readonly batches: Stream.Stream<string>
}

/** Delivers these batches. Fails with what stopped it; the outbox keeps the rest. */
export const deliver = Effect.fnUntraced(
  function* (options: Options) {
    const background = yield* FiberSet.make<void, DeliveryError>()
    const broken = yield* Deferred.make<void, DeliveryError>()
    const follow = (effect: Effect.Effect<void, DeliveryError>) =>
      FiberSet.run(
        background,
        Effect.tapErrorCause(effect, (cause) => Deferred.failCause(broken, cause))
      )
    const evidence = yield* Evidence.make
    const { one, purges } = yield* deliverer(options, evidence, follow)
    const all = purges.pipe(
      Effect.zipRight(
        Stream.runForEach(options.batches, (batch) => Effect.zipRight(one(batch), options.lead.delivered))
      ),
      Effect.zipRight(evidence.idle(FiberSet.awaitEmpty(background)))
    )
    // What breaks in the background ends the loop as well, also where it breaks last.
    yield* Effect.raceFirst(all, Deferred.await(broken))
    const late = yield* Deferred.poll(broken)
    if (Option.isSome(late)) yield* late.value
  },
  Effect.scoped,
  (effect, { lead }) => Effect.ensuring(effect, lead.open),
  (effect, { log, source, spec, target }) => loading(effect, log, title(source, spec.contract), target)
)

/** The span of a pipeline's dataset, or of what a replay fills in its place, with what the log says of it in the end. */
const loading = <A, E, R>(effect: Effect.Effect<A, E, R>, log: PipelineLog, own: string, target = own) =>
  Effect.ensuring(
    effect,
    Effect.flatMap(log.tally, ({ batches, confirmed, rejected, sent }) =>
      Effect.annotateCurrentSpan({
        "inlet.batches": batches,
        "inlet.rows.sent": sent,
        "inlet.rows.confirmed": confirmed,
        "inlet.rows.rejected": rejected
      })
    )
  ).pipe(Effect.withSpan(`load ${own}`, { attributes: { "inlet.dataset.key": target, "inlet.run.id": log.run } }))

/** A dataset as the delivery sees it; it is looked for when something has to be sent to it. */
interface Lane {
  readonly name: string
  readonly inFlight: InFlight.InFlight<DeliveryError>
  readonly delivery: Effect.Effect<Delivery, DeliveryError, Leases | Sink>
}

/** Empties the dataset, once nothing is on its way to it any more. */
const purge = Effect.fnUntraced(
  function* (to: Delivery) {
    const { dataset, log, sink } = to
    const { unsettled } = (yield* log.state).head
    yield* Barrier.barrier(to, unsettled === undefined ? 0 : Date.parse(unsettled))
    yield* sink.purge(dataset)
    const sentRows = { dataset: dataset.title, forgetAll: true, forget: [], remember: [] }
    yield* log.commit([{ type: "DatasetPurged", data: { dataset: dataset.title } }], { sentRows })
  },
  (effect, { dataset: { title } }) => Effect.withSpan(effect, "purge", { attributes: { "inlet.dataset.key": title } })
)

type Follow = (effect: Effect.Effect<void, DeliveryError>) => Effect.Effect<unknown>

const mappingChanged = new SinkError({
  kind: "permanent",
  concerns: "rows",
  code: "mapping_changed",
  detail: "the mapping changed since the last attempt; the rows go out as new parts",
  status: null,
  requestId: null,
  retryAfter: null
})

/** The steps for one batch, with what they share. The dataset is looked for when the first batch needs it. */
const deliverer = Effect.fnUntraced(function* (options: Options, evidence: Evidence.Evidence, follow: Follow) {
  const { lead, log, spec, wait } = options
  const sink = yield* Sink
  const places = yield* Effect.makeSemaphore(UNSETTLED)
  const known = {
    mapping: mappingVersion(spec.contract),
    pace: pace(),
    reserve: reservations(log),
    evidence,
    lead,
    log,
    settle: options.settle,
    sink,
    spec
  }

  /** What belongs to one dataset: its own, or another one that a replay goes to. */
  const makeLane = Effect.fnUntraced(function* (name: string) {
    const sending = yield* Effect.makeSemaphore(1)
    const inFlight = InFlight.make<DeliveryError>()
    const delivery = yield* Effect.cached(
      Effect.gen(function* () {
        const dataset = yield* provision(log, name, spec.contract)
        const ready: Delivery = { ...known, sending, inFlight, dataset }
        const { head, outbox } = yield* log.state
        const since = Barrier.lastUnknown(outbox)
        if (since !== null) yield* sending.withPermits(1)(Barrier.barrier(ready, since))
        if (head.purge?.includes(name)) yield* sending.withPermits(1)(purge(ready))
        return ready
      })
    )
    const lane: Lane = { name, inFlight, delivery }
    return lane
  })
  const lanes = new Map<string, Lane>()
  const laneOf = (name: string) =>
    Effect.suspend(() => {
      const there = lanes.get(name)
      return there !== undefined
        ? Effect.succeed(there)
        : Effect.tap(makeLane(name), (lane) => Effect.sync(() => lanes.set(name, lane)))
    })

  /** Follows a posted part to its end, in the background where the run waits for verdicts. Its keys are on their way until then. */
  const land = Effect.fnUntraced(function* (to: Delivery, posted: Posted) {
    const followed = settle(to, posted).pipe(
      Effect.flatMap((landed) => (landed._tag === "Refused" ? isolate(to, landed) : Effect.void)),
      evidence.moving
    )
    const once = yield* Effect.cached(followed)
    const landed = yield* to.inFlight.takeOff(posted.shipment.rows, wait ? undefined : Effect.suspend(() => ending))
    const ending: Effect.Effect<void, DeliveryError> = Effect.zipRight(once, landed)
    // Columns of a new dataset are inferred from its first rows: nothing may overtake them.
    const filled = (yield* log.state).head.datasets[to.dataset.title]?.filled ?? false
    if (posted._tag === "Refused" || (wait && !filled)) return yield* evidence.idle(ending)
    if (!wait) return
    yield* evidence.idle(places.take(1))
    yield* follow(Effect.ensuring(ending, places.release(1)))
  })

  const ship = Effect.fnUntraced(function* (to: Delivery, shipment: Shipment, before: ReadonlyArray<Event.Fact> = []) {
    yield* evidence.idle(to.inFlight.clear(shipment.rows))
    yield* land(to, yield* post(to, shipment, before))
  })

  /** What earlier attempts left open, oldest part first, then what no part holds. */
  const resume = Effect.fnUntraced(function* (to: Delivery, batch: Batch, prepared: Prepared) {
    const left = new Set(unassigned(batch))
    for (const part of [...batch.parts.values()].sort((a, b) => a.part - b.part)) {
      const released = yield* resumePart(to, batch, part, prepared)
      for (const item of released) left.add(item)
    }
    const rows = [...left].sort((a, b) => a - b).flatMap((item) => prepared.rows.get(item) ?? [])
    // A newer mapping may refuse what the older one did not.
    const rejected = prepared.rejected.filter(({ item }) => left.has(item))
    const before = Plan.quarantineRejected(batch.batch, rejected)
    if (rows.length > 0) yield* shipAll(to, batch, rows, before)
    else if (before.length > 0) yield* log.commit(before)
  })

  /** Takes up one part where its last attempt left it. Returns the items that are to go out in other parts. */
  const resumePart = Effect.fnUntraced(function* (to: Delivery, { batch }: Batch, part: Part, prepared: Prepared) {
    const rows = part.items.flatMap((item) => prepared.rows.get(item) ?? [])
    const shipment: Shipment = { batch, part: part.part, attempt: part.attempt, rows }
    if (part.status === "accepted" && part.ingestionId !== null) {
      const receipt = { ingestionId: part.ingestionId, requestId: part.requestId }
      yield* land(to, { _tag: "Accepted", shipment, receipt })
    } else if (Barrier.isUnknown(part) || part.status === "retryable") {
      const next = { ...shipment, attempt: part.attempt + 1 }
      if (digestOf(to, next) !== part.digest) {
        // The mapping changed since. The barrier was waited for, so the rows may go out as they are now.
        yield* log.commit([failed(shipment, mappingChanged)])
        return part.items
      }
      yield* ship(to, next)
    }
    return []
  })

  const shipAll = Effect.fnUntraced(function* (
    to: Delivery,
    batch: Batch,
    rows: ReadonlyArray<PreparedRow>,
    before: ReadonlyArray<Event.Fact>
  ) {
    const filled = (yield* log.state).head.datasets[to.dataset.title]?.filled ?? false
    const parts = Plan.pack(filled ? rows : Plan.fullestFirst(rows), sink.limits)
    const first = yield* to.reserve(batch.batch, parts.length)
    for (const [index, part] of parts.entries()) {
      yield* ship(
        to,
        { batch: batch.batch, part: first + index, attempt: 1, rows: part.rows },
        index === 0 ? before : []
      )
    }
  })

  /** A batch that nothing was sent of yet. What needs no request is settled together with the first intention. */
  const begin = Effect.fnUntraced(function* ({ delivery, inFlight, name }: Lane, batch: Batch, prepared: Prepared) {
    const rejected = Plan.quarantineRejected(batch.batch, prepared.rejected)
    const { rows, superseded } = Plan.fold(prepared)
    const again = batch.target !== null
    const moving = again ? rows : rows.filter((row) => !inFlight.same(row))
    yield* evidence.idle(inFlight.clear(moving))
    const changed = moving.length === 0 || again ? moving : yield* onlyChanged(name, moving)
    const going = new Set(changed)
    const unchanged = rows.filter((row) => !going.has(row)).map(({ item }) => item)
    const before = [...rejected, ...Plan.settleWithout(batch.batch, unchanged, superseded)]
    if (changed.length > 0) return yield* shipAll(yield* delivery, batch, changed, before)
    if (before.length > 0) yield* log.commit(before)
  })

  const onlyChanged = Effect.fnUntraced(function* (name: string, rows: ReadonlyArray<PreparedRow>) {
    const sentRows = yield* SentRows
    const held = yield* sentRows.lookup(
      name,
      rows.map(({ cacheKey }) => cacheKey)
    )
    return rows.filter((row, index) => {
      const digest = held[index]
      return digest === null || digest === undefined || !Buffer.from(digest).equals(row.digest)
    })
  })

  /** A dataset that has to be emptied is, also where nothing is to be sent to it. */
  const purges = Effect.flatMap(log.state, ({ head }) =>
    Effect.forEach(head.purge ?? [], (name) => Effect.flatMap(laneOf(name), ({ delivery }) => delivery), {
      discard: true
    })
  )

  const one = Effect.fnUntraced(function* (id: string) {
    const batch = batchOf((yield* log.state).outbox, id)
    if (batch === undefined) return
    const own = title(options.source, spec.contract)
    const prepared = yield* prepare(spec, batch, options.handoff, own)
    const lane = yield* laneOf(batch.target ?? own)
    const fresh = batch.parts.size === 0 && batch.settled.length === 0
    if (fresh) return yield* begin(lane, batch, prepared)
    yield* resume(yield* lane.delivery, batch, prepared)
  })
  return { one, purges }
})
