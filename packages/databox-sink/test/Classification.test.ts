import { assert, describe, it } from "@effect/vitest"
import type { Sink } from "@inlet/core"
import { classify, parseRetryAfter, type Subject } from "../src/Classification.ts"

const subjects: Record<string, Subject> = {
  send: { method: "POST", template: "/v1/datasets/{id}/data", does: "send", within: "d", fresh: false },
  sendFresh: { method: "POST", template: "/v1/datasets/{id}/data", does: "send", within: "d", fresh: true },
  create: { method: "POST", template: "/v1/datasets", does: "create", within: "41", fresh: false },
  purge: { method: "POST", template: "/v1/datasets/{id}/purge", does: "purge", within: "d", fresh: false },
  read: { method: "GET", template: "/v1/datasets/{id}/ingestions", does: "read", within: "d", fresh: false },
  account: { method: "GET", template: "/v1/accounts", does: "read", within: null, fresh: false }
}

// subject, status, the service's code (undefined: no error in the body) → kind, concerns, code
type Row = readonly [
  string,
  number,
  string | null | undefined,
  Sink.SinkError["kind"],
  Sink.SinkError["concerns"],
  string
]
const rows: ReadonlyArray<Row> = [
  // The key, the plan, the account.
  ["send", 401, "invalid_api_key", "permanent", "account", "invalid_api_key"],
  ["read", 401, undefined, "permanent", "account", "invalid_api_key"],
  ["send", 401, "invalid_input", "permanent", "account", "invalid_input"],
  ["send", 200, "invalid_api_key", "permanent", "account", "invalid_api_key"],
  ["send", 403, "forbidden", "permanent", "account", "forbidden"],
  ["create", 403, undefined, "permanent", "account", "forbidden"],
  ["send", 402, undefined, "permanent", "account", "payment_required"],
  ["send", 400, "plan_required", "permanent", "account", "plan_required"],
  ["send", 200, "subscription_expired", "permanent", "account", "subscription_expired"],
  // What is missing, for good or not yet.
  ["send", 404, "not_found", "permanent", "dataset", "not_found"],
  ["send", 404, undefined, "permanent", "dataset", "not_found"],
  ["send", 410, undefined, "permanent", "dataset", "not_found"],
  ["send", 200, "not_found", "permanent", "dataset", "not_found"],
  ["sendFresh", 404, "not_found", "retryable", "dataset", "not_found"],
  ["account", 404, undefined, "permanent", "service", "not_found"],
  // The rows.
  ["send", 400, "schema_mismatch", "permanent", "rows", "schema_mismatch"],
  ["send", 400, "invalid_field_value", "permanent", "rows", "invalid_field_value"],
  ["send", 422, "missing_required_field", "permanent", "rows", "missing_required_field"],
  ["send", 400, "invalid_input", "permanent", "rows", "invalid_input"],
  ["send", 400, "too_many_errors", "permanent", "rows", "too_many_errors"],
  ["send", 409, "duplicate_record", "permanent", "rows", "duplicate_record"],
  ["send", 200, "schema_mismatch", "permanent", "rows", "schema_mismatch"],
  ["send", 400, undefined, "permanent", "rows", "invalid_input"],
  ["send", 400, "a_code_of_tomorrow", "permanent", "rows", "a_code_of_tomorrow"],
  // The same for what has no rows.
  ["create", 400, "invalid_field_value", "permanent", "dataset", "invalid_field_value"],
  ["create", 409, "duplicate_record", "permanent", "dataset", "duplicate_record"],
  ["purge", 400, undefined, "permanent", "dataset", "invalid_input"],
  ["read", 400, "invalid_input", "permanent", "service", "invalid_input"],
  // Sizes.
  ["send", 413, undefined, "permanent", "size", "request_too_large"],
  ["send", 400, "request_too_large", "permanent", "size", "request_too_large"],
  ["send", 400, "dataset_limit_exceeded", "permanent", "dataset", "dataset_limit_exceeded"],
  ["send", 403, "dataset_limit_exceeded", "permanent", "dataset", "dataset_limit_exceeded"],
  // Nothing of ours.
  ["send", 405, "method_not_allowed", "permanent", "service", "method_not_allowed"],
  ["send", 415, undefined, "permanent", "service", "unsupported_media_type"],
  ["send", 418, undefined, "permanent", "service", "http_418"],
  ["send", 301, undefined, "permanent", "service", "redirected"],
  ["read", 302, undefined, "permanent", "service", "redirected"],
  ["send", 307, undefined, "permanent", "service", "redirected"],
  ["read", 0, undefined, "permanent", "service", "redirected"],
  // Refused now, so not taken.
  ["send", 429, "rate_limited", "retryable", "service", "rate_limited"],
  ["send", 429, undefined, "retryable", "service", "rate_limited"],
  ["send", 200, "rate_limited", "retryable", "service", "rate_limited"],
  ["send", 503, "service_unavailable", "retryable", "service", "service_unavailable"],
  ["send", 200, "service_unavailable", "retryable", "service", "service_unavailable"],
  ["send", 408, undefined, "retryable", "service", "request_timeout"],
  ["send", 425, undefined, "retryable", "service", "too_early"],
  // No telling.
  ["send", 500, "internal_error", "uncertain", "service", "internal_error"],
  ["send", 200, "internal_error", "uncertain", "service", "internal_error"],
  ["send", 200, "a_code_of_tomorrow", "uncertain", "service", "a_code_of_tomorrow"],
  ["send", 200, null, "uncertain", "service", "unnamed_error"],
  ["send", 200, undefined, "uncertain", "service", "unreadable_answer"],
  ["send", 500, "schema_mismatch", "uncertain", "service", "schema_mismatch"],
  ["send", 502, undefined, "uncertain", "service", "http_502"],
  ["send", 503, undefined, "uncertain", "service", "http_503"],
  ["send", 504, undefined, "uncertain", "service", "http_504"],
  ["create", 500, undefined, "uncertain", "service", "http_500"],
  ["create", 200, undefined, "uncertain", "service", "unreadable_answer"],
  ["purge", 502, undefined, "uncertain", "service", "http_502"],
  // A read took nothing, whatever happened.
  ["read", 500, "internal_error", "retryable", "service", "internal_error"],
  ["read", 502, undefined, "retryable", "service", "http_502"],
  ["read", 503, undefined, "retryable", "service", "http_503"],
  ["read", 200, undefined, "retryable", "service", "unreadable_answer"],
  ["read", 200, null, "retryable", "service", "unnamed_error"]
]

