// Rate limits: how long a refusal is waited for, what is known without asking, who else is held back, and what outlives the
// process.
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { assert, describe, it } from "@effect/vitest"
import { Budget, EventStore } from "@inlet/core"
import * as Array from "effect/Array"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as TestClock from "effect/TestClock"
import { RunObserver, type SourceHttp } from "../src/index.ts"
import { ask, asking, failed, http, ok, services, status } from "./Asking.ts"
import { type Answer, client, impatiently, json, serve } from "./Scripted.ts"

describe("a refusal", () => {
  it.effect("is waited for as Retry-After says, in seconds or as a date", () =>
    Effect.gen(function* () {
      for (const after of ["60", new Date(60_000).toUTCString()]) {
        for (const code of [429, 503]) {
          yield* TestClock.setTime(0)
          const { result, waits } = yield* asking((n) => (n === 1 ? status(code, { "retry-after": after }) : ok()))
          assert.isTrue(Either.isRight(result))
          assert.deepStrictEqual(waits, [{ kind: "rate_limit", until: 60_000 }])
        }
      }
    })
  )

  it.effect("is not asked into before its time", () =>
    Effect.gen(function* () {
      const asked: Array<string> = []
      const fiber = yield* Effect.flatMap(http(new URL("https://things.example")), ({ get }) => get(ask)).pipe(
        services,
        Effect.provide(client(asked, (n) => (n === 1 ? status(429, { "retry-after": "60" }) : ok()))),
        Effect.fork
      )
      yield* TestClock.adjust("59 seconds")
      assert.strictEqual(asked.length, 1)
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(fiber)
      assert.strictEqual(asked.length, 2)
    })
  )

  it.effect("without an end is waited for a minute, then twice as long", () =>
    Effect.gen(function* () {
      const { result, waits } = yield* asking((n) => (n < 4 ? status(429) : ok()), { retry: { maxWait: "10 minutes" } })
      assert.isTrue(Either.isRight(result))
      assert.deepStrictEqual(
        waits.map(({ until }) => until),
        [60_000, 180_000, 420_000]
      )
    })
  )

  it.effect("ends the request where it ends too late, which is told", () =>
    Effect.gen(function* () {
      const far = yield* asking(() => status(429, { "retry-after": "121" }))
      assert.deepInclude(failed(far.result), { reason: "RateLimited", retryAt: 121_000 })
      assert.strictEqual(far.asked.length, 1)
      const near = yield* asking((n) => (n === 1 ? status(429, { "retry-after": "120" }) : ok()))
      assert.isTrue(Either.isRight(near.result))
      yield* TestClock.setTime(0)
      const busy = yield* asking(() => status(503, { "retry-after": "3600" }))
      assert.deepInclude(failed(busy.result), { reason: "Unavailable", retryAt: 3_600_000 })
    })
  )

  it.effect("is waited for two minutes altogether, and never asked into without a pause", () =>
    Effect.gen(function* () {
      const long = yield* asking(() => status(429, { "retry-after": "50" }))
      assert.deepInclude(failed(long.result), { reason: "RateLimited", retryAt: 150_000 })
      assert.strictEqual(long.waits.length, 2)
      yield* TestClock.setTime(0)
      const none = yield* asking(() => status(429, { "retry-after": "0" }))
      assert.deepStrictEqual(
        none.waits.map(({ until }) => until),
        [1000, 2000, 3000, 4000]
      )
    })
  )

  it.effect("holds back the other requests of the connector", () =>
    Effect.gen(function* () {
      const asked: Array<string> = []
      yield* Effect.gen(function* () {
        const { get } = yield* http(new URL("https://things.example"))
        const both = yield* Effect.fork(Effect.all([get(ask), get(ask)], { concurrency: 2 }))
        yield* TestClock.adjust("59 seconds")
        assert.strictEqual(asked.length, 1)
        yield* TestClock.adjust("1 second")
        yield* Fiber.join(both)
        assert.strictEqual(asked.length, 3)
      }).pipe(services, Effect.provide(client(asked, (n) => (n === 1 ? status(429, { "retry-after": "60" }) : ok()))))
    })
  )
})

