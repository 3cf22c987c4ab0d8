// One request and its answer, over real sockets: what is sent, and what each way to fail becomes.
import { createServer } from "node:net"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import { assert, describe, it } from "@effect/vitest"
import { Sink } from "@inlet/core"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as Queue from "effect/Queue"
import * as TestClock from "effect/TestClock"
import { dataset, hurried, provision, send, sink } from "./Fixture.ts"
import { type Reply, refusal, type Script, serve } from "./Scripted.ts"

const receipt = { requestId: "r-1", ingestionId: "i-1" }
const outcome = Effect.flatMap(Sink.Sink, (port) => port.outcome(dataset, receipt, 2))
const unsettled = Effect.flatMap(Sink.Sink, (port) => port.unsettled(dataset))
const purge = Effect.flatMap(Sink.Sink, (port) => port.purge(dataset))

const DETAIL = "GET /v1/datasets/d-1/ingestions/i-1"

const run = <A, E>(script: Script, effect: Effect.Effect<A, E, Sink.Sink>) =>
  Effect.gen(function* () {
    const server = yield* serve(script)
    const done = yield* hurried(Effect.provide(effect, sink(server.url)))
    return { ...done, server }
  })

const always =
  (reply: Reply): Script =>
  () =>
    reply

const failure = <A>(result: Either.Either<A, Sink.SinkError>) => {
  const { code, concerns, kind, requestId, retryAfter, status } = Either.getOrThrow(Either.flip(result))
  return { kind, concerns, code, status, requestId, retryAfter }
}

