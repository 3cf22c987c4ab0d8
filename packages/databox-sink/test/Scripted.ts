// A Databox that answers by a script over real sockets and keeps what it was asked.
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"

export interface Asked {
  readonly method: string
  /** With its query. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface Answer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** Text is sent as it is, anything else as JSON. */
  readonly body?: unknown
}

/** `reset`: the connection breaks. `cut`: it breaks in the middle of the body. `hang`: no answer, ever. */
export type Reply = Answer | "reset" | "cut" | "hang"

/** Decides on a request; `nth` counts those of its method and path, from 0. */
export type Script = (asked: Asked, nth: number) => Reply | undefined

export const account = { id: 7, name: "Acme", accountType: "organization" }
export const refusal = (code: string | null, field?: string) => ({
  requestId: "00000000-0000-4000-8000-000000000009",
  status: "error",
  errors: [{ code, message: "a text for people", ...(field === undefined ? {} : { field }), type: "validation" }]
})

/** An ordinary service that has nothing yet, for whatever a script leaves open. */
const usual = ({ body, method, path }: Asked): Reply => {
  const route = `${method} ${path.replace(/\?.*/, "")}`
  if (route === "GET /v1/accounts") return { body: { accounts: [account] } }
  if (route === "GET /v1/accounts/7/data-sources") return { body: { dataSources: [] } }
  if (route === "POST /v1/data-sources")
    return { body: { status: "processing", ...JSON.parse(body), id: 41, created: "2026-01-02T00:00:00.000000Z" } }
  if (method === "GET" && path.endsWith("/datasets")) return { body: { datasets: [] } }
  if (route === "POST /v1/datasets")
    return { body: { title: JSON.parse(body).title, id: "d-new", created: "2026-01-02T00:00:00.000000Z" } }
  if (path.endsWith("/data")) return { body: { requestId: "r-1", status: "success", ingestionId: "i-1" } }
  return { body: { requestId: "r-1", status: "success" } }
}

const send = (outgoing: ServerResponse, { body = "", headers = {}, status = 200 }: Answer) => {
  outgoing.writeHead(status, { "content-type": "application/json", ...headers })
  outgoing.end(typeof body === "string" ? body : JSON.stringify(body))
}

/** Listens on a free port until the scope closes. `arrivals` gets each request once it is decided on. */
export const serve = (script: Script = () => undefined) =>
  Effect.gen(function* () {
    const asked: Array<Asked> = []
    const counts = new Map<string, number>()
    const arrivals = yield* Queue.unbounded<Asked>()
    const server = createServer({ keepAliveTimeout: 0 }, (incoming, outgoing) => {
      const chunks: Array<Buffer> = []
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk))
      incoming.on("end", () => {
        const { headers, method = "", url: path = "" } = incoming
        const one: Asked = { method, path, headers, body: Buffer.concat(chunks).toString("utf8") }
        const route = `${method} ${path}`
        const nth = counts.get(route) ?? 0
        counts.set(route, nth + 1)
        asked.push(one)
        const reply = script(one, nth) ?? usual(one)
        Queue.unsafeOffer(arrivals, one)
        if (reply === "reset") return incoming.socket.resetAndDestroy()
        if (reply === "hang") return
        if (reply !== "cut") return send(outgoing, reply)
        outgoing.writeHead(200, { "content-length": "1000" })
        outgoing.write('{"requestId":"r-1",', () => outgoing.socket?.destroy())
      })
    })
    yield* Effect.acquireRelease(
      Effect.async<void>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.void))),
      () =>
        Effect.async<void>((resume) => {
          server.close(() => resume(Effect.void))
          server.closeAllConnections()
        })
    )
    const address = server.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    return {
      url: `http://127.0.0.1:${port}`,
      asked,
      arrivals,
      /** What was asked, as `METHOD path`. */
      routes: () => asked.map(({ method, path }) => `${method} ${path}`)
    }
  })
