// Which attempt a request is, for the spans of whoever sends it: a retry is decided where its fact is recorded, not where it leaves.
import * as Context from "effect/Context"

/** How often this request was sent before. */
export class Resend extends Context.Reference<Resend>()("@inlet/core/Resend", {
  defaultValue: () => 0
}) {}
