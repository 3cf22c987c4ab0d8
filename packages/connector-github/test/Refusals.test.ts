// What GitHub can answer instead of a page: what is waited for, what is repeated, what ends the run, and in which words.
import * as Http from "node:http"
import { assert, describe, it } from "@effect/vitest"
import type { Source } from "@inlet/sdk"
import * as Effect from "effect/Effect"
import { layer, memory, run } from "./Reading.ts"
import * as Service from "./Service.ts"

const repositories = ["acme/app"]

/** One run against an emulator that was prepared. */
const reading = (prepare: (service: Service.Service) => Effect.Effect<unknown>, config: object = { repositories }) =>
  Effect.gen(function* () {
    const service = yield* Service.start()
    yield* prepare(service)
    const kept = memory()
    const outcome = yield* run("issues", kept).pipe(Effect.provide(layer(service.url, config)))
    return { ...outcome, kept, service }
  })

const ended = (error: Source.SourceError | null) =>
  error && { reason: error.reason, detail: error.detail, status: error.status }

describe("waiting", () => {
  const secondary = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
  const abuse = "You have triggered an abuse detection mechanism. Please wait a few minutes before you try again."
  const cases: ReadonlyArray<readonly [string, object]> = [
    ["Retry-After in seconds", { type: "rate-limit", retryAfter: 90 }],
    ["Retry-After as a date", { type: "rate-limit", status: 403, retryAfter: 90, retryAfterAs: "date" }],
    [
      "Retry-After before anything else",
      { type: "rate-limit", retryAfter: 90, headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1" } }
    ],
    [
      "a spent quota until its reset",
      { type: "status", status: 403, body: {}, headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "90" } }
    ],
    ["a secondary limit in words", { type: "status", status: 403, body: { message: secondary } }],
    ["a secondary limit in GitHub's older words", { type: "status", status: 403, body: { message: abuse } }],
    ["429 without any sign", { type: "status", status: 429, body: {} }],
    [
      "429 with a reset that says nothing",
      {
        type: "status",
        status: 429,
        body: {},
        headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "soon" }
      }
    ]
  ]
  for (const [name, action] of cases) {
    it.scoped(`heeds ${name}`, () =>
      Effect.gen(function* () {
        const { error, kept, service, waits } = yield* reading(({ fault }) => fault(action))
        assert.isNull(error)
        assert.deepStrictEqual(waits, ["rate_limit"])
        assert.strictEqual(kept.records.size, (yield* service.items("issues", "acme/app")).size)
        // By the test's clock, in which nothing else takes time.
        const waited = yield* Effect.clockWith((clock) => clock.currentTimeMillis)
        assert.strictEqual(waited, name.startsWith("a secondary") || name.startsWith("429") ? 60_000 : 90_000)
      })
    )
  }

  it.scoped("for a reset that is far away is left to the next run", () =>
    Effect.gen(function* () {
      const { error, pages, waits } = yield* reading(({ control }) =>
        control("PUT", "behaviour", { rateLimit: { limit: 2 } })
      )
      assert.strictEqual(pages.length, 2)
      assert.deepInclude(error, { reason: "RateLimited", status: null, retryAt: 3_600_000 })
      assert.deepStrictEqual(waits, [])
    })
  )

  it.scoped("for a secondary limit grows until it is too long", () =>
    Effect.gen(function* () {
      const { error, waits } = yield* reading(({ fault }) => fault({ type: "status", status: 403 }, {}, 0))
      assert.deepInclude(error, { reason: "RateLimited", status: 403, retryAt: 180_000 })
      assert.deepStrictEqual(waits, ["rate_limit"])
    })
  )
})

describe("repeating", () => {
  const cases: ReadonlyArray<readonly [string, object]> = [
    ["an error of the server", { type: "status", status: 502, html: true }],
    ["a reset connection", { type: "reset-before" }],
    ["a body that breaks off", { type: "reset-mid-body" }],
    ["a web page in place of a list", { type: "status", status: 200, html: true }]
  ]
  for (const [name, action] of cases) {
    it.scoped(`helps against ${name}`, () =>
      Effect.gen(function* () {
        const { error, kept, service, waits } = yield* reading(({ fault }) => fault(action, {}, 2))
        assert.isNull(error)
        assert.deepStrictEqual(waits, ["retry", "retry"])
        assert.strictEqual(kept.records.size, (yield* service.items("issues", "acme/app")).size)
      })
    )
  }

  it.scoped("ends after five attempts", () =>
    Effect.gen(function* () {
      const { error, service } = yield* reading(({ fault }) => fault({ type: "status", status: 500 }, {}, 0))
      assert.deepStrictEqual(ended(error), {
        reason: "Unavailable",
        detail: "GitHub answered 500 to GET /repos/{owner}/{repo}/issues",
        status: 500
      })
      assert.strictEqual((yield* service.asked).length, 5)
    })
  )
})

