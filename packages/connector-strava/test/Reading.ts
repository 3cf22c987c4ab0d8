// Reads the connector as the runner does: a page is kept where it is new and differs from the last one of its request, the
// cursor moves at the end of a listing, and waits cost no time.

import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import { Budget, Connections, type Connector, Row, RunObserver, Source } from "@inlet/sdk"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import strava from "../src/index.ts"

/** What a runner remembers of one stream. */
export interface Memory {
  cursor: unknown
  position: unknown
  /** The newest row of each key. */
  readonly rows: Map<string, Row.Row>
  /** The last body of each request. */
  readonly bodies: Map<string, string>
}

export const memory = (): Memory => ({ cursor: null, position: null, rows: new Map(), bodies: new Map() })

/** As JSON, so that nothing but JSON survives from one run to the next. */
const stored = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

export interface SignedIn {
  readonly apiUrl: string
  readonly authUrl: string
  readonly clientId: string
  readonly clientSecret: string
  readonly tokens: { readonly accessToken: string; readonly refreshToken: string; readonly expiresAt: number }
}

/** The source, with an athlete who has signed in. */
export const source = (
  name: string,
  { apiUrl, authUrl, clientId, clientSecret, tokens }: SignedIn,
  config: object = {}
): Layer.Layer<Source.Source, Connector.ConfigError | Source.SourceError, Budget.Budget> => {
  const connections = Layer.tap(Connections.layerMemory, (context) =>
    Effect.orDie(
      Effect.flatMap(Effect.provide(Connections.Connections, context), ({ authorize }) =>
        authorize(name, {
          access: Redacted.make(tokens.accessToken),
          refresh: Redacted.make(tokens.refreshToken),
          expiresAt: tokens.expiresAt * 1000,
          scopes: ["activity:read_all"]
        })
      )
    )
  )
  return strava
    .layer({ name, config: stored({ apiUrl, authUrl, clientId, clientSecret, ...config }) })
    .pipe(Layer.provide(Layer.merge(FetchHttpClient.layer, connections)))
}

/** The same, where nothing was asked before. */
export const layer = (service: SignedIn, config: object = {}) =>
  Layer.provide(source("strava", service, config), Budget.layerMemory)

export interface Run {
  /** Pages that were asked for, and how many of them were new. */
  readonly pages: ReadonlyArray<Source.Page>
  readonly recorded: number
  /** Why the run ended early. */
  readonly error: Source.SourceError | null
  /** Ends of the waits, epoch milliseconds. */
  readonly waits: ReadonlyArray<number | null>
  readonly warnings: ReadonlyArray<string>
}

/** One run of a stream; `kept` sees each page after it was kept, and may end the run by `false`, as a crash would. */
export const run = Effect.fnUntraced(function* (
  stream: string,
  memory: Memory,
  kept: (page: Source.Page, count: number) => Effect.Effect<boolean> = () => Effect.succeed(true)
) {
  const source = yield* Source.Source
  const spec = source.streams.get(stream)
  const pages: Array<Source.Page> = []
  const waits: Array<number | null> = []
  const warnings: Array<string> = []
  let recorded = 0
  const ends = yield* Queue.unbounded<number>()
  const clock = yield* Queue.take(ends).pipe(Effect.flatMap(TestClock.setTime), Effect.forever, Effect.fork)

  const take = Effect.fnUntraced(function* (page: Source.Page) {
    pages.push(page)
    const body = new TextDecoder().decode(page.body)
    const isNew = page.fresh > 0 && memory.bodies.get(page.request.key) !== body
    if (isNew && spec !== undefined) {
      recorded++
      memory.bodies.set(page.request.key, body)
      const { context = {} } = page
      for (const mapped of yield* Effect.orDie(spec.rows({ body: page.body, context }))) {
        if (mapped._tag !== "Row") throw new Error(`${mapped.rejection.code} at ${mapped.rejection.path}`)
        memory.rows.set(Row.key(spec.contract, mapped.row), mapped.row)
      }
    }
    if (isNew || page.next === null) memory.position = stored(page.next)
    if (page.cursor !== undefined) memory.cursor = stored(page.cursor)
    return yield* kept(page, pages.length)
  })

  const outcome = yield* source
    .read(stream, {
      cursor: memory.cursor,
      position: memory.position,
      etag: () => Effect.succeed(null),
      recorded: (key) => Effect.sync(() => stored(JSON.parse(memory.bodies.get(key) ?? "null")))
    })
    .pipe(
      Stream.mapEffect(take),
      Stream.takeWhile((go) => go),
      Stream.runDrain,
      Effect.either,
      Effect.provideService(RunObserver.RunObserver, {
        request: () => {},
        waiting: (_, { until }) => {
          waits.push(until)
          ends.unsafeOffer(until ?? 0)
        },
        counts: () => {},
        warning: (sentence) => warnings.push(sentence)
      })
    )
  yield* clock.interruptAsFork(clock.id())
  const run: Run = { pages, recorded, waits, warnings, error: outcome._tag === "Left" ? outcome.left : null }
  return run
})
