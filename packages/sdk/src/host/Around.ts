// What a connector finds around it in a process of its own: the ports of the runner, one call away.
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { Budget, Connections, type RunObserver, type Source, type TokenStore } from "@inlet/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Connector from "../Connector.ts"
import * as Channel from "./Channel.ts"
import * as Protocol from "./Protocol.ts"
import type { Replies } from "./Replies.ts"

/** Renews tokens while `Connections.tokens` is under way, by the number of the call. */
export type Renewals = Map<
  number,
  (old: TokenStore.Tokens | null) => Effect.Effect<TokenStore.Tokens, Source.SourceError>
>

const encoder = new TextEncoder()

const bodyOf = (request: HttpClientRequest.HttpClientRequest) => {
  const { body } = request
  if (body._tag === "Empty") return Effect.succeed(null)
  if (body._tag === "Uint8Array") return Effect.succeed(body.body)
  if (body._tag === "Raw" && typeof body.body === "string") return Effect.succeed(encoder.encode(body.body))
  const description = `a body of the kind ${body._tag} cannot be sent`
  return Effect.fail(new HttpClientError.RequestError({ request, reason: "Encode", description }))
}

/** An error with the system's code, where callers look for it. */
const fault = (code: string | null) => Object.assign(new Error("the request failed"), code === null ? {} : { code })

const BODILESS = [204, 205, 304]

const client = (channel: Channel.Channel, replies: Replies) =>
  HttpClient.make((request, url) =>
    Effect.gen(function* () {
      const { headers, method } = request
      const body = yield* bodyOf(request)
      const asked = channel.call(Protocol.http, { method, url: url.href, headers: { ...headers }, body })
      const reply = yield* Effect.mapError(Channel.insist(asked), ({ _tag, code }) => {
        const cause = fault(code)
        if (_tag === "RequestError") return new HttpClientError.RequestError({ request, reason: "Transport", cause })
        const response = HttpClientResponse.fromWeb(request, new Response(null))
        return new HttpClientError.ResponseError({ request, response, reason: "Decode", cause })
      })
      const { status } = reply
      replies.keep(reply.reply, reply.body)
      const init = { status, headers: reply.headers }
      return HttpClientResponse.fromWeb(request, new Response(BODILESS.includes(status) ? null : reply.body, init))
    })
  )

const budget = (channel: Channel.Channel): Budget.Budget["Type"] => ({
  take: (credential, window, count) => Channel.insist(channel.call(Protocol.take, { credential, window, count })),
  observe: (credential, window, seen) =>
    Effect.asVoid(Channel.insist(channel.call(Protocol.observe, { credential, window, seen }))),
  seen: (credential, window) => Channel.insist(channel.call(Protocol.seen, { credential, window }))
})

/** Signing in and out is the runner's own work, done where the person is. */
const notHere = Effect.dieMessage("a source neither signs in nor out while it is read")

const connections = (channel: Channel.Channel, renewals: Renewals): Connections.Connections["Type"] => {
  let last = 0
  return {
    tokens: ({ ahead, connection, refused, renew }) =>
      Effect.suspend(() => {
        const want = ++last
        renewals.set(want, renew)
        const asked = channel.call(Protocol.tokens, { want, connection, ahead, refused })
        return Channel.insist(asked).pipe(Effect.tapBoth({ onFailure: () => done(want), onSuccess: () => done(want) }))
      }),
    authorize: () => notHere,
    forget: () => notHere
  }
  // Not where it is interrupted: the runner may still call it back.
  function done(want: number) {
    return Effect.sync(() => renewals.delete(want))
  }
}

/** All that `Connector.layer` wants. */
export const layer = (
  channel: Channel.Channel,
  renewals: Renewals,
  replies: Replies
): Layer.Layer<Connector.Services> =>
  Layer.mergeAll(
    Layer.succeed(HttpClient.HttpClient, client(channel, replies)),
    Layer.succeed(Budget.Budget, budget(channel)),
    Layer.succeed(Connections.Connections, connections(channel, renewals))
  )

/** Tells the runner what goes on during a read. */
export const observer = (channel: Channel.Channel, read: number): RunObserver.Observation => ({
  request: () => channel.tell(Protocol.observed, { read, what: { is: "request" } }),
  waiting: (_, wait) => channel.tell(Protocol.observed, { read, what: { is: "waiting", ...wait } }),
  counts: () => {},
  warning: (sentence) => channel.tell(Protocol.observed, { read, what: { is: "warning", sentence } })
})
