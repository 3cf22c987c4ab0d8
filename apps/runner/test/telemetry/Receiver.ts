// A collector on loopback: takes what is sent, or does to it what collectors in trouble do.
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http"
import { gunzipSync } from "node:zlib"
import * as Effect from "effect/Effect"

export interface Request {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** What it was answered with; null where it was not. */
  readonly status: number | null
}

/** An answer that says more than its status. */
export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** What the `n`th request (from 0) is answered with; null for never. */
export type Behaviour = (n: number) => Answer | number | null

export const accepts: Behaviour = () => 200
export const hangs: Behaviour = () => null
export const refuses: Behaviour = () => 400
export const busy =
  (times: number): Behaviour =>
  (n) =>
    n < times ? 503 : 200

/** These answers one after the other, and then what accepts. */
export const one =
  (...answers: ReadonlyArray<ReturnType<Behaviour>>): Behaviour =>
  (n) =>
    n < answers.length ? (answers[n] ?? null) : 200

const USUAL = { "content-type": "application/json", "retry-after": "0" }

export const receiver = (behaviour: Behaviour = accepts) =>
  Effect.acquireRelease(
    Effect.async<{ readonly url: string; readonly requests: ReadonlyArray<Request>; readonly stop: () => void }>(
      (resume) => {
        const requests: Array<Request> = []
        const answer = (response: ServerResponse, { body = "{}", headers, status }: Answer) =>
          response.writeHead(status, { ...USUAL, ...headers }).end(body)
        const server = createServer((request, response) => {
          const chunks: Array<Buffer> = []
          request.on("data", (chunk: Buffer) => chunks.push(chunk))
          request.on("end", () => {
            const bytes = Buffer.concat(chunks)
            const body = request.headers["content-encoding"] === "gzip" ? gunzipSync(bytes) : bytes
            const told = behaviour(requests.length)
            const given = typeof told === "number" ? { status: told } : told
            const status = given?.status ?? null
            requests.push({ path: request.url ?? "", headers: request.headers, body: body.toString(), status })
            if (given !== null) answer(response, given)
          })
        })
        server.listen(0, "127.0.0.1", () => {
          const address = server.address()
          const port = typeof address === "object" && address !== null ? address.port : 0
          const stop = () => {
            server.closeAllConnections()
            server.close()
          }
          resume(Effect.succeed({ url: `http://127.0.0.1:${port}`, requests, stop }))
        })
      }
    ),
    ({ stop }) => Effect.sync(stop)
  )

/** The address of a collector that is not there. */
export const nobody = Effect.scoped(Effect.map(receiver(), ({ url }) => url))

/** Bodies that were taken. */
export const taken = (requests: ReadonlyArray<Request>): ReadonlyArray<string> =>
  requests.filter(({ status }) => status === 200).map(({ body }) => body)
