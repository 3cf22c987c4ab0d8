// Services that answer from a script and remember what they were asked: over a real socket, or as an HttpClient.
import * as Http from "node:http"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { RunObserver } from "@inlet/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as TestClock from "effect/TestClock"

export interface Asked {
  readonly method: string
  readonly url: string
  readonly body: string
  readonly headers: Http.IncomingHttpHeaders
}

export type Answer = (response: Http.ServerResponse) => void

export const json =
  (body: unknown, headers: Http.OutgoingHttpHeaders = {}, status = 200): Answer =>
  (response) =>
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body))

export const redirect = (status: number, location: string): Answer => json({}, { location }, status)

/** Serves the answers in their order, the last one for ever, until the scope closes. */
export const serve = (...answers: ReadonlyArray<Answer>) =>
  Effect.gen(function* () {
    const asked: Array<Asked> = []
    const server = Http.createServer((request, response) => {
      const { headers, method = "", url = "" } = request
      const parts: Array<Uint8Array> = []
      request.on("data", (part) => parts.push(part))
      request.on("end", () => {
        asked.push({ method, url, headers, body: Buffer.concat(parts).toString() })
        const answer = answers[Math.min(asked.length, answers.length) - 1]
        answer?.(response)
      })
    })
    yield* Effect.acquireRelease(
      Effect.async<void>((resume) => {
        server.listen(0, "127.0.0.1", () => resume(Effect.void))
      }),
      () => Effect.sync(() => server.close().closeAllConnections())
    )
    const address = server.address()
    return { asked, url: new URL(`http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`) }
  })

/** An HttpClient that answers from a script; `asked` counts on. */
export const client = (asked: Array<string>, script: (n: number) => Response | "never") =>
  Layer.succeed(
    HttpClient.HttpClient,
    HttpClient.make((request, url) =>
      Effect.suspend(() => {
        asked.push(url.href)
        const answer = script(asked.length)
        return answer === "never" ? Effect.never : Effect.succeed(HttpClientResponse.fromWeb(request, answer))
      })
    )
  )

/** Runs an effect on a clock that jumps to the end of each wait, and tells the waits. */
export const impatiently = Effect.fnUntraced(function* <A, E, R>(effect: Effect.Effect<A, E, R>) {
  const waits: Array<{ readonly kind: string; readonly until: number | null }> = []
  let requests = 0
  const ends = yield* Queue.unbounded<number>()
  const clock = yield* Queue.take(ends).pipe(Effect.flatMap(TestClock.setTime), Effect.forever, Effect.fork)
  const result = yield* effect.pipe(
    Effect.either,
    Effect.provideService(RunObserver.RunObserver, {
      request: () => {
        requests++
      },
      waiting: (_, { kind, until }) => {
        waits.push({ kind, until })
        ends.unsafeOffer(until ?? 0)
      },
      counts: () => {},
      warning: () => {}
    })
  )
  yield* clock.interruptAsFork(clock.id())
  return { result, waits, requests }
})
