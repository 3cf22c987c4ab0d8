// A collector on loopback, as far as it takes traces: it answers as it is told, and keeps what it was sent.
import { createServer, type IncomingHttpHeaders } from "node:http"
import type { AddressInfo } from "node:net"
import { gunzipSync } from "node:zlib"
import * as Effect from "effect/Effect"

export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

export interface Received {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

const ACCEPTED: Answer = { status: 200, headers: { "content-type": "application/json" }, body: "{}" }

/** Gives these answers one after the other, and accepts everything from then on; `hang` never answers. */
export const receiver = (...answers: ReadonlyArray<Answer | "hang">) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const received: Array<Received> = []
      const left = [...answers]
      const server = createServer((request, response) => {
        const chunks: Array<Buffer> = []
        request.on("data", (chunk: Buffer) => chunks.push(chunk))
        request.on("end", () => {
          const bytes = Buffer.concat(chunks)
          const { headers, url: path = "" } = request
          const body = headers["content-encoding"] === "gzip" ? gunzipSync(bytes) : bytes
          received.push({ path, headers, body: body.toString("utf8") })
          const answer = left.shift() ?? ACCEPTED
          if (answer !== "hang") response.writeHead(answer.status, answer.headers).end(answer.body)
        })
      })
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
      const { port } = server.address() as AddressInfo
      return { url: `http://127.0.0.1:${port}`, received, server }
    }),
    ({ server }) =>
      Effect.promise(async () => {
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
      })
  )
