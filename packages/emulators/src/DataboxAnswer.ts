// The envelopes of the Databox API: flat success objects, and errors with the service's codes.
import { randomUUID } from "node:crypto"
import * as Either from "effect/Either"
import { json, type Reply } from "./Message.ts"

export type Members = Readonly<Record<string, unknown>>

/** What an operation answers besides `requestId`; `status` is "success" unless among the members. */
export interface Success {
  readonly members: Members
  /** Facts for the journal. */
  readonly note?: Members
}

export interface Refusal {
  readonly status: number
  readonly code: string
  readonly message: string
  readonly field?: string
  readonly headers?: Readonly<Record<string, string>>
}

export type Answer = Either.Either<Success, Refusal>

export const success = (members: Members = {}, note?: Members): Answer =>
  Either.right(note === undefined ? { members } : { members, note })

export const refusal = (status: number, code: string, message: string, field?: string): Refusal => ({
  status,
  code,
  message,
  ...(field === undefined ? {} : { field })
})

/** A refusal of the request's content. */
export const invalid = (code: string, message: string, field: string) => refusal(400, code, message, field)

const types: Readonly<Record<number, string>> = { 401: "authentication", 403: "permission", 404: "not_found" }

/** The code that goes with a status when nothing more is known. */
const codes: Readonly<Record<number, string>> = {
  400: "invalid_input",
  401: "invalid_api_key",
  403: "forbidden",
  404: "not_found",
  405: "method_not_allowed",
  409: "duplicate_record",
  413: "request_too_large",
  415: "unsupported_media_type",
  429: "rate_limited",
  500: "internal_error",
  503: "service_unavailable"
}

export const refuse = (status: number): Refusal =>
  refusal(status, codes[status] ?? "internal_error", `Answered with status ${status} on request of a test`)

export const encodeRefusal = ({ code, field, headers, message, status }: Refusal, in2xx: boolean): Reply => {
  const requestId = randomUUID()
  const type = types[status] ?? (status < 500 && status !== 429 ? "validation" : "service")
  const body = { requestId, status: "error", errors: [{ code, message, field, type }] }
  return { ...json(in2xx ? 200 : status, body, headers), note: { requestId, code } }
}

export const encode = (answer: Answer, errorIn2xx: boolean): Reply => {
  if (Either.isLeft(answer)) return encodeRefusal(answer.left, errorIn2xx)
  const requestId = randomUUID()
  const { members, note } = answer.right
  return { ...json(200, { requestId, status: "success", ...members }), note: { requestId, ...note } }
}
