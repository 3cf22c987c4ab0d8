// What the suites share: the port over real HTTP, an hourly budget in memory, and the test clock moved by announced waits.
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import { Budget, type Contract, type Event, RunObserver, Sink } from "@inlet/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import * as DataboxSink from "../src/DataboxSink.ts"

export const KEY = "pak_canary_5f1d0c9e7a"

export const contract: Contract.Contract = {
  stream: "issues",
  version: 1,
  primaryKey: ["id"],
  time: "created_at",
  meaning: "Issues",
  columns: [{ name: "id", type: "string", optional: false, from: "id", meaning: "The id" }]
}

export const dataset: Event.DatasetRef = {
  title: "github_issues",
  id: "d-1",
  dataSource: "41",
  contractVersion: 1,
  api: "v1"
}

/** A budget kept for one test; `taken` counts what was given out, by credential. */
export const memoryBudget = () => {
  const taken = new Map<string, number>()
  const windows = new Map<string, { used: number; resetsAt: number }>()
  const layer = Layer.succeed(Budget.Budget, {
    take: (credential, { limit, millis }, count) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        const kept = windows.get(credential)
        const window = kept !== undefined && now < kept.resetsAt ? kept : { used: 0, resetsAt: now + millis }
        windows.set(credential, window)
        const granted = Math.min(count, limit - window.used)
        window.used += granted
        taken.set(credential, (taken.get(credential) ?? 0) + granted)
        return { granted, remaining: limit - window.used, resetsAt: window.resetsAt }
      }),
    observe: () => Effect.void,
    seen: () => Effect.succeed(null)
  })
  return { layer, taken }
}

type Options = Partial<DataboxSink.Options> & { readonly budget?: Layer.Layer<Budget.Budget> }

/** The port on the Databox at `baseUrl`, without a limit that a test could meet by chance. */
export const sink = (baseUrl: string, { budget = memoryBudget().layer, ...options }: Options = {}) =>
  DataboxSink.layer({
    baseUrl,
    apiKey: Redacted.make(KEY),
    dataSource: "Inlet",
    ...options,
    limits: { perSecond: 10_000, perHour: 1_000_000, ...options.limits }
  }).pipe(Layer.provide([FetchHttpClient.layer, budget]))

export interface Wait {
  readonly kind: RunObserver.Wait["kind"]
  readonly millis: number
}

/** Runs `effect`; the test clock jumps over every wait it announces. */
export const hurried = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const waits: Array<Wait> = []
    let requests = 0
    const ends = yield* Queue.unbounded<number>()
    const clock = yield* Effect.clock
    const observer: RunObserver.Observation = {
      request: (peer) => {
        if (peer === "sink") requests++
      },
      waiting: (_, { kind, until }) => {
        waits.push({ kind, millis: (until ?? 0) - clock.unsafeCurrentTimeMillis() })
        Queue.unsafeOffer(ends, until ?? 0)
      },
      counts: () => {},
      warning: () => {}
    }
    yield* Queue.take(ends).pipe(
      Effect.flatMap((end) => Effect.map(Clock.currentTimeMillis, (now) => Math.max(now, end))),
      Effect.flatMap(TestClock.setTime),
      Effect.forever,
      Effect.forkScoped
    )
    const result = yield* effect.pipe(Effect.either, Effect.provideService(RunObserver.RunObserver, observer))
    return { result, waits, requests }
  })

/** Provisions the dataset of `contract`. */
export const provision = (title = "github_issues", afterUnknown = false) =>
  Effect.flatMap(Sink.Sink, (port) => port.provision(contract, title, { afterUnknown }))

export const send = Effect.flatMap(Sink.Sink, (port) => port.send(dataset, port.body(['{"id":"1"}', '{"id":"2"}'])))