describe("send", () => {
  it.scoped("posts the exact body once and gives the receipt", () =>
    Effect.gen(function* () {
      const { requests, result, server } = yield* run(() => undefined, send)
      assert.deepStrictEqual(Either.getOrThrow(result), receipt)
      assert.deepStrictEqual(server.routes(), ["POST /v1/datasets/d-1/data"])
      assert.strictEqual(server.asked[0]?.body, '{"records":[{"id":"1"},{"id":"2"}]}')
      assert.strictEqual(requests, 1)
    })
  )

  const rows: ReadonlyArray<readonly [string, Reply, Sink.SinkError["kind"], Sink.SinkError["concerns"], string]> = [
    ["a broken connection", "reset", "uncertain", "service", "connection_lost"],
    ["a cut body", "cut", "uncertain", "service", "connection_lost"],
    ["a 200 of HTML", { body: "<html>" }, "uncertain", "service", "unreadable_answer"],
    ["a 200 without an ingestion", { body: { status: "success" } }, "uncertain", "service", "unreadable_answer"],
    ["an empty 200", { body: "" }, "uncertain", "service", "unreadable_answer"],
    ["a 500", { status: 500, body: refusal("internal_error") }, "uncertain", "service", "internal_error"],
    ["a proxy's 503", { status: 503, body: "<html>" }, "uncertain", "service", "http_503"],
    ["a 503", { status: 503, body: refusal("service_unavailable") }, "retryable", "service", "service_unavailable"],
    ["a 429 of HTML", { status: 429, body: "<html>" }, "retryable", "service", "rate_limited"],
    ["a schema mismatch", { status: 400, body: refusal("schema_mismatch") }, "permanent", "rows", "schema_mismatch"],
    ["one inside a 200", { body: refusal("schema_mismatch") }, "permanent", "rows", "schema_mismatch"],
    ["an error without a code", { status: 400, body: refusal(null) }, "permanent", "rows", "invalid_input"],
    ["status error alone", { body: { status: "error" } }, "uncertain", "service", "unnamed_error"],
    [
      "errors beside success",
      { body: { status: "success", ingestionId: "i-1", errors: [{ code: "invalid_input", field: "records" }] } },
      "permanent",
      "rows",
      "invalid_input"
    ],
    [
      "an unknown dataset",
      { status: 400, body: refusal("invalid_input", "datasetId") },
      "permanent",
      "dataset",
      "not_found"
    ],
    ["a 413", { status: 413, body: "<html>" }, "permanent", "size", "request_too_large"]
  ]
  for (const [name, reply, kind, concerns, code] of rows)
    it.scoped(`${name} is ${kind}, and tried once`, () =>
      Effect.gen(function* () {
        const { result, server } = yield* run(always(reply), send)
        assert.deepInclude(failure(result), { kind, concerns, code })
        assert.lengthOf(server.asked, 1)
      })
    )

  it.scoped("keeps what the answer says: request id and time to wait, in seconds or as a date", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.parse("2026-11-23T16:00:00.000Z"))
      for (const header of ["90", "Mon, 23 Nov 2026 16:01:30 GMT"]) {
        const reply = { status: 429, headers: { "retry-after": header }, body: refusal("rate_limited") }
        const { result } = yield* run(always(reply), send)
        assert.deepInclude(failure(result), { retryAfter: 90_000, requestId: refusal(null).requestId, status: 429 })
      }
    })
  )

  it.scoped("no answer within five minutes is uncertain", () =>
    Effect.gen(function* () {
      const server = yield* serve(always("hang"))
      const fiber = yield* Effect.fork(Effect.either(Effect.provide(send, sink(server.url))))
      yield* Queue.take(server.arrivals)
      yield* TestClock.adjust("299 seconds")
      assert.isNull(fiber.unsafePoll())
      yield* TestClock.adjust("1 second")
      assert.deepInclude(failure(yield* Fiber.join(fiber)), { kind: "uncertain", code: "timeout" })
    })
  )

  it.scoped("a port where nobody listens, or a name nobody has, was never reached", () =>
    Effect.gen(function* () {
      const free = yield* Effect.async<number>((resume) => {
        const server = createServer().listen(0, "127.0.0.1", () => {
          const address = server.address()
          server.close(() => resume(Effect.succeed(typeof address === "object" && address !== null ? address.port : 0)))
        })
      })
      for (const url of [`http://127.0.0.1:${free}`, `http://localhost:${free}`, "http://nobody.invalid"]) {
        const { result } = yield* hurried(Effect.provide(send, sink(url)))
        assert.deepInclude(failure(result), { kind: "retryable", concerns: "service", code: "connection_refused" })
      }
    })
  )

  // As Node's fetch gives them; none of these is at hand on every machine.
  const system = (code: string, more: object = {}) =>
    Object.assign(new Error("a text of the system"), { code, ...more })
  const causes: ReadonlyArray<readonly [string, unknown, Sink.SinkError["kind"], string]> = [
    ["no such host", system("EAI_AGAIN", { syscall: "getaddrinfo" }), "retryable", "EAI_AGAIN"],
    ["no way to it", system("EHOSTUNREACH", { syscall: "connect" }), "retryable", "EHOSTUNREACH"],
    ["no connection in time", system("UND_ERR_CONNECT_TIMEOUT"), "retryable", "UND_ERR_CONNECT_TIMEOUT"],
    [
      "several addresses",
      Object.assign(new AggregateError([system("ENETUNREACH", { syscall: "connect" })]), { code: "ENETUNREACH" }),
      "retryable",
      "ENETUNREACH"
    ],
    ["a reset", system("ECONNRESET", { syscall: "read" }), "uncertain", "ECONNRESET"],
    ["a lost way", system("EHOSTUNREACH", { syscall: "read" }), "uncertain", "EHOSTUNREACH"],
    ["an ended connection", system("UND_ERR_SOCKET"), "uncertain", "UND_ERR_SOCKET"],
    ["something else", "a text", "uncertain", "connection_lost"]
  ]
  for (const [name, cause, kind, shown] of causes)
    it.scoped(`${name} is ${kind}`, () =>
      Effect.gen(function* () {
        const fetch = () => Promise.reject(new TypeError("fetch failed", { cause }))
        const { result } = yield* hurried(
          send.pipe(Effect.provide(sink("http://127.0.0.1:9")), Effect.provideService(FetchHttpClient.Fetch, fetch))
        )
        assert.deepInclude(failure(result), {
          kind,
          code: kind === "retryable" ? "connection_refused" : "connection_lost"
        })
        const { detail } = Either.getOrThrow(Either.flip(result))
        assert.include(detail, shown)
        assert.notInclude(detail, "a text")
      })
    )

  it.scoped("a dataset that was created a moment ago may not be known everywhere yet", () =>
    Effect.gen(function* () {
      const script: Script = ({ path }) =>
        path.endsWith("/data")
          ? { status: 404, body: refusal("not_found") }
          : path.endsWith("/data-sources")
            ? { body: { status: "success", dataSources: [{ id: 41, title: "Inlet" }] } }
            : undefined
      const server = yield* serve(script)
      yield* Effect.gen(function* () {
        const port = yield* Sink.Sink
        const made = yield* provision()
        const young = yield* Effect.either(port.send(made, "{}"))
        assert.deepInclude(failure(young), { kind: "retryable", concerns: "dataset", code: "not_found" })
        yield* TestClock.adjust("1 minute")
        const grown = yield* Effect.either(port.send(made, "{}"))
        assert.deepInclude(failure(grown), { kind: "permanent", concerns: "dataset", code: "not_found" })
      }).pipe(Effect.provide(sink(server.url)))
    })
  )
})

