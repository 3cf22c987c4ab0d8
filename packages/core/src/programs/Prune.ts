// Removes raw pages that are past their time. That is no fact about the data, so the log does not tell of it.
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { type Limits, RawData } from "../ports/RawData.ts"

/** How long raw pages are kept. */
export interface Retention {
  /** By the source's name. */
  readonly sources: Readonly<Record<string, Duration.Duration>>
  /** Of every source that is not among them. */
  readonly others: Duration.Duration
}

const limitsOf = ({ others, sources }: Retention) =>
  Effect.map(Clock.currentTimeMillis, (now): Limits => {
    const before = (kept: Duration.Duration) => new Date(Math.max(0, now - Duration.toMillis(kept))).toISOString()
    return {
      sources: Object.fromEntries(Object.entries(sources).map(([name, kept]) => [name, before(kept)])),
      others: before(others)
    }
  })

/** What `prune` would remove now, source by source. */
export const overdue = (retention: Retention) =>
  Effect.flatMap(RawData, (raw) => Effect.flatMap(limitsOf(retention), raw.overdue))

/** Removes what is past its time, of one source where it is named. Runs of the same pipelines may go on meanwhile. */
export const prune = Effect.fnUntraced(function* (retention: Retention, source?: string) {
  const raw = yield* RawData
  yield* raw.prune(yield* limitsOf(retention), source)
})