const of = (name: string): Subject => {
  const subject = subjects[name]
  assert.isDefined(subject)
  return subject
}

describe("classify", () => {
  for (const [name, status, code, kind, concerns, expected] of rows)
    it(`${name}: ${status} ${code === undefined ? "without an error" : code} is ${kind}, ${concerns}`, () => {
      const failure = code === undefined ? null : { code }
      const error = classify(of(name), { _tag: "Answer", status, failure, requestId: "r", retryAfter: 5 })
      const facts = { kind, concerns, code: expected, status, requestId: "r", retryAfter: 5 }
      assert.deepInclude({ ...error }, facts)
    })

  it("says what it is about in our own words", () => {
    const failure = { code: "schema_mismatch" }
    const error = classify(of("send"), { _tag: "Answer", status: 400, failure, requestId: null, retryAfter: null })
    assert.strictEqual(error.message, "Databox refused POST /v1/datasets/{id}/data: schema_mismatch (HTTP 400)")
  })

  for (const name of ["send", "create", "purge", "read"]) {
    const unknown = name === "read" ? "retryable" : "uncertain"
    it(`${name}: without a connection it is retryable, with a lost one ${unknown}`, () => {
      const refused = classify(of(name), { _tag: "Unsent", system: "ECONNREFUSED" })
      assert.deepInclude(
        { ...refused },
        { kind: "retryable", concerns: "service", code: "connection_refused", status: null }
      )
      for (const code of ["timeout", "connection_lost"] as const)
        assert.deepInclude(
          { ...classify(of(name), { _tag: "Lost", code, system: null }) },
          { kind: unknown, concerns: "service", code }
        )
    })
  }
})

describe("parseRetryAfter", () => {
  const now = Date.parse("2026-11-23T16:00:00.000Z")
  const rows: ReadonlyArray<readonly [string | undefined, number | null]> = [
    ["2", 2000],
    [" 120 ", 120_000],
    ["0", 0],
    ["1.5", 1500],
    ["Mon, 23 Nov 2026 16:00:07 GMT", 7000],
    ["Mon, 23 Nov 2026 15:00:00 GMT", 0],
    ["soon", null],
    ["", null],
    [undefined, null]
  ]
  for (const [header, millis] of rows)
    it(`${header} is ${millis}`, () => assert.strictEqual(parseRetryAfter(header, now), millis))
})