describe("Retry-After", () => {
  const cases: ReadonlyArray<readonly [string, string, number]> = [
    ["as a number of seconds", "7", 7000],
    ["as zero", "0", 1000],
    ["as a date", new Date(7000).toUTCString(), 7000],
    ["as a date of the older form", "Thursday, 01-Jan-70 00:00:07 GMT", 7000],
    ["as a date that is past", new Date(-7000).toUTCString(), 1000],
    ["as a time far beyond reason, which is cut to a day", "999999999", 86_400_000],
    ["negative", "-7", 60_000],
    ["with a fraction", "7.5", 60_000],
    ["too long", "99999999999", 60_000],
    ["in words", "May 7", 60_000],
    ["empty", "", 60_000]
  ]
  for (const [form, after, until] of cases) {
    it.scoped(`is understood or left aside: ${form}`, () =>
      Effect.gen(function* () {
        const { url } = yield* serve(json({}, { "retry-after": after }, 429), json([]))
        const { result, waits } = yield* impatiently(
          Effect.flatMap(http(url, { retry: { maxWait: "2 days" } }), ({ get }) => get(ask))
        ).pipe(services, Effect.provide(FetchHttpClient.layer))
        assert.isTrue(Either.isRight(result))
        assert.deepStrictEqual(waits, [{ kind: "rate_limit", until }])
      })
    )
  }

  it.effect("that is missing lets the waits grow, up to five attempts", () =>
    Effect.gen(function* () {
      const { asked, result, waits } = yield* asking(() => status(429), { retry: { maxWait: "1 day" } })
      assert.deepStrictEqual(
        waits.map(({ until }) => until),
        [1, 3, 7, 15].map((minutes) => minutes * 60_000)
      )
      assert.strictEqual(asked.length, 5)
      assert.deepInclude(failed(result), { reason: "RateLimited", status: 429, retryAt: 31 * 60_000 })
      assert.match(failed(result).detail, /no more requests until 1970-01-01 00:31:00 UTC$/)
    })
  )
})

const limits: NonNullable<SourceHttp.Options["limits"]> = (headers) =>
  headers.left === undefined
    ? undefined
    : {
        window: headers.window ?? "core",
        remaining: Number(headers.left),
        limit: 5000,
        resetsAt: Number(headers.resets) * 1000
      }

/** An answer after which so many requests are left until so many seconds after 1970 began. */
const left = (left: number, resets: number, more: object = {}): Answer => json([], { left, resets, ...more })

const metered = (url: URL, options: Partial<SourceHttp.Options> = {}) =>
  http(url, { limits, window: "core", ...options })

/** Budgets that remember each write, and fail where they are told to. */
const budget = (fails = false) => {
  const writes: Array<readonly [string, string, number, number]> = []
  const error = new EventStore.StoreError({ reason: "Failed", operation: "observe", detail: "no disk" })
  const layer = Layer.effect(
    Budget.Budget,
    Effect.map(Budget.Budget, (memory) => ({
      ...memory,
      seen: (credential: string, window: string) => (fails ? Effect.fail(error) : memory.seen(credential, window)),
      observe: (credential: string, window: string, seen: Budget.Remaining) =>
        fails
          ? Effect.fail(error)
          : Effect.tap(memory.observe(credential, window, seen), () => {
              writes.push([credential, window, seen.remaining, seen.resetsAt])
            })
    }))
  ).pipe(Layer.provide(Budget.layerMemory))
  return { writes, layer }
}

