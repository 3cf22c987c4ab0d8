// What a runner sees of the package before it reads anything.
import * as fs from "node:fs"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import { assert, describe, it } from "@effect/vitest"
import { Budget, Connections, Connector } from "@inlet/sdk"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import strava from "../src/index.ts"

const Manifest = Schema.parseJson(Schema.Struct({ name: Schema.String, version: Schema.String }))
const client = { clientId: "12345", clientSecret: "s3cret" }

describe("the package", () => {
  it("is a connector under its own name and version", async () => {
    const connector = Option.getOrThrow(Connector.fromModule(await import("../src/index.ts")))
    const manifest = fs.readFileSync(new URL("../package.json", import.meta.url), "utf8")
    assert.deepStrictEqual(
      { ...Schema.decodeSync(Manifest)(manifest) },
      { name: connector.name, version: connector.version }
    )
    assert.deepStrictEqual(
      [...connector.streams.keys()],
      ["activities", "activity_details", "laps", "athlete_stats", "gear"]
    )
  })

  it("has no column that tells a place", () => {
    const columns = [...strava.streams.values()].flatMap(({ contract }) => contract.columns)
    for (const { from } of columns) assert.notMatch(from, /latlng|map|polyline|location|city|country|timezone/)
  })

  it("has eight recipes and more", () => {
    const recipes = [...strava.streams.values()].flatMap(({ contract }) => contract.recipes ?? [])
    assert.isAtLeast(recipes.length, 8)
    assert.strictEqual(new Set(recipes.map(({ name }) => name)).size, recipes.length)
  })

  it.effect("says how an athlete signs in, with addresses of its own choosing", () =>
    Effect.gen(function* () {
      const usual = yield* strava.oauth({ name: "strava", config: { ...client, clientId: 12_345 } })
      assert.deepInclude(usual, {
        clientId: "12345",
        authorizeUrl: new URL("https://www.strava.com/oauth/authorize"),
        tokenUrl: new URL("https://www.strava.com/oauth/token"),
        revokeUrl: new URL("https://www.strava.com/oauth/revoke"),
        scopes: ["read", "activity:read_all", "profile:read_all"],
        needed: ["activity:read_all"],
        scopeSeparator: ",",
        pkce: false
      })
      assert.strictEqual(String(usual?.clientSecret), String(Redacted.make("")))
      const scopes = ["activity:read_all", "activity:read"]
      const other = yield* strava.oauth({
        name: "strava",
        config: { ...client, authUrl: "http://127.0.0.1:4747/oauth/", scopes }
      })
      assert.deepInclude(other, { tokenUrl: new URL("http://127.0.0.1:4747/oauth/token"), needed: ["activity:read"] })
    })
  )

  it.effect("knows a refresh token that is dead by Strava's own form of errors", () =>
    Effect.gen(function* () {
      const provider = yield* strava.oauth({ name: "strava", config: client })
      const reply = (status: number, errors: unknown) =>
        provider?.isDead?.({ status, headers: {}, json: { message: "Bad Request", errors }, at: 0, summary: "" })
      const dead = { resource: "RefreshToken", field: "refresh_token", code: "invalid" }
      assert.isTrue(reply(400, [dead]))
      assert.isFalse(reply(400, [{ resource: "Application", field: "client_id", code: "invalid" }]))
      assert.isFalse(reply(500, [dead]))
      assert.isFalse(reply(400, "invalid"))
    })
  )

  const refused: ReadonlyArray<readonly [object, string]> = [
    [{ clientId: undefined }, "clientId is missing"],
    [{ clientId: "abc" }, "clientId must be the number of an application"],
    [{ clientId: 1.5 }, "clientId must be the number of an application"],
    [{ clientSecret: "a b" }, "clientSecret must be one line without spaces or unusual characters"],
    [
      { apiUrl: "http://strava.example" },
      "apiUrl must begin with https:// (plain http is accepted for loopback hosts only)"
    ],
    [{ scopes: ["read"] }, "scopes must contain activity:read or activity:read_all"],
    [{ scopes: ["activity:read, read"] }, "scopes[0] must be a scope of Strava, such as activity:read_all"],
    [{ lookBackDays: 0 }, "lookBackDays must be a whole number from 1 to 365"],
    [{ details: -1 }, "details must be a whole number from 0 to 1,000,000"]
  ]
  for (const [config, message] of refused) {
    it.effect(`says of its configuration: ${message}`, () =>
      Effect.gen(function* () {
        const services = Layer.mergeAll(FetchHttpClient.layer, Budget.layerMemory, Connections.layerMemory)
        const source = { name: "strava", config: JSON.parse(JSON.stringify({ ...client, ...config })) }
        const error = yield* Effect.flip(Effect.scoped(Layer.build(strava.layer(source).pipe(Layer.provide(services)))))
        assert.strictEqual(error.message, `the configuration of strava: ${message}`)
      })
    )
  }
})