describe("a run ends", () => {
  const cases: ReadonlyArray<readonly [string, (service: Service.Service) => Effect.Effect<unknown>, object, object]> =
    [
      [
        "with a token that is not right",
        () => Effect.void,
        { repositories, token: "ghp_wrong" },
        { reason: "Unauthorized", detail: "GitHub does not accept the token", status: 401 }
      ],
      [
        "with a permission that is missing",
        ({ control }) => control("PUT", "behaviour", { forbidden: repositories }),
        { repositories },
        {
          reason: "Forbidden",
          detail: "GitHub does not let this token read acme/app: it lacks the permission issues=read",
          status: 403
        }
      ],
      [
        "with a permission that GitHub does not name",
        ({ fault }) => fault({ type: "status", status: 403, body: { message: "Resource not accessible" } }),
        { repositories },
        {
          reason: "Forbidden",
          detail: "GitHub does not let this token read acme/app: it lacks a permission",
          status: 403
        }
      ],
      [
        "with a repository that is not there",
        () => Effect.void,
        { repositories: ["acme/nothing"] },
        {
          reason: "NotFound",
          detail:
            "GitHub shows no repository acme/nothing to this token; a private one needs a token with access to it",
          status: 404
        }
      ],
      [
        "with a repository that is blocked",
        ({ fault }) => fault({ type: "status", status: 451 }),
        { repositories },
        { reason: "Forbidden", detail: "GitHub has blocked acme/app for legal reasons", status: 451 }
      ],
      [
        "with a request that GitHub does not take",
        ({ fault }) => fault({ type: "status", status: 422 }),
        { repositories },
        {
          reason: "Rejected",
          detail: "GitHub answered 422 to GET /repos/{owner}/{repo}/issues: Unprocessable Entity",
          status: 422
        }
      ],
      [
        "with an answer that is no list",
        ({ fault }) => fault({ type: "status", status: 200, body: { items: [] } }),
        { repositories },
        {
          reason: "Malformed",
          detail: "the answer to GET /repos/{owner}/{repo}/issues has no list",
          status: 200
        }
      ]
    ]
  for (const [name, prepare, config, expected] of cases) {
    it.scoped(name, () =>
      Effect.gen(function* () {
        const { error, pages, service } = yield* reading(prepare, config)
        assert.deepStrictEqual<unknown>(ended(error), expected)
        assert.deepStrictEqual(pages, [])
        assert.strictEqual((yield* service.asked).length, 1)
      })
    )
  }

  it.scoped("only after the other repositories were read", () =>
    Effect.gen(function* () {
      const { error, kept, service } = yield* reading(() => Effect.void, {
        repositories: ["acme/nothing", "acme/app", "acme/none", "acme/api"]
      })
      assert.match(error?.detail ?? "", /no repository acme\/nothing/)
      assert.strictEqual(kept.records.size, (yield* service.items("issues", "acme/app", "acme/api")).size)
    })
  )

  it.scoped("at once where no repository can be read", () =>
    Effect.gen(function* () {
      const { error, service } = yield* reading(() => Effect.void, {
        repositories: ["acme/app", "acme/api"],
        token: "ghp_wrong"
      })
      assert.strictEqual(error?.reason, "Unauthorized")
      assert.strictEqual((yield* service.asked).length, 1)
    })
  )

  it.scoped("with a cursor that is not one of ours", () =>
    Effect.gen(function* () {
      const service = yield* Service.start()
      const kept = { ...memory(), cursor: { page: 3 } }
      const { error } = yield* run("issues", kept).pipe(Effect.provide(layer(service.url, { repositories })))
      assert.strictEqual(error?.reason, "Misbehaved")
      assert.deepStrictEqual(yield* service.asked, [])
    })
  )
})

describe("a repository", () => {
  it.scoped("whose issues are switched off has none", () =>
    Effect.gen(function* () {
      const { error, pages } = yield* reading(({ fault }) => fault({ type: "status", status: 410 }), {
        repositories: ["acme/app", "acme/api"]
      })
      assert.isNull(error)
      assert.deepInclude(pages[0], { records: 0, fresh: 0, next: null, cursor: { partitions: {} } })
      assert.hasAllKeys(pages.at(-1)?.cursor, ["partitions"])
    })
  )

  it.scoped("that was renamed is read at its new place", () =>
    Effect.gen(function* () {
      const { error, kept, service } = yield* reading(
        ({ control }) => control("PUT", "behaviour", { renamed: { "acme/old": "acme/api" } }),
        { repositories: ["acme/old"] }
      )
      assert.isNull(error)
      assert.strictEqual(kept.records.size, (yield* service.items("issues", "acme/api")).size)
    })
  )
})

describe("the token", () => {
  /** A host that must never see it. */
  const stranger = Effect.acquireRelease(
    Effect.async<{
      readonly server: Http.Server
      readonly seen: Array<Http.IncomingHttpHeaders>
      readonly url: string
    }>((resume) => {
      const seen: Array<Http.IncomingHttpHeaders> = []
      const server = Http.createServer(({ headers }, response) => {
        seen.push(headers)
        response.end("[]")
      })
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        const port = typeof address === "object" ? address?.port : 0
        resume(Effect.succeed({ server, seen, url: `http://127.0.0.1:${port}` }))
      })
    }),
    ({ server }) => Effect.sync(() => server.close().closeAllConnections())
  )

  it.scoped("does not follow a redirect or a link to another host", () =>
    Effect.gen(function* () {
      const { seen, url } = yield* stranger
      const link = `<${url}/issues?page=2>; rel="next"`
      // Out of order, so that only the link leads on.
      const body = [1, 2].map((id) => ({ id, updated_at: `2026-01-3${2 - id}T00:00:00Z` }))
      for (const action of [
        { type: "redirect", location: `${url}/issues` },
        { type: "status", status: 200, body, headers: { link } }
      ]) {
        const { error } = yield* reading(({ fault }) => fault(action))
        assert.strictEqual(error?.reason, "Redirected")
        assert.notInclude(JSON.stringify(error), "ghp_emulator")
      }
      assert.deepStrictEqual(seen, [])
    })
  )

  it.scoped("is not needed for public data", () =>
    Effect.gen(function* () {
      const service = yield* Service.start({ issues: 5 })
      const { error } = yield* run("issues", memory()).pipe(
        Effect.provide(layer(service.url, { repositories: ["acme/large"], token: undefined }))
      )
      assert.isNull(error)
      assert.deepStrictEqual(
        (yield* service.asked).map(({ credential }) => credential),
        ["none"]
      )
    })
  )
})
