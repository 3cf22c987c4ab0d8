// Another host on loopback: keeps what it is asked, and answers as it is told.
import { createServer, type IncomingHttpHeaders } from "node:http"
import { gunzipSync } from "node:zlib"
import * as Effect from "effect/Effect"

export interface Asked {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

const WELL: Answer = { status: 200, headers: { "content-type": "application/json" }, body: "{}" }

export const host = Effect.acquireRelease(
  Effect.promise(async () => {
    const asked: Array<Asked> = []
    let answer = WELL
    const server = createServer((request, response) => {
      const chunks: Array<Buffer> = []
      request.on("data", (chunk: Buffer) => chunks.push(chunk))
      request.on("end", () => {
        const bytes = Buffer.concat(chunks)
        const body = request.headers["content-encoding"] === "gzip" ? gunzipSync(bytes) : bytes
        asked.push({ path: request.url ?? "", headers: request.headers, body: body.toString() })
        response.writeHead(answer.status, answer.headers).end(answer.body)
      })
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const address = server.address()
    return {
      asked,
      port: typeof address === "object" && address !== null ? address.port : 0,
      answers: (next: Answer = WELL) => {
        answer = next
      },
      close: () => {
        server.closeAllConnections()
        server.close()
      }
    }
  }),
  ({ close }) => Effect.sync(close)
)
