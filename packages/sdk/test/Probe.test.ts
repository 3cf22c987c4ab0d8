// How a connector says whether its service lets it in: by one described request, or in a way of its own.
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { Auth, Budget, Config, Connections, Connector, Order, Pages, Rest, RestStream } from "../src/index.ts"
import { dataset, serve } from "./Walking.ts"

const list = RestStream.make({ dataset, template: "/items", pages: Pages.single, order: Order.whole })

const settings = Schema.Struct({ token: Config.secret, baseUrl: Config.baseUrl("https://items.example") })

const connector = (probe?: Rest.Probe) =>
  Rest.connector({
    name: "@acme/connector-items",
    version: "1.0.0",
    config: settings,
    hosts: [],
    streams: { items: list },
    service: ({ baseUrl, token }) => ({ service: "Items", baseUrl, auth: Auth.bearer(token) }),
    ...(probe && { probe: () => probe })
  })

/** What a probe of the source comes to. */
const probed = ({ probe }: Connector.Connector, config: unknown) =>
  (probe?.({ name: "mine", config }) ?? Effect.dieMessage("it has none")).pipe(
    Effect.either,
    Effect.provide(Layer.mergeAll(FetchHttpClient.layer, Budget.layerMemory, Connections.layerMemory))
  )

const me: Rest.Probe = {
  ask: { template: "/me" },
  lacking: ({ json }) => (JSON.stringify(json).includes("write") ? [] : ["it may not write"])
}

describe("a probe", () => {
  it.scopedLive("is one request that signs in as all do; the connector says what its answer lacks", () =>
    Effect.gen(function* () {
      const { asked, url } = yield* serve((url, { authorization }) =>
        authorization === "Bearer t0ken" ? { body: { may: ["read"] } } : { status: 401, body: url.pathname }
      )
      const config = { token: "t0ken", baseUrl: url.href }
      assert.deepInclude(yield* probed(connector(me), config), { _tag: "Right", right: ["it may not write"] })
      assert.deepInclude(yield* probed(connector({ ask: me.ask }), config), { _tag: "Right", right: [] })
      assert.deepStrictEqual(asked, ["/me", "/me"])
      const refused = yield* probed(connector(me), { ...config, token: "another" })
      assert.strictEqual(
        refused._tag === "Left" && refused.left._tag === "SourceError" && refused.left.reason,
        "Unauthorized"
      )
    })
  )

  it.scopedLive("does not get to a service with a configuration that is wrong", () =>
    Effect.gen(function* () {
      const refused = yield* probed(connector(me), {})
      assert.strictEqual(refused._tag === "Left" && refused.left._tag, "ConfigError")
    })
  )

  it.scopedLive("may be anything where the connector is no described one, or be missing", () =>
    Effect.gen(function* () {
      assert.isUndefined(connector().probe)
      const own = Connector.define({
        name: "own",
        version: "1.0.0",
        hosts: [],
        config: settings,
        streams: {},
        make: () => Effect.succeed({}),
        probe: ({ token }, name) => Effect.succeed([`${name} with ${Redacted.value(token).length} letters`])
      })
      assert.deepInclude(yield* probed(own, { token: "t0ken" }), { _tag: "Right", right: ["mine with 5 letters"] })
    })
  )
})
