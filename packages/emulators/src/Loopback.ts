// The HTTP server under every emulator: loopback only, gone with its scope, with a journal of requests, faults on order,
// and a control surface under /_emulator/ that needs no credential.
import * as Http from "node:http"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Control from "./Control.ts"
import * as Fault from "./Fault.ts"
import * as Journal from "./Journal.ts"
import { html, json, type Reply, type Request, withHeaders } from "./Message.ts"

export { html, json, type Reply, type Request, withHeaders } from "./Message.ts"

export class EmulatorError extends Schema.TaggedError<EmulatorError>("@inlet/emulators/EmulatorError")(
  "EmulatorError",
  {
    reason: Schema.Literal("PortTaken", "ListenFailed", "InvalidOptions"),
    detail: Schema.String
  }
) {
  override get message() {
    return `emulator: ${this.detail}`
  }
}

export interface Options {
  /** 0 or absent: a free port. */
  readonly port?: number | undefined
  readonly handler: (request: Request) => Reply | Promise<Reply>
  /** Control requests other than the shared ones; undefined for a path it does not know. */
  readonly control?: (request: Request) => Reply | undefined
  readonly credential?: (headers: Http.IncomingHttpHeaders) => Journal.Credential
  /** The service's own shape of an error, used by faults that only give a status. */
  readonly refuse?: (status: number) => Reply
  /** Time a request waits before it takes effect. */
  readonly latencyMillis?: () => number
  /** Puts the emulator's own state back to its start; the journal and the faults are cleared anyway. */
  readonly reset?: () => void
}

export interface Served {
  readonly url: string
  readonly port: number
}

/**
 * Listens on 127.0.0.1 until the scope closes, which destroys the open sockets. All waiting goes by Effect's clock.
 */
export const serve: (options: Options) => Effect.Effect<Served, EmulatorError, Scope.Scope> = Effect.fnUntraced(
  function* (options) {
    const clock = yield* Effect.clock
    const run = yield* FiberSet.makeRuntimePromise()
    const journal = Journal.make()
    const faults = Fault.make()
    const now = () => clock.unsafeCurrentTimeMillis()
    const sleep = async (millis: number) => (millis > 0 ? run(Effect.sleep(millis)) : undefined)
    const refuse = options.refuse ?? ((status: number) => json(status, { message: Http.STATUS_CODES[status] ?? "" }))
    const control = Control.make({ journal, faults, control: options.control, reset: options.reset })

    const respond = async (incoming: Http.IncomingMessage, outgoing: Http.ServerResponse) => {
      const { request, target } = await receive(incoming, options)
      if (request.path === "/_emulator" || request.path.startsWith("/_emulator/"))
        return send(outgoing, control(request))
      const entry = journal.open({
        time: new Date(now()).toISOString(),
        method: request.method,
        path: request.path,
        query: request.query.toString(),
        headers: journaled(request.headers),
        credential: request.credential,
        bytes: request.bytes
      })
      const perform = async () => {
        await sleep(options.latencyMillis?.() ?? 0)
        const reply = await options.handler(request)
        if (reply.note !== undefined) entry.note = reply.note
        return reply
      }
      const answer = (reply: Reply) => {
        entry.status = reply.status
        send(outgoing, reply)
      }
      const fault = faults.next(request.method, request.path, target)
      if (fault === undefined) return answer(await perform())
      entry.fault = fault.id
      const { action } = fault
      switch (action.type) {
        case "reset-before":
          return incoming.socket.resetAndDestroy()
        case "reset-after":
          await perform()
          return incoming.socket.resetAndDestroy()
        case "reset-mid-body":
          return cut(outgoing, await perform())
        case "status":
          if (action.after) await perform()
          return answer(replacement(action, refuse))
        case "rate-limit":
          return answer(
            withHeaders(action.html ? html(action.status) : refuse(action.status), {
              ...action.headers,
              ...retryAfter(action, now())
            })
          )
        case "slow": {
          const reply = await perform()
          entry.status = reply.status
          return dribble(outgoing, reply, action.millis, sleep)
        }
        case "hang":
          if (action.after) await perform()
          return
        case "redirect":
          return answer({ status: action.status, headers: { location: action.location }, body: "" })
        case "delay":
          await sleep(action.millis)
          return answer(await perform())
      }
    }

    const server = Http.createServer({ keepAliveTimeout: 0 }, (incoming, outgoing) => {
      respond(incoming, outgoing).catch((defect: unknown) => {
        // The sockets are gone when the scope closed under a waiting request; otherwise the emulator itself is at fault.
        if (outgoing.headersSent || outgoing.destroyed) return incoming.socket.destroy()
        send(outgoing, json(500, { message: `emulator defect: ${String(defect)}` }))
      })
    })
    yield* Effect.acquireRelease(listen(server, options.port ?? 0), () => close(server))
    const address = server.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    return { url: `http://127.0.0.1:${port}`, port }
  }
)

