// Accepted is not done: the sink is asked until it gives a verdict, and only its counts are proof.
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { type Receipt, SinkError, type Verdict } from "../ports/Sink.ts"
import { barrier } from "./Barrier.ts"
import type { Delivery, Shipment } from "./Delivery.ts"
import { failed, type Posted, post } from "./Post.ts"
import { codeOf } from "./RunError.ts"
import * as Trace from "./Trace.ts"

/** How long a run waits for the verdict on one part; the next run goes on asking. */
const PATIENCE = Duration.toMillis("10 minutes")
/** How long a fresh ingestion may be unknown to the sink (databox-api: reads lag behind writes). */
const VISIBLE_WITHIN = Duration.toMillis("60 seconds")
const GROWTH = 1.6
const SLOWEST = 30_000

type Final = Extract<Verdict, { readonly _tag: "Confirmed" | "Refused" }> | { readonly _tag: "Lost" }

/** Asks until the verdict is final. `Lost`: the sink does not know the ingestion. */
const watch = Effect.fnUntraced(function* (delivery: Delivery, { rows }: Shipment, receipt: Receipt) {
  const { dataset, pace, sink } = delivery
  let status: string | null = null
  const from = yield* Clock.currentTimeMillis
  let wait = pace.first()
  for (let looks = 1; ; looks++) {
    yield* Effect.sleep(wait)
    const verdict = yield* sink.outcome(dataset, receipt, rows.length)
    if (status !== verdict._tag)
      yield* Trace.event("ingestion.status", { from: status ?? "Accepted", to: verdict._tag })
    status = verdict._tag
    yield* Effect.annotateCurrentSpan({ "inlet.databox.status": status, "inlet.polls": looks })
    if (verdict._tag === "Confirmed" || verdict._tag === "Refused") {
      pace.learn(looks)
      const final: Final = verdict
      return final
    }
    const waited = (yield* Clock.currentTimeMillis) - from
    if (verdict._tag === "Missing" && waited > VISIBLE_WITHIN) {
      const final: Final = { _tag: "Lost" }
      return final
    }
    if (waited > PATIENCE) {
      return yield* new SinkError({
        kind: "retryable",
        concerns: "service",
        code: verdict._tag === "Unproven" ? "unproven" : "unconfirmed",
        detail:
          verdict._tag === "Unproven"
            ? "the sink calls an ingestion a success but gives no counts to prove it"
            : "the sink has accepted rows and has not finished with them for ten minutes",
        status: null,
        requestId: receipt.requestId,
        retryAfter: null
      })
    }
    wait = Math.min(SLOWEST, wait * GROWTH)
    yield* Trace.waits("sink", { kind: "verdict", what: "Databox to confirm", until: null })
  }
})

/** The end of a shipment: every row confirmed, or the part refused as a whole. */
export type Landed =
  | { readonly _tag: "Confirmed" }
  /** `blame`: the refusal says that some rows are at fault, not only that something failed. */
  | { readonly _tag: "Refused"; readonly shipment: Shipment; readonly code: string; readonly blame: boolean }

const confirm = (
  delivery: Delivery,
  shipment: Shipment,
  receipt: Receipt,
  verdict: Extract<Verdict, { _tag: "Confirmed" }>
) => {
  const { batch, attempt, part, rows } = shipment
  const { appended, overwritten, received } = verdict
  const { ingestionId } = receipt
  return delivery.log.commit(
    [
      {
        type: "SendConfirmed",
        data: {
          batch,
          part,
          attempt,
          ingestionId,
          received,
          appended,
          overwritten,
          rejected: 0,
          dataset: delivery.dataset.title
        }
      }
    ],
    {
      sentRows: {
        dataset: delivery.dataset.title,
        forget: [],
        remember: rows.map(({ digest, cacheKey }) => ({ key: cacheKey, digest }))
      }
    }
  )
}

const refusal = (receipt: Receipt, code: string, detail: string, kind: "permanent" | "uncertain") =>
  new SinkError({ kind, concerns: "rows", code, detail, status: null, requestId: receipt.requestId, retryAfter: null })

/** One acceptance to its end. `Lost` is recorded as an unknown outcome. */
const follow = Effect.fnUntraced(function* (delivery: Delivery, shipment: Shipment, receipt: Receipt) {
  const verdict = yield* watch(delivery, shipment, receipt)
  switch (verdict._tag) {
    case "Confirmed": {
      yield* confirm(delivery, shipment, receipt, verdict)
      yield* delivery.evidence.confirmed
      const landed: Landed = { _tag: "Confirmed" }
      return landed
    }
    case "Refused": {
      const { code, detail, rejected } = verdict
      yield* delivery.lead.open
      const error = refusal(receipt, code, detail, "permanent")
      yield* Effect.annotateCurrentSpan("error.type", codeOf(error))
      yield* delivery.log.commit([failed(shipment, error)])
      const some = rejected !== null && rejected > 0
      const blame = some && (rejected < shipment.rows.length || code !== "processing_failed")
      const landed: Landed = { _tag: "Refused", shipment, code, blame }
      return landed
    }
    case "Lost": {
      const detail = "the sink does not know an ingestion that it accepted"
      yield* delivery.log.commit([failed(shipment, refusal(receipt, "ingestion_unknown", detail, "uncertain"))])
      yield* delivery.sending.withPermits(1)(barrier(delivery, yield* Clock.currentTimeMillis))
      return null
    }
  }
})

/** Follows a part that was posted to its end; one that the sink lost is sent again. */
export const settle = Effect.fnUntraced(function* (delivery: Delivery, posted: Posted) {
  for (let now = posted; ; ) {
    if (now._tag === "Refused") {
      const landed: Landed = { _tag: "Refused", shipment: now.shipment, code: now.error.code, blame: true }
      return landed
    }
    const { batch, part } = now.shipment
    const attributes = { "inlet.batch.id": `${batch}/${part}`, "inlet.databox.ingestion_id": now.receipt.ingestionId }
    const following = follow(delivery, now.shipment, now.receipt)
    const landed = yield* Trace.numbered(following, {
      name: "confirm",
      number: Trace.numberOf(batch),
      attributes,
      codeOf
    })
    if (landed !== null) return landed
    now = yield* post(delivery, { ...now.shipment, attempt: now.shipment.attempt + 1 })
  }
})

/** Sends a part and follows it to its end. */
export const send = Effect.fnUntraced(function* (delivery: Delivery, shipment: Shipment) {
  return yield* settle(delivery, yield* post(delivery, shipment))
})
