// One request to a service: where its credentials go, what is repeated, how long is waited, and what is said afterwards.
import { gzipSync } from "node:zlib"
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import * as Tracer from "effect/Tracer"
import { Policy, type Source, type SourceHttp } from "../src/index.ts"
import { ask, asking, failed, fetching, http, ok, SECRET, services, status, template } from "./Asking.ts"
import { client, json, redirect, serve } from "./Scripted.ts"

describe("an answer", () => {
  it.scoped("holds what was asked and what came back", () =>
    Effect.gen(function* () {
      const { asked, url } = yield* serve(json({ ok: true }, { etag: '"1"', "x-request-id": "r-1" }))
      const { requests, result } = yield* fetching(url, { query: { since: "2026-01-31T00:00:00Z", "a b": 1 } })
      const answer = Either.getOrThrow(result)
      assert.deepStrictEqual(answer.json, { ok: true })
      assert.strictEqual(new TextDecoder().decode(answer.body), '{"ok":true}')
      assert.deepStrictEqual(answer.request, {
        method: "GET",
        url: template,
        key: "GET /things/a%2Fb?a+b=1&since=2026-01-31T00%3A00%3A00Z",
        query: { since: "2026-01-31T00:00:00Z", "a b": "1" },
        status: 200,
        etag: '"1"',
        requestId: "r-1"
      })
      assert.isNull(answer.moved)
      assert.strictEqual(requests, 1)
      assert.strictEqual(asked[0]?.headers.authorization, `Bearer ${SECRET}`)
      assert.isUndefined(asked[0]?.headers.traceparent)
      assert.isUndefined(asked[0]?.headers.b3)
    })
  )

  it.scoped("is asked for behind the path of the base address, or where a link leads", () =>
    Effect.gen(function* () {
      const { asked, url } = yield* serve(json([]))
      const base = new URL("/api/v3/", url)
      yield* fetching(base)
      yield* fetching(base, { url: new URL("/api/v3/page?after=x", url).href })
      assert.deepStrictEqual(
        asked.map(({ url }) => url),
        ["/api/v3/things/a%2Fb", "/api/v3/page?after=x"]
      )
    })
  )

  it.scoped("is 304 only to who knows its tag", () =>
    Effect.gen(function* () {
      const { asked, url } = yield* serve((response) => response.writeHead(304).end())
      const known = yield* fetching(url, { etag: (key) => Effect.succeed(`"tag of ${key}"`) })
      assert.strictEqual(Either.getOrThrow(known.result).status, 304)
      assert.strictEqual(Either.getOrThrow(known.result).body.length, 0)
      assert.strictEqual(asked[0]?.headers["if-none-match"], '"tag of GET /things/a%2Fb"')
      const unknown = yield* fetching(url, { etag: () => Effect.succeed(null) })
      assert.strictEqual(failed(unknown.result).reason, "Misbehaved")
      assert.isUndefined(asked[1]?.headers["if-none-match"])
    })
  )
})

describe("a request", () => {
  it.scoped("may have headers of its own, in the place of the usual ones", () =>
    Effect.gen(function* () {
      const { asked, url } = yield* serve(json([]))
      yield* fetching(url, { headers: { accept: "text/plain", "x-more": "1", authorization: "Bearer other" } })
      assert.deepInclude(asked[0]?.headers, {
        accept: "text/plain",
        "x-more": "1",
        authorization: `Bearer ${SECRET}`
      })
    })
  )

  it.scoped("has another key where it is a variant, which is not sent", () =>
    Effect.gen(function* () {
      const { asked, url } = yield* serve(json([]))
      const keys: Array<string> = []
      const etag = (key: string) => Effect.sync(() => void keys.push(key)).pipe(Effect.as(null))
      const { result } = yield* fetching(url, { variant: "2026-01-31", query: { b: 1 }, etag })
      assert.strictEqual(Either.getOrThrow(result).request.key, "GET /things/a%2Fb?b=1#2026-01-31")
      assert.deepStrictEqual(keys, ["GET /things/a%2Fb?b=1#2026-01-31"])
      assert.strictEqual(asked[0]?.url, "/things/a%2Fb?b=1")
    })
  )

  it.scoped("may post JSON, through faults and redirects, and is told as what it is", () =>
    Effect.gen(function* () {
      const { asked, url } = yield* serve(json({}, {}, 502), redirect(307, "/b"), json({ ok: true }))
      const { result } = yield* fetching(url, { method: "POST", json: { query: "{ viewer }" } })
      const { request } = Either.getOrThrow(result)
      assert.deepInclude(request, { method: "POST", key: "POST /things/a%2Fb" })
      assert.deepStrictEqual(
        asked.map(({ body, headers, method, url }) => [method, url, body, headers["content-type"]]),
        ["/things/a%2Fb", "/things/a%2Fb", "/b"].map((path) => [
          "POST",
          path,
          '{"query":"{ viewer }"}',
          "application/json"
        ])
      )
      const refused = yield* serve(json({}, {}, 422))
      const { result: end } = yield* fetching(refused.url, { method: "POST", json: {} })
      assert.strictEqual(failed(end).detail, `Things answered 422 to POST ${template}`)
    })
  )
})