describe("a redirect", () => {
  for (const status of [301, 302, 303, 307, 308])
    it.scoped(`${status} is refused, and the key stays`, () =>
      Effect.gen(function* () {
        const elsewhere = yield* serve()
        const away: Reply = { status, headers: { location: `${elsewhere.url}/v1/datasets/d-1/data` } }
        for (const effect of [send, outcome, purge]) {
          const { result, server } = yield* run(always(away), Effect.asVoid(effect))
          assert.deepInclude(failure(result), { kind: "permanent", concerns: "service", code: "redirected" })
          assert.lengthOf(server.asked, 1)
        }
        assert.lengthOf(elsewhere.asked, 0)
      })
    )
})

describe("outcome", () => {
  const metrics = {
    ingestionMetrics: {
      receivedRecordsCount: 2,
      appendedRecordsCount: 1,
      overwrittenRecordsCount: 1,
      rejectedRecordsCount: 0
    }
  }
  const detail = { requestId: "r", status: "success", ingestionId: "i-1", timestamp: "2026-11-23T16:00:00.000000Z" }

  const rows: ReadonlyArray<readonly [string, Reply, object]> = [
    [
      "counts that agree",
      { body: { ...detail, metrics } },
      { _tag: "Confirmed", received: 2, appended: 1, overwritten: 1 }
    ],
    ["no counts", { body: detail }, { _tag: "Unproven" }],
    ["counts of null", { body: { ...detail, metrics: { ingestionMetrics: null } } }, { _tag: "Unproven" }],
    ["a word of running", { body: { ...detail, status: "In Progress" } }, { _tag: "Running" }],
    [
      "its own errors",
      { body: { ...detail, status: "failed", errors: [{ code: "schema_mismatch", message: "4711" }] } },
      {
        _tag: "Refused",
        code: "schema_mismatch",
        detail: "Databox took the rows and then refused them: schema_mismatch",
        rejected: null
      }
    ],
    [
      "errors of another form",
      { body: { ...detail, errors: "row 4711 is bad" } },
      {
        _tag: "Refused",
        code: "processing_failed",
        detail: "Databox took the rows and then refused them: processing_failed",
        rejected: null
      }
    ],
    [
      "rejected rows",
      { body: { ...detail, metrics: { ingestionMetrics: { receivedRecordsCount: 2, rejectedRecordsCount: 1 } } } },
      {
        _tag: "Refused",
        code: "rows_rejected",
        detail: "Databox took the rows and then refused 1 of 2: rows_rejected",
        rejected: 1
      }
    ],
    ["a 404", { status: 404, body: refusal("not_found") }, { _tag: "Missing" }],
    ["a 404 inside a 200", { body: refusal("not_found") }, { _tag: "Missing" }],
    ["an id called invalid", { status: 400, body: refusal("invalid_input", "ingestionId") }, { _tag: "Missing" }]
  ]
  for (const [name, reply, verdict] of rows)
    it.scoped(`${name}`, () =>
      Effect.gen(function* () {
        const { result, server } = yield* run(always(reply), outcome)
        assert.deepStrictEqual(Either.getOrThrow(result), verdict)
        assert.deepStrictEqual(server.routes(), [DETAIL])
      })
    )

  it.scoped("an error of the request is not taken for one of the ingestion", () =>
    Effect.gen(function* () {
      const script: Script = (_, nth) =>
        nth === 0 ? { body: refusal("rate_limited") } : { body: { ...detail, metrics } }
      const { result, server } = yield* run(script, outcome)
      assert.propertyVal(Either.getOrThrow(result), "_tag", "Confirmed")
      assert.lengthOf(server.asked, 2)
    })
  )
})

