// Cassettes: what gets into them and what does not, where they are replayed, and what of a run's log makes one.
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { assert, describe, it } from "@effect/vitest"
import { Budget, Connections, RunObserver, Source } from "@inlet/core"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { Column, Dataset, Rest, RestStream } from "../../src/index.ts"
import { Cassette, check, fromPages, type RecordedPage, record } from "../../src/testing/conformance.ts"
import * as Shop from "./Shop.ts"

const folder = new URL("./shop/", import.meta.url)

const recorded = Effect.provide(record(Shop.connector, Shop.configured), Shop.services())

const messages = (options: { readonly cassette: Cassette.Cassette; readonly config?: object }) =>
  Effect.map(check(Shop.connector, { config: Shop.config, folder, ...options }), (found) =>
    found.map(({ message }) => message)
  )

describe("a recorded cassette", () => {
  it.effect("holds nothing secret, nothing personal, and no text that nobody needs", () =>
    Effect.map(recorded, (cassette) => {
      const text = Cassette.format(cassette)
      for (const canary of [
        Shop.KEY,
        "person",
        "private",
        "4915550",
        "Margarethe",
        "ring",
        "large",
        "token",
        "note-"
      ]) {
        assert.notInclude(text.replaceAll("/v1/notes", ""), canary)
      }
      for (const kept of ['"paid"', '"open"', '"call"', "2026-01-05T08:02:00Z", "73.5"]) assert.include(text, kept)
    })
  )

  it.effect("has the same stand-in for the same wherever it is, also where it is asked for", () =>
    Effect.map(recorded, ({ interactions }) => {
      const text = JSON.stringify(interactions)
      const [, token = ""] = /"next_cursor":"([^"]+)"/.exec(text) ?? []
      assert.match(token, /^[a-z]{5}-\d$/)
      assert.isTrue(interactions.some(({ request }) => request.includes(`cursor=${token}`)))
      const mails = new Set([...text.matchAll(/"email":"([^"]+)"/g)].map(([, mail]) => mail))
      assert.strictEqual(mails.size, Shop.orders.length)
      for (const mail of mails) assert.match(mail ?? "", /^[a-z]{6}\d@[a-z]{7}\.example$/)
    })
  )

  it.effect("has other stand-ins each time", () =>
    Effect.gen(function* () {
      const [one, other] = [yield* recorded, yield* recorded]
      assert.notStrictEqual(Cassette.format(one), Cassette.format(other))
    })
  )

  it.effect("is read as it was written", () =>
    Effect.map(recorded, (cassette) =>
      assert.deepStrictEqual(Cassette.parse(Cassette.format(cassette)), Either.right(cassette))
    )
  )

  it.effect("is replayed under any address", () =>
    Effect.gen(function* () {
      const config = { ...Shop.config, baseUrl: "http://127.0.0.1:9" }
      assert.deepStrictEqual(yield* messages({ cassette: yield* recorded, config }), [])
    })
  )

  it.effect("of some pages ends there", () =>
    Effect.gen(function* () {
      const asked: Array<string> = []
      const cassette = yield* record(Shop.connector, Shop.configured, { pages: 1 }).pipe(
        Effect.provide(Shop.services(asked))
      )
      assert.deepStrictEqual(asked, ["/v1/orders?limit=3&sort=updated_at", "/v1/notes?page=1"])
      assert.deepStrictEqual(yield* messages({ cassette }), [])
    })
  )

  it.effect("says what it has no answer for", () =>
    Effect.gen(function* () {
      const cassette = yield* recorded
      const interactions = cassette.interactions.filter(({ request }) => request !== "GET /v1/notes?page=2")
      const [message = ""] = yield* messages({ cassette: { ...cassette, interactions } })
      assert.include(
        message,
        "the cassette has no answer for GET /v1/notes?page=2: record it again with inlet connector record"
      )
    })
  )

  it("that is damaged is refused", () => {
    const refused = Either.getOrThrow(Either.flip(Cassette.parse('{"format":1}')))
    assert.match(refused.message, /^it is no cassette at connector: record it again/)
    assert.isTrue(Either.isLeft(Cassette.parse("{")))
  })
})

