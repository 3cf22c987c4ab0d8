// Records the cassette anew, from the emulator: INLET_RECORD=1 npx vitest run packages/connector-github/test/conformance
import * as fs from "node:fs"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import { it } from "@effect/vitest"
import { GitHubEmulator } from "@inlet/emulators"
import { Budget, Connections } from "@inlet/sdk"
import { Cassette, record } from "@inlet/sdk/conformance"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import github from "../../src/index.ts"
import { config } from "./Configuration.ts"

it.skipIf(process.env.INLET_RECORD === undefined)("the cassette is recorded", () =>
  Effect.gen(function* () {
    const { token, url } = yield* GitHubEmulator.start()
    const configured = { name: "github", config: { ...config, token, baseUrl: url } }
    const cassette = yield* record(github, configured, { pages: 2, keep: ["owner.type", "user.type"] })
    fs.writeFileSync(new URL("cassette.json", import.meta.url), Cassette.format(cassette))
  }).pipe(
    Effect.provide(Layer.mergeAll(FetchHttpClient.layer, Budget.layerMemory, Connections.layerMemory)),
    Effect.scoped,
    Effect.runPromise
  )
)
