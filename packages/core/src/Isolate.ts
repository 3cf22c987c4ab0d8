// A refused part is cut in halves until the rows at fault stand alone: they go to quarantine and their neighbours arrive.
// Where not one row of a part gets through, the rows are hardly at fault: they stay in the outbox and the delivery ends.
import * as Effect from "effect/Effect"
import { type Landed, send } from "./Confirm.ts"
import type { Delivery, Shipment } from "./Delivery.ts"
import { halves } from "./Plan.ts"
import type { PreparedRow } from "./Prepared.ts"
import { SinkError } from "./Sink.ts"

type Refused = Extract<Landed, { readonly _tag: "Refused" }>

/** Where the sink names no culprit and this many pieces of a part all failed, single rows are tried before cutting on. */
const PROBE_AT = 8

const isRefused = (landed: Landed): landed is Refused => landed._tag === "Refused"

const quarantine = ({ log }: Delivery, { code, shipment }: Refused) =>
  log.commit([
    {
      type: "RowsQuarantined",
      data: {
        batch: shipment.batch,
        part: shipment.part,
        attempt: shipment.attempt,
        stage: "sink",
        rows: shipment.rows.map(({ item, key }) => ({ index: item, key, code, path: null }))
      }
    }
  ])

const everythingRefused = ({ code, shipment }: Refused) =>
  new SinkError({
    kind: "permanent",
    concerns: "service",
    code,
    detail: `the sink refused every row of a part (${shipment.rows.length} rows, ${code}), also one by one`,
    status: null,
    requestId: null,
    retryAfter: null
  })

const isolateParts = Effect.fn("isolate")(function* (delivery: Delivery, refused: Refused) {
  const { batch } = refused.shipment
  const suspects: Array<Refused> = []
  let arrived = 0

  const tryAll = Effect.fnUntraced(function* (groups: ReadonlyArray<ReadonlyArray<PreparedRow>>) {
    const first = yield* delivery.reserve(batch, groups.length)
    const parts = groups.map((rows, index): Shipment => ({ batch, part: first + index, attempt: 1, rows }))
    const landed = yield* Effect.forEach(parts, (part) => send(delivery, part), { concurrency: "unbounded" })
    const failing = landed.filter(isRefused)
    arrived += landed.length - failing.length
    return failing
  })

  let failing: ReadonlyArray<Refused> = [refused]
  let probed = false
  while (failing.length > 0) {
    for (const part of failing) if (part.shipment.rows.length === 1) suspects.push(part)
    const larger = failing.filter(({ shipment }) => shipment.rows.length > 1)
    const vague = arrived === 0 && failing.every(({ blame }) => !blame)
    if (vague && !probed && larger.length >= PROBE_AT) {
      probed = true
      const firsts = larger.flatMap(({ shipment }) => shipment.rows.slice(0, 1).map((row) => [row]))
      const alone = yield* tryAll(firsts)
      if (arrived === 0) return yield* everythingRefused(refused)
      suspects.push(...alone)
      failing = yield* tryAll(larger.flatMap(({ shipment }) => halves(shipment.rows.slice(1))))
    } else {
      failing = yield* tryAll(larger.flatMap(({ shipment }) => halves(shipment.rows)))
    }
  }
  if (arrived === 0 && refused.shipment.rows.length > 1 && !suspects.every(isTooLarge)) {
    return yield* everythingRefused(refused)
  }
  yield* Effect.forEach(suspects, (suspect) => quarantine(delivery, suspect), { discard: true })
})

const isTooLarge = ({ code }: Refused): boolean => code === "request_too_large"

/** Takes a refused part apart. A refusal that blames no row is given one more try as a whole first. */
export const isolate = Effect.fnUntraced(function* (delivery: Delivery, refused: Refused) {
  const again = { ...refused.shipment, attempt: refused.shipment.attempt + 1 }
  const landed = refused.blame ? refused : yield* send(delivery, again)
  if (isRefused(landed)) yield* delivery.isolating.withPermits(1)(isolateParts(delivery, landed))
})
