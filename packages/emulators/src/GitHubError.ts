// Errors in GitHub's form: a message, where to read on, and the status as a string.
import * as Http from "node:http"
import { json, type Reply } from "./Message.ts"

const documentation = "https://docs.github.com/rest"

export const error = (status: number, message: string, more: Readonly<Record<string, unknown>> = {}): Reply =>
  json(status, { message, ...more, documentation_url: documentation, status: String(status) })

export const notFound = error(404, "Not Found")
export const badCredentials = error(401, "Bad credentials")

/** A parameter that the list does not take. */
export const invalid = (resource: string, field: string): Reply =>
  error(422, "Validation Failed", { errors: [{ resource, field, code: "invalid" }] })

/** GitHub serves deep pages of large lists by cursor only; this answer has no `errors`. */
export const tooDeep = error(
  422,
  "Pagination with the page parameter is not supported for large datasets, please use cursor based pagination (after/before)"
)

export const tooDeepForStars = error(
  422,
  "In order to keep the API fast for everyone, pagination is limited for this resource."
)

export const unauthenticated = error(401, "Requires authentication")
export const notForIntegrations = error(403, "Resource not accessible by integration")
export const emptyRepository = error(409, "Git Repository is empty.")
export const withoutPush = error(403, "Must have push access to repository")

/** What proxies in front of the API answer to a request without a User-Agent. */
export const noUserAgent: Reply = {
  status: 403,
  headers: { "content-type": "text/plain" },
  body: "Request forbidden by administrative rules: it has no User-Agent header.\n"
}

const messages: Readonly<Record<number, string>> = {
  401: "Bad credentials",
  403: "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
  404: "Not Found",
  429: "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
  451: "Repository access blocked"
}

/** The usual error of a status, for faults that give nothing but that; 403 and 429 mean the secondary rate limit. */
export const usual = (status: number): Reply =>
  error(status, messages[status] ?? (status < 500 ? (Http.STATUS_CODES[status] ?? "") : "Server Error"))
