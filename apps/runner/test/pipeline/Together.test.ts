// Two runners at once on one store: they share the work, and nothing is made twice.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { world } from "../support/World.ts"

describe("two runners on one store", () => {
  it.scopedLive("of different streams create one data source and one dataset each, though lists lag behind", () =>
    Effect.gen(function* () {
      const it = yield* world({ databox: { behaviour: { creationVisibleAfterMillis: 1_500, rateLimit: null } } })
      const [issues, pulls] = yield* Effect.all(
        [it.report("sync", "--stream", "issues"), it.report("sync", "--stream", "pull_requests")],
        { concurrency: 2 }
      )
      assert.strictEqual(issues.code, 0)
      assert.strictEqual(pulls.code, 0)
      const made = (yield* it.journal(it.databox.url)).entries.filter(({ method }) => method === "POST")
      assert.strictEqual(made.filter(({ path }) => path === "/v1/data-sources").length, 1)
      assert.strictEqual(made.filter(({ path }) => path === "/v1/datasets").length, 2)
      assert.strictEqual((yield* it.rows("github_issues")).size, issues.runs[0]?.counts.sent)
      assert.strictEqual((yield* it.rows("github_pull_requests")).size, pulls.runs[0]?.counts.sent)
    })
  )
})
