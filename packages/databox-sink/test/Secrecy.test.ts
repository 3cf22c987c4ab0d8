// What leaves through errors, spans and logs: the key, a row's value and the service's own texts never do.

import { inspect } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import { Sink } from "@inlet/core"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Tracer from "effect/Tracer"
import { dataset, hurried, KEY, provision, sink } from "./Fixture.ts"
import { type Reply, serve } from "./Scripted.ts"

const VALUE = "value_canary_of_a_row"
const TEXT = "text_canary_of_the_service"

/** Everything a hostile or careless service could echo. */
const echo = {
  requestId: KEY,
  status: "error",
  errors: [{ code: `${KEY}`, message: `${TEXT} ${KEY} ${VALUE}`, field: VALUE, type: KEY }]
}

const replies: ReadonlyArray<readonly [string, Reply]> = [
  ["success", {}],
  ["errors in a 200", { body: echo }],
  ["a refusal", { status: 400, body: echo }],
  ["a wrong key", { status: 401, body: echo }],
  ["an outage", { status: 500, headers: { "x-request-id": KEY }, body: `<html>${KEY} ${VALUE}` }],
  ["a redirect", { status: 302, headers: { location: `http://127.0.0.1:1/${KEY}?${VALUE}` } }],
  ["a limit", { status: 429, headers: { "retry-after": KEY }, body: echo }],
  ["a strange verdict", { body: { ...echo, ingestionId: "i-1", status: TEXT } }],
  ["a broken connection", "reset"],
  ["a cut answer", "cut"]
]

/** Uses every method of the port; the exits of what it did. */
const everything = Effect.gen(function* () {
  const port = yield* Sink.Sink
  const uses: ReadonlyArray<Effect.Effect<unknown, Sink.SinkError, Sink.Sink>> = [
    provision(),
    port.send(dataset, port.body([`{"id":"${VALUE}"}`])),
    port.outcome(dataset, { requestId: null, ingestionId: "i-1" }, 1),
    port.unsettled(dataset),
    port.purge(dataset)
  ]
  return yield* Effect.all(uses.map((use) => Effect.exit(Effect.tapErrorCause(use, Effect.logError))))
})

/** Keeps the spans of `effect`. */
const traced = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const native = yield* Effect.tracer
    const spans: Array<Tracer.Span> = []
    const tracer = Tracer.make({
      span: (...all) => {
        const span = native.span(...all)
        spans.push(span)
        return span
      },
      context: native.context
    })
    const { result, waits } = yield* hurried(Effect.withTracer(effect, tracer))
    return { result, waits, spans }
  })

describe("nothing secret", () => {
  for (const [name, reply] of replies)
    it.scoped(`gets out with ${name}`, () =>
      Effect.gen(function* () {
        const server = yield* serve(() => (name === "success" ? undefined : reply))
        const logged: Array<unknown> = []
        const logger = Logger.make(({ annotations, cause, message }) => {
          logged.push(message, annotations, Cause.pretty(cause))
        })
        const { result, spans, waits } = yield* traced(
          everything.pipe(
            Effect.provide(sink(server.url, { visibility: "1 second" })),
            Effect.provide(
              Layer.merge(Logger.replace(Logger.defaultLogger, logger), Logger.minimumLogLevel(LogLevel.All))
            )
          )
        )
        const failures = spans.flatMap(({ status }) =>
          status._tag === "Ended" && status.exit._tag === "Failure" ? [status.exit.cause] : []
        )
        const shown = spans.map((span) => ({ ...span, context: null, status: null, parent: null }))
        const texts = [
          inspect({ result, waits, shown, failures, logged }, { depth: 12, maxStringLength: null, showHidden: true }),
          ...failures.map((cause) => JSON.stringify(cause)),
          ...failures.map((cause) => Cause.pretty(cause, { renderErrorCause: true }))
        ]
        for (const text of texts) for (const secret of [KEY, VALUE, TEXT]) assert.notInclude(text, secret)

        assert.isTrue(server.asked.every(({ headers }) => headers["x-api-key"] === KEY))
        assert.isAtLeast(spans.length, 5)
        for (const span of spans) {
          assert.match(span.name, /^(GET|POST) \/v1\/[a-z/{}A-Z-]+$/)
          assert.strictEqual(span.kind, "client")
          const keys = [...span.attributes.keys()]
          assert.includeMembers(keys, ["http.request.method", "server.address", "url.template", "url.full"])
          assert.strictEqual(keys.includes("http.response.status_code"), reply !== "reset")
          assert.deepStrictEqual(
            keys.filter((key) => !ALLOWED.test(key)),
            []
          )
          assert.strictEqual(span.attributes.get("server.address"), "127.0.0.1")
        }
      })
    )
})

const ALLOWED =
  /^(http\.(request\.(method|resend_count)|response\.(status_code|header\.retry-after))|url\.(full|template)|server\.(address|port)|(service\.)?peer\.(service|name)|error\.type)$/

describe("a span", () => {
  it.scoped("belongs to each attempt", () =>
    Effect.gen(function* () {
      const server = yield* serve((_, nth) => (nth === 0 ? { status: 502 } : { body: { ingestions: [] } }))
      const { spans } = yield* traced(
        Effect.flatMap(Sink.Sink, (port) => port.unsettled(dataset)).pipe(Effect.provide(sink(server.url)))
      )
      assert.deepStrictEqual(
        spans.map(({ attributes, name }) => [name, attributes.get("http.response.status_code")]),
        [
          ["GET /v1/datasets/{id}/ingestions", 502],
          ["GET /v1/datasets/{id}/ingestions", 200]
        ]
      )
    })
  )
})
