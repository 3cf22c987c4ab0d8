// A refused part is cut in halves until the rows at fault stand alone: they go to quarantine and their neighbours arrive.
// Where not one row of a part gets through, what the sink does with other parts decides (see Evidence).
import * as Effect from "effect/Effect"
import { batchOf } from "../model/PipelineState.ts"
import { SinkError } from "../ports/Sink.ts"
import { type Landed, send } from "./Confirm.ts"
import type { Delivery, Shipment } from "./Delivery.ts"
import { halves } from "./Plan.ts"
import type { PreparedRow } from "./Prepared.ts"

type Refused = Extract<Landed, { readonly _tag: "Refused" }>

/** Where this many pieces of a part all failed and nothing arrived, single rows are tried before cutting on. */
const PROBE_AT = 8
/** So many rows that the sink blames one by one are at fault without further evidence. */
const FEW = 8

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
  const { outbox } = yield* delivery.log.state
  const parts = [...(batchOf(outbox, batch)?.parts.values() ?? [])]
  // Rows that were in quarantine and were released: what showed then that they are at fault has not changed.
  const released = new Set(parts.flatMap(({ items, status }) => (status === "quarantined" ? items : [])))
  const allReleased = () => suspects.every(({ shipment }) => shipment.rows.every(({ item }) => released.has(item)))

  const tryAll = Effect.fnUntraced(function* (groups: ReadonlyArray<ReadonlyArray<PreparedRow>>) {
    const first = yield* delivery.reserve(batch, groups.length)
    const parts = groups.map((rows, index): Shipment => ({ batch, part: first + index, attempt: 1, rows }))
    const landed = yield* Effect.forEach(parts, (part) => send(delivery, part), { concurrency: "unbounded" })
    const failing = landed.filter(isRefused)
    arrived += landed.length - failing.length
    return failing
  })

  const atFault = (): boolean =>
    arrived > 0 ||
    suspects.every(isTooLarge) ||
    allReleased() ||
    (refused.shipment.rows.length <= FEW && suspects.every(({ blame }) => blame))

  let failing: ReadonlyArray<Refused> = [refused]
  let probed = false
  while (failing.length > 0) {
    suspects.push(...failing.filter(({ shipment }) => shipment.rows.length === 1))
    const larger = failing.filter(({ shipment }) => shipment.rows.length > 1)
    if (arrived === 0 && !probed && larger.length >= PROBE_AT) {
      probed = true
      suspects.push(...(yield* tryAll(larger.map(({ shipment }) => shipment.rows.slice(0, 1)))))
      if (arrived === 0 && !allReleased() && !(yield* delivery.evidence.takesRows))
        return yield* everythingRefused(refused)
      failing = yield* tryAll(larger.flatMap(({ shipment }) => halves(shipment.rows.slice(1))))
    } else {
      failing = yield* tryAll(larger.flatMap(({ shipment }) => halves(shipment.rows)))
    }
  }
  if (!atFault() && !(yield* delivery.evidence.takesRows)) return yield* everythingRefused(refused)
  yield* Effect.forEach(suspects, (suspect) => quarantine(delivery, suspect), { discard: true })
})

const isTooLarge = ({ code }: Refused): boolean => code === "request_too_large"

/** Takes a refused part apart. A refusal that blames no row is given one more try as a whole first. */
export const isolate = Effect.fnUntraced(function* (delivery: Delivery, refused: Refused) {
  const again = { ...refused.shipment, attempt: refused.shipment.attempt + 1 }
  const landed = refused.blame ? refused : yield* send(delivery, again)
  if (!isRefused(landed)) return
  yield* delivery.evidence.inTurn(isolateParts(delivery, landed))
})
