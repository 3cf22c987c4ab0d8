// Records the cassette anew, from the emulator: INLET_RECORD=1 npx vitest run packages/connector-strava/test/conformance
import * as fs from "node:fs"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import { it } from "@effect/vitest"
import { StravaEmulator } from "@inlet/emulators"
import { Budget, Connections } from "@inlet/sdk"
import { Cassette, record } from "@inlet/sdk/conformance"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import strava from "../../src/index.ts"
import { config } from "./Configuration.ts"

const many = { quarter: 10_000, day: 10_000 }

it.skipIf(process.env.INLET_RECORD === undefined)("the cassette is recorded", () =>
  Effect.gen(function* () {
    const { apiUrl, authUrl, clientSecret, tokens } = yield* StravaEmulator.start({
      activities: 9,
      behaviour: { rateLimit: { overall: many, read: many } }
    })
    const { accessToken, expiresAt, refreshToken } = tokens.issue()
    const { authorize } = yield* Connections.Connections
    yield* authorize("strava", {
      access: Redacted.make(accessToken),
      refresh: Redacted.make(refreshToken),
      expiresAt: expiresAt * 1000,
      scopes: ["activity:read_all", "profile:read_all", "read"]
    })
    const configured = { name: "strava", config: { ...config, apiUrl, authUrl, clientSecret } }
    const cassette = yield* record(strava, configured, { pages: 2 })
    fs.writeFileSync(new URL("cassette.json", import.meta.url), Cassette.format(cassette))
  }).pipe(
    Effect.provide(Layer.mergeAll(FetchHttpClient.layer, Budget.layerMemory, Connections.layerMemory)),
    Effect.scoped,
    Effect.runPromise
  )
)
