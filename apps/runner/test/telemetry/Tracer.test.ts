// How a span ends: what it says of a success, a failure, a bug and an interruption, and of a failure that passes it.
import { assert, describe, it } from "@effect/vitest"
import { EventStore, Source } from "@inlet/core"
import { SpanStatusCode } from "@opentelemetry/api"
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as EffectTracer from "effect/Tracer"
import { collected } from "./Collected.ts"

const limited = () =>
  new Source.SourceError({
    reason: "RateLimited",
    detail: "GitHub allows no more requests now.",
    status: 429,
    retryAt: null
  })

const said = ({ attributes, events, name, status }: ReadableSpan) => ({
  name,
  status,
  attributes,
  events: events.map(({ attributes, name }) => ({ name, attributes }))
})

const OK = { code: SpanStatusCode.OK }
const exception = { "exception.type": "SourceError", "exception.message": limited().detail }
const failed = { code: SpanStatusCode.ERROR, message: limited().detail }

describe("a span", () => {
  it.effect("that ends well is ok", () =>
    Effect.gen(function* () {
      const { spans } = yield* collected(Effect.withSpan(Effect.void, "page"))
      assert.deepStrictEqual(spans.map(said), [{ name: "page", status: OK, attributes: {}, events: [] }])
    })
  )

  it.effect("that fails says it in our words; the exception is told on the innermost one only", () =>
    Effect.gen(function* () {
      const work = Effect.fail(limited()).pipe(Effect.withSpan("page"), Effect.withSpan("extract issues"))
      const { exit, spans } = yield* collected(work)
      assert.isTrue(Exit.isFailure(exit))
      const attributes = { "error.type": "E_SOURCE_RATE_LIMITED" }
      assert.deepStrictEqual(spans.map(said), [
        { name: "page", status: failed, attributes, events: [{ name: "exception", attributes: exception }] },
        { name: "extract issues", status: failed, attributes, events: [] }
      ])
    })
  )

  it.effect("that another error came of does not tell of the first one again", () =>
    Effect.gen(function* () {
      const first = limited()
      const other = Object.assign(limited(), { cause: first })
      const work = Effect.fail(first).pipe(
        Effect.withSpan("page"),
        Effect.mapError(() => other),
        Effect.withSpan("extract issues")
      )
      const { spans } = yield* collected(work)
      assert.deepStrictEqual(
        spans.map(({ events }) => events.length),
        [1, 0]
      )
    })
  )

  it.effect("in whose parts attempts failed is ok itself; each attempt tells of its own failure", () =>
    Effect.gen(function* () {
      const attempt = Effect.withSpan(Effect.fail(limited()), "GET /issues")
      const work = Effect.withSpan(Effect.retry(attempt, { times: 1 }).pipe(Effect.ignore), "page")
      const { spans } = yield* collected(work)
      assert.deepStrictEqual(
        spans.map(({ events, status }) => [status.code, events.length]),
        [
          [SpanStatusCode.ERROR, 1],
          [SpanStatusCode.ERROR, 1],
          [SpanStatusCode.OK, 0]
        ]
      )
    })
  )

  it.effect("of another process, told under a span that is open, tells of the failure in its place", () =>
    Effect.gen(function* () {
      const work = Effect.gen(function* () {
        const { spanId, traceId } = yield* Effect.orDie(Effect.currentSpan)
        const tracer = yield* Effect.tracer
        const parent = Option.some(EffectTracer.externalSpan({ spanId, traceId }))
        const told = tracer.span("GET /issues", parent, Context.empty(), [], 1_000n, "client")
        told.attribute("error.type", "429")
        told.end(2_000n, Exit.fail(limited()))
        // What comes over a channel is never the same object.
        return yield* Effect.fail(limited())
      }).pipe(Effect.withSpan("page"))
      const { spans } = yield* collected(work)
      const [attempt, page] = spans
      assert.deepStrictEqual(
        spans.map(({ events }) => events.length),
        [1, 0]
      )
      assert.strictEqual(attempt?.attributes["error.type"], "429")
      assert.strictEqual(page?.attributes["error.type"], "E_SOURCE_RATE_LIMITED")
      assert.strictEqual(attempt?.parentSpanContext?.spanId, page?.spanContext().spanId)
      assert.notStrictEqual(attempt?.parentSpanContext?.isRemote, true)
    })
  )

  it.effect("whose failure was dealt with inside has its type, and is an error", () =>
    Effect.gen(function* () {
      const work = Effect.annotateCurrentSpan("error.type", "E_SINK_REFUSED").pipe(Effect.withSpan("confirm"))
      const { spans } = yield* collected(work)
      assert.deepStrictEqual(
        spans.map(({ status }) => status),
        [{ code: SpanStatusCode.ERROR }]
      )
    })
  )

  it.effect("that a bug ended has neither the bug's message nor a stack", () =>
    Effect.gen(function* () {
      const bug = new TypeError("mira@example.com is not iterable")
      const { spans } = yield* collected(Effect.die(bug).pipe(Effect.withSpan("page"), Effect.withSpan("run issues")))
      const attributes = { "error.type": "E_BUG" }
      const status = { code: SpanStatusCode.ERROR }
      const events = [{ name: "exception", attributes: { "exception.type": "TypeError" } }]
      assert.deepStrictEqual(spans.map(said), [
        { name: "page", status, attributes, events },
        { name: "run issues", status, attributes, events: [] }
      ])
    })
  )

  it.effect("that an unknown error ended has its class, and not its message", () =>
    Effect.gen(function* () {
      const error = Object.assign(new Error("https://user:secret@host/?token=1"), { _tag: "RequestError" })
      const { spans } = yield* collected(Effect.withSpan(Effect.fail(error), "page"))
      assert.deepStrictEqual(spans.map(said), [
        {
          name: "page",
          status: { code: SpanStatusCode.ERROR },
          attributes: { "error.type": "RequestError" },
          events: [{ name: "exception", attributes: { "exception.type": "RequestError" } }]
        }
      ])
    })
  )

  it.effect("names no file of the machine", () =>
    Effect.gen(function* () {
      const error = new EventStore.StoreError({
        reason: "Full",
        operation: "append",
        detail: "The store /home/mira/.inlet/inlet.db cannot be written to: the disk is full (SQLITE_FULL)"
      })
      const { spans } = yield* collected(Effect.withSpan(Effect.fail(error), "append events"))
      assert.deepInclude(spans[0]?.status, {
        message: "The store … cannot be written to: the disk is full (SQLITE_FULL)"
      })
      assert.deepInclude(spans[0]?.attributes, { "error.type": "E_STORE_FULL" })
    })
  )

  it.effect("that was interrupted is no error", () =>
    Effect.gen(function* () {
      const work = Effect.gen(function* () {
        const fiber = yield* Effect.fork(Effect.withSpan(Effect.never, "page"))
        yield* Effect.yieldNow()
        yield* Fiber.interrupt(fiber)
      })
      const { spans } = yield* collected(work)
      const attributes = { "span.label": "⚠︎ Interrupted", "status.interrupted": true }
      assert.deepStrictEqual(spans.map(said), [{ name: "page", status: OK, attributes, events: [] }])
    })
  )

  it.effect("fails where one of its parts did, although the other was interrupted for it", () =>
    Effect.gen(function* () {
      const work = Effect.failCause(
        Cause.parallel(Cause.interrupt(Fiber.id(yield* Effect.fork(Effect.void))), Cause.fail(limited()))
      )
      const { spans } = yield* collected(Effect.withSpan(work, "page"))
      assert.deepStrictEqual(spans[0]?.status, failed)
    })
  )

  it.effect("takes values apart, and never shows a secret", () =>
    Effect.gen(function* () {
      const attributes = {
        "inlet.rows": 7,
        "inlet.sync": { mode: new Date(0), other: ["a"] },
        "inlet.stream": Redacted.make("s3cret"),
        "inlet.pages": null
      }
      const { spans } = yield* collected(Effect.withSpan(Effect.void, "extract issues", { attributes }))
      assert.deepStrictEqual(spans[0]?.attributes, {
        "inlet.rows": 7,
        "inlet.sync.mode": "1970-01-01T00:00:00.000Z",
        "inlet.stream": "<redacted>"
      })
    })
  )

  it.effect("leads to the spans that it links to", () =>
    Effect.gen(function* () {
      const page = EffectTracer.externalSpan({ traceId: "a".repeat(32), spanId: "b".repeat(16) })
      const links = [{ _tag: "SpanLink" as const, span: page, attributes: { "inlet.link": "rows-from", other: 1 } }]
      const { spans } = yield* collected(Effect.withSpan(Effect.void, "send batch", { links }))
      const [link] = spans[0]?.links ?? []
      assert.deepInclude(link?.context, { traceId: page.traceId, spanId: page.spanId })
      assert.deepStrictEqual(link?.attributes, { "inlet.link": "rows-from" })
    })
  )

  it.effect("that was ended before the work in it ends but once, and says no more", () =>
    Effect.gen(function* () {
      const work = Effect.gen(function* () {
        const span = yield* Effect.orDie(Effect.currentSpan)
        span.attribute("inlet.pages", 1)
        span.end(5_000_000n, Exit.void)
        span.attribute("inlet.pages", 2)
        return yield* Effect.fail(limited())
      })
      const { spans } = yield* collected(Effect.withSpan(work, "extract issues"))
      const attributes = { "inlet.pages": 1 }
      assert.deepStrictEqual(spans.map(said), [{ name: "extract issues", status: OK, attributes, events: [] }])
      assert.deepStrictEqual(spans[0]?.endTime, [0, 5_000_000])
    })
  )

  it.effect("without a trace of its own leaves its parts under the one around it", () =>
    Effect.gen(function* () {
      const work = Effect.void.pipe(
        Effect.withSpan("append events"),
        Effect.withTracerEnabled(false),
        Effect.withSpan("extract issues")
      )
      const { spans } = yield* collected(work)
      assert.deepStrictEqual(
        spans.map(({ name }) => name),
        ["extract issues"]
      )
    })
  )
})