/** A service that links to itself and to others, and takes its key in the query. */
const linking = () => {
  const things = RestStream.make({
    dataset: Dataset.make(
      { stream: "things", version: 1, primaryKey: "id", time: "at", meaning: "Things." },
      {
        id: Column.id("id", { meaning: "The id." }),
        at: Column.timestamp("at", { meaning: "When." })
      }
    ),
    template: "/teams/{team}/things"
  })
  const connector = Rest.connector({
    name: "linking",
    version: "1.0.0",
    config: Schema.Struct({ key: Schema.Redacted(Schema.String), team: Schema.String }),
    hosts: ["api.linking.example"],
    streams: { things },
    service: ({ team }) => ({
      service: "Linking",
      baseUrl: new URL("https://api.linking.example"),
      partitions: Effect.succeed({ found: [{ name: team, params: { team } }], missing: [] }),
      query: { key: "q-secret-canary" }
    })
  })
  const page = (number: number) => ({
    id: number,
    at: "2026-01-01T00:00:00Z",
    page: `https://www.acme.example/private/${number}`,
    team: "acme",
    place: [46.051234, 14.505678]
  })
  const client = HttpClient.make((request, url) => {
    const isFirst = url.searchParams.get("after") === null
    const next = "https://api.linking.example/teams/acme/things?after=Muster&key=q-secret-canary"
    const response = new Response(JSON.stringify([page(isFirst ? 1 : 2)]), {
      headers: { ...(isFirst && { link: `<${next}>; rel="next"` }), "set-cookie": "sid=1", etag: '"x-1"' }
    })
    return Effect.succeed(HttpClientResponse.fromWeb(request, response))
  })
  const configured = { name: "linking", config: { key: "q-secret-canary", team: "acme" } }
  return record(connector, configured).pipe(
    Effect.provide(
      Layer.mergeAll(Layer.succeed(HttpClient.HttpClient, client), Budget.layerMemory, Connections.layerMemory)
    )
  )
}

describe("links and queries", () => {
  it.effect("lead to no host, hold no secret, and lead on", () =>
    Effect.map(linking(), ({ interactions }) => {
      const text = JSON.stringify(interactions)
      for (const canary of ["api.linking", "secret", "Muster", "www.acme", "private", "sid", "46.05", "14.50"]) {
        assert.notInclude(text, canary)
      }
      const [first, second] = interactions
      assert.strictEqual(first?.request, "GET /teams/acme/things")
      assert.match(
        first?.headers.link ?? "",
        /^<\{origin\}\/teams\/acme\/things\?after=[A-Z][a-z]{5}(&key=[^>]*)?>; rel="next"$/
      )
      assert.match(second?.request ?? "", /^GET \/teams\/acme\/things\?after=[A-Z][a-z]{5}/)
    })
  )
})

/** The pages of one run, as a log has them. */
const pagesOfARun = Effect.gen(function* () {
  const context = yield* Layer.build(Shop.connector.layer(Shop.configured))
  const pages: Array<RecordedPage> = []
  for (const stream of Shop.connector.streams.keys()) {
    yield* Context.get(context, Source.Source)
      .read(stream, { cursor: null, position: null, etag: () => Effect.succeed(null) })
      .pipe(
        Stream.runForEach(({ body, next, request }) => Effect.sync(() => pages.push({ stream, request, next, body })))
      )
  }
  return pages
}).pipe(Effect.scoped, Effect.provide(Shop.services()))

describe("a cassette from a run", () => {
  it.effect("serves all laws but those that need a second one", () =>
    Effect.gen(function* () {
      const { cassette, without } = yield* fromPages(
        Shop.connector,
        Shop.configured,
        Date.UTC(2026, 0, 6),
        yield* pagesOfARun
      )
      assert.deepStrictEqual(without, {})
      assert.deepStrictEqual(cassette.lacks, ["cursor-forward", "unchanged-second-run"])
      assert.notInclude(Cassette.format(cassette), "Margarethe")
      assert.deepStrictEqual(yield* messages({ cassette }), [])
    })
  )

  it.effect("says which streams it cannot hold", () =>
    Effect.gen(function* () {
      const pages = (yield* pagesOfARun).map((page) =>
        page.stream === "orders"
          ? { ...page, body: new TextEncoder().encode('{"page":{"data":[]},"details":{"1":{}}}') }
          : page
      )
      const { cassette, without } = yield* fromPages(Shop.connector, Shop.configured, 0, pages.slice(0, -3))
      assert.deepStrictEqual(Object.keys(without), ["orders", "notes"])
      assert.match(without.orders ?? "", /answers about single items/)
      assert.match(without.notes ?? "", /not recorded \(GET \/v1\/notes\?page=\d\)/)
      assert.deepStrictEqual(cassette.interactions, [])
    })
  )
})

describe("recording", () => {
  it.effect("tells of a stream without a record", () =>
    Effect.gen(function* () {
      const warnings: Array<string> = []
      const empty = HttpClient.make((request) =>
        Effect.succeed(HttpClientResponse.fromWeb(request, new Response('{"data":[]}')))
      )
      yield* record(Shop.connector, Shop.configured, { streams: ["orders"] }).pipe(
        Effect.provide(
          Layer.mergeAll(Layer.succeed(HttpClient.HttpClient, empty), Budget.layerMemory, Connections.layerMemory)
        ),
        Effect.provideService(RunObserver.RunObserver, {
          request: () => {},
          waiting: () => {},
          counts: () => {},
          warning: (sentence) => warnings.push(sentence)
        })
      )
      assert.deepStrictEqual(warnings, ["orders: there is no record to record"])
    })
  )
})