describe("a spent limit", () => {
  it.scoped("that an answer tells of is waited for before the next request", () =>
    Effect.gen(function* () {
      const { asked, url } = yield* serve(left(0, 100), left(4999, 3700))
      const { result, waits } = yield* impatiently(
        Effect.gen(function* () {
          // Nothing is asked meanwhile, so the one attempt is still to come.
          const { get } = yield* metered(url, { retry: { attempts: 1 } })
          yield* get(ask)
          yield* get(ask)
        })
      ).pipe(services, Effect.provide(FetchHttpClient.layer))
      assert.isTrue(Either.isRight(result))
      assert.deepStrictEqual(waits, [{ kind: "rate_limit", until: 100_000 }])
      assert.strictEqual(asked.length, 2)
    })
  )

  it.scoped("that lasts too long ends the request unasked, and says until when", () =>
    Effect.gen(function* () {
      const { asked, url } = yield* serve(left(0, 3600))
      const { requests, result, waits } = yield* impatiently(
        Effect.gen(function* () {
          const { get } = yield* metered(url)
          yield* get(ask)
          yield* get(ask)
        })
      ).pipe(services, Effect.provide(FetchHttpClient.layer))
      const { detail, reason, retryAt, status } = failed(result)
      assert.deepStrictEqual<unknown>(
        { detail, reason, retryAt, status },
        {
          detail: "Things's limit of 5000 requests (core) is used up until 1970-01-01 01:00:00 UTC",
          reason: "RateLimited",
          retryAt: 3_600_000,
          status: null
        }
      )
      assert.deepStrictEqual([asked.length, requests, waits.length], [1, 1, 0])
    })
  )

  it.scoped("is that of the requests which count for it, and a 304 tells of it too", () =>
    Effect.gen(function* () {
      const { asked, url } = yield* serve(
        left(10, 3600),
        (response) => response.writeHead(304, { window: "search", left: 0, resets: 3600 }).end(),
        left(9, 3600)
      )
      yield* Effect.gen(function* () {
        const { get } = yield* metered(url)
        const search = { template: "/search", etag: () => Effect.succeed('"1"') }
        yield* get(ask)
        assert.strictEqual((yield* get(search)).status, 304)
        assert.match((yield* Effect.flip(get(search))).detail, /\(search\) is used up/)
        yield* get(ask)
      }).pipe(services, Effect.provide(FetchHttpClient.layer))
      assert.strictEqual(asked.length, 3)
    })
  )

  it.scoped("is not forgotten over an answer that was overtaken, but over that of a later window", () =>
    Effect.gen(function* () {
      const { asked, url } = yield* serve(
        left(0, 3600, { window: "a" }),
        left(7, 3600, { window: "a" }),
        left(7, 3601, { window: "a" }),
        left(6, 3601)
      )
      yield* Effect.gen(function* () {
        const { get } = yield* metered(url)
        yield* get(ask)
        yield* get({ template: "/b" })
        assert.strictEqual((yield* Effect.flip(get(ask))).retryAt, 3_600_000)
        yield* get({ template: "/c" })
        yield* get(ask)
      }).pipe(services, Effect.provide(FetchHttpClient.layer))
      assert.strictEqual(asked.length, 4)
    })
  )
})

describe("requests side by side", () => {
  it.effect("are all held back by a refusal, and come back behind one that goes first", () =>
    Effect.gen(function* () {
      const requests = yield* Queue.unbounded<Deferred.Deferred<Response>>()
      const service = Layer.succeed(
        HttpClient.HttpClient,
        HttpClient.make((request) =>
          Effect.gen(function* () {
            const answer = yield* Deferred.make<Response>()
            yield* requests.offer(answer)
            return HttpClientResponse.fromWeb(request, yield* Deferred.await(answer))
          })
        )
      )
      const answer = (response: Response) => Effect.flatMap(requests.take, (asked) => Deferred.succeed(asked, response))
      const waited = (millis: number) => Effect.zipRight(TestClock.adjust(millis), requests.size)

      yield* Effect.gen(function* () {
        const options = { concurrency: 4, retry: { maxWait: "10 minutes" } } as const
        const { get } = yield* http(new URL("https://things.example"), options)
        const asking = (count: number) =>
          Effect.fork(
            Effect.all(
              Array.makeBy(count, () => get(ask)),
              { concurrency: count }
            )
          )

        const five = yield* asking(5)
        assert.strictEqual(yield* waited(0), 4)
        for (let n = 0; n < 3; n++) yield* answer(status(429))
        // What left before the refusals says nothing about them, whether good or bad.
        yield* waited(0)
        yield* answer(ok())
        assert.strictEqual(yield* waited(59_999), 0)
        assert.strictEqual(yield* waited(1), 1)
        // The three count as one refusal: another one is waited for twice as long, not eight times.
        yield* answer(status(429))
        assert.strictEqual(yield* waited(119_999), 0)
        assert.strictEqual(yield* waited(1), 1)
        for (let n = 0; n < 4; n++) yield* answer(ok())
        yield* Fiber.join(five)

        const four = yield* asking(4)
        assert.strictEqual(yield* waited(0), 4)
        for (let n = 0; n < 4; n++) yield* answer(ok())
        yield* Fiber.join(four)
      }).pipe(services, Effect.provide(service))
    })
  )
})

