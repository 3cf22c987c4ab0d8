// A service on a real socket that answers from a script, and requests to it as the connector makes them.
import * as Http from "node:http"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import { Budget, RunObserver, type SourceHttp } from "@inlet/sdk"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/TestClock"
import * as GitHubHttp from "../src/GitHubHttp.ts"
import { Settings } from "../src/Settings.ts"

export interface Asked {
  readonly method: string
  readonly url: string
  readonly headers: Http.IncomingHttpHeaders
}

export interface Answer {
  readonly status?: number
  readonly headers?: Http.OutgoingHttpHeaders
  /** As JSON, unless it is a text. */
  readonly body?: unknown
}

/** Serves until the scope closes; `script` gets each request and how many came before it. */
export const serve = Effect.fnUntraced(function* (script: (asked: Asked, before: number) => Answer) {
  const asked: Array<Asked> = []
  const server = Http.createServer(({ headers, method = "", url = "" }, response) => {
    const { body = [], headers: more = {}, status = 200 } = script({ method, url, headers }, asked.length)
    asked.push({ method, url, headers })
    response.writeHead(status, more).end(typeof body === "string" ? body : JSON.stringify(body))
  })
  yield* Effect.acquireRelease(
    Effect.async<void>((resume) => {
      server.listen(0, "127.0.0.1", () => resume(Effect.void))
    }),
    () => Effect.sync(() => server.close().closeAllConnections())
  )
  const address = server.address()
  return { asked, url: `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}` }
})

/** What an effect makes of requests to a service, on a clock that jumps to the end of each wait; `until` are those ends. */
export const using = Effect.fnUntraced(function* <A, E>(
  url: string,
  config: object,
  use: (http: SourceHttp.SourceHttp) => Effect.Effect<A, E>
) {
  const settings = Schema.decodeUnknownSync(Settings)({ baseUrl: url, repositories: ["acme/app"], ...config })
  const until: Array<number | null> = []
  const ends = yield* Queue.unbounded<number>()
  const clock = yield* Queue.take(ends).pipe(Effect.flatMap(TestClock.setTime), Effect.forever, Effect.fork)
  const result = yield* GitHubHttp.make(settings, "github").pipe(
    Effect.flatMap(use),
    Effect.either,
    Effect.scoped,
    Effect.provide(Layer.merge(FetchHttpClient.layer, Budget.layerMemory)),
    Effect.provideService(RunObserver.RunObserver, {
      request: () => {},
      waiting: (_, wait) => {
        until.push(wait.until)
        ends.unsafeOffer(wait.until ?? 0)
      },
      counts: () => {},
      warning: () => {}
    })
  )
  yield* clock.interruptAsFork(clock.id())
  return { result, until }
})
