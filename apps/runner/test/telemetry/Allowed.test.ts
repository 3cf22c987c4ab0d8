// The last filter: what is not allowed by name goes no further, and no secret does.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Allowed from "../../src/telemetry/Allowed.ts"
import * as Secrets from "../../src/telemetry/Secrets.ts"
import { collected } from "./Collected.ts"

const SECRET = "ghp_5f/31+c0"

describe("the filter", () => {
  it.effect("drops attributes that the span's name does not allow, and events of other names", () =>
    Effect.gen(function* () {
      const work = Effect.gen(function* () {
        const span = yield* Effect.orDie(Effect.currentSpan)
        span.event("cursor.saved", 1n, { cursor: "mira" })
        span.event("mira@example.com is late", 1n)
      }).pipe(Effect.withSpan("page", { attributes: { "inlet.rows": 1, "inlet.stream": "issues", email: "mira" } }))
      const { spans } = yield* collected(work)
      assert.deepStrictEqual(spans[0]?.attributes, { "inlet.rows": 1 })
      assert.deepStrictEqual(
        spans[0]?.events.map(({ attributes, name }) => ({ name, attributes })),
        [{ name: "cursor.saved", attributes: {} }]
      )
    })
  )

  it.effect("takes away a name that is in no list", () =>
    Effect.gen(function* () {
      for (const [name, known] of [
        ["page", "page"],
        ["page 7", "unknown"],
        ["GET /repos/{owner}/{repo}/issues", "GET /repos/{owner}/{repo}/issues"],
        ["GET https://api.github.com/", "unknown"],
        ["sync github", "sync github"],
        ["sync mira@example.com", "unknown"],
        ["inlet replay sends", "inlet replay sends"],
        ["inlet sync --token=x", "unknown"]
      ]) {
        const { spans } = yield* collected(Effect.withSpan(Effect.void, name ?? ""))
        assert.strictEqual(spans[0]?.name, known)
      }
    })
  )

  it.effect("keeps response headers by the beginnings of their names", () =>
    Effect.gen(function* () {
      const header = (name: string) => `http.response.header.${name}`
      const attributes = {
        [header("x-ratelimit-used")]: "3",
        [header("set-cookie")]: "a=b",
        [header("retry-after")]: "1"
      }
      const { spans } = yield* collected(Effect.withSpan(Effect.void, "GET /a", { attributes }))
      assert.deepStrictEqual(Object.keys(spans[0]?.attributes ?? {}), [
        header("x-ratelimit-used"),
        header("retry-after")
      ])
    })
  )

  it.effect("hides secrets that are known, wherever they are, also where a text is cut", () =>
    Effect.gen(function* () {
      const secrets = new Set<string>()
      yield* Effect.provideService(
        Effect.zipRight(
          Secrets.learn(Redacted.make(SECRET), null, Redacted.make("short")),
          Secrets.learnAt({ app: { key: "k3y-of-the-app" }, name: "inlet-app" }, [
            ["app", "key"],
            ["none", "such"]
          ])
        ),
        Secrets.Secrets,
        secrets
      )
      const work = Effect.gen(function* () {
        const span = yield* Effect.orDie(Effect.currentSpan)
        span.event("ingestion.status", 1n, { from: SECRET, to: "short" })
      }).pipe(
        Effect.withSpan("GET /a", {
          attributes: {
            "url.full": `http://host/${encodeURIComponent(SECRET)}?page=${SECRET}`,
            "server.address": "inlet-app",
            "error.type": "k3y-of-the-app"
          }
        })
      )
      const { spans } = yield* collected(work, secrets, 42)
      assert.deepStrictEqual(spans[0]?.attributes, {
        "url.full": "http://host/[REDACTED]?page=[REDACTED]",
        "server.address": "inlet-app",
        "error.type": "[REDACTED]"
      })
      assert.deepStrictEqual(spans[0]?.events[0]?.attributes, { from: "[REDACTED]", to: "short" })
      const cut = yield* collected(work, secrets, 15)
      assert.strictEqual(cut.spans[0]?.attributes["url.full"], "http://host/[RE")
    })
  )

  it("hides what is called a secret, whatever it is", () => {
    const { attributes } = Allowed.filter(new Set(), 100)
    const named = {
      "api.key": "1",
      apiKey: "2",
      access_token: "3",
      "db.password": 4,
      "x-Authorization": "5",
      team: "data"
    }
    assert.deepStrictEqual(Object.values(attributes(named, () => true)), [...new Array(5).fill("[REDACTED]"), "data"])
  })

  it("allows nothing that is called a secret", () => {
    const keys = [
      ...Allowed.SPANS.flatMap(([, keys]) => keys),
      ...Object.values(Allowed.EVENTS).flat(),
      ...Allowed.LINKS,
      ...Allowed.RESOURCE
    ]
    assert.isAbove(keys.length, 40)
    assert.deepStrictEqual(keys.filter(Secrets.isNamed), [])
  })
})
