// Records a connector's streams at its service: twice each, the second time from where the first one ended.
import * as HttpClient from "@effect/platform/HttpClient"
import { Budget, Connections, RunObserver, Source } from "@inlet/core"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type { Configured, Connector, Services } from "../Connector.ts"
import * as Bench from "./Bench.ts"
import { type Cassette, CassetteError } from "./Cassette.ts"
import * as Reading from "./Reading.ts"
import * as Rehearsal from "./Rehearsal.ts"
import * as Tape from "./Tape.ts"
import * as World from "./World.ts"

/**
 * What to record.
 *
 * @since 0.1.0
 */
export interface RecordOptions extends Rehearsal.Keeping {
  /** Pages of a list; behind them it looks as if it ended. 3 unless told. */
  readonly pages?: number
  /** Streams; all unless told. */
  readonly streams?: ReadonlyArray<string>
}

/** Stands still but for waits, so that what is asked does not depend on how fast a service answers. */
const standing = (live: Clock.Clock): Clock.Clock => {
  let now = Math.floor(live.unsafeCurrentTimeMillis() / 1000) * 1000
  return {
    [Clock.ClockTypeId]: Clock.ClockTypeId,
    unsafeCurrentTimeMillis: () => now,
    currentTimeMillis: Effect.sync(() => now),
    unsafeCurrentTimeNanos: () => BigInt(now) * 1_000_000n,
    currentTimeNanos: Effect.sync(() => BigInt(now) * 1_000_000n),
    sleep: (duration) =>
      Effect.zipRight(
        live.sleep(duration),
        Effect.sync(() => {
          now += Duration.toMillis(duration)
        })
      )
  }
}

const failed = (detail: string) => new CassetteError({ reason: "Failed", detail })

/**
 * A cassette of what the service answers now. It takes requests, which count for the service's limits; no secret and nothing
 * personal gets into it. What whoever records should know is told to the `RunObserver`.
 *
 * @since 0.1.0
 */
export const record = (
  connector: Connector,
  configured: Configured,
  options: RecordOptions = {}
): Effect.Effect<Cassette, CassetteError, Services> =>
  Effect.gen(function* () {
    const { pages = 3, streams = [...connector.streams.keys()] } = options
    const live = yield* HttpClient.HttpClient
    const budget = yield* Budget.Budget
    const connections = yield* Connections.Connections
    const observer = yield* RunObserver.RunObserver
    const provider = Option.getOrNull(yield* Effect.option(connector.oauth(configured)))
    const clock = standing(yield* Effect.clock)
    const recordedAt = clock.unsafeCurrentTimeMillis()
    const secrets = new Set<string>()
    // Tokens are kept by whoever runs this; here they are only looked at, to know them again.
    const watched = Connections.Connections.of({
      ...connections,
      tokens: (want) =>
        Effect.tap(connections.tokens(want), ({ access, refresh }) => {
          secrets.add(Redacted.value(access))
          if (refresh !== null) secrets.add(Redacted.value(refresh))
        })
    })

    const once = (tape: Tape.Tape, stream: string, memory: Reading.Memory, isAgain = false) =>
      Effect.gen(function* () {
        const services = Layer.mergeAll(
          Layer.succeed(HttpClient.HttpClient, tape.client),
          Layer.succeed(Budget.Budget, budget),
          Layer.succeed(Connections.Connections, watched)
        )
        const context = yield* Layer.build(Layer.provide(connector.layer(configured), services))
        const spec = connector.streams.get(stream)
        if (spec === undefined) return yield* failed(`${connector.name} has no stream ${stream}`)
        const taken: Array<Reading.Taken> = []
        let cut = false
        let ofList = 0
        yield* Reading.run(Context.get(context, Source.Source), spec, {
          memory,
          asked: () => 0,
          take: (one) => {
            taken.push(one)
            if (isAgain) return
            ofList = one.page.next === null ? 0 : ofList + 1
            if (ofList >= pages) {
              cut = true
              tape.turn("ended")
            } else if (one.page.next === null) tape.turn("live")
          }
        })
        return { taken, cut }
      }).pipe(
        Effect.scoped,
        Effect.withClock(clock),
        Effect.catchTags({
          ConfigError: ({ message }) => failed(message),
          SourceError: ({ detail }) => failed(`${stream}: ${detail}`)
        })
      )

    const recorded: Array<Rehearsal.Recorded> = []
    for (const stream of streams) {
      const tape = Tape.make(live, (url) => World.asksForTokens({ provider }, url))
      const memory = Reading.memory()
      const { cut, taken } = yield* once(tape, stream, memory)
      if (cut) tape.turn("over")
      const again = (yield* once(tape, stream, Bench.copy(memory), true)).taken
      if (taken.every(({ records }) => records.length === 0)) {
        observer.warning(`${stream}: there is no record to record`)
      }
      if (again.some(({ kept }) => kept)) {
        observer.warning(
          `${stream}: the second run brought something new; unless the service changed meanwhile, the connector breaks the law unchanged-second-run`
        )
      }
      const queries = taken.slice(0, 1).flatMap(({ page }) => Object.values(page.request.query))
      recorded.push({
        stream,
        raws: tape.raws(),
        asked: [...taken.map(({ page }) => page.request.url), ...queries]
      })
    }
    const { headers, keep } = options
    const made = yield* Rehearsal.make({
      connector,
      configured,
      recordedAt,
      recorded,
      secrets: [...secrets],
      lacks: [],
      ...(headers !== undefined && { headers }),
      ...(keep !== undefined && { keep })
    })
    const [lost] = Object.entries(made.without)
    return lost === undefined ? made.cassette : yield* failed(`${lost[0]}: ${lost[1]}`)
  })
