// The port to the views that people look at: the send log, the history of runs, where each pipeline stands.
import * as Context from "effect/Context"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import { Counts, Mode, RunOutcome } from "../model/Event.ts"
import type { StoreError } from "./EventStore.ts"

export const SendOutcome = Schema.Literal("started", "accepted", "confirmed", "failed", "quarantined")
export type SendOutcome = typeof SendOutcome.Type

/** One attempt to send one part; a line of the send log. */
export const Send = Schema.Struct({
  at: Schema.String,
  source: Schema.String,
  stream: Schema.String,
  dataset: Schema.String,
  rows: Schema.Int,
  columns: Schema.Array(Schema.String),
  outcome: SendOutcome,
  batch: Schema.String,
  part: Schema.Int,
  attempt: Schema.Int,
  requestId: Schema.NullOr(Schema.String),
  ingestionId: Schema.NullOr(Schema.String),
  error: Schema.NullOr(Schema.Struct({ code: Schema.String, message: Schema.String })),
  run: Schema.String,
  trace: Schema.NullOr(Schema.String)
})
export type Send = typeof Send.Type

export interface SendFilter {
  readonly source?: string
  readonly dataset?: string
  /** ISO 8601; sends at or after. */
  readonly since?: string
  readonly outcome?: SendOutcome
  readonly run?: string
}

/** A run in the history. */
export const Run = Schema.Struct({
  run: Schema.String,
  source: Schema.String,
  stream: Schema.String,
  mode: Mode,
  trigger: Schema.String,
  startedAt: Schema.String,
  endedAt: Schema.NullOr(Schema.String),
  /** Null while it runs. */
  outcome: Schema.NullOr(RunOutcome),
  error: Schema.NullOr(Schema.Struct({ code: Schema.String, message: Schema.String })),
  counts: Counts,
  trace: Schema.NullOr(Schema.String)
})
export type Run = typeof Run.Type

/** Where a pipeline stands. */
export const PipelineStatus = Schema.Struct({
  source: Schema.String,
  stream: Schema.String,
  lastRun: Schema.NullOr(Run),
  cursor: Schema.Unknown,
  /** When the source was last asked, also when it had nothing new. */
  polledAt: Schema.NullOr(Schema.String),
  /** Records that wait in the outbox. */
  pending: Schema.Int,
  quarantined: Schema.Int
})
export type PipelineStatus = typeof PipelineStatus.Type

/** A row that could not be mapped or that the sink refused. */
export const Quarantined = Schema.Struct({
  source: Schema.String,
  stream: Schema.String,
  batch: Schema.String,
  /** Position of the record in its batch, from 0. */
  item: Schema.Int,
  /** When it got there. */
  at: Schema.String,
  run: Schema.String,
  stage: Schema.Literal("map", "sink"),
  key: Schema.NullOr(Schema.String),
  code: Schema.String,
  /** JSON path of the field at fault, where it is one. */
  path: Schema.NullOr(Schema.String),
  state: Schema.Literal("open", "released", "discarded")
})
export type Quarantined = typeof Quarantined.Type

export class SendLog extends Context.Tag("@inlet/core/SendLog")<
  SendLog,
  {
    /** In the order in which they happened. */
    readonly sends: (filter: SendFilter) => Stream.Stream<Send, StoreError>
    /** Newest first. */
    readonly runs: (filter: { readonly source?: string; readonly run?: string }) => Stream.Stream<Run, StoreError>
    /** By batch and position. Without `all` only what nobody has decided about. */
    readonly quarantine: (filter: {
      readonly source?: string
      readonly all?: boolean
    }) => Stream.Stream<Quarantined, StoreError>
    readonly pipelines: () => Stream.Stream<PipelineStatus, StoreError>
  }
>() {}
