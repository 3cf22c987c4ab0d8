import * as Http from "node:http"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/TestClock"
import { GitHubEmulator } from "../src/index.ts"
import { type Answer, start } from "./GitHubClient.ts"

const parse = Schema.decodeSync(Schema.parseJson(Schema.Record({ key: Schema.String, value: Schema.Unknown })))
const message = ({ text }: Answer) => parse(text).message
const remaining = ({ headers }: Answer) => Number(headers.get("x-ratelimit-remaining"))

/** fetch always names itself, node:http does not. */
const withoutUserAgent = (url: string) =>
  Effect.async<number>((resume) => {
    Http.get(url, { headers: { authorization: "Bearer ghp_emulator" } }, (response) => {
      response.resume()
      response.once("end", () => resume(Effect.succeed(response.statusCode ?? 0)))
    })
  })

describe("GitHubEmulator", () => {
  it.scoped("lets in the token and, with a smaller quota, anybody; not a wrong token, nor the nameless", () =>
    Effect.gen(function* () {
      const github = yield* start({ token: "ghp_ours" })
      const known = yield* github.get("/repos/acme/app")
      assert.strictEqual(known.status, 200)
      assert.strictEqual(known.headers.get("x-ratelimit-limit"), "5000")
      assert.strictEqual((yield* github.get("/repos/acme/app", { authorization: "token ghp_ours" })).status, 200)
      const anybody = yield* github.anonymous("/repos/acme/app")
      assert.strictEqual(anybody.status, 200)
      assert.strictEqual(anybody.headers.get("x-ratelimit-limit"), "60")
      const wrong = yield* github.get("/repos/acme/app", { authorization: "Bearer ghp_theirs" })
      assert.strictEqual(wrong.status, 401)
      assert.deepInclude(parse(wrong.text), { message: "Bad credentials", status: "401" })
      assert.strictEqual(yield* withoutUserAgent(`${github.url}/repos/acme/app`), 403)
    })
  )

  it.scoped("names each answer, whatever it is", () =>
    Effect.gen(function* () {
      const github = yield* start()
      const answers = yield* Effect.all([
        github.get("/repos/acme/app"),
        github.get("/nowhere"),
        github.get("/repos/acme/app/issues?state=x"),
        github.get("/repos/acme/app", { authorization: "Bearer x" })
      ])
      const ids = answers.map(({ headers }) => headers.get("x-github-request-id"))
      assert.strictEqual(new Set(ids).size, 4)
      assert.notInclude(ids, null)
    })
  )

  it.scoped("serves the versions it knows and refuses others", () =>
    Effect.gen(function* () {
      const github = yield* start()
      const members = Effect.fnUntraced(function* (target: string, version?: string) {
        const answer = yield* github.get(target, version === undefined ? {} : { "x-github-api-version": version })
        return { keys: answer.text, selected: answer.headers.get("x-github-api-version-selected") }
      })
      for (const [target, removed] of [
        ["/repos/acme/app/issues", '"assignee":'],
        ["/repos/acme/app/pulls", '"assignee":'],
        ["/repos/acme/app/pulls", '"merge_commit_sha":'],
        ["/repos/acme/app/pulls", '"has_downloads":'],
        ["/repos/acme/app", '"has_downloads":'],
        ["/repos/acme/app", '"use_squash_pr_title_as_default":'],
        ["/rate_limit", '"rate":']
      ] as const) {
        const newest = yield* members(target, "2026-03-10")
        assert.strictEqual(newest.selected, "2026-03-10")
        assert.notInclude(newest.keys, removed, target)
        assert.include((yield* members(target, "2022-11-28")).keys, removed, target)
        const silent = yield* members(target)
        assert.strictEqual(silent.selected, "2022-11-28")
        assert.include(silent.keys, removed, target)
      }
      assert.strictEqual((yield* github.get("/versions")).text, '["2026-03-10","2022-11-28"]')
      assert.strictEqual((yield* github.get("/versions", { "x-github-api-version": "2020-01-01" })).status, 400)
    })
  )

  it.scoped("answers 304 to a known tag, for free, until something changes", () =>
    Effect.gen(function* () {
      const github = yield* start()
      const list = "/repos/acme/app/issues?sort=updated"
      const first = yield* github.get(list)
      const etag = first.headers.get("etag") ?? ""
      assert.match(etag, /^W\/"[0-9a-f]+"$/)
      assert.strictEqual(remaining(first), 4999)
      const same = yield* github.get(list, { "if-none-match": etag })
      assert.deepInclude(same, { status: 304, text: "" })
      assert.isFalse(same.headers.has("link"))
      assert.strictEqual(remaining(same), 4999)
      assert.strictEqual((yield* github.get(list, { "if-none-match": `"other", ${etag}` })).status, 304)

      // Another version or another caller has other tags; an anonymous 304 is paid for.
      const older = { "x-github-api-version": "2026-03-10", "if-none-match": etag }
      assert.strictEqual((yield* github.get(list, older)).status, 200)
      assert.strictEqual((yield* github.anonymous(list, { "if-none-match": etag })).status, 200)
      const anonymousTag = (yield* github.anonymous(list)).headers.get("etag") ?? ""
      const paid = yield* github.anonymous(list, { "if-none-match": anonymousTag })
      assert.strictEqual(paid.status, 304)
      assert.strictEqual(remaining(paid), 57)

      yield* github.control("POST", "touch", { repository: "acme/app", number: 420 })
      const changed = yield* github.get(list, { "if-none-match": etag })
      assert.strictEqual(changed.status, 200)
      assert.notStrictEqual(changed.headers.get("etag"), etag)
    })
  )

  it.scoped("counts the quota by the hour and refuses beyond it", () =>
    Effect.gen(function* () {
      const github = yield* start({ behaviour: { rateLimit: { limit: 2 } } })
      const one = yield* github.get("/repos/acme/app")
      const headers = Object.fromEntries([...one.headers].filter(([name]) => name.startsWith("x-ratelimit")))
      assert.deepStrictEqual(headers, {
        "x-ratelimit-limit": "2",
        "x-ratelimit-remaining": "1",
        "x-ratelimit-used": "1",
        "x-ratelimit-reset": "3600",
        "x-ratelimit-resource": "core"
      })
      // A refusal of the service costs as much as an answer.
      assert.strictEqual((yield* github.get("/repos/acme/none")).status, 404)
      const over = yield* github.get("/repos/acme/app")
      assert.strictEqual(over.status, 403)
      assert.strictEqual(remaining(over), 0)
      assert.match(String(message(over)), /^API rate limit exceeded/)
      yield* github.control("PUT", "behaviour", { rateLimit: { limit: 2, status: 429 } })
      assert.strictEqual((yield* github.get("/repos/acme/app")).status, 429)

      const status = yield* github.get("/rate_limit")
      assert.strictEqual(status.status, 200)
      assert.deepNestedInclude(parse(status.text), {
        "resources.core": { limit: 2, remaining: 0, used: 2, reset: 3600 }
      })
      assert.strictEqual((yield* github.anonymous("/repos/acme/app")).status, 200)
      yield* TestClock.adjust("1 hours")
      assert.strictEqual(remaining(yield* github.get("/repos/acme/app")), 1)
    })
  )

  it.scoped("gives the secondary limit on order", () =>
    Effect.gen(function* () {
      const github = yield* start()
      yield* github.control("POST", "faults", { action: { type: "rate-limit", status: 403, retryAfter: 60 } })
      const limited = yield* github.get("/repos/acme/app/issues")
      assert.strictEqual(limited.status, 403)
      assert.strictEqual(limited.headers.get("retry-after"), "60")
      assert.include(String(message(limited)), "secondary rate limit")
      assert.isTrue(limited.headers.has("x-github-request-id"))
      assert.strictEqual((yield* github.get("/repos/acme/app/issues")).status, 200)
    })
  )

  it.scoped("tells unknown, forbidden and renamed repositories apart", () =>
    Effect.gen(function* () {
      const github = yield* start({ behaviour: { forbidden: ["acme/api"], renamed: { "acme/old": "acme/app" } } })
      for (const target of ["/repos/acme/none", "/repositories/7/issues", "/repos/acme/app/", "/repos/acme/app/wiki"]) {
        const missing = yield* github.get(target)
        assert.strictEqual(missing.status, 404, target)
        assert.deepInclude(parse(missing.text), { message: "Not Found", status: "404" })
      }
      for (const target of ["/repos/acme/api/pulls", "/repositories/1002/pulls", "/repos/Acme/API/pulls"]) {
        const forbidden = yield* github.get(target)
        assert.strictEqual(forbidden.status, 403)
        assert.strictEqual(message(forbidden), "Resource not accessible by personal access token")
        assert.strictEqual(forbidden.headers.get("x-accepted-github-permissions"), "pull_requests=read")
        assert.isAbove(remaining(forbidden), 0)
      }
      const moved = yield* github.get("/repos/acme/old/issues?state=all")
      assert.strictEqual(moved.status, 301)
      const location = moved.headers.get("location") ?? ""
      assert.strictEqual(location, `${github.url}/repositories/1001/issues?state=all`)
      assert.deepInclude(parse(moved.text), { message: "Moved Permanently", url: location })
      assert.strictEqual(
        (yield* github.get(location)).text,
        (yield* github.get("/repos/acme/app/issues?state=all")).text
      )
      const repository = yield* github.get((yield* github.get("/repos/acme/old")).headers.get("location") ?? "")
      assert.deepInclude(parse(repository.text), { id: 1001, full_name: "acme/app" })
    })
  )

  it.scoped("refuses options that make no sense", () =>
    Effect.gen(function* () {
      for (const options of [
        { issues: 0 },
        { issues: 1_000_001 },
        { issues: 10, pullRequestShare: 2 },
        { behaviour: { maxPage: 0 } },
        { port: 70_000 }
      ]) {
        const error = yield* Effect.flip(GitHubEmulator.start(options))
        assert.strictEqual(error.reason, "InvalidOptions")
      }
    })
  )
})