describe("another host", () => {
  it.scoped("gets nothing by a redirect", () =>
    Effect.gen(function* () {
      const other = yield* serve(json([]))
      for (const code of [301, 302, 307, 308]) {
        const { url } = yield* serve(redirect(code, new URL("/stolen", other.url).href))
        const { requests, result } = yield* fetching(url)
        assert.deepInclude(failed(result), { reason: "Redirected", status: code })
        assert.strictEqual(requests, 1)
      }
      assert.deepStrictEqual(other.asked, [])
    })
  )

  it.scoped("gets nothing by a link", () =>
    Effect.gen(function* () {
      const other = yield* serve(json([]))
      const { asked, url } = yield* serve(json([]))
      const links = [other.url.href, `http://user:pass@${url.host}/`, "//[", url.href.replace("http:", "https:")]
      for (const link of links) {
        const { result } = yield* fetching(url, { url: link })
        assert.strictEqual(failed(result).reason, "Redirected", link)
      }
      assert.deepStrictEqual([...other.asked, ...asked], [])
    })
  )
})

describe("a redirect within the service", () => {
  it.scoped("is followed by hand, and the answer belongs to what was asked", () =>
    Effect.gen(function* () {
      const { asked, url } = yield* serve(redirect(301, "/repositories/1?page=2"), redirect(307, "/c"), json([1]))
      const { requests, result } = yield* fetching(url)
      assert.deepStrictEqual(Either.getOrThrow(result).json, [1])
      assert.strictEqual(Either.getOrThrow(result).request.key, "GET /things/a%2Fb")
      assert.deepStrictEqual(
        asked.map(({ headers, url }) => [url, headers.authorization]),
        ["/things/a%2Fb", "/repositories/1?page=2", "/c"].map((path) => [path, `Bearer ${SECRET}`])
      )
      assert.strictEqual(requests, 3)
    })
  )

  it.scoped("tells where the address has moved to for good", () =>
    Effect.gen(function* () {
      const cases: ReadonlyArray<readonly [ReadonlyArray<number>, string | null]> = [
        [[301], "/1"],
        [[308], "/1"],
        [[302], null],
        [[307], null],
        [[301, 308], "/2"],
        [[301, 302], "/1"],
        [[302, 301], null]
      ]
      for (const [codes, moved] of cases) {
        const { url } = yield* serve(...codes.map((code, index) => redirect(code, `/${index + 1}`)), json([1]))
        const { result } = yield* fetching(url)
        assert.strictEqual(Either.getOrThrow(result).moved?.pathname ?? null, moved, codes.join())
      }
    })
  )

  it.scoped("ends after three", () =>
    Effect.gen(function* () {
      const { asked, url } = yield* serve(redirect(302, "/again"))
      const { result } = yield* fetching(url)
      assert.strictEqual(failed(result).reason, "Redirected")
      assert.strictEqual(asked.length, 4)
    })
  )

  it.scoped("needs an address", () =>
    Effect.gen(function* () {
      const { url } = yield* serve(json({}, {}, 302))
      const { result } = yield* fetching(url)
      assert.strictEqual(failed(result).reason, "Misbehaved")
    })
  )
})

