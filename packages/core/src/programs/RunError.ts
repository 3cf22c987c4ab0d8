// Everything that can end a run, with the stable code and the exit code that other programs rely on.
import * as Schema from "effect/Schema"
import type { StoreError, VersionConflict } from "../ports/EventStore.ts"
import type { LeaseHeld } from "../ports/Leases.ts"
import type { ConnectorError } from "../ports/Mapping.ts"
import type { SinkError } from "../ports/Sink.ts"
import type { SourceError } from "../ports/Source.ts"

export { ConnectorError } from "../ports/Mapping.ts"

/** What was asked to be sent again cannot be. Nothing was sent, nothing recorded. */
export class ReplayError extends Schema.TaggedError<ReplayError>("@inlet/core/ReplayError")("ReplayError", {
  reason: Schema.Literal("NothingThere", "MappingChanged", "DigestDiffers", "RawGone", "PartialPurge"),
  /** One plain sentence: what, and which batches. */
  detail: Schema.String
}) {
  override get message() {
    return this.detail
  }
}

/** Batches by name, as many as a sentence takes. */
export const some = (batches: ReadonlyArray<string>): string =>
  `${batches.slice(0, 5).join(", ")}${batches.length > 5 ? ` and ${batches.length - 5} more` : ""}`

export type RunError = ReplayError | SourceError | SinkError | StoreError | VersionConflict | LeaseHeld | ConnectorError

/** A stable code, and the exit code of a command that ends with it. */
export interface Verdict {
  readonly code: string
  readonly exit: number
}

const SOURCE: Readonly<Record<SourceError["reason"], Verdict>> = {
  Unauthorized: { code: "E_SOURCE_AUTH", exit: 10 },
  Forbidden: { code: "E_SOURCE_FORBIDDEN", exit: 30 },
  NotFound: { code: "E_SOURCE_NOT_FOUND", exit: 30 },
  Rejected: { code: "E_SOURCE_REJECTED", exit: 30 },
  Redirected: { code: "E_SOURCE_REDIRECTED", exit: 30 },
  Malformed: { code: "E_SOURCE_MALFORMED", exit: 30 },
  RateLimited: { code: "E_SOURCE_RATE_LIMITED", exit: 20 },
  Unavailable: { code: "E_SOURCE_UNAVAILABLE", exit: 20 },
  Misbehaved: { code: "E_CONNECTOR", exit: 50 }
}

const STORE: Readonly<Record<StoreError["reason"], string>> = {
  Open: "E_STORE_OPEN",
  Newer: "E_STORE_NEWER",
  Locked: "E_STORE_LOCKED",
  Full: "E_STORE_FULL",
  ReadOnly: "E_STORE_READ_ONLY",
  Damaged: "E_STORE_DAMAGED",
  Missing: "E_STORE_MISSING",
  Failed: "E_STORE"
}

const sinkVerdict = ({ code, concerns, kind }: SinkError): Verdict => {
  if (kind !== "permanent") {
    return { code: code === "rate_limited" ? "E_SINK_RATE_LIMITED" : "E_SINK_UNAVAILABLE", exit: 21 }
  }
  if (code === "account_needed") return { code: "E_SINK_ACCOUNT", exit: 2 }
  if (concerns === "account") return { code: "E_SINK_AUTH", exit: 11 }
  return { code: concerns === "dataset" ? "E_SINK_DATASET" : "E_SINK_REFUSED", exit: 31 }
}

export const verdict = (error: RunError): Verdict => {
  switch (error._tag) {
    case "SourceError":
      return SOURCE[error.reason]
    case "SinkError":
      return sinkVerdict(error)
    case "StoreError":
      return { code: STORE[error.reason], exit: 40 }
    case "VersionConflict":
    case "LeaseHeld":
      return { code: "E_LEASE_HELD", exit: 41 }
    case "ReplayError":
      return { code: "E_REPLAY", exit: 2 }
    case "ConnectorError":
      return { code: "E_CONNECTOR", exit: 50 }
  }
}

/** The stable code of an error, which spans and metrics have as `error.type`. */
export const codeOf = (error: RunError): string => verdict(error).code

/** The order in which exit codes win where several apply, the first before all others. */
export const PRECEDENCE: ReadonlyArray<number> = [40, 1, 50, 11, 10, 31, 30, 21, 20, 41, 3, 2, 0]

/** The exit code for several: the one that wins. @example worst([3, 21]) === 21 */
export const worst = (exits: ReadonlyArray<number>): number =>
  PRECEDENCE.find((exit) => exits.includes(exit)) ?? Math.max(0, ...exits)

/** The error that a run is reported with, out of those of its halves. */
export const gravest = (errors: ReadonlyArray<RunError>): RunError | null => {
  const exit = worst(errors.map((error) => verdict(error).exit))
  return errors.find((error) => verdict(error).exit === exit) ?? null
}
