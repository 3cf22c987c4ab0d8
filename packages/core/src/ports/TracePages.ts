// How much of a long run is in its trace: whoever reads it wants the beginning in full, and then a sample.
import * as Context from "effect/Context"

/** How many pages of a run have spans of their own; beyond them every tenth has. */
export class TracePages extends Context.Reference<TracePages>()("@inlet/core/TracePages", {
  defaultValue: () => 200
}) {}