describe("what passes by itself", () => {
  it.scoped("is repeated: a reset, a cut body, a web page, half an answer, an error of the server", () =>
    Effect.gen(function* () {
      const { asked, url } = yield* serve(
        (response) => response.socket?.resetAndDestroy(),
        (response) => {
          response.writeHead(200, { "content-length": "100" }).write('[{"id":')
          setImmediate(() => response.socket?.destroy())
        },
        (response) => response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><p>Maintenance</p>"),
        (response) => response.writeHead(200).end('[{"id":'),
        json({ message: "no" }, {}, 502),
        json([1])
      )
      const { requests, result, waits } = yield* fetching(url, {}, { retry: { attempts: 6 } })
      assert.deepStrictEqual(Either.getOrThrow(result).json, [1])
      assert.strictEqual(asked.length, 6)
      assert.strictEqual(requests, 6)
      assert.deepStrictEqual(new Set(waits.map(({ kind }) => kind)), new Set(["retry"]))
      assert.strictEqual(waits.length, 5)
    })
  )

  it.effect("is repeated after pauses that grow to a limit, five attempts in all", () =>
    Effect.gen(function* () {
      const { asked, result, waits } = yield* asking(() => status(503), {
        retry: { pause: "10 seconds", maxPause: "30 seconds" }
      })
      assert.deepInclude(failed(result), { reason: "Unavailable", status: 503, retryAt: null })
      assert.strictEqual(asked.length, 5)
      const pauses = waits.map(({ until }, index) => (until ?? 0) - (waits[index - 1]?.until ?? 0))
      for (const [index, longest] of [10_000, 20_000, 30_000, 30_000].entries()) {
        assert.isAtLeast(pauses[index] ?? 0, longest / 2)
        assert.isAtMost(pauses[index] ?? 0, longest)
      }
      assert.strictEqual(pauses.length, 4)
    })
  )

  it.effect("is named by what came last", () =>
    Effect.gen(function* () {
      const cases: ReadonlyArray<readonly [() => Response, Source.SourceError["reason"], string]> = [
        [() => status(200, {}, "<html>"), "Unavailable", `Things answered 200 to GET ${template} with a web page`],
        [
          () => status(200, {}, "[1"),
          "Malformed",
          `Things answered 200 to GET ${template} with something that is not JSON`
        ],
        [
          () => status(200, {}, ""),
          "Malformed",
          `Things answered 200 to GET ${template} with something that is not JSON`
        ],
        [() => status(500, {}, "<html>"), "Unavailable", `Things answered 500 to GET ${template}`]
      ]
      for (const [answer, reason, detail] of cases) {
        const { asked, result } = yield* asking(answer)
        assert.deepInclude(failed(result), { reason, detail })
        assert.strictEqual(asked.length, 5)
      }
    })
  )

  it.scoped("is a host that cannot be reached", () =>
    Effect.gen(function* () {
      const { url } = yield* Effect.scoped(serve(json([])))
      const { result } = yield* fetching(url)
      assert.deepInclude(failed(result), {
        reason: "Unavailable",
        detail: "Things cannot be reached (ECONNREFUSED)"
      })
    })
  )

  it.effect("is an answer that does not come in time", () =>
    Effect.gen(function* () {
      const asked: Array<string> = []
      const fiber = yield* http(new URL("https://things.example"), { retry: { attempts: 1 } }).pipe(
        Effect.flatMap(({ get }) => get(ask)),
        Effect.flip,
        services,
        Effect.provide(client(asked, () => "never")),
        Effect.fork
      )
      yield* TestClock.adjust("59 seconds")
      assert.isTrue((yield* fiber.poll)._tag === "None")
      yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* Fiber.join(fiber)).detail, `Things did not answer GET ${template} in time`)
    })
  )
})

