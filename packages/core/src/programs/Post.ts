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
import { batchOf } from "../model/PipelineState.ts"
import { Resend } from "../ports/Resend.ts"
import type { Receipt, SinkError } from "../ports/Sink.ts"
import { barrier } from "./Barrier.ts"
import type { Delivery, Shipment } from "./Delivery.ts"
import { columnsOf } from "./Plan.ts"
import { codeOf } from "./RunError.ts"
import * as Trace from "./Trace.ts"

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
const attempt = (delivery: Delivery, shipment: Shipment, before: ReadonlyArray<Event.Fact>, tries: number) =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      const { dataset, log, sink } = delivery
      const { rows } = shipment
      const body = bodyOf(delivery, shipment)
      yield* Effect.annotateCurrentSpan("inlet.batch.bytes", Buffer.byteLength(body))
      // What the sink holds for these keys is unknown from here on until it confirms.
      const sentRows = { dataset: dataset.title, forget: rows.map(({ cacheKey }) => cacheKey), remember: [] }
      yield* log.commit([...before, started(delivery, shipment, body)], { sentRows })
      const sent = Effect.provideService(sink.send(dataset, body), Resend, tries)
      const request = yield* Effect.fork(Effect.interruptible(Effect.either(sent)))
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

/** What a part's spans lead to: the page that its rows came from, and the attempt before it. */
const links = ({ log }: Delivery, { batch, part }: Shipment) =>
  Effect.flatMap(log.state, ({ outbox }) => {
    const known = batchOf(outbox, batch)
    return Effect.zipRight(
      Trace.link("rows-from", [known?.trace ?? null]),
      Trace.link("resend-of", [known?.parts.get(part)?.trace ?? null])
    )
  })

/** Sends a part until the sink takes or refuses it. `before` is committed together with the first intention. */
export const post = (delivery: Delivery, shipment: Shipment, before: ReadonlyArray<Event.Fact> = []) => {
  const tryOnce = Effect.fnUntraced(function* (tries: number) {
    const now = { ...shipment, attempt: shipment.attempt + tries }
    const answer = yield* attempt(delivery, now, tries === 0 ? before : [], tries)
    if (Either.isRight(answer)) {
      const { ingestionId, requestId } = answer.right
      yield* Effect.annotateCurrentSpan("inlet.databox.ingestion_id", ingestionId)
      if (requestId !== null) yield* Effect.annotateCurrentSpan("inlet.databox.request_id", requestId)
      return { _tag: "Accepted", shipment: now, receipt: answer.right } as const
    }
    const error = answer.left
    yield* delivery.lead.open
    if (error.kind === "permanent") {
      if (error.concerns !== "rows" && error.concerns !== "size") return yield* error
      yield* Effect.annotateCurrentSpan("error.type", codeOf(error))
      return { _tag: "Refused", shipment: now, error } as const
    }
    if (tries + 1 >= TRIES) return yield* error
    if (error.kind === "uncertain") {
      yield* barrier(delivery, yield* Clock.currentTimeMillis)
    } else {
      const millis = Math.ceil(yield* delay(tries, error))
      const until = (yield* Clock.currentTimeMillis) + millis
      yield* Trace.waits("sink", {
        kind: error.code === "rate_limited" ? "rate_limit" : "retry",
        what: error.message,
        until,
        reason: String(error.status ?? error.code)
      })
      yield* Effect.sleep(millis)
    }
    return null
  })
  const loop = Effect.gen(function* () {
    yield* links(delivery, shipment)
    for (let tries = 0; ; tries++) {
      const posted: Posted | null = yield* tryOnce(tries)
      if (posted !== null) return posted
    }
  })
  const attributes = {
    "inlet.dataset.key": delivery.dataset.title,
    "inlet.batch.id": `${shipment.batch}/${shipment.part}`,
    "inlet.batch.index": Trace.numberOf(shipment.batch),
    "inlet.batch.rows": shipment.rows.length
  }
  const number = Trace.numberOf(shipment.batch)
  const own = Trace.numbered(loop, { name: "send batch", number, attributes, codeOf })
  return delivery.sending.withPermits(1)(own)
}
