// A connector's requests, sent from here: to the hosts that its package declares and its configuration names, and to no other.
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpMethod from "@effect/platform/HttpMethod"
import { Manifest } from "@inlet/sdk"
import { Body, Fault, type Protocol } from "@inlet/sdk/host"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"

type Request = typeof Protocol.http.arg.Type
type Failed = typeof Protocol.http.error.Type

/** Bytes of a body that are handed on; the connector's own limit is below. */
const LONGEST = 256 * 1024 * 1024

/** The hosts of all addresses in a configuration: whoever writes one there wants it to be asked. */
export const hostsIn = (config: unknown): ReadonlyArray<string> => {
  if (typeof config === "string") {
    return /^https?:\/\//i.test(config) && URL.canParse(config) ? [new URL(config).hostname] : []
  }
  return Predicate.isObject(config) ? Object.values(config).flatMap(hostsIn) : []
}

/** The host that may not be asked; null where all is well. */
export const foreign = (hosts: ReadonlyArray<string>, { url }: Request): string | null => {
  const { hostname, protocol } = URL.canParse(url) ? new URL(url) : { hostname: "", protocol: "" }
  return /^https?:$/.test(protocol) && Manifest.allows(hosts, hostname) ? null : hostname
}

const fault =
  (_tag: Failed["_tag"]) =>
  (error: unknown): Failed => ({ _tag, code: Fault.codeOf(error) })

/** Sends it and brings the whole answer. Redirects are the connector's matter, and are checked like any other request. */
export const send = Effect.fnUntraced(
  function* (client: HttpClient.HttpClient, { body, headers, method, url }: Request) {
    const { "content-type": type, ...others } = headers
    const request = HttpClientRequest.make(HttpMethod.isHttpMethod(method) ? method : "GET")(url, { headers: others })
    const plain = client.pipe(
      HttpClient.withTracerDisabledWhen(() => true),
      HttpClient.withTracerPropagation(false)
    )
    const sent = plain.execute(body === null ? request : HttpClientRequest.bodyUint8Array(request, body, type))
    const response = yield* Effect.mapError(sent, fault("RequestError"))
    const answer = yield* Effect.mapError(Body.read(response, LONGEST), fault("ResponseError"))
    if (answer === null) return yield* Effect.fail<Failed>({ _tag: "ResponseError", code: "TOO_LONG" })
    return { status: response.status, headers: { ...response.headers }, body: answer }
  },
  Effect.provideService(FetchHttpClient.RequestInit, { redirect: "manual" })
)
