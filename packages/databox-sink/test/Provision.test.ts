import { assert, describe, it } from "@effect/vitest"
import { Sink } from "@inlet/core"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { contract, hurried, provision, sink } from "./Fixture.ts"
import { type Reply, refusal, type Script, serve } from "./Scripted.ts"

const LIST_SOURCES = "GET /v1/accounts/7/data-sources"
const LIST_DATASETS = "GET /v1/data-sources/41/datasets"
const CREATE_SOURCE = "POST /v1/data-sources"
const CREATE_DATASET = "POST /v1/datasets"
const HEAD = ["GET /v1/auth/validate-key", "GET /v1/accounts", LIST_SOURCES]

const inlet = { id: 41, title: "Inlet", created: "2026-01-01T00:00:00.000000Z" }
const issues = { id: "d-1", title: "github_issues", created: "2026-01-01T00:00:00.000000Z" }

type Routes = Readonly<Record<string, (nth: number) => Reply | undefined>>

/** A script by routes; a data source "Inlet" exists unless a route says otherwise. */
const script =
  (routes: Routes): Script =>
  ({ method, path }, nth) => {
    const route = `${method} ${path}`
    const reply = routes[route]?.(nth)
    return reply ?? (route === LIST_SOURCES && !(LIST_SOURCES in routes) ? sources(inlet) : undefined)
  }
const sources = (...dataSources: ReadonlyArray<object>): Reply => ({ body: { status: "success", dataSources } })
const datasets = (...all: ReadonlyArray<object>): Reply => ({ body: { status: "success", datasets: all } })

const run = <A, E>(routes: Routes, effect: Effect.Effect<A, E, Sink.Sink>, options: Parameters<typeof sink>[1] = {}) =>
  Effect.gen(function* () {
    const server = yield* serve(script(routes))
    const outcome = yield* hurried(Effect.provide(effect, sink(server.url, options)))
    return { ...outcome, server, count: (route: string) => server.routes().filter((one) => one === route).length }
  })

const ok = <A, E>(result: Either.Either<A, E>): A => Either.getOrThrow(result)
const error = <A>(result: Either.Either<A, Sink.SinkError>): Sink.SinkError => Either.getOrThrow(Either.flip(result))

