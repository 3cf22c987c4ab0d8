// What an ingestion's answer says about its rows. The service's words come from no published list, so a word counts only
// as far as the numbers beside it bear it out.
import type { Sink } from "@inlet/core"
import type { Ingestion, ListedIngestion } from "./DataboxApi.ts"

const unfinished = new Set(["inprogress", "pending", "processing", "queued", "running", "accepted"])
const failed = new Set(["failed", "failure", "error", "cancelled", "canceled", "rejected"])
const succeeded = new Set(["success", "succeeded", "processed", "completed", "complete", "done"])

const normal = (word: string | null): string => (word ?? "").toLowerCase().replace(/[\s_-]/g, "")

/** The word, fit for a log, if it is none of those that the verdict is built on. */
export const unknownWord = (state: string | null): string | null => {
  const word = normal(state)
  const known = unfinished.has(word) || failed.has(word) || succeeded.has(word)
  return !known && /^[a-z]{1,40}$/.test(word) ? word : null
}

/**
 * The verdict on an ingestion of `rows` rows. A word that nobody knows leaves it running. `rejected` stays null where all
 * rows are said to be at fault: that is how a failure of the whole is counted, for which one row can be the reason.
 */
export const verdict = ({ counts, failure, state }: Ingestion, rows: number): Sink.Verdict => {
  const word = normal(state)
  const rejected = counts?.rejected ?? 0
  if (unfinished.has(word)) return { _tag: "Running" }
  if (failed.has(word) || failure !== null || rejected > 0) {
    const code = failure?.code ?? (rejected > 0 ? "rows_rejected" : "processing_failed")
    const detail = `Databox took the rows and then refused ${rejected > 0 ? `${rejected} of ${rows}` : "them"}: ${code}`
    return { _tag: "Refused", code, detail, rejected: rejected > 0 && rejected < rows ? rejected : null }
  }
  if (!succeeded.has(word)) return { _tag: "Running" }
  return counts?.received === rows && counts.rejected === 0
    ? { _tag: "Confirmed", received: rows, appended: counts.appended, overwritten: counts.overwritten }
    : { _tag: "Unproven" }
}

/** How long an ingestion of which the list says nothing we know is taken for a running one. */
const DOUBT_MILLIS = 3_600_000

/** Whether an ingestion of the list still runs at `now` (epoch milliseconds). */
export const isUnsettled = ({ at, state }: ListedIngestion, now: number): boolean => {
  const word = normal(state)
  if (unfinished.has(word)) return true
  if (failed.has(word) || succeeded.has(word)) return false
  const started = Date.parse(at ?? "")
  return Number.isNaN(started) || now - started < DOUBT_MILLIS
}
