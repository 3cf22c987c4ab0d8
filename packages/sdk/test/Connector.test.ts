// A connector as a runner meets it: its marker, its streams, and what it says about a wrong configuration.
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { Budget, Column, Config, Connections, Connector, Dataset, Shape, Source } from "../src/index.ts"

const meaning = "x"
const { contract, map } = Dataset.make(
  { stream: "things", version: 1, primaryKey: "thing_id", time: "at", meaning },
  { thing_id: Column.id("id", { meaning }), at: Column.timestamp("at", { meaning }) }
)
const spec: Source.StreamSpec = { contract, map, records: (body) => (Array.isArray(body) ? body : []) }

const configured: Array<unknown> = []
const page = (cursor: unknown): Source.Page => ({
  request: { method: "GET", url: "/things", key: "GET /things", query: {}, status: 200, etag: null, requestId: null },
  body: new Uint8Array(),
  records: 0,
  fresh: 0,
  shape: Shape.of([]),
  next: null,
  cursor
})

const connector = Connector.define({
  name: "@acme/connector-things",
  version: "1.2.3",
  hosts: [],
  config: Schema.Struct({
    token: Config.secret,
    baseUrl: Config.baseUrl("https://things.example/api"),
    names: Schema.NonEmptyArray(Schema.String)
  }),
  streams: { things: spec },
  make: (config, name) =>
    Effect.sync(() => {
      configured.push({ name, baseUrl: config.baseUrl.href, token: Redacted.value(config.token), names: config.names })
      return { things: ({ cursor }) => Stream.succeed(page(cursor)) }
    })
})

const build = <A, E>(config: unknown, effect: Effect.Effect<A, E, Source.Source>) =>
  effect.pipe(
    Effect.provide(connector.layer({ name: "mine", config })),
    Effect.provide(Layer.mergeAll(FetchHttpClient.layer, Budget.layerMemory, Connections.layerMemory))
  )

const problems = (config: unknown) =>
  build(config, Effect.void).pipe(
    Effect.flip,
    Effect.map((error) => (error._tag === "ConfigError" ? error : null))
  )

const good = { token: "t0ken", names: ["a"] }

describe("a connector", () => {
  it.effect("is a source once it is configured", () =>
    Effect.gen(function* () {
      const { pages, source } = yield* build(
        good,
        Effect.gen(function* () {
          const source = yield* Source.Source
          const pages = yield* Stream.runCollect(
            source.read("things", { cursor: 7, position: null, etag: () => Effect.succeed(null) })
          )
          return { source, pages: Chunk.toReadonlyArray(pages) }
        })
      )
      assert.deepStrictEqual(configured.at(-1), {
        name: "mine",
        baseUrl: "https://things.example/api",
        token: "t0ken",
        names: ["a"]
      })
      assert.strictEqual(source.name, "mine")
      assert.strictEqual(source.connector, "@acme/connector-things@1.2.3")
      assert.deepStrictEqual([...source.streams.keys()], ["things"])
      assert.deepStrictEqual(pages, [page(7)])
    })
  )

  it.effect("has no streams but its own", () =>
    Effect.gen(function* () {
      const error = yield* build(
        good,
        Effect.flatMap(Source.Source, ({ read }) =>
          Stream.runDrain(read("toString", { cursor: null, position: null, etag: () => Effect.succeed(null) }))
        )
      ).pipe(Effect.flip)
      assert.strictEqual(error.message, "@acme/connector-things has no stream toString")
    })
  )

  it("is told from other modules by its marker", () => {
    assert.deepStrictEqual(Connector.fromModule({ default: connector }), Option.some(connector))
    // As another copy of the package would make it.
    assert.isTrue(Option.isSome(Connector.fromModule({ default: { ...connector } })))
    const strangers = [null, 1, {}, { default: null }, { default: {} }, connector]
    const newer = { default: { ...connector, "~@inlet/sdk/Connector": { apiVersion: 2 } } }
    for (const module of [...strangers, newer]) assert.isTrue(Option.isNone(Connector.fromModule(module)))
  })

  it("is refused where a stream and its dataset differ", () => {
    const { config, name, version } = connector
    const make = () => Effect.succeed({ others: () => Stream.empty })
    assert.throws(
      () => Connector.define({ name, version, hosts: [], config, streams: { others: spec }, make }),
      /the stream others has the dataset of things/
    )
  })
})

describe("a configuration", () => {
  const cases: ReadonlyArray<readonly [string, unknown, ReadonlyArray<readonly [string, RegExp]>]> = [
    [
      "lacks what is needed",
      {},
      [
        ["token", /is missing/],
        ["names", /is missing/]
      ]
    ],
    ["has a member too many", { ...good, tokn: "t" }, [["tokn", /is unexpected/]]],
    ["is no object", "t0ken-canary", [["", /Expected/]]],
    ["has a secret that is no text", { ...good, token: 123454321 }, [["token", /must be a text/]]],
    ["has an empty secret", { ...good, token: "" }, [["token", /must be one line/]]],
    ["has a secret of two lines", { ...good, token: "t0ken-canary\nx" }, [["token", /must be one line/]]],
    ["has a wrong item", { ...good, names: ["a", 17_171_717] }, [["names[1]", /^Expected string$/]]],
    ["has no item", { ...good, names: [] }, [["names[0]", /is missing/]]],
    [
      "has a host without encryption",
      { ...good, baseUrl: "http://things.example" },
      [["baseUrl", /must begin with https:/]]
    ],
    ["has another protocol", { ...good, baseUrl: "ftp://localhost" }, [["baseUrl", /must begin with https:/]]],
    [
      "has credentials in the address",
      { ...good, baseUrl: "https://me:t0ken-canary@x.example" },
      [["baseUrl", /must not hold cred/]]
    ],
    [
      "has a query in the address",
      { ...good, baseUrl: "https://x.example?key=t0ken-canary" },
      [["baseUrl", /must not hold a query/]]
    ],
    ["has no address", { ...good, baseUrl: "things" }, [["baseUrl", /is no address/]]]
  ]
  for (const [name, config, expected] of cases) {
    it.effect(`that ${name} is refused by path, without its values`, () =>
      Effect.gen(function* () {
        const error = yield* problems(config)
        assert.deepStrictEqual(
          error?.problems.map(({ path }) => path),
          expected.map(([path]) => path)
        )
        for (const [index, [, problem]] of expected.entries())
          assert.match(error?.problems[index]?.problem ?? "", problem)
        assert.notMatch(error?.message ?? "", /canary|123454321|17171717/)
      })
    )
  }

  it.effect("may name a loopback host without encryption", () =>
    Effect.gen(function* () {
      for (const host of ["localhost:8080", "127.0.0.1", "127.1.2.3:1", "[::1]:9"]) {
        yield* build({ ...good, baseUrl: `http://${host}` }, Effect.void)
        assert.deepInclude(configured.at(-1), { baseUrl: `http://${host}/` })
      }
    })
  )
})