describe("unsettled", () => {
  const one = (id: number, status: string | null) => ({
    ingestionId: `i-${id}`,
    timestamp: "1970-01-01T00:00:00.000000Z",
    status
  })
  const page = (number: number, size = 100, status: string | null = "success") =>
    Array.from({ length: size }, (_, index) => one(number * 100 + index, status))
  const list = (ingestions: ReadonlyArray<object>, totalItems?: number): Reply => ({
    body: { ingestions, ...(totalItems === undefined ? {} : { pagination: { totalItems } }) }
  })
  const pageOf = ({ path }: { readonly path: string }) => Number(new URLSearchParams(path.split("?")[1]).get("page"))

  it.scoped("is false once a page adds nothing", () =>
    Effect.gen(function* () {
      const { result, server } = yield* run(
        (asked) => list(pageOf(asked) > 3 ? [] : page(pageOf(asked), 40)),
        unsettled
      )
      assert.isFalse(Either.getOrThrow(result))
      assert.deepStrictEqual(
        server.routes(),
        [1, 2, 3, 4].map((number) => `GET /v1/datasets/d-1/ingestions?page=${number}&pageSize=100`)
      )
    })
  )

  it.scoped("is true with a running one on any page", () =>
    Effect.gen(function* () {
      const script: Script = (asked) =>
        list(pageOf(asked) < 3 ? page(pageOf(asked)) : pageOf(asked) === 3 ? [one(999, "in_progress")] : [])
      assert.isTrue(Either.getOrThrow((yield* run(script, unsettled)).result))
    })
  )

  it.scoped("ends where the service does not know pages", () =>
    Effect.gen(function* () {
      const { result, server } = yield* run(always(list(page(1))), unsettled)
      assert.isFalse(Either.getOrThrow(result))
      assert.lengthOf(server.asked, 2)
    })
  )

  it.scoped("takes what has no state for running for an hour", () =>
    Effect.gen(function* () {
      const script = always(list([one(1, null)]))
      yield* TestClock.setTime(3_599_999)
      assert.isTrue(Either.getOrThrow((yield* run(script, unsettled)).result))
      yield* TestClock.setTime(3_600_000)
      assert.isFalse(Either.getOrThrow((yield* run(script, unsettled)).result))
    })
  )

  for (const [order, running] of [
    ["the first", 1],
    ["the last", 300]
  ] as const)
    it.scoped(`of a long list it sees ${order} page, in a bounded number of requests`, () =>
      Effect.gen(function* () {
        const answer = (at: number) => (asked: { readonly path: string }) =>
          list(
            pageOf(asked) > 300 ? [] : page(pageOf(asked), 10, pageOf(asked) === at ? "in_progress" : "success"),
            3000
          )
        assert.isTrue(Either.getOrThrow((yield* run(answer(running), unsettled)).result))
        const settled = yield* run(answer(0), unsettled)
        assert.isFalse(Either.getOrThrow(settled.result))
        assert.lengthOf(settled.server.asked, 50)
      })
    )
})

