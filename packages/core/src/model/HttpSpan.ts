// What the span of an HTTP attempt says, and nothing else: by the OpenTelemetry semantic conventions for HTTP clients
// (https://opentelemetry.io/docs/specs/semconv/http/http-spans/), without whatever may be a secret or somebody's own.
import * as Predicate from "effect/Predicate"

/** Parameters whose values tell where in a listing a request is, and nothing of anybody. */
const TELLING = ["page", "per_page", "since", "after", "before", "state", "sort", "direction"]

const REDACTED = "REDACTED"

/** An address without user, password and the values of unknown parameters. */
export const clean = (address: URL): string => {
  const url = new URL(address)
  if (url.username !== "" || url.password !== "") {
    url.username = REDACTED
    url.password = REDACTED
  }
  for (const name of new Set(url.searchParams.keys())) if (!TELLING.includes(name)) url.searchParams.set(name, REDACTED)
  url.hash = ""
  return url.href
}

/** Response headers that a span may have, and what their values look like: a service could answer with anything. */
const TOLD: ReadonlyArray<readonly [RegExp, RegExp]> = [
  [/^retry-after$/, /^(\d{1,9}|\w{3}, \d{2} \w{3} \d{4} [\d:]{8} GMT)$/],
  [/^x-(read)?ratelimit-[a-z-]+$/, /^([\d, ]{1,40}|[a-z_]{1,30})$/],
  [/^x-github-request-id$/, /^[\dA-F:]{1,60}$/i]
]

const isTold = (name: string, value: string): boolean =>
  TOLD.some(([names, values]) => names.test(name) && values.test(value))

type Attributes = Readonly<Record<string, string | number>>

export interface Attempt {
  readonly method: string
  /** The path with its places, such as `/repos/{owner}/{repo}/issues`. */
  readonly template: string
  readonly url: URL
  /** The service's short name, which traces are coloured by. */
  readonly peer: string
  /** How often the same was sent before. */
  readonly resend: number
}

export const nameOf = ({ method, template }: Pick<Attempt, "method" | "template">): string => `${method} ${template}`

export const request = ({ method, peer, resend, template, url }: Attempt): Attributes => ({
  "http.request.method": method,
  "url.template": template,
  "url.full": clean(url),
  "server.address": url.hostname,
  "server.port": url.port === "" ? (url.protocol === "http:" ? 80 : 443) : Number(url.port),
  "peer.service": peer,
  "service.peer.name": peer,
  ...(resend > 0 && { "http.request.resend_count": resend })
})

export const response = (status: number, headers: Readonly<Record<string, string | undefined>>): Attributes => ({
  "http.response.status_code": status,
  ...Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      Predicate.isString(value) && isTold(name, value) ? [[`http.response.header.${name}`, value]] : []
    )
  )
})