describe("a refusal", () => {
  it.effect("is not repeated", () =>
    Effect.gen(function* () {
      const reasons: Readonly<Record<string, Source.SourceError["reason"]>> = {
        400: "Rejected",
        401: "Unauthorized",
        403: "Forbidden",
        404: "NotFound",
        410: "NotFound",
        422: "Rejected",
        451: "Forbidden",
        303: "Misbehaved"
      }
      for (const [code, reason] of Object.entries(reasons)) {
        const { asked, result } = yield* asking(() => status(Number(code), {}, null))
        assert.deepInclude(failed(result), {
          reason,
          status: Number(code),
          detail: `Things answered ${code} to GET ${template}`
        })
        assert.strictEqual(asked.length, 1)
      }
    })
  )

  it.effect("is what the connector says it is", () =>
    Effect.gen(function* () {
      const classify: SourceHttp.Options["classify"] = (reply, { params }) =>
        reply.status === 409
          ? Policy.use
          : reply.status === 404
            ? Policy.giveUp("Forbidden", `no ${params?.id}`)
            : undefined
      const used = yield* asking(() => status(409), { classify })
      assert.strictEqual(Either.getOrThrow(used.result).status, 409)
      const refused = yield* asking(() => status(404), { classify })
      assert.deepInclude(failed(refused.result), {
        reason: "Forbidden",
        detail: "no a/b"
      })
    })
  )

  it.scoped("meets a body beyond the limit, whether its length is known before or not", () =>
    Effect.gen(function* () {
      const body = JSON.stringify("x".repeat(200_000))
      const zipped = gzipSync(body)
      const { asked, url } = yield* serve(
        (response) => response.writeHead(200, { "content-length": body.length }).end(body),
        (response) => {
          response.writeHead(200).write(body.slice(0, 100_000))
          setImmediate(() => response.end(body.slice(100_000)))
        },
        (response) =>
          response.writeHead(200, { "content-encoding": "gzip", "content-length": zipped.length }).end(zipped)
      )
      for (const maxBytes of [body.length, body.length - 1]) {
        asked.length = 0
        for (let form = 0; form < 3; form++) {
          const { requests, result } = yield* fetching(url, {}, { maxBytes })
          assert.strictEqual(requests, 1)
          if (maxBytes === body.length) assert.strictEqual(Either.getOrThrow(result).body.length, body.length)
          else assert.deepInclude(failed(result), { reason: "Misbehaved", status: 200 })
        }
      }
    })
  )
})

describe("a trace", () => {
  it.effect("has a span for each attempt, with what may be known and nothing else", () =>
    Effect.gen(function* () {
      const spans: Array<Tracer.Span> = []
      const native = yield* Effect.tracer
      const tracer = Tracer.make({
        ...native,
        span: (...all) => {
          const span = native.span(...all)
          spans.push(span)
          return span
        }
      })
      yield* asking((n) => (n === 1 ? status(500) : ok())).pipe(Effect.withTracer(tracer))
      assert.deepStrictEqual(
        spans.map(({ attributes, kind, name, status }) => ({
          name,
          kind,
          attributes: Object.fromEntries(attributes),
          failed:
            status._tag === "Ended" && Exit.isFailure(status.exit)
              ? Cause.pretty(status.exit.cause).split("\n")[0]
              : null
        })),
        [500, 200].map((code) => ({
          name: `GET ${template}`,
          kind: "client" as const,
          attributes: {
            "http.request.method": "GET",
            "url.template": template,
            "url.full": "https://things.example/things/a%2Fb",
            "server.address": "things.example",
            "server.port": 443,
            "peer.service": "things",
            "service.peer.name": "things",
            "http.response.status_code": code,
            ...(code === 500 ? { "error.type": "500" } : { "http.request.resend_count": 1 })
          },
          failed: code === 500 ? `SourceError: Things answered 500 to GET ${template}` : null
        }))
      )
    })
  )

  it.scoped("and an error hold no secret", () =>
    Effect.gen(function* () {
      const { url } = yield* serve(json({ message: `you said ${SECRET}` }, {}, 422))
      const { result } = yield* fetching(url)
      assert.isTrue(Either.isLeft(result))
      assert.notInclude(JSON.stringify(result), SECRET)
    })
  )
})
