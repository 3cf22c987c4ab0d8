// What the steps of one delivery share.
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { DatasetRef } from "../model/Event.ts"
import { batchOf, nextPart } from "../model/PipelineState.ts"
import type { StoreError, VersionConflict } from "../ports/EventStore.ts"
import type { LeaseHeld } from "../ports/Leases.ts"
import type { Mapping } from "../ports/Mapping.ts"
import type { Sink, SinkError } from "../ports/Sink.ts"
import type { Evidence } from "./Evidence.ts"
import type { InFlight } from "./InFlight.ts"
import type { Lead } from "./Lead.ts"
import type { PipelineLog } from "./PipelineLog.ts"
import type { PreparedRow } from "./Prepared.ts"
import type { ConnectorError } from "./RunError.ts"

/** What ends a delivery. What is in the outbox stays there. */
export type DeliveryError = SinkError | StoreError | VersionConflict | LeaseHeld | ConnectorError

/** One part of one batch, with its rows in their order. */
export interface Shipment {
  readonly batch: string
  readonly part: number
  /** The attempt that comes next, from 1. */
  readonly attempt: number
  readonly rows: ReadonlyArray<PreparedRow>
}

export interface Delivery {
  readonly log: PipelineLog
  readonly spec: Mapping
  readonly sink: Sink["Type"]
  readonly dataset: DatasetRef
  readonly mapping: string
  readonly inFlight: InFlight<DeliveryError>
  readonly lead: Lead
  /** How long after an unknown outcome the sink may still show a new ingestion. */
  readonly settle: Duration.DurationInput
  /** One request at a time for a dataset; held through retries and barriers. */
  readonly sending: Effect.Semaphore
  readonly evidence: Evidence
  /** Reserves this many part numbers of a batch and gives the first of them. */
  readonly reserve: (batch: string, count: number) => Effect.Effect<number>
  /** When to look first at what became of a part. */
  readonly pace: Pace
}

/** Learns how long the sink takes, so that most parts need one look. */
export interface Pace {
  /** Milliseconds from acceptance to the first look. */
  readonly first: () => number
  readonly learn: (looks: number) => void
}

/** Hands out part numbers: a refused part is cut up in the background while the next ones are sent. */
export const reservations = (log: PipelineLog): Delivery["reserve"] => {
  const reserved = new Map<string, number>()
  return (batch, count) =>
    Effect.map(log.state, ({ outbox }) => {
      const known = batchOf(outbox, batch)
      const first = Math.max(known === undefined ? 1 : nextPart(known), reserved.get(batch) ?? 1)
      reserved.set(batch, first + count)
      return first
    })
}

const FASTEST = 50
const SLOWEST = 30_000

export const pace = (): Pace => {
  let estimate = 250
  return {
    first: () => estimate,
    learn: (looks) => {
      estimate = looks <= 1 ? Math.max(FASTEST, estimate * 0.8) : Math.min(SLOWEST, estimate * 1.5)
    }
  }
}
