// The port to the service that rows go to. Every method is one attempt of one thing; what is tried again, and when, is
// decided and recorded by the delivery. Only reads may be retried inside.
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Contract } from "../model/Contract.ts"
import { type DatasetRef, FailureKind } from "../model/Event.ts"

/**
 * A refused or failed request to the sink.
 *
 * `kind`: `uncertain` = the request may have taken effect; `retryable` = it did not, the same again can succeed;
 * `permanent` = the same again fails again. `concerns` says what has to change: these `rows`, the body's `size`, this
 * `dataset`, the `account` (key, plan, choice of account), or the `service` (nothing of ours).
 */
export class SinkError extends Schema.TaggedError<SinkError>("@inlet/core/SinkError")("SinkError", {
  kind: FailureKind,
  concerns: Schema.Literal("rows", "size", "dataset", "account", "service"),
  /** The sink's code (`schema_mismatch`) or ours (`timeout`, `connection_refused`, `redirected`). */
  code: Schema.String,
  /** One plain sentence of ours; never a value of a row, never a secret. */
  detail: Schema.String,
  status: Schema.NullOr(Schema.Int),
  requestId: Schema.NullOr(Schema.String),
  /** Milliseconds that the sink asked to wait. */
  retryAfter: Schema.NullOr(Schema.Number)
}) {
  override get message() {
    return this.detail
  }
}

/** The sink took a part; what became of it is asked for later. */
export interface Receipt {
  readonly requestId: string | null
  readonly ingestionId: string
}

/** What the sink says about a part it took. */
export type Verdict =
  | { readonly _tag: "Running" }
  /** Says success but gives no counts: no proof yet. */
  | { readonly _tag: "Unproven" }
  /** The sink does not know the ingestion (yet). */
  | { readonly _tag: "Missing" }
  | {
      readonly _tag: "Confirmed"
      readonly received: number
      readonly appended: number | null
      readonly overwritten: number | null
    }
  /** `rejected` is how many rows were at fault, or null where the sink only says that it failed. */
  | { readonly _tag: "Refused"; readonly code: string; readonly detail: string; readonly rejected: number | null }

export class Sink extends Context.Tag("@inlet/core/Sink")<
  Sink,
  {
    /** `databox`; the `provider` of the send log. */
    readonly provider: string
    readonly limits: { readonly records: number; readonly bytes: number }
    /** The exact body of a part from the exact texts of its rows. */
    readonly body: (rows: ReadonlyArray<string>) => string
    /**
     * Finds the dataset by its title or creates it. The caller holds the only right to provision.
     * `afterUnknown`: an earlier creation may have happened unseen, so look patiently before creating.
     */
    readonly provision: (
      contract: Contract,
      title: string,
      options: { readonly afterUnknown: boolean }
    ) => Effect.Effect<DatasetRef, SinkError>
    readonly send: (dataset: DatasetRef, body: string) => Effect.Effect<Receipt, SinkError>
    /** One look at what became of `rows` rows. */
    readonly outcome: (dataset: DatasetRef, receipt: Receipt, rows: number) => Effect.Effect<Verdict, SinkError>
    /** Whether any ingestion of the dataset is still running. */
    readonly unsettled: (dataset: DatasetRef) => Effect.Effect<boolean, SinkError>
    /** Removes every row of the dataset. */
    readonly purge: (dataset: DatasetRef) => Effect.Effect<void, SinkError>
  }
>() {}
