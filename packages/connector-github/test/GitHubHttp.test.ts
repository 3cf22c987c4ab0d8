// Requests to GitHub: what they tell of themselves, and what GitHub's refusals mean in the words of whoever asks.
import { assert, describe, it } from "@effect/vitest"
import type { Source, SourceHttp } from "@inlet/sdk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { type Answer, serve, using } from "./Scripted.ts"

const issues = { template: "/repos/{owner}/{repo}/issues", params: { owner: "acme", repo: "app" } }
const commits = { ...issues, template: "/repos/{owner}/{repo}/commits" }
const organisation = { template: "/orgs/{org}/repos", params: { org: "acme" } }
const token = { token: "ghp_canary" }

/** How one request ends. */
const asking = (answer: Answer, ask: SourceHttp.Ask = issues, config: object = token) =>
  Effect.gen(function* () {
    const { asked, url } = yield* serve(() => answer)
    const { result, until } = yield* using(url, config, ({ get }) => get(ask))
    return { asked, result, until }
  })

const failed = (result: Either.Either<unknown, Source.SourceError>) => Either.getOrThrow(Either.flip(result))

describe("a request", () => {
  it.scoped("names the version of the API, the program and whoever asks", () =>
    Effect.gen(function* () {
      for (const [config, authorization] of [
        [token, "Bearer ghp_canary"],
        [{}, undefined]
      ] as const) {
        const { asked } = yield* asking({}, issues, config)
        assert.deepInclude(asked[0]?.headers, {
          accept: "application/vnd.github+json",
          "x-github-api-version": "2026-03-10",
          "user-agent": "inlet/0.1.0"
        })
        assert.strictEqual(asked[0]?.headers.authorization, authorization)
      }
    })
  )
})

describe("a refusal", () => {
  const permission = { "x-accepted-github-permissions": "issues=read" }
  const cases: ReadonlyArray<
    readonly [
      answer: Answer,
      reason: Source.SourceError["reason"],
      detail: string,
      ask?: SourceHttp.Ask,
      config?: object
    ]
  > = [
    [{ status: 401 }, "Unauthorized", "GitHub does not accept the token"],
    [{ status: 401 }, "Unauthorized", "GitHub wants a token", issues, {}],
    [{ status: 403 }, "Forbidden", "GitHub does not let this token read acme/app: it lacks a permission"],
    [
      { status: 403, headers: permission },
      "Forbidden",
      "GitHub does not let this token read acme/app: it lacks the permission issues=read"
    ],
    [
      { status: 403, headers: permission },
      "Forbidden",
      "GitHub does not let anybody read the repositories of acme: it lacks the permission issues=read",
      organisation,
      {}
    ],
    [
      { status: 403, body: "Request forbidden by administrative rules.\n" },
      "Forbidden",
      "GitHub does not let this token read acme/app: it lacks a permission"
    ],
    [
      { status: 404 },
      "NotFound",
      "GitHub shows no repository acme/app to this token; a private one needs a token with access to it"
    ],
    [
      { status: 404 },
      "NotFound",
      "GitHub shows no repository acme/app to anybody; a private one needs a token with access to it",
      issues,
      {}
    ],
    [{ status: 404 }, "NotFound", "GitHub shows no account acme to this token", organisation],
    [{ status: 404 }, "NotFound", "GitHub shows nothing at /user/repos to this token", { template: "/user/repos" }],
    [{ status: 409 }, "Rejected", "GitHub answered 409 to GET /repos/{owner}/{repo}/issues"],
    [{ status: 422 }, "Rejected", "GitHub answered 422 to GET /repos/{owner}/{repo}/issues"],
    [
      { status: 422, body: { message: "Validation Failed", errors: [{ value: "canary" }] } },
      "Rejected",
      "GitHub answered 422 to GET /repos/{owner}/{repo}/issues: Validation Failed"
    ],
    [
      { status: 422, body: { message: 'No user "canary@acme.example"' } },
      "Rejected",
      "GitHub answered 422 to GET /repos/{owner}/{repo}/issues"
    ],
    [
      { status: 422, body: { message: "x".repeat(201) } },
      "Rejected",
      "GitHub answered 422 to GET /repos/{owner}/{repo}/issues"
    ],
    [
      { status: 400, body: { message: "canary" } },
      "Rejected",
      "GitHub answered 400 to GET /repos/{owner}/{repo}/issues"
    ],
    [{ status: 451 }, "Forbidden", "GitHub has blocked acme/app for legal reasons"],
    [{ status: 451 }, "Forbidden", "GitHub has blocked the repositories of acme for legal reasons", organisation]
  ]
  for (const [answer, reason, detail, ask, config] of cases) {
    it.scoped(`${answer.status} is told: ${detail}`, () =>
      Effect.gen(function* () {
        const { asked, result } = yield* asking(answer, ask, config)
        assert.deepInclude(failed(result), { reason, detail, status: answer.status ?? 200, retryAt: null })
        assert.strictEqual(asked.length, 1)
      })
    )
  }

  it.scoped("is none where it says that there is nothing", () =>
    Effect.gen(function* () {
      for (const [status, ask] of [
        [409, commits],
        [410, issues]
      ] as const) {
        const { result } = yield* asking({ status, body: { message: "Git Repository is empty." } }, ask)
        assert.strictEqual(Either.getOrThrow(result).status, status)
      }
    })
  )

  it.scoped("passes by itself where GitHub is at fault", () =>
    Effect.gen(function* () {
      for (const answer of [
        { status: 502, body: "<html>Unicorn" },
        { status: 500 },
        { status: 200, body: "<html>Unicorn" }
      ]) {
        const { asked, result } = yield* asking(answer)
        assert.deepInclude(failed(result), { reason: "Unavailable", status: answer.status, retryAt: null })
        assert.strictEqual(asked.length, 5)
      }
    })
  )
})

