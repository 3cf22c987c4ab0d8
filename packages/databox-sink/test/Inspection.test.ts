// Looking at Databox: each thing is asked once, nothing is made, and what the service does not tell is not made up.
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import { assert, describe, it } from "@effect/vitest"
import { DataboxEmulator } from "@inlet/emulators"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { Inspection } from "../src/index.ts"
import { memoryBudget, provision, sink } from "./Fixture.ts"
import { type Script, serve } from "./Scripted.ts"

const open = (baseUrl: string, apiKey = "pak_x", account?: number) => {
  const { layer, taken } = memoryBudget()
  const options = { baseUrl, apiKey: Redacted.make(apiKey), dataSource: "Inlet", account }
  return Effect.map(Inspection.make(options), (inspection) => ({ ...inspection, taken })).pipe(
    Effect.provide(Layer.merge(FetchHttpClient.layer, layer))
  )
}

const used = { id: 7, reached: 1 }

describe("an inspection", () => {
  it.scopedLive("tells the account and its datasets, with keys and columns where the service has them", () =>
    Effect.gen(function* () {
      for (const extras of ["absent", "present"] as const) {
        const { apiKey, url } = yield* DataboxEmulator.start({ behaviour: { extras, rateLimit: null } })
        const { account, datasets, taken } = yield* open(url, apiKey)
        const found = yield* account
        assert.strictEqual(found.reached, 1)
        assert.strictEqual((yield* datasets(found, ["github_issues"])).size, 0)
        const { id } = yield* Effect.provide(provision(), sink(url, { apiKey: Redacted.make(apiKey) }))
        const told =
          extras === "present" ? { primaryKeys: ["id"], columns: new Map() } : { primaryKeys: null, columns: null }
        const all = yield* datasets(found, ["github_issues", "github_others"])
        assert.deepStrictEqual([...all], [["github_issues", { id, ...told }]])
        assert.isAbove([...taken.values()][0] ?? 0, 0, "its requests count")
      }
    })
  )

  it.scopedLive("asks for the details of no second dataset where the service has none", () =>
    Effect.gen(function* () {
      const listed = (id: string | number, title: string) => ({ id, title, created: "2026-01-02T00:00:00Z" })
      const script: Script = ({ path }) => {
        if (path === "/v1/accounts/7/data-sources") return { body: { dataSources: [listed(41, "Inlet")] } }
        if (path === "/v1/data-sources/41/datasets") return { body: { datasets: [listed("a", "a"), listed("b", "b")] } }
        return /^\/v1\/datasets\/.$/.test(path) ? { status: 405 } : undefined
      }
      const { asked, url } = yield* serve(script)
      const { datasets } = yield* open(url)
      assert.deepStrictEqual([...(yield* datasets(used, ["a", "b"])).keys()], ["a", "b"])
      assert.deepStrictEqual(
        asked.map(({ method, path }) => `${method} ${path}`),
        ["GET /v1/accounts/7/data-sources", "GET /v1/data-sources/41/datasets", "GET /v1/datasets/a"]
      )
    })
  )

  it.scopedLive("fails at the first refusal, and does not ask again", () =>
    Effect.gen(function* () {
      for (const [status, kind] of [
        [401, "permanent"],
        [429, "retryable"],
        [503, "retryable"]
      ] as const) {
        const { asked, url } = yield* serve(() => ({ status }))
        const { account } = yield* open(url)
        assert.strictEqual((yield* Effect.flip(account)).kind, kind)
        assert.lengthOf(asked, 1)
      }
    })
  )
})
