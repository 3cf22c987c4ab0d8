// What a user does wrong, and what others do to them: a clear message, the right exit code, nothing lost.
import { createServer } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { world } from "../support/World.ts"

/** A port on which nobody listens. */
const closedPort = Effect.promise(
  () =>
    new Promise<number>((resolve, reject) => {
      const server = createServer()
      server.once("error", reject)
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0))
      })
    })
)

describe("a wrong credential", () => {
  it.scopedLive("of GitHub: exit 10, and Databox is not touched", () =>
    Effect.gen(function* () {
      const it = yield* world({ streams: ["issues"] })
      const { code, stdout } = yield* it.run(["sync", "--json"], { env: { GITHUB_TOKEN: "ghp_wrong" } })
      assert.strictEqual(code, 10)
      assert.include(stdout, "E_SOURCE_AUTH")
      assert.notInclude(stdout, "ghp_wrong")
      assert.deepStrictEqual((yield* it.journal(it.databox.url)).entries, [])
    })
  )

  it.scopedLive("of Databox: exit 11, what was read stays, and send delivers it with the right one", () =>
    Effect.gen(function* () {
      const it = yield* world({ streams: ["issues"] })
      const { code, stdout } = yield* it.run(["sync", "--json"], { env: { DATABOX_API_KEY: "pak_wrong" } })
      assert.strictEqual(code, 11)
      assert.include(stdout, "E_SINK_AUTH")
      const sent = yield* it.report("send")
      assert.strictEqual(sent.code, 0)
      assert.isAbove(sent.runs[0]?.counts.sent ?? 0, 400)
    })
  )
})

describe("another host", () => {
  it.scopedLive(
    "that nobody listens on: exit 20",
    () =>
      Effect.gen(function* () {
        const port = yield* closedPort
        const it = yield* world({ streams: ["issues"], githubUrl: `http://127.0.0.1:${port}` })
        const { code, runs } = yield* it.report("sync")
        assert.strictEqual(code, 20)
        assert.strictEqual(runs[0]?.error?.code, "E_SOURCE_UNAVAILABLE")
      }),
    120_000
  )

  it.scopedLive(
    "that a redirect names does not get the key, and the rows wait",
    () =>
      Effect.gen(function* () {
        const it = yield* world({ streams: ["issues"] })
        yield* it.databoxFaults([
          { match: { path: "/v1/.*" }, times: 0, action: { type: "redirect", location: `${it.github.url}/elsewhere` } }
        ])
        const before = (yield* it.journal(it.github.url)).entries.length
        const { code, runs } = yield* it.report("sync")
        assert.strictEqual(code, 31)
        assert.isAbove(runs[0]?.counts.pending ?? 0, 400)
        const seen = (yield* it.journal(it.github.url)).entries.slice(before)
        assert.isFalse(seen.some(({ path }) => path.includes("elsewhere")))
      }),
    120_000
  )
})

describe("a second runner on the same store", () => {
  it.scopedLive("is told who holds it since when, with exit 41, and the first one ends well", () =>
    Effect.gen(function* () {
      const it = yield* world({
        streams: ["issues"],
        databox: { behaviour: { processMillis: 2_000, rateLimit: null } }
      })
      const first = yield* Effect.fork(it.report("sync"))
      // The first one holds the lease once it has asked the source.
      for (;;) {
        if ((yield* it.journal(it.github.url)).entries.length > 0) break
        yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
      }
      const second = yield* it.run(["sync", "--json"])
      assert.strictEqual(second.code, 41)
      assert.match(second.stdout, /E_LEASE_HELD/)
      assert.match(second.stdout, /since \d{4}-\d{2}-\d{2}T/)
      const { code, runs } = yield* Fiber.join(first)
      assert.strictEqual(code, 0)
      assert.strictEqual((yield* it.rows("github_issues")).size, runs[0]?.counts.sent)
    })
  )
})

describe("a repository that is not there", () => {
  it.scopedLive("ends its stream with exit 30 and names it; the other stream's rows arrive", () =>
    Effect.gen(function* () {
      const it = yield* world({ repositories: ["acme/app", "acme/none"], streams: ["issues"] })
      const { code, runs } = yield* it.report("sync")
      assert.strictEqual(code, 30)
      assert.strictEqual(runs[0]?.error?.code, "E_SOURCE_NOT_FOUND")
      assert.include(runs[0]?.error?.message ?? "", "acme/none")
      assert.isAbove(runs[0]?.counts.sent ?? 0, 200)
      assert.strictEqual(runs[0]?.counts.pending, 0)
    })
  )
})
