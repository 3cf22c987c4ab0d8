// What shows whether GitHub lets us in: a request that suits what is configured, and what a classic token may not do.
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as Probe from "../src/Probe.ts"
import { Settings } from "../src/Settings.ts"

const probe = (config: object) => Probe.of(Schema.decodeUnknownSync(Settings)({ token: "ghp_x", ...config }))

describe("the probe of GitHub", () => {
  it("asks for a repository that is named, where one is, and else for what costs nothing", () => {
    assert.deepStrictEqual(probe({ repositories: ["acme/*", "topic:x", "acme/app"] }).ask, {
      template: "/repos/{owner}/{repo}",
      params: { owner: "acme", repo: "app" }
    })
    assert.strictEqual(probe({ repositories: ["acme/web-*", "acme/topic:x"] }).ask.template, "/rate_limit")
  })

  it("finds the scope that a classic token lacks; other tokens tell none", () => {
    const { lacking = () => ["unknown"] } = probe({ repositories: ["acme/app"] })
    const answered = (scopes?: string) => {
      const request = { method: "GET", url: "/", key: "GET /", query: {}, status: 200, etag: null, requestId: null }
      const headers = scopes === undefined ? {} : { "x-oauth-scopes": scopes }
      return lacking({
        status: 200,
        headers,
        json: {},
        at: 0,
        summary: "",
        body: new Uint8Array(),
        request,
        moved: null
      })
    }
    for (const scopes of [undefined, "repo", "read:org, repo"]) assert.deepStrictEqual(answered(scopes), [])
    for (const scopes of ["", "public_repo", "repo:status, read:org"]) {
      assert.match(answered(scopes).join(), /lacks the scope repo/)
    }
  })
})
