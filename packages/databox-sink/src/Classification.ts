// What a failed request means for the next step: one pure function from what was seen to the port's error. Its sentences
// are our own; neither the service's texts nor ids, rows or the key get into them.
import { Sink } from "@inlet/core"
import type { Call, Failure } from "./DataboxApi.ts"

/** How a request ended that did not succeed. */
export type Seen =
  /** No connection, so nothing was sent. `system` is the operating system's or the TLS library's code, where there is one. */
  | { readonly _tag: "Unsent"; readonly system: string | null }
  /** It may have been sent, and no whole answer came. */
  | { readonly _tag: "Lost"; readonly code: "timeout" | "connection_lost"; readonly system: string | null }
  /** An answer; one with a 2xx status and without a failure is one that could not be read. */
  | {
      readonly _tag: "Answer"
      readonly status: number
      readonly failure: Failure | null
      readonly requestId: string | null
      readonly retryAfter: number | null
    }

export type Subject = Pick<Call<unknown>, "method" | "template" | "does" | "within"> & {
  /** The data source or dataset it needs was created so recently that the service may not know it everywhere yet. */
  readonly fresh: boolean
}

/**
 * `content`: something in the request's body. `later`: refused now, not taken. `unknown`: no telling whether it was taken.
 * The others as in `SinkError.concerns`.
 */
type Meaning = "account" | "missing" | "content" | "size" | "dataset" | "service" | "later" | "redirected" | "unknown"

const codes: Readonly<Record<string, Meaning>> = {
  invalid_api_key: "account",
  forbidden: "account",
  not_found: "missing",
  method_not_allowed: "service",
  unsupported_media_type: "service",
  invalid_json: "content",
  invalid_input: "content",
  missing_required_field: "content",
  invalid_field_value: "content",
  duplicate_record: "content",
  schema_mismatch: "content",
  too_many_errors: "content",
  request_too_large: "size",
  dataset_limit_exceeded: "dataset",
  rate_limited: "later",
  service_unavailable: "later"
}

/** The plan's limits have no documented code. */
const plan = /(^|_)(plan|subscription|billing|payment|trial)(_|$)/

const statuses: Readonly<Record<number, readonly [meaning: Meaning, code: string]>> = {
  400: ["content", "invalid_input"],
  401: ["account", "invalid_api_key"],
  402: ["account", "payment_required"],
  403: ["account", "forbidden"],
  404: ["missing", "not_found"],
  405: ["service", "method_not_allowed"],
  408: ["later", "request_timeout"],
  409: ["content", "duplicate_record"],
  410: ["missing", "not_found"],
  413: ["size", "request_too_large"],
  415: ["service", "unsupported_media_type"],
  422: ["content", "invalid_input"],
  425: ["later", "too_early"],
  429: ["later", "rate_limited"]
}

const meaningOf = (status: number, failure: Failure | null): Meaning => {
  // A browser's fetch hides a redirect behind status 0.
  if (status === 0 || (status >= 300 && status < 400)) return "redirected"
  const code = failure?.code ?? ""
  const byCode = plan.test(code) ? "account" : codes[code]
  // A proxy's 503 says nothing about the service behind it.
  if (status >= 500) return status === 503 && byCode === "later" ? "later" : "unknown"
  // A code that only says "bad content" does not outweigh a status that says more.
  if (byCode !== undefined && byCode !== "content") return byCode
  return statuses[status]?.[0] ?? byCode ?? (status < 400 ? "unknown" : "service")
}

const judge = (meaning: Meaning, { does, fresh, within }: Subject): Pick<Sink.SinkError, "kind" | "concerns"> => {
  switch (meaning) {
    case "account":
    case "size":
    case "dataset":
    case "service":
      return { kind: "permanent", concerns: meaning }
    case "redirected":
      return { kind: "permanent", concerns: "service" }
    case "missing":
      return { kind: fresh ? "retryable" : "permanent", concerns: within === null ? "service" : "dataset" }
    case "content":
      return { kind: "permanent", concerns: does === "send" ? "rows" : does === "read" ? "service" : "dataset" }
    case "later":
      return { kind: "retryable", concerns: "service" }
    case "unknown":
      return { kind: does === "read" ? "retryable" : "uncertain", concerns: "service" }
  }
}

const sentences: Readonly<Record<Sink.SinkError["kind"], string>> = {
  permanent: "Databox refused",
  retryable: "Databox did not take",
  uncertain: "It is unknown whether Databox took"
}

/** The error for a failed request. */
export const classify = (subject: Subject, seen: Seen): Sink.SinkError => {
  const request = `${subject.method} ${subject.template}`
  if (seen._tag === "Answer") {
    const { failure, requestId, retryAfter, status } = seen
    const meaning = meaningOf(status, failure)
    const fallback = status >= 300 ? `http_${status}` : failure === null ? "unreadable_answer" : "unnamed_error"
    const code = meaning === "redirected" ? "redirected" : (failure?.code ?? statuses[status]?.[1] ?? fallback)
    const { concerns, kind } = judge(meaning, subject)
    const detail = `${sentences[kind]} ${request}: ${code} (HTTP ${status})`
    return new Sink.SinkError({ kind, concerns, code, detail, status, requestId, retryAfter })
  }
  const { concerns, kind } = judge(seen._tag === "Unsent" ? "later" : "unknown", subject)
  const code = seen._tag === "Unsent" ? "connection_refused" : seen.code
  const detail = `${sentences[kind]} ${request}: ${code}${seen.system === null ? "" : ` (${seen.system})`}`
  return new Sink.SinkError({ kind, concerns, code, detail, status: null, requestId: null, retryAfter: null })
}

/** Milliseconds to wait by a Retry-After header, seconds or an HTTP date; null without a usable one. */
export const parseRetryAfter = (header: string | undefined, now: number): number | null => {
  if (header === undefined || header.trim() === "") return null
  const millis = /^\s*\d+(\.\d+)?\s*$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now
  return Number.isNaN(millis) ? null : Math.max(0, Math.ceil(millis))
}