describe("what is known of a limit", () => {
  /** Two processes on one store: what the first is answered, and how a request of the second ends. */
  const restarted = (answer: Answer, options: Partial<SourceHttp.Options> = {}) =>
    Effect.gen(function* () {
      const { asked, url } = yield* serve(answer, left(1, 3600))
      const process = (options: Partial<SourceHttp.Options> = {}) =>
        Effect.flatMap(metered(url, { retry: { attempts: 1 }, ...options }), ({ get }) => Effect.either(get(ask))).pipe(
          Effect.scoped,
          Effect.provide(FetchHttpClient.layer)
        )
      const results = yield* Effect.all([process(), process(options)]).pipe(Effect.provide(Budget.layerMemory))
      return { asked, second: results[1] }
    })

  it.scoped("outlives the process", () =>
    Effect.gen(function* () {
      for (const [answer, detail] of [
        [left(0, 3600), "Things's limit of requests (core) is used up until 1970-01-01 01:00:00 UTC"],
        [json({}, { "retry-after": "3600" }, 429), "Things wants no requests until 1970-01-01 01:00:00 UTC"]
      ] as const) {
        const { asked, second } = yield* restarted(answer)
        assert.deepInclude(failed(second), { reason: "RateLimited", status: null, retryAt: 3_600_000, detail })
        assert.strictEqual(asked.length, 1)
      }
    })
  )

  it.scoped("concerns one credential", () =>
    Effect.gen(function* () {
      const { second } = yield* restarted(left(0, 3600), { credential: "others" })
      assert.isTrue(Either.isRight(second))
    })
  )

  it.scoped("is not kept where the service does not say when a refusal ends", () =>
    Effect.gen(function* () {
      const { asked, second } = yield* restarted(json({}, {}, 429))
      assert.isTrue(Either.isRight(second))
      assert.strictEqual(asked.length, 2)
    })
  )

  it.scoped("is written at the first answer, when nothing is left, and at the end", () =>
    Effect.gen(function* () {
      const { layer, writes } = budget()
      const { url } = yield* serve(left(4, 90), left(3, 90), left(2, 90), left(0, 90), left(9, 180), left(8, 180))
      const core = (remaining: number, resetsAt: number) => ["things", "core", remaining, resetsAt * 1000] as const
      yield* Effect.gen(function* () {
        const { get } = yield* metered(url)
        for (let n = 0; n < 3; n++) yield* get(ask)
        assert.deepStrictEqual(writes, [core(4, 90)])
        yield* get(ask)
        assert.deepStrictEqual(writes, [core(4, 90), core(0, 90)])
        yield* impatiently(get(ask))
        yield* get(ask)
      }).pipe(Effect.scoped, Effect.provide(layer), Effect.provide(FetchHttpClient.layer))
      assert.deepStrictEqual(writes.slice(2), [core(9, 180), core(8, 180)])
    })
  )

  it.scoped("is not needed: requests leave where the store does not work", () =>
    Effect.gen(function* () {
      const { url } = yield* serve(left(0, 3600))
      const { get } = yield* metered(url).pipe(Effect.provide(Layer.merge(budget(true).layer, FetchHttpClient.layer)))
      yield* get(ask)
      assert.strictEqual((yield* Effect.flip(get(ask))).reason, "RateLimited")
    })
  )
})

describe("a pace", () => {
  it.effect("lets so many requests leave in an interval, and the rest later, and tells that they wait", () =>
    Effect.gen(function* () {
      const asked: Array<string> = []
      const waits: Array<string> = []
      const observer = {
        ...(yield* RunObserver.RunObserver),
        waiting: (_: string, { kind }: RunObserver.Wait) => waits.push(kind)
      }
      yield* Effect.gen(function* () {
        const { get } = yield* http(new URL("https://things.example"), {
          concurrency: 10,
          pace: { limit: 6, interval: "1 minute" }
        })
        const all = yield* Effect.fork(
          Effect.all(
            Array.makeBy(9, () => get(ask)),
            { concurrency: 9 }
          )
        )
        yield* TestClock.adjust("1 second")
        assert.strictEqual(asked.length, 6)
        assert.deepStrictEqual(waits, ["pace", "pace", "pace"])
        yield* TestClock.adjust("10 seconds")
        assert.strictEqual(asked.length, 7)
        yield* TestClock.adjust("1 minute")
        yield* all
        assert.strictEqual(asked.length, 9)
      }).pipe(services, Effect.provide(client(asked, ok)), Effect.provideService(RunObserver.RunObserver, observer))
    })
  )
})
