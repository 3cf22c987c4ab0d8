// A service that answers out of a recording, in memory: no socket, no waiting. A script may answer in its place.
import { Buffer } from "node:buffer"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { Hash } from "@inlet/core"
import * as Effect from "effect/Effect"
import { type Cassette, type Interaction, ORIGIN } from "./Cassette.ts"
import type { Finder } from "./Secrets.ts"
import type { VirtualClock } from "./VirtualClock.ts"

/** A request as it was made. */
export interface Asked {
  /** As `Interaction.request`. */
  readonly request: string
  readonly carried: string | undefined
  /** What it carried, secrets left out. */
  readonly body: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string | undefined>>
  /** Epoch milliseconds. */
  readonly at: number
  /** Position among all, from 0. */
  readonly order: number
  /** How often the same was asked before. */
  readonly before: number
}

export interface Reply extends Pick<Interaction, "status" | "headers"> {
  /** Null for none. */
  readonly text: string | null
  /** Breaks off in the middle. */
  readonly cut?: boolean
}

/** The connection is reset, or nothing ever comes. */
export type Fault = "reset" | "silence"

/** What is answered; null where there is no answer. */
export type Answers = (asked: Asked) => Reply | null
export type Script = (asked: Asked, usual: Answers) => Reply | Fault | null

/** What was asked, and how. */
export interface Session {
  readonly client: HttpClient.HttpClient
  readonly asked: ReadonlyArray<Asked>
  /** The most requests that were under way at a time. */
  readonly most: () => number
  /** Requests that there is no answer to. */
  readonly unknown: ReadonlyArray<string>
}

/** Path and sorted query of an address, without secrets. */
export const lineOf = (method: string, url: URL, secrets: Finder): string => {
  const query = new URLSearchParams()
  for (const [name, value] of url.searchParams) if (!secrets.isIn(value)) query.append(name, value)
  query.sort()
  return `${method} ${secrets.without(url.pathname)}${query.size === 0 ? "" : `?${query}`}`
}

export const bodyOf = ({ body }: HttpClientRequest.HttpClientRequest): string => {
  if (body._tag === "Uint8Array") return Buffer.from(body.body).toString("utf8")
  return body._tag === "Raw" && typeof body.body === "string" ? body.body : ""
}

const keyOf = (request: string, carried: string | undefined) => `${request}\n${carried ?? ""}`

const digest = (body: string) => (body === "" ? undefined : Hash.sha256(body).slice(0, 16))

/** The answers of a cassette: those to the same request in their order. */
export const answers = ({ interactions }: Pick<Cassette, "interactions">): Answers => {
  const known = new Map<string, Array<Reply>>()
  for (const { body, carried, headers, request, status } of interactions) {
    const text = body === undefined ? null : JSON.stringify(body)
    const key = keyOf(request, carried)
    known.set(key, [...(known.get(key) ?? []), { status, headers, text }])
  }
  return ({ before, carried, request }) => {
    const replies = known.get(keyOf(request, carried)) ?? []
    return replies[Math.min(before, replies.length - 1)] ?? null
  }
}

/** An answer to one that knows it already has no body. */
const conditional = (reply: Reply, { headers }: Asked): Reply =>
  reply.status === 200 && reply.headers.etag !== undefined && headers["if-none-match"] === reply.headers.etag
    ? { status: 304, headers: { etag: reply.headers.etag }, text: null }
    : reply

const BODILESS: ReadonlyArray<number> = [204, 205, 304]

/** A body whose connection breaks off after its first half. */
const half = (text: string) =>
  new ReadableStream<Uint8Array>({
    start: (controller) => {
      controller.enqueue(Buffer.from(text.slice(0, Math.ceil(text.length / 2))))
    },
    pull: (controller) => controller.error(Object.assign(new Error("terminated"), { code: "ECONNRESET" }))
  })

const respond = (request: HttpClientRequest.HttpClientRequest, reply: Reply, origin: string) => {
  const headers = Object.entries(reply.headers).map(
    ([name, value]) => [name, value.replaceAll(ORIGIN, origin)] as const
  )
  const text = BODILESS.includes(reply.status) ? null : (reply.text ?? "").replaceAll(ORIGIN, origin)
  const body = reply.cut === true && text !== null ? half(text) : text
  const init = {
    status: reply.status,
    headers: new Headers(headers.map(([name, value]): [string, string] => [name, value]))
  }
  return HttpClientResponse.fromWeb(request, new Response(body, init))
}

const failed = (request: HttpClientRequest.HttpClientRequest, code: string) =>
  new HttpClientError.RequestError({
    request,
    reason: "Transport",
    cause: Object.assign(new Error("the connection failed"), { code })
  })

export interface Options {
  readonly clock: VirtualClock
  readonly secrets: Finder
  readonly answers: Answers
  readonly script: Script
  /** Where links within the service lead, in the place of the host that was asked. */
  readonly origin?: string
  /** More requests than this are not coming to an end. */
  readonly bound: number
  /** How often the same was asked by earlier runs. */
  readonly counts: Map<string, number>
}

export const open = ({ answers, bound, clock, counts, origin, script, secrets }: Options): Session => {
  const asked: Array<Asked> = []
  const unknown: Array<string> = []
  let underway = 0
  let most = 0
  const client = HttpClient.make((request, url) =>
    Effect.suspend(() => {
      const body = secrets.without(bodyOf(request))
      const line = lineOf(request.method, url, secrets)
      const key = keyOf(line, digest(body))
      const before = counts.get(key) ?? 0
      counts.set(key, before + 1)
      const { headers } = request
      const order = asked.length
      const one: Asked = { request: line, carried: digest(body), body, url, headers, at: clock.now(), order, before }
      asked.push(one)
      clock.stir()
      if (asked.length > bound) clock.stop(`it asks without an end: ${bound} requests`)
      most = Math.max(most, ++underway)
      const reply = script(one, answers)
      if (reply === "silence") return Effect.never
      // Others that may ask at the same time do so before the answer.
      const turn = Effect.repeatN(Effect.yieldNow(), 4)
      if (reply === "reset") return Effect.zipRight(turn, failed(request, "ECONNRESET"))
      if (reply === null) {
        unknown.push(line)
        return Effect.zipRight(turn, failed(request, "ENOTRECORDED"))
      }
      return Effect.as(turn, respond(request, conditional(reply, one), origin ?? url.origin))
    }).pipe(
      Effect.ensuring(
        Effect.sync(() => {
          underway--
          clock.stir()
        })
      )
    )
  )
  return { client, asked, most: () => most, unknown }
}
