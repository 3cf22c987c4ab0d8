// One part to the sink: the intention is committed, then the request is made, then its answer is committed; tried again
// where that helps. Nothing else goes to the dataset meanwhile.
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as Random from "effect/Random"
import type * as Event from "../model/Event.ts"
import { sha256 } from "../model/Hash.ts"
import * as Items from "../model/Items.ts"
import { RunObserver } from "../ports/RunObserver.ts"
import type { Receipt, SinkError } from "../ports/Sink.ts"
import { barrier } from "./Barrier.ts"
import type { Delivery, Shipment } from "./Delivery.ts"
import { columnsOf } from "./Plan.ts"

const TRIES = 6
const BASE = 1_000
const CAP = 60_000
/** How long an interrupted run waits for the answer to the request it has on the wire. */
const GRACE = Duration.seconds(5)

/** The sink took the part, or refused it because of its rows or its size. Every other failure ends the delivery. */
export type Posted =
  | { readonly _tag: "Accepted"; readonly shipment: Shipment; readonly receipt: Receipt }
  | { readonly _tag: "Refused"; readonly shipment: Shipment; readonly error: SinkError }

const bodyOf = ({ sink }: Delivery, { rows }: Shipment): string => sink.body(rows.map(({ text }) => text))

/** SHA-256 of the exact body that the part would have now. */
export const digestOf = (delivery: Delivery, shipment: Shipment): string => sha256(bodyOf(delivery, shipment))

const started = (delivery: Delivery, { attempt, batch, part, rows }: Shipment, body: string): Event.Fact => ({
  type: "SendStarted",
  data: {
    batch,
    part,
    attempt,
    dataset: delivery.dataset.title,
    mapping: delivery.mapping,
    rows: rows.length,
    columns: columnsOf(
      rows,
      delivery.spec.contract.columns.map(({ name }) => name)
    ),
    items: Items.format(rows.map(({ item }) => item)),
    digest: sha256(body)
  }
})

/** A failed attempt as a fact. */
export const failed = ({ attempt, batch, part }: Shipment, error: SinkError): Event.Fact => ({
  type: "SendFailed",
  data: {
    batch,
    part,
    attempt,
    kind: error.kind,
    code: error.code,
    message: error.message,
    status: error.status,
    retryAfter: error.retryAfter
  }
})

/** One attempt. An interruption lets the request on the wire end within a bound, so that its answer is not lost. */
const attempt = (delivery: Delivery, shipment: Shipment, before: ReadonlyArray<Event.Fact>) =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      const { dataset, log, sink } = delivery
      const { rows } = shipment
      const body = bodyOf(delivery, shipment)
      // What the sink holds for these keys is unknown from here on until it confirms.
      const sentRows = { dataset: dataset.title, forget: rows.map(({ cacheKey }) => cacheKey), remember: [] }
      yield* log.commit([...before, started(delivery, shipment, body)], { sentRows })
      const request = yield* Effect.fork(Effect.interruptible(Effect.either(sink.send(dataset, body))))
      const answer = yield* restore(Fiber.join(request)).pipe(
        Effect.onInterrupt(() =>
          Fiber.join(request).pipe(
            Effect.timeout(GRACE),
            Effect.matchEffect({
              onFailure: () => Fiber.interrupt(request),
              onSuccess: (late) => record(delivery, shipment, late)
            }),
            // The run is over; what could not be recorded now is an unknown outcome for the next one.
            Effect.exit
          )
        )
      )
      yield* record(delivery, shipment, answer)
      return answer
    })
  )

const record = ({ log }: Delivery, shipment: Shipment, answer: Either.Either<Receipt, SinkError>) =>
  log.commit([
    Either.match(answer, {
      onLeft: (error) => failed(shipment, error),
      onRight: ({ ingestionId, requestId }): Event.Fact => ({
        type: "SendAccepted",
        data: { batch: shipment.batch, part: shipment.part, attempt: shipment.attempt, requestId, ingestionId }
      })
    })
  ])

/** Exponential with full jitter, never sooner than the sink asked for. Milliseconds. */
const delay = (tries: number, { retryAfter }: SinkError) =>
  Effect.map(Random.next, (random) => Math.max(random * Math.min(CAP, BASE * 2 ** tries), retryAfter ?? 0))

/** Sends a part until the sink takes or refuses it. `before` is committed together with the first intention. */
export const post = Effect.fn("send batch")(function* (
  delivery: Delivery,
  shipment: Shipment,
  before: ReadonlyArray<Event.Fact> = []
) {
  const observer = yield* RunObserver
  const tryOnce = Effect.fnUntraced(function* (tries: number) {
    const now = { ...shipment, attempt: shipment.attempt + tries }
    const answer = yield* attempt(delivery, now, tries === 0 ? before : [])
    if (Either.isRight(answer)) return { _tag: "Accepted", shipment: now, receipt: answer.right } as const
    const error = answer.left
    yield* delivery.lead.open
    if (error.kind === "permanent") {
      if (error.concerns !== "rows" && error.concerns !== "size") return yield* error
      return { _tag: "Refused", shipment: now, error } as const
    }
    if (tries + 1 >= TRIES) return yield* error
    if (error.kind === "uncertain") {
      yield* barrier(delivery, yield* Clock.currentTimeMillis)
    } else {
      const millis = yield* delay(tries, error)
      observer.waiting("sink", error.message, (yield* Clock.currentTimeMillis) + millis)
      yield* Effect.sleep(millis)
    }
    return null
  })
  const loop = Effect.gen(function* () {
    for (let tries = 0; ; tries++) {
      const posted: Posted | null = yield* tryOnce(tries)
      if (posted !== null) return posted
    }
  })
  return yield* delivery.sending.withPermits(1)(loop)
})
