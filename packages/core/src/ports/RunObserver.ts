// How programs and adapters tell what they are doing, to whoever counts requests or draws progress. The default listens to
// nothing, so no port has to require it.
import * as Context from "effect/Context"
import type { Counts } from "../model/Event.ts"

/**
 * Whom a request goes to.
 *
 * @since 0.1.0
 */
export type Peer = "source" | "sink"

/**
 * A wait that begins.
 *
 * @since 0.1.0
 */
export interface Wait {
  /** For another attempt, a rate limit, the own pace, an unknown outcome to settle, a verdict of the sink, or a person. */
  readonly kind: "retry" | "rate_limit" | "pace" | "settle" | "verdict" | "person"
  /** For what, in a few words: `GitHub's limit of requests`. */
  readonly what: string
  /** Until when (epoch milliseconds), where that is known. */
  readonly until: number | null
  /** Of a retry, why: the status of the answer, or a code. */
  readonly reason?: string
}

/**
 * What is told of a run.
 *
 * @since 0.1.0
 */
export interface Observation {
  /** An HTTP request leaves now. */
  readonly request: (peer: Peer) => void
  readonly waiting: (peer: Peer, wait: Wait) => void
  /** The run's counts as they stand. */
  readonly counts: (counts: Counts) => void
  /** Something that whoever runs it should know and that ends nothing: one plain sentence without a secret or a personal value. */
  readonly warning: (sentence: string) => void
}

/**
 * Who is told. Nobody unless one is provided.
 *
 * @since 0.1.0
 */
export class RunObserver extends Context.Reference<RunObserver>()("@inlet/core/RunObserver", {
  defaultValue: (): Observation => ({ request: () => {}, waiting: () => {}, counts: () => {}, warning: () => {} })
}) {}
