import * as Net from "node:net"
import * as Os from "node:os"
import { assert, describe, expect, it } from "@effect/vitest"
import { TestClock } from "effect"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import { type Fault, Loopback } from "../src/index.ts"
import { type Answer, send } from "./DataboxClient.ts"

/** A server that counts the requests that took effect and answers with their number. */
const counter = Effect.gen(function* () {
  let effects = 0
  const served = yield* Loopback.serve({
    handler: () => Loopback.json(200, { effects: ++effects, filler: "x".repeat(1000) }),
    credential: (headers) =>
      headers.authorization === undefined ? "none" : headers.authorization === "token" ? "right" : "wrong",
    control: ({ method, path }) =>
      `${method} ${path}` === "GET /_emulator/effects" ? Loopback.json(200, { effects }) : undefined,
    reset: () => {
      effects = 0
    }
  })
  const control = (method: string, path: string, body?: unknown) =>
    send(`${served.url}/_emulator/${path}`, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
  return {
    ...served,
    control,
    effects: Effect.map(control("GET", "effects"), ({ body }) => body),
    order: (rule: Fault.RuleInput) => control("POST", "faults", rule)
  }
})

/** "lost" when the connection broke before a whole answer. */
const attempt = (url: string, init?: RequestInit) =>
  send(url, init).pipe(
    Effect.catchAllDefect(() => Effect.succeed("lost" as const)),
    Effect.map((answer) => (answer === "lost" ? answer : answer.status))
  )

/** Moves the clock until the fiber is done, one round trip to the server at a time; gives the time it took. */
const untilDone = (fiber: Fiber.RuntimeFiber<Answer>, url: string) =>
  Effect.gen(function* () {
    while ((yield* Fiber.status(fiber))._tag !== "Done") {
      yield* send(`${url}/_emulator/journal`)
      yield* TestClock.adjust(1000)
    }
    return { answer: yield* Fiber.join(fiber), millis: yield* Clock.currentTimeMillis }
  })

describe("faults", () => {
  const cases: ReadonlyArray<readonly [Fault.RuleInput["action"], number | "lost", number]> = [
    [{ type: "reset-before" }, "lost", 0],
    [{ type: "reset-after" }, "lost", 1],
    [{ type: "reset-mid-body" }, "lost", 1],
    [{ type: "status", status: 503 }, 503, 0],
    [{ type: "status", status: 502, html: true }, 502, 0],
    [{ type: "status", status: 504, after: true }, 504, 1],
    [{ type: "rate-limit" }, 429, 0],
    [{ type: "rate-limit", status: 403 }, 403, 0],
    [{ type: "redirect", location: "http://127.0.0.1:1/elsewhere" }, 302, 0],
    [{ type: "redirect", location: "/", status: 308 }, 308, 0],
    [{ type: "slow", millis: 0 }, 200, 1],
    [{ type: "delay", millis: 0 }, 200, 1]
  ]
  it.scoped.each(cases)("%j: answer %s, %i effects, once", ([action, answer, effects]) =>
    Effect.gen(function* () {
      const server = yield* counter
      yield* server.order({ action })
      assert.strictEqual(yield* attempt(`${server.url}/a`), answer)
      expect(yield* server.effects).toEqual({ effects })
      assert.strictEqual(yield* attempt(`${server.url}/a`), 200)
    })
  )

  it.scoped("the head of a cut answer arrives", () =>
    Effect.gen(function* () {
      const server = yield* counter
      yield* server.order({ action: { type: "reset-mid-body" } })
      const response = yield* Effect.promise(() => fetch(server.url))
      assert.strictEqual(response.status, 200)
      assert.isAbove(Number(response.headers.get("content-length")), 1000)
      const text = yield* Effect.promise(() => response.text().catch(() => "lost"))
      assert.strictEqual(text, "lost")
    })
  )

  it.scoped("answers carry what was ordered", () =>
    Effect.gen(function* () {
      const server = yield* counter
      yield* TestClock.setTime(Date.UTC(2026, 0, 2, 3, 4, 5))
      const answers: Array<Answer> = []
      for (const action of [
        { type: "status", status: 500, body: { errors: [] }, headers: { "x-test": "1" } },
        { type: "status", status: 500, body: "plain" },
        { type: "rate-limit", retryAfter: 7 },
        { type: "rate-limit", retryAfter: 7, retryAfterAs: "date", html: true }
      ] as const) {
        yield* server.order({ action })
        answers.push(yield* send(server.url))
      }
      const [first, second, third, fourth] = answers
      expect(first?.body).toEqual({ errors: [] })
      assert.strictEqual(first?.headers.get("x-test"), "1")
      assert.strictEqual(second?.text, "plain")
      assert.strictEqual(third?.headers.get("retry-after"), "7")
      assert.strictEqual(fourth?.headers.get("retry-after"), "Fri, 02 Jan 2026 03:04:12 GMT")
      assert.include(fourth?.text, "<html>")
    })
  )

  it.scoped.each([
    { type: "delay", millis: 10_000 },
    { type: "slow", millis: 10_000 }
  ] as const)("%j waits by the clock", (action) =>
    Effect.gen(function* () {
      const server = yield* counter
      yield* server.order({ action })
      const fiber = yield* Effect.fork(send(server.url))
      const { answer, millis } = yield* untilDone(fiber, server.url)
      assert.isAtLeast(millis, 10_000)
      expect(answer.body).toMatchObject({ effects: 1 })
    })
  )

  it.scoped("a hanging request is seen but never answered, with its effect only when ordered", () =>
    Effect.gen(function* () {
      const server = yield* counter
      for (const after of [false, true]) {
        yield* server.order({ action: { type: "hang", after } })
        const fiber = yield* Effect.fork(send(server.url))
        const { body } = yield* server
          .control("GET", `journal?after=${after ? 1 : 0}`)
          .pipe(Effect.repeat({ until: ({ body }) => JSON.stringify(body).includes("seq") }))
        expect(body).toMatchObject({ entries: [{ status: null, fault: after ? "fault-2" : "fault-1" }] })
        yield* server.effects.pipe(
          Effect.repeat({ until: (seen) => JSON.stringify(seen) === JSON.stringify({ effects: after ? 1 : 0 }) })
        )
        yield* Fiber.interrupt(fiber)
      }
    })
  )

  it.scoped("match by method, path, query and number; fire as often as told", () =>
    Effect.gen(function* () {
      const server = yield* counter
      const status = (status: number) => ({ type: "status", status }) as const
      yield* server.control("PUT", "faults", [
        { id: "posts", match: { method: "post", nth: [2, 3] }, action: status(501) },
        { id: "page", match: { path: "^/list\\?.*page=2" }, times: 2, action: status(502) },
        { id: "always", match: { path: "/gone$" }, times: 0, action: status(503) }
      ])
      const post = { method: "POST" }
      const answers = yield* Effect.forEach(
        [
          ["/x", post],
          ["/x", {}],
          ["/x", post],
          ["/x", post],
          ["/x", post],
          ["/list?page=1", {}],
          ["/list?page=2", {}],
          ["/list?page=2", {}],
          ["/list?page=2", {}],
          ["/gone", {}],
          ["/gone?x=1", {}]
        ] as const,
        ([path, init]) => attempt(`${server.url}${path}`, init)
      )
      assert.deepStrictEqual(answers, [200, 200, 501, 501, 200, 200, 502, 502, 200, 503, 503])
      const { body } = yield* server.control("GET", "faults")
      expect(body).toMatchObject({
        faults: [
          { id: "posts", matched: 4, fired: 2 },
          { id: "page", matched: 3, fired: 2 },
          { id: "always", matched: 2, fired: 2 }
        ]
      })
      yield* server.control("DELETE", "faults")
      assert.strictEqual(yield* attempt(`${server.url}/gone`), 200)
    })
  )

  it.scoped("chance is drawn from the seed", () =>
    Effect.gen(function* () {
      const server = yield* counter
      const draw = Effect.fnUntraced(function* (seed: number) {
        const action = { type: "status", status: 500 }
        yield* server.control("PUT", "faults", [{ times: 0, probability: 0.5, seed, action }])
        return yield* Effect.replicateEffect(attempt(server.url), 24)
      })
      const first = yield* draw(1)
      assert.sameMembers([...new Set(first)], [200, 500])
      assert.deepStrictEqual(yield* draw(1), first)
      assert.notDeepEqual(yield* draw(2), first)
    })
  )

  const wrong: ReadonlyArray<readonly [unknown, string]> = [
    [[{ action: { type: "explode" } }], "0.action.type"],
    [[{ action: { type: "delay", millis: -1 } }], "0.action.millis"],
    [[{ match: { path: "(" }, action: { type: "hang" } }], "0.match.path"],
    [[{ matches: {}, action: { type: "hang" } }], "0.matches"]
  ]
  it.scoped.each(wrong)("%j is refused, naming %s", ([rules, path]) =>
    Effect.gen(function* () {
      const server = yield* counter
      const { body, status } = yield* server.control("PUT", "faults", rules)
      assert.strictEqual(status, 400)
      expect(body).toMatchObject({ errors: [{ path }] })
      expect((yield* server.control("GET", "faults")).body).toEqual({ faults: [] })
    })
  )
})

describe("journal", () => {
  it.scoped("records every request but no credential", () =>
    Effect.gen(function* () {
      const server = yield* counter
      yield* TestClock.setTime(1000)
      yield* send(`${server.url}/a?b=1`, { method: "POST", body: "héé", headers: { authorization: "token" } })
      yield* send(`${server.url}/b`, { headers: { authorization: "canary", cookie: "canary", accept: "text/x" } })
      yield* send(`${server.url}/c`)
      const { body, text } = yield* server.control("GET", "journal")
      const time = "1970-01-01T00:00:01.000Z"
      expect(body).toMatchObject({
        totals: { requests: 3, bytes: 5 },
        entries: [
          { seq: 1, time, method: "POST", path: "/a", query: "b=1", credential: "right", bytes: 5, status: 200 },
          { seq: 2, path: "/b", credential: "wrong", headers: { accept: "text/x" } },
          { seq: 3, path: "/c", credential: "none" }
        ]
      })
      assert.notInclude(text, "canary")
      expect((yield* server.control("GET", "journal?after=1&path=c$")).body).toMatchObject({ entries: [{ seq: 3 }] })
      yield* server.control("DELETE", "journal")
      expect((yield* server.control("GET", "journal")).body).toEqual({ totals: { requests: 0, bytes: 0 }, entries: [] })
    })
  )

  it.scoped("reset clears the journal, the faults and the state", () =>
    Effect.gen(function* () {
      const server = yield* counter
      yield* send(server.url)
      yield* server.order({ times: 0, action: { type: "reset-before" } })
      yield* server.control("POST", "reset")
      expect((yield* server.control("GET", "journal")).body).toMatchObject({ entries: [] })
      expect((yield* send(server.url)).body).toMatchObject({ effects: 1 })
    })
  )

  it.scoped("an unknown control is named", () =>
    Effect.gen(function* () {
      const server = yield* counter
      assert.strictEqual((yield* server.control("GET", "nothing")).status, 404)
      assert.strictEqual((yield* server.control("GET", "journal?path=(")).status, 400)
      assert.strictEqual((yield* send(`${server.url}/_emulator/faults`, { method: "PUT", body: "{" })).status, 400)
    })
  )
})

describe("server", () => {
  const connects = (host: string, port: number) =>
    Effect.async<boolean>((resume) => {
      const socket = Net.connect({ host, port })
      socket.once("connect", () =>
        resume(
          Effect.as(
            Effect.sync(() => socket.destroy()),
            true
          )
        )
      )
      socket.once("error", () => resume(Effect.succeed(false)))
    })

  it.scoped("listens on 127.0.0.1 only", () =>
    Effect.gen(function* () {
      const { port } = yield* counter
      const others = Object.values(Os.networkInterfaces())
        .flatMap((addresses) => addresses ?? [])
        .filter(({ address, scopeid }) => address !== "127.0.0.1" && !scopeid)
        .map(({ address }) => address)
      assert.isTrue(yield* connects("127.0.0.1", port))
      for (const host of ["127.0.0.2", ...others]) assert.isFalse(yield* connects(host, port), host)
    })
  )

  it.effect("closing the scope ends waiting requests and frees the port", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const server = yield* Scope.extend(counter, scope)
      yield* server.order({ action: { type: "hang" } })
      yield* server.order({ action: { type: "delay", millis: 1000 } })
      const waiting = yield* Effect.fork(Effect.all([attempt(server.url), attempt(server.url)], { concurrency: 2 }))
      yield* server
        .control("GET", "journal")
        .pipe(Effect.repeat({ until: ({ body }) => JSON.stringify(body).includes('"seq":2') }))
      yield* Scope.close(scope, Exit.void)
      assert.deepStrictEqual(yield* Fiber.join(waiting), ["lost", "lost"])
      yield* Effect.scoped(Loopback.serve({ port: server.port, handler: () => Loopback.json(200, {}) }))
    })
  )

  it.scoped("says which port is taken, and which cannot be", () =>
    Effect.gen(function* () {
      const { port } = yield* counter
      const handler = () => Loopback.json(200, {})
      const taken = yield* Effect.flip(Loopback.serve({ port, handler }))
      assert.strictEqual(taken.reason, "PortTaken")
      assert.include(taken.message, String(port))
      assert.strictEqual((yield* Effect.flip(Loopback.serve({ port: 70_000, handler }))).reason, "InvalidOptions")
    })
  )

  it.scoped("a defect of the handler is answered, not hidden", () =>
    Effect.gen(function* () {
      const { url } = yield* Loopback.serve({
        handler: () => {
          throw new Error("boom")
        }
      })
      const { status, text } = yield* send(url)
      assert.strictEqual(status, 500)
      assert.include(text, "boom")
    })
  )
})
