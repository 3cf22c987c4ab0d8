// Where traces and metrics are sent by OTLP over HTTP, and with what. The variables of OpenTelemetry win over inlet.yaml, and
// what is sent nowhere has no endpoint.
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Setting from "../configuration/Setting.ts"
import { UsageError } from "../output/Failure.ts"

export type Signal = "traces" | "metrics"

export interface Endpoint {
  readonly url: string
  /** Beside `content-type`; a collector's credentials are here. */
  readonly headers: Redacted.Redacted<Readonly<Record<string, string>>>
  /** Of one request, in milliseconds. */
  readonly timeout: number
  readonly compression: "gzip" | "none"
  /** Whether variables name it, so that the SDK finds it as well. */
  readonly named: boolean
}

const PREFIX = "OTEL_EXPORTER_OTLP"
const TIMEOUT = 10_000

/** The variable of one signal, else that of all. */
const either = Effect.fnUntraced(function* (signal: Signal, name: string) {
  const own = yield* Setting.variable(`${PREFIX}_${signal.toUpperCase()}_${name}`)
  return own ?? (yield* Setting.variable(`${PREFIX}_${name}`))
})

/** An address as OTLP/HTTP takes it. */
export const isAddress = (text: string): boolean => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)

const below = (base: string, signal: Signal): string => `${base.replace(/\/+$/, "")}/v1/${signal}`

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/**
 * Pairs as the variables of OpenTelemetry hold them, percent-encoded.
 *
 * @example pairs("a=1,b=2%20c") // { a: "1", b: "2 c" }
 */
export const pairs = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    text.split(",").flatMap((pair) => {
      const at = pair.indexOf("=")
      const key = at === -1 ? "" : decoded(pair.slice(0, at).trim())
      return key === "" ? [] : [[key, decoded(pair.slice(at + 1).trim())] as const]
    })
  )

const addressOf = Effect.fnUntraced(function* (signal: Signal, collector: string | null) {
  const own = `${PREFIX}_${signal.toUpperCase()}_ENDPOINT`
  const all = `${PREFIX}_ENDPOINT`
  const [exact, base] = [yield* Setting.variable(own), yield* Setting.variable(all)]
  const given = exact ?? base
  if (given === undefined) return collector === null ? null : { url: below(collector, signal), named: false }
  if (!isAddress(given)) {
    return yield* new UsageError({
      detail: `${exact === undefined ? all : own} is no http or https address.`,
      fix: `Set it to an address like http://localhost:4318${exact === undefined ? "" : `/v1/${signal}`}, or unset it.`
    })
  }
  return { url: exact ?? below(given, signal), named: true }
})

/** Where a signal goes; `collector` is the address in inlet.yaml, or null. */
export const resolve = Effect.fnUntraced(function* (signal: Signal, collector: string | null) {
  const address = yield* addressOf(signal, collector)
  if (address === null) return Option.none<Endpoint>()
  const timeout = Number(yield* either(signal, "TIMEOUT"))
  const endpoint: Endpoint = {
    ...address,
    headers: Redacted.make({
      ...pairs((yield* Setting.variable(`${PREFIX}_HEADERS`)) ?? ""),
      ...pairs((yield* Setting.variable(`${PREFIX}_${signal.toUpperCase()}_HEADERS`)) ?? "")
    }),
    timeout: Number.isFinite(timeout) && timeout > 0 ? timeout : TIMEOUT,
    compression: (yield* either(signal, "COMPRESSION"))?.trim() === "gzip" ? "gzip" : "none"
  }
  return Option.some(endpoint)
})

/** What a request of our own is sent to, and with: `fetch` takes no address that signs in. */
export const signedIn = ({ headers, url }: Endpoint): Pick<Endpoint, "headers" | "url"> => {
  const address = new URL(url)
  const { password, username } = address
  if (username === "" && password === "") return { url, headers }
  address.username = ""
  address.password = ""
  const credentials = Buffer.from(`${decoded(username)}:${decoded(password)}`).toString("base64")
  const own = Object.entries(Redacted.value(headers))
  const all = own.some(([name]) => name.toLowerCase() === "authorization")
    ? own
    : [...own, ["authorization", `Basic ${credentials}`] as const]
  return { url: address.href, headers: Redacted.make(Object.fromEntries(all)) }
}

/** What the collector knows of us and could say back: headers, `Bearer` or not, and what its address holds beside the host. */
export const confided = ({ headers, url }: Endpoint): ReadonlySet<string> => {
  const { password, pathname, searchParams, username } = new URL(url)
  const own = Object.values(Redacted.value(headers)).flatMap((value) => [value, value.replace(/^\S+ /, "")])
  const places = pathname.split("/").filter((part) => !["v1", "traces", "metrics"].includes(part))
  const parts = [username, password, ...places].map(decoded)
  return new Set([...own, ...parts, ...searchParams.values()].filter((text) => text !== ""))
}

/** What an exporter is told of its endpoint: one that variables name it finds itself. */
export const given = ({ named, url }: Endpoint): { readonly url?: string } => (named ? {} : { url })

/** Whether gRPC is asked for, which is not spoken here. */
export const isGrpc = (signal: Signal): Effect.Effect<boolean> =>
  Effect.map(either(signal, "PROTOCOL"), (protocol) => protocol?.trim().toLowerCase() === "grpc")