describe("provision", () => {
  it.scoped("creates what is missing, with the primary keys", () =>
    Effect.gen(function* () {
      const routes: Routes = { [LIST_SOURCES]: (nth) => (nth === 0 ? sources() : sources(inlet)) }
      const { result, requests, server } = yield* run(routes, provision())
      assert.deepStrictEqual(ok(result), {
        title: "github_issues",
        id: "d-new",
        dataSource: "41",
        contractVersion: 1,
        api: "v1"
      })
      assert.deepStrictEqual(server.routes(), [
        ...HEAD,
        CREATE_SOURCE,
        LIST_SOURCES,
        LIST_DATASETS,
        CREATE_DATASET,
        LIST_DATASETS
      ])
      assert.strictEqual(requests, 8)
      assert.deepStrictEqual(
        server.asked.filter(({ method }) => method === "POST").map(({ body }) => JSON.parse(body)),
        [
          { title: "Inlet", accountId: 7, timezone: "UTC" },
          { title: "github_issues", dataSourceId: 41, primaryKeys: ["id"] }
        ]
      )
    })
  )

  it.scoped("takes what exists, by the exact title", () =>
    Effect.gen(function* () {
      const others = [{ ...issues, id: "d-0", title: "GitHub_issues" }, { ...issues, id: "d-9", title: null }, issues]
      const { result, server } = yield* run({ [LIST_DATASETS]: () => datasets(...others) }, provision())
      assert.strictEqual(ok(result).id, "d-1")
      assert.deepStrictEqual(server.routes(), [...HEAD, LIST_DATASETS])
    })
  )

  it.scoped("sends the key, and a content type only with a body", () =>
    Effect.gen(function* () {
      const { server } = yield* run({}, provision())
      for (const { body, headers } of server.asked) {
        assert.strictEqual(headers["x-api-key"], "pak_canary_5f1d0c9e7a")
        assert.strictEqual(headers.accept, "application/json")
        assert.strictEqual(headers["content-type"], body === "" ? undefined : "application/json")
        assert.notProperty(headers, "traceparent")
        assert.notProperty(headers, "b3")
      }
    })
  )

  for (const id of [41, "41"])
    it.scoped(`gives ids back in the form in which they came: ${JSON.stringify(id)}`, () =>
      Effect.gen(function* () {
        const { result, server } = yield* run({ [LIST_SOURCES]: () => sources({ ...inlet, id }) }, provision())
        const created = server.asked.find(({ method }) => method === "POST")
        assert.propertyVal(JSON.parse(created?.body ?? ""), "dataSourceId", id)
        assert.strictEqual(ok(result).dataSource, "41")
      })
    )

  for (const [name, route, list, mine] of [
    ["data source", CREATE_SOURCE, LIST_SOURCES, inlet],
    ["dataset", CREATE_DATASET, LIST_DATASETS, issues]
  ] as const) {
    const answer = route === CREATE_SOURCE ? sources : datasets
    const id = route === CREATE_SOURCE ? "41" : "d-1"
    const used = (result: Either.Either<{ readonly id: string; readonly dataSource: string }, Sink.SinkError>) =>
      route === CREATE_SOURCE ? ok(result).dataSource : ok(result).id

    for (const [how, lost] of [
      ["the connection broke", "reset"],
      ["the answer was cut", "cut"],
      ["the answer has no id", { body: { status: "success" } }],
      ["the answer is HTML", { body: "<html>" }],
      ["a proxy answered", { status: 502, body: "<html>" }]
    ] as const)
      it.scoped(`${name}: finds what it created although ${how}, once the list shows it`, () =>
        Effect.gen(function* () {
          // Missing before the creation and in three looks after it.
          const routes: Routes = { [route]: () => lost, [list]: (nth) => (nth < 4 ? answer() : answer(mine)) }
          const { count, result, waits } = yield* run(routes, provision())
          assert.strictEqual(used(result), id)
          assert.strictEqual(count(route), 1)
          const pauses = [500, 1000, 2000].map((millis) => ({ kind: "settle", millis }))
          assert.deepStrictEqual(waits, pauses)
        })
      )

    it.scoped(`${name}: creates again only after the list had its time to show it`, () =>
      Effect.gen(function* () {
        const routes: Routes = { [route]: (nth) => (nth === 0 ? "reset" : undefined), [list]: () => answer() }
        const { count, result, waits } = yield* run(routes, provision(), { visibility: "12 seconds" })
        assert.strictEqual(used(result), route === CREATE_SOURCE ? "41" : "d-new")
        assert.strictEqual(count(route), 2)
        const patience = [500, 1000, 2000, 4000, 4500]
        // A data source is waited for once more: whoever comes next has to find it in the list.
        assert.deepStrictEqual(
          waits.map(({ millis }) => millis),
          route === CREATE_SOURCE ? [...patience, ...patience] : patience
        )
      })
    )

    it.scoped(`${name}: gives up after the second unknown creation`, () =>
      Effect.gen(function* () {
        const { count, result } = yield* run({ [route]: () => "reset", [list]: () => answer() }, provision())
        assert.strictEqual(error(result).kind, "uncertain")
        assert.strictEqual(count(route), 2)
      })
    )

    it.scoped(`${name}: looks patiently after an earlier unknown creation`, () =>
      Effect.gen(function* () {
        const routes: Routes = { [list]: (nth) => (nth < 3 ? answer() : answer(mine)) }
        const { count, result } = yield* run(routes, provision("github_issues", true))
        assert.strictEqual(used(result), id)
        assert.strictEqual(count(route), 0)
      })
    )

    it.scoped(`${name}: of several with one title it takes the oldest, then the smallest id`, () =>
      Effect.gen(function* () {
        const young = { ...mine, id: route === CREATE_SOURCE ? 5 : "d-0", created: "2026-01-03T00:00:00.000000Z" }
        const undated = { ...mine, id: route === CREATE_SOURCE ? 3 : "d-00", created: null }
        const larger = { ...mine, id: route === CREATE_SOURCE ? 141 : "d-2" }
        const routes: Routes = { [list]: () => answer(undated, young, larger, mine) }
        const { count, result } = yield* run(routes, provision())
        assert.strictEqual(used(result), id)
        assert.strictEqual(count(route), 0)
      })
    )

    it.scoped(`${name}: gives way to an older one that another machine created meanwhile`, () =>
      Effect.gen(function* () {
        const { result } = yield* run({ [list]: (nth) => (nth === 0 ? answer() : answer(mine)) }, provision())
        assert.strictEqual(used(result), id)
      })
    )

    it.scoped(`${name}: takes the one that exists when the service knows it and the list does not yet`, () =>
      Effect.gen(function* () {
        const routes: Routes = {
          [route]: () => ({ status: 409, body: refusal("duplicate_record") }),
          [list]: (nth) => (nth < 2 ? answer() : answer(mine))
        }
        const { count, result } = yield* run(routes, provision())
        assert.strictEqual(used(result), id)
        assert.strictEqual(count(route), 1)
      })
    )

    it.scoped(`${name}: a refused creation is not repeated`, () =>
      Effect.gen(function* () {
        const routes: Routes = { [route]: () => ({ status: 503, body: refusal("service_unavailable") }) }
        const { count, result } = yield* run({ ...routes, [list]: () => answer() }, provision())
        assert.deepInclude({ ...error(result) }, { kind: "retryable", code: "service_unavailable" })
        assert.strictEqual(count(route), 1)
      })
    )
  }

  it.scoped("holds on to what it created when the list then fails", () =>
    Effect.gen(function* () {
      const routes: Routes = { [LIST_DATASETS]: (nth) => (nth === 0 ? datasets() : { status: 401 }) }
      const { result } = yield* run(routes, provision())
      assert.strictEqual(ok(result).id, "d-new")
    })
  )

  it.scoped("waits for a data source that it just created to be known everywhere", () =>
    Effect.gen(function* () {
      const routes: Routes = {
        [LIST_SOURCES]: () => sources(),
        [LIST_DATASETS]: (nth) => (nth < 2 ? { status: 404, body: refusal("not_found") } : undefined)
      }
      const { result } = yield* run(routes, provision())
      assert.strictEqual(ok(result).id, "d-new")
    })
  )

  it.scoped("concurrent datasets share one data source", () =>
    Effect.gen(function* () {
      const titles = ["github_issues", "github_pulls", "github_commits"]
      const all = Effect.forEach(titles, (title) => provision(title), { concurrency: "unbounded" })
      const { count, result } = yield* run({ [LIST_SOURCES]: () => sources() }, all)
      assert.deepStrictEqual(
        ok(result).map(({ dataSource, title }) => [dataSource, title]),
        titles.map((title) => ["41", title])
      )
      assert.strictEqual(count("GET /v1/accounts"), 1)
      assert.strictEqual(count(CREATE_SOURCE), 1)
      assert.strictEqual(count(CREATE_DATASET), 3)
    })
  )

  it.scoped("looks the data source up again after somebody deleted it", () =>
    Effect.gen(function* () {
      const routes: Routes = {
        [LIST_DATASETS]: (nth) => (nth === 0 ? undefined : { status: 404, body: refusal("not_found") })
      }
      const twice = Effect.zipRight(provision(), Effect.exit(provision()))
      const { count } = yield* run(routes, Effect.zipRight(twice, Effect.exit(provision())))
      assert.strictEqual(count("GET /v1/accounts"), 2)
    })
  )
})