const listen = (server: Http.Server, port: number) =>
  Effect.async<void, EmulatorError>((resume) => {
    const failed = (error: NodeJS.ErrnoException) =>
      resume(
        error.code === "EADDRINUSE"
          ? new EmulatorError({ reason: "PortTaken", detail: `port ${port} is taken by another program` })
          : new EmulatorError({ reason: "ListenFailed", detail: `cannot listen on port ${port}: ${error.message}` })
      )
    server.once("error", failed)
    try {
      server.listen(port, "127.0.0.1", () => {
        server.off("error", failed)
        resume(Effect.void)
      })
    } catch (cause) {
      // Numbers that cannot be a port are thrown instead of emitted.
      resume(
        new EmulatorError({ reason: "InvalidOptions", detail: cause instanceof Error ? cause.message : "bad port" })
      )
    }
  })

const close = (server: Http.Server) =>
  Effect.async<void>((resume) => {
    server.close(() => resume(Effect.void))
    server.closeAllConnections()
  })

const receive = async (incoming: Http.IncomingMessage, options: Options) => {
  const chunks: Array<Buffer> = []
  for await (const chunk of incoming) chunks.push(chunk)
  const bytes = Buffer.concat(chunks)
  const target = incoming.url ?? "/"
  const mark = target.indexOf("?")
  const request: Request = {
    method: incoming.method ?? "GET",
    path: mark === -1 ? target : target.slice(0, mark),
    query: new URLSearchParams(mark === -1 ? "" : target.slice(mark + 1)),
    headers: incoming.headers,
    body: bytes.toString("utf8"),
    bytes: bytes.length,
    credential: options.credential?.(incoming.headers) ?? "none"
  }
  return { request, target }
}

const kept = [
  "accept",
  "content-type",
  "user-agent",
  "if-none-match",
  "if-modified-since",
  "idempotency-key",
  "traceparent",
  "tracestate",
  "b3",
  "x-b3-traceid",
  "baggage",
  "x-github-api-version"
]

const journaled = (headers: Http.IncomingHttpHeaders): Readonly<Record<string, string>> => {
  const found: Record<string, string> = {}
  for (const name of kept) if (headers[name] !== undefined) found[name] = String(headers[name])
  return found
}

const send = (outgoing: Http.ServerResponse, reply: Reply) => {
  head(outgoing, reply)
  outgoing.end(reply.body)
}

const head = (outgoing: Http.ServerResponse, reply: Reply) =>
  outgoing.writeHead(
    reply.status,
    reply.status === 204 || reply.status === 304
      ? reply.headers
      : { ...reply.headers, "content-length": String(Buffer.byteLength(reply.body)) }
  )

const cut = (outgoing: Http.ServerResponse, reply: Reply) => {
  const body = Buffer.from(reply.body)
  // An answer without a body would be complete with its head.
  if (body.length === 0) return outgoing.socket?.resetAndDestroy()
  head(outgoing, reply)
  outgoing.write(body.subarray(0, Math.floor(body.length / 2)), () => outgoing.socket?.destroy())
}

const dribble = async (
  outgoing: Http.ServerResponse,
  reply: Reply,
  millis: number,
  sleep: (millis: number) => Promise<unknown>
) => {
  const body = Buffer.from(reply.body)
  const pieces = Math.min(10, body.length)
  head(outgoing, reply).flushHeaders()
  for (let piece = 0; piece < pieces; piece++) {
    await sleep(millis / pieces)
    outgoing.write(
      body.subarray(Math.floor((piece * body.length) / pieces), Math.floor(((piece + 1) * body.length) / pieces))
    )
  }
  outgoing.end()
}

const replacement = (
  action: Extract<Fault.Action, { readonly type: "status" }>,
  refuse: (status: number) => Reply
): Reply => {
  const base = action.html
    ? html(action.status)
    : action.body === undefined
      ? refuse(action.status)
      : typeof action.body === "string"
        ? { status: action.status, headers: { "content-type": "text/plain; charset=utf-8" }, body: action.body }
        : json(action.status, action.body)
  return withHeaders(base, action.headers)
}

const retryAfter = (
  action: Extract<Fault.Action, { readonly type: "rate-limit" }>,
  now: number
): Readonly<Record<string, string>> =>
  action.retryAfter === undefined
    ? {}
    : {
        "retry-after":
          action.retryAfterAs === "date"
            ? new Date(now + action.retryAfter * 1000).toUTCString()
            : String(action.retryAfter)
      }
