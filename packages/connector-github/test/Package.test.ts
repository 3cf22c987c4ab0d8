// What a runner sees of the package before it reads anything.
import * as fs from "node:fs"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import { assert, describe, it } from "@effect/vitest"
import { Budget, Connections, Connector } from "@inlet/sdk"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

const Manifest = Schema.parseJson(Schema.Struct({ name: Schema.String, version: Schema.String }))

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
      [
        "repositories",
        "issues",
        "issue_comments",
        "pull_requests",
        "pull_request_reviews",
        "commits",
        "releases",
        "workflow_runs",
        "deployments",
        "stargazers",
        "traffic"
      ]
    )
  })

  const selector = "must be owner/name, owner/*, owner/prefix-*, topic:name or owner/topic:name"
  const refused: ReadonlyArray<readonly [unknown, string]> = [
    [{}, "repositories is missing"],
    [{ repositories: [] }, "repositories[0] is missing"],
    [{ repositories: ["acme"] }, `repositories[0] ${selector}`],
    [{ repositories: ["acme/.."] }, `repositories[0] ${selector}`],
    [{ repositories: ["acme/app/issues"] }, `repositories[0] ${selector}`],
    [{ repositories: ["acme/app", "Acme/App"] }, "repositories must not name a repository twice"],
    [{ repositories: ["acme/app"], pageSize: 101 }, "pageSize must be a whole number from 1 to 100"],
    [
      { repositories: ["acme/app"], baseUrl: "http://github.example" },
      "baseUrl must begin with https:// (plain http is accepted for loopback hosts only)"
    ]
  ]
  for (const [config, message] of refused) {
    it.effect(`says of its configuration: ${message}`, () =>
      Effect.gen(function* () {
        const { default: connector } = yield* Effect.promise(() => import("../src/index.ts"))
        const services = Layer.mergeAll(FetchHttpClient.layer, Budget.layerMemory, Connections.layerMemory)
        const layer = connector.layer({ name: "github", config }).pipe(Layer.provide(services))
        const error = yield* Effect.flip(Effect.scoped(Layer.build(layer)))
        assert.strictEqual(error.message, `the configuration of github: ${message}`)
      })
    )
  }
})