describe("the account", () => {
  const two: Routes = { "GET /v1/accounts": () => ({ body: { accounts: [{ id: 7 }, { id: 8 }] } }) }

  it.scoped("is needed when the key reaches several", () =>
    Effect.gen(function* () {
      const { result } = yield* run(two, provision())
      const failed = error(result)
      assert.deepInclude({ ...failed }, { kind: "permanent", concerns: "account", code: "account_needed" })
      assert.include(failed.detail, "7, 8")
    })
  )

  it.scoped("is the configured one of several", () =>
    Effect.gen(function* () {
      const { result, server } = yield* run(two, provision(), { account: 7 })
      assert.isTrue(Either.isRight(result))
      assert.include(server.routes(), LIST_SOURCES)
    })
  )

  it.scoped("must be one that the key reaches", () =>
    Effect.gen(function* () {
      const { result } = yield* run({}, provision(), { account: 9 })
      assert.deepInclude({ ...error(result) }, { concerns: "account", code: "account_needed" })
    })
  )

  it.scoped("cannot be none", () =>
    Effect.gen(function* () {
      const { result } = yield* run({ "GET /v1/accounts": () => ({ body: { accounts: [] } }) }, provision())
      assert.deepInclude({ ...error(result) }, { concerns: "account", code: "account_needed" })
    })
  )

  for (const [name, reply] of [
    ["by its status", { status: 401, body: "" }],
    ["inside a 200", { body: refusal("invalid_api_key") }]
  ] as const)
    it.scoped(`a wrong key ends the first request (${name})`, () =>
      Effect.gen(function* () {
        const { result, server } = yield* run({ "GET /v1/auth/validate-key": () => reply }, provision())
        const failed = error(result)
        assert.deepInclude({ ...failed }, { kind: "permanent", concerns: "account", code: "invalid_api_key" })
        assert.lengthOf(server.asked, 1)
      })
    )

  it.scoped("nothing is asked before the first use", () =>
    Effect.gen(function* () {
      const { server } = yield* run(
        {},
        Effect.map(Sink.Sink, ({ body }) => body(['{"id":"1"}', '{"id": 2}']))
      )
      assert.lengthOf(server.asked, 0)
    })
  )

  it.scoped("a body holds the exact texts of the rows", () =>
    Effect.gen(function* () {
      const { result } = yield* run(
        {},
        Effect.map(Sink.Sink, ({ body }) => body(['{"id":"1"}', '{"id": 2.0}']))
      )
      assert.strictEqual(ok(result), '{"records":[{"id":"1"},{"id": 2.0}]}')
      assert.strictEqual(contract.version, 1)
    })
  )
})
