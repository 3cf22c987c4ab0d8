// A service on a real socket that answers by what it is asked, and readings of a described stream from it.
import * as Http from "node:http"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import { Budget, RunObserver, type Source } from "@inlet/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { Column, Dataset, type Rest, type RestStream, SourceHttp } from "../src/index.ts"
import * as Walk from "../src/Walk.ts"

export const dataset = Dataset.make(
  { stream: "items", version: 1, primaryKey: "id", time: "changed_at", meaning: "Items." },
  {
    id: Column.id("id", { meaning: "The id." }),
    changed_at: Column.timestamp("changed_at", { meaning: "When it changed." }),
    size: Column.integer("size", { meaning: "Its size.", optional: true })
  }
)

interface Reply {
  readonly status?: number
  readonly body: unknown
  readonly headers?: Http.OutgoingHttpHeaders
}

/** Serves by a function of the address until the scope closes; `asked` are the addresses in their order. */
export const serve = (answer: (url: URL, headers: Http.IncomingHttpHeaders) => Reply) =>
  Effect.gen(function* () {
    const asked: Array<string> = []
    const server = Http.createServer((request, response) => {
      const url = new URL(request.url ?? "", `http://${request.headers.host}`)
      asked.push(`${url.pathname}${url.search}`)
      const { body, headers = {}, status = 200 } = answer(url, request.headers)
      response.writeHead(status, { "content-type": "application/json", ...headers })
      response.end(status === 304 ? undefined : JSON.stringify(body))
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

export const item = (id: number, second = id) => ({
  id,
  changed_at: new Date(second * 1000).toISOString().replace(".000", "")
})
export const items = (count: number) => Array.from({ length: count }, (_, index) => item(index + 1))

interface Memory {
  readonly cursor?: unknown
  readonly position?: unknown
  readonly etags?: ReadonlyMap<string, string>
  /** The last body of each request. */
  readonly recorded?: ReadonlyMap<string, unknown>
}

/** One reading: its pages, what it was warned of, and how it ended. */
export const read = (
  stream: RestStream.RestStream,
  url: URL,
  service: Partial<Rest.Service> = {},
  memory: Memory = {}
) =>
  Effect.gen(function* () {
    const http = yield* SourceHttp.make({
      service: "Example",
      credential: "example",
      baseUrl: url,
      concurrency: 4,
      retry: { attempts: 1 }
    })
    const pages: Array<Source.Page> = []
    const warnings: Array<string> = []
    const { cursor = null, etags, position = null, recorded } = memory
    const outcome = yield* Walk.reader(stream, { http, ...service })({
      cursor: JSON.parse(JSON.stringify(cursor)),
      position: JSON.parse(JSON.stringify(position)),
      etag: (key) => Effect.succeed(etags?.get(key) ?? null),
      recorded: (key) => Effect.succeed(recorded?.get(key) ?? null)
    }).pipe(
      Stream.runForEach((page) => Effect.sync(() => pages.push(page))),
      Effect.either,
      Effect.provideService(RunObserver.RunObserver, {
        request: () => {},
        waiting: () => {},
        counts: () => {},
        warning: (sentence) => warnings.push(sentence)
      })
    )
    const records = pages.flatMap(({ body, context = {}, fresh }) =>
      fresh === 0 ? [] : stream.spec.records(JSON.parse(new TextDecoder().decode(body)), context)
    )
    return { pages, records, warnings, error: outcome._tag === "Left" ? outcome.left : null }
  }).pipe(Effect.scoped, Effect.provide(Layer.merge(FetchHttpClient.layer, Budget.layerMemory)))
