// Reads the connector as the runner does: pages with something new are kept with where the listing goes on, the cursor
// moves at its end, and waits cost no time.

import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import { Budget, Connections, type Connector, RunObserver, Source } from "@inlet/sdk"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import github from "../src/index.ts"

/** What a runner remembers of one stream. */
export interface Memory {
  cursor: unknown
  position: unknown
  /** The newest record kept, by id. */
  readonly records: Map<unknown, unknown>
  readonly etags: Map<string, string | null>
}

export const memory = (): Memory => ({ cursor: null, position: null, records: new Map(), etags: new Map() })

const idOf = (record: unknown) => (Predicate.hasProperty(record, "id") ? record.id : undefined)

/** As JSON, so that nothing but JSON survives from one run to the next. */
const stored = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

export const layer = (
  baseUrl: string,
  config: object
): Layer.Layer<Source.Source, Connector.ConfigError | Source.SourceError> =>
  github
    .layer({ name: "github", config: stored({ token: "ghp_emulator", baseUrl, ...config }) })
    .pipe(Layer.provide(Layer.mergeAll(FetchHttpClient.layer, Budget.layerMemory, Connections.layerMemory)))

export interface Run {
  readonly pages: ReadonlyArray<Source.Page>
  /** Why the run ended early. */
  readonly error: Source.SourceError | null
  readonly waits: ReadonlyArray<string>
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
  const waits: Array<string> = []
  const ends = yield* Queue.unbounded<number>()
  const clock = yield* Queue.take(ends).pipe(Effect.flatMap(TestClock.setTime), Effect.forever, Effect.fork)

  const take = Effect.fnUntraced(function* (page: Source.Page) {
    pages.push(page)
    if (page.request.status === 200) memory.etags.set(page.request.key, page.request.etag)
    if (page.fresh > 0) {
      const { body, context = {} } = page
      const records = spec === undefined ? [] : yield* Effect.orDie(spec.records({ body, context }))
      for (const record of records) memory.records.set(idOf(record), record)
    }
    if (page.fresh > 0 || page.next === null) memory.position = stored(page.next)
    if (page.cursor !== undefined) memory.cursor = stored(page.cursor)
    return yield* kept(page, pages.length)
  })

  const outcome = yield* source
    .read(stream, {
      cursor: memory.cursor,
      position: memory.position,
      etag: (key) => Effect.succeed(memory.etags.get(key) ?? null)
    })
    .pipe(
      Stream.mapEffect(take),
      Stream.takeWhile((go) => go),
      Stream.runDrain,
      Effect.either,
      Effect.provideService(RunObserver.RunObserver, {
        request: () => {},
        waiting: (_, { kind, until }) => {
          waits.push(kind)
          ends.unsafeOffer(until ?? 0)
        },
        counts: () => {},
        warning: () => {}
      })
    )
  yield* clock.interruptAsFork(clock.id())
  const run: Run = { pages, waits, error: outcome._tag === "Left" ? outcome.left : null }
  return run
})

export const fresh = ({ pages }: Run) => pages.reduce((sum, { fresh }) => sum + fresh, 0)