describe("a rate limit", () => {
  const limit = (remaining: number, reset: unknown, more: object = {}) => ({
    "x-ratelimit-limit": "5000",
    "x-ratelimit-remaining": String(remaining),
    "x-ratelimit-reset": String(reset),
    ...more
  })
  const secondary = { message: "You have exceeded a secondary rate limit. Please wait." }

  const waits: ReadonlyArray<readonly [string, Answer, number]> = [
    ["Retry-After first", { status: 403, headers: { ...limit(0, 3600), "retry-after": "7" } }, 7000],
    ["then the reset of a spent limit", { status: 403, headers: limit(0, 8), body: secondary }, 8000],
    ["then its words", { status: 403, headers: limit(7, 3600), body: secondary }, 60_000],
    ["a 429 without any of them", { status: 429 }, 60_000],
    ["a 429 with signs that say nothing", { status: 429, headers: limit(0, "soon", { "retry-after": "soon" }) }, 60_000]
  ]
  for (const [what, answer, until] of waits) {
    it.scoped(`is heeded by ${what}`, () =>
      Effect.gen(function* () {
        const { asked, url } = yield* serve((_, before) => (before === 0 ? answer : {}))
        const outcome = yield* using(url, token, ({ get }) => get(issues))
        assert.isTrue(Either.isRight(outcome.result))
        assert.deepStrictEqual([asked.length, outcome.until], [2, [until]])
      })
    )
  }

  it.scoped("that is spent is not asked into", () =>
    Effect.gen(function* () {
      const { asked, url } = yield* serve(({ url }, before) => ({
        headers: url === "/search" ? limit(0, 3600, { "x-ratelimit-resource": "search" }) : limit(1 - before, 3600)
      }))
      const { result } = yield* using(url, token, ({ get }) =>
        Effect.gen(function* () {
          yield* get({ template: "/search" })
          yield* get(issues)
          const search = yield* Effect.flip(get({ template: "/search" }))
          const core = yield* Effect.flip(get(issues))
          return [search, core].map(({ detail, retryAt, status }) => ({ detail, retryAt, status }))
        })
      )
      assert.deepStrictEqual(
        Either.getOrThrow(result),
        ["search", "core"].map((name) => ({
          detail: `GitHub's limit of 5000 requests (${name}) is used up until 1970-01-01 01:00:00 UTC`,
          retryAt: 3_600_000,
          status: null
        }))
      )
      assert.strictEqual(asked.length, 2)
    })
  )
})