describe("purge", () => {
  it.scoped("posts without a body", () =>
    Effect.gen(function* () {
      const { result, server } = yield* run(() => undefined, purge)
      assert.isTrue(Either.isRight(result))
      assert.deepStrictEqual(server.routes(), ["POST /v1/datasets/d-1/purge"])
      assert.strictEqual(server.asked[0]?.body, "")
      assert.notProperty(server.asked[0]?.headers, "content-type")
    })
  )

  it.scoped("is tried once, and may have happened when its answer is lost", () =>
    Effect.gen(function* () {
      const { result, server } = yield* run(always("reset"), purge)
      assert.deepInclude(failure(result), { kind: "uncertain", code: "connection_lost" })
      assert.lengthOf(server.asked, 1)
    })
  )
})

describe("a read", () => {
  for (const [name, reply] of [
    ["a broken connection", "reset"],
    ["a cut body", "cut"],
    ["a 200 of HTML", { body: "<html>" }],
    ["a 500", { status: 500, body: refusal("internal_error") }],
    ["a proxy's 502", { status: 502, body: "<html>" }]
  ] as const)
    it.scoped(`is tried six times after ${name}`, () =>
      Effect.gen(function* () {
        const { requests, result, server, waits } = yield* run(always(reply), unsettled)
        assert.deepInclude(failure(result), { kind: "retryable", concerns: "service" })
        assert.lengthOf(server.asked, 6)
        assert.strictEqual(requests, 6)
        assert.lengthOf(waits, 5)
        for (const [index, { millis }] of waits.entries()) assert.isAtMost(millis, 1000 * 2 ** index)
      })
    )

  it.scoped("is not tried again when that cannot help", () =>
    Effect.gen(function* () {
      const { result, server } = yield* run(always({ status: 403, body: "" }), unsettled)
      assert.deepInclude(failure(result), { kind: "permanent", concerns: "account", code: "forbidden" })
      assert.lengthOf(server.asked, 1)
    })
  )

  for (const [header, least] of [
    ["7", 7000],
    ["Thu, 01 Jan 1970 00:00:07 GMT", 7000],
    [undefined, 1000]
  ] as const)
    it.scoped(`waits after a 429 with Retry-After ${header}`, () =>
      Effect.gen(function* () {
        const script: Script = (_, nth) =>
          nth === 0
            ? { status: 429, headers: header === undefined ? {} : { "retry-after": header }, body: "<html>" }
            : { body: { ingestions: [] } }
        const { result, waits } = yield* run(script, unsettled)
        assert.isTrue(Either.isRight(result))
        assert.deepStrictEqual(waits, [{ kind: "rate_limit", millis: least }])
      })
    )

  it.scoped("does not sit out a longer wait than allowed", () =>
    Effect.gen(function* () {
      const script = always({ status: 429, headers: { "retry-after": "301" }, body: "" })
      const { result, waits } = yield* run(script, unsettled)
      assert.deepInclude(failure(result), { kind: "retryable", code: "rate_limited", retryAfter: 301_000 })
      assert.lengthOf(waits, 0)
    })
  )

  it.scoped("no answer within thirty seconds is a failure that is tried again", () =>
    Effect.gen(function* () {
      const server = yield* serve((_, nth) => (nth === 0 ? "hang" : { body: { ingestions: [] } }))
      const fiber = yield* Effect.fork(hurried(Effect.provide(unsettled, sink(server.url))))
      yield* Queue.take(server.arrivals)
      yield* TestClock.adjust("29 seconds")
      assert.lengthOf(server.asked, 1)
      yield* TestClock.adjust("1 second")
      const { result, waits } = yield* Fiber.join(fiber)
      assert.isTrue(Either.isRight(result))
      assert.deepStrictEqual(
        waits.map(({ kind }) => kind),
        ["retry"]
      )
    })
  )
})
