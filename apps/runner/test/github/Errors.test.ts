// What GitHub can answer in the middle of a list, seen from outside: the exit code, the words, what is kept, and no secret.
import type { ChildProcess } from "node:child_process"
import { assert, describe, it } from "@effect/vitest"
import { GitHubEmulator } from "@inlet/emulators"
import * as Effect from "effect/Effect"
import { decodeRefusal, decodeReport, type Settings, type World, world } from "../support/World.ts"

const TOKEN = "ghp_canary_4711"
const HOUR = 3_600_000

/** Fourteen releases on three pages. */
const releases = (settings: Settings = {}) =>
  world({
    repositories: ["acme/app"],
    streams: ["releases"],
    config: ["token: ${GITHUB_TOKEN}", "pageSize: 5"],
    ...settings,
    github: { token: TOKEN, ...settings.github }
  })

/** Each request for the second page is answered so. */
const second = (action: object, times = 0) => [{ match: { path: "[?&]page=2" }, times, action }]
const status = (status: number, more: object = {}) => second({ type: "status", status, ...more })
const message = (message: string) => ({ body: { message } })

/** A sync, of which nothing that it writes holds a secret. */
const sync = (it: World) =>
  Effect.map(it.run(["sync", "--json"]), ({ code, stderr, stdout }) => {
    for (const secret of [TOKEN, it.databox.apiKey]) assert.notInclude(stdout + stderr, secret)
    const { exitCode, runs } = decodeReport(stdout)
    assert.strictEqual(exitCode, code)
    return { code, runs, run: runs[0] }
  })

const asked = (it: World) => Effect.map(it.journal(it.github.url), ({ entries }) => entries)

const SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
const SUMMARY = String.raw`^GitHub answered %d to GET /repos/\{owner\}/\{repo\}/releases`
const summary = (status: number, rest: string) => new RegExp(`${SUMMARY.replace("%d", String(status))}${rest}$`)
const RIGHTS = /^Give the credential the right to read this, or take it out of inlet\.yaml; inlet sync github$/
const NAMES = /^Check the names in inlet\.yaml, and that the credential may see them; inlet sync github$/
const REPORT = /^The source refuses the request as such: look for an update of the connector, or report it\.$/
const ADDRESS = /^Check the source's address in inlet\.yaml: something else may be answering there\.$/
const AGAIN = /^Run it again: inlet sync github$/

interface Case {
  readonly faults: ReadonlyArray<object>
  readonly exit: number
  readonly code: string
  readonly message: RegExp
  readonly fix: RegExp
}

const refusals: Readonly<Record<string, Case>> = {
  "401, a token that was taken back": {
    faults: status(401),
    exit: 10,
    code: "E_SOURCE_AUTH",
    message: /^GitHub does not accept the token$/,
    fix: /^Put a valid credential into the environment or \.env, then run: inlet sync github$/
  },
  "403 for a right that it names": {
    faults: status(403, {
      ...message("Resource not accessible by personal access token"),
      headers: { "x-accepted-github-permissions": "contents=read" }
    }),
    exit: 30,
    code: "E_SOURCE_FORBIDDEN",
    message: /^GitHub does not let this token read acme\/app: it lacks the permission contents=read$/,
    fix: RIGHTS
  },
  "403 for a right that it does not name": {
    faults: status(403, message("Resource protected by organization SAML enforcement.")),
    exit: 30,
    code: "E_SOURCE_FORBIDDEN",
    message: /^GitHub does not let this token read acme\/app: it lacks a permission$/,
    fix: RIGHTS
  },
  "404": {
    faults: status(404),
    exit: 30,
    code: "E_SOURCE_NOT_FOUND",
    message: /^GitHub shows no repository acme\/app to this token; a private one needs a token with access to it$/,
    fix: NAMES
  },
  "422": {
    faults: status(422, message("Validation Failed")),
    exit: 30,
    code: "E_SOURCE_REJECTED",
    message: summary(422, ": Validation Failed"),
    fix: REPORT
  },
  "422 with words that repeat the token": {
    faults: status(422, message(`"${TOKEN}" is wrong`)),
    exit: 30,
    code: "E_SOURCE_REJECTED",
    message: summary(422, ""),
    fix: REPORT
  },
  "451": {
    faults: status(451),
    exit: 30,
    code: "E_SOURCE_FORBIDDEN",
    message: /^GitHub has blocked acme\/app for legal reasons$/,
    fix: RIGHTS
  },
  "a list that is none": {
    faults: status(200, { body: { message: "hello" } }),
    exit: 30,
    code: "E_SOURCE_MALFORMED",
    message: /^the answer to GET \/repos\/\{owner\}\/\{repo\}\/releases has no list$/,
    fix: ADDRESS
  }
}

/** The refusals of rate limits that end an hour later. */
const limits: Readonly<Record<string, (until: number) => object>> = Object.fromEntries(
  ([403, 429] as const).flatMap((status) => [
    [
      `${status} for the primary limit`,
      (until: number) => ({
        type: "status",
        status,
        ...message("API rate limit exceeded for user ID 410101."),
        headers: {
          "x-ratelimit-limit": "5000",
          "x-ratelimit-remaining": "0",
          "x-ratelimit-reset": String(until / 1000),
          "x-ratelimit-resource": "core"
        }
      })
    ],
    [
      `${status} with Retry-After in seconds`,
      () => ({ type: "rate-limit", status, retryAfter: HOUR / 1000, retryAfterAs: "seconds" })
    ],
    [
      `${status} with Retry-After as a date`,
      () => ({ type: "rate-limit", status, retryAfter: HOUR / 1000, retryAfterAs: "date" })
    ]
  ])
)

/** What was read before is at Databox. */
const assertKept = ({ counts, error }: NonNullable<Effect.Effect.Success<ReturnType<typeof sync>>["run"]>) => {
  assert.deepInclude(counts, { read: 5, sent: 5, pending: 0 })
  assert.strictEqual(error?.kept, "Everything read so far is recorded.")
}

describe("a refusal in the middle of a list", () => {
  for (const [name, { code, exit, faults, fix, message }] of Object.entries(refusals)) {
    it.scopedLive(`is told: ${name}`, () =>
      Effect.gen(function* () {
        const it = yield* releases()
        yield* it.githubFaults(faults)
        const { code: ended, run } = yield* sync(it)
        assert.strictEqual(ended, exit)
        assert.strictEqual(run?.error?.code, code)
        assert.match(run?.error?.message ?? "", message)
        assert.match(run?.error?.fix ?? "", fix)
        if (run !== undefined) assertKept(run)
        assert.strictEqual((yield* it.rows("github_releases")).size, 5)
        // Asked once: the same would come again.
        assert.strictEqual((yield* asked(it)).length, 2)
      })
    )
  }

  it.scopedLive("loses nothing: the next sync begins at the page that was refused", () =>
    Effect.gen(function* () {
      const it = yield* releases()
      yield* it.githubFaults(status(422))
      yield* sync(it)
      yield* it.githubFaults([])
      const { code, run } = yield* sync(it)
      assert.strictEqual(code, 0)
      assert.strictEqual(run?.counts.sent, 9)
      assert.strictEqual((yield* it.rows("github_releases")).size, 14)
      const queries = (yield* asked(it)).map(({ query }) => new URLSearchParams(query).get("page"))
      assert.deepStrictEqual(queries, [null, "2", "2", "3"])
    })
  )

  it.scopedLive("ends a dry run in the same way, of which nothing is kept", () =>
    Effect.gen(function* () {
      const it = yield* releases()
      yield* it.githubFaults(status(404))
      const { code, stdout } = yield* it.run(["sync", "--dry-run", "--json"])
      assert.strictEqual(code, 30)
      const lines = stdout.trimEnd().split("\n")
      assert.strictEqual(lines.length, 5 + 1)
      const { error } = decodeRefusal(lines.at(-1))
      assert.strictEqual(error.code, "E_SOURCE_NOT_FOUND")
      assert.strictEqual(error.kept, "Nothing was changed.")
      assert.isFalse(it.hasStore())
    })
  )

  it.scopedLive("is a warning where it is about traffic, and the other streams go on", () =>
    Effect.gen(function* () {
      const it = yield* releases({
        streams: ["traffic", "releases"],
        repositories: ["acme/app", "acme/api"],
        github: { behaviour: { withoutPush: ["acme/app"] } }
      })
      const { code, runs } = yield* sync(it)
      assert.strictEqual(code, 0)
      const [traffic, other] = ["traffic", "releases"].map((name) => runs.find(({ stream }) => stream === name))
      assert.isNull(traffic?.error)
      assert.deepStrictEqual(traffic?.warnings, [
        "GitHub does not let this token read acme/app: it lacks a permission; it is left out"
      ])
      const rows = [...(yield* it.rows("github_traffic")).values()]
      assert.deepStrictEqual([...new Set(rows.map(({ repository }) => repository))], ["acme/api"])
      assert.deepStrictEqual(other?.warnings, [])
      assert.strictEqual(other?.counts.sent, 28)
    })
  )

  it.scopedLive("with 410 means that there is nothing", () =>
    Effect.gen(function* () {
      const it = yield* releases({ repositories: ["acme/app", "acme/archive"] })
      yield* it.githubFaults([
        { match: { path: "^/repos/acme/app/releases$" }, times: 0, action: { type: "status", status: 410 } }
      ])
      const { code, run } = yield* sync(it)
      assert.strictEqual(code, 0)
      assert.isNull(run?.error)
      assert.deepStrictEqual(run?.warnings, [])
      assert.deepInclude(run?.counts, { read: 2, sent: 2 })
    })
  )
})

/** The times that a text tells, in epoch milliseconds. */
const times = (text = "") =>
  [...text.matchAll(/(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) UTC/g)].map(([, day, time]) => Date.parse(`${day}T${time}Z`))

describe("a rate limit that ends in an hour", () => {
  for (const [name, action] of Object.entries(limits)) {
    it.scopedLive(`ends the run with the time to come back, and the next one does not ask before it: ${name}`, () =>
      Effect.gen(function* () {
        const it = yield* releases()
        const before = Math.floor(Date.now() / 1000) * 1000
        yield* it.githubFaults(second(action(before + HOUR)))
        const { code, run } = yield* sync(it)
        assert.strictEqual(code, 20)
        assert.strictEqual(run?.error?.code, "E_SOURCE_RATE_LIMITED")
        const { fix = "", message = "" } = run?.error ?? {}
        assert.match(message, summary(Number(name.slice(0, 3)), ": it wants no more requests until .+ UTC"))
        assert.match(fix, /^Run it again from .+ UTC on; it goes on where it stopped: inlet sync github$/)
        const [until = 0] = times(message)
        assert.deepStrictEqual(times(fix), [until])
        if (name.endsWith("primary limit")) assert.strictEqual(until, before + HOUR)
        assert.isAtLeast(until, before + HOUR)
        assert.isAtMost(until, Date.now() + HOUR)
        if (run !== undefined) assertKept(run)
        assert.strictEqual((yield* asked(it)).length, 2)

        yield* it.githubFaults([])
        const again = yield* sync(it)
        assert.strictEqual(again.code, 20)
        assert.deepStrictEqual(times(again.run?.error?.message), [until])
        assert.deepStrictEqual(times(again.run?.error?.fix), [until])
        assert.strictEqual(again.run?.requests.source, 0)
        assert.strictEqual((yield* asked(it)).length, 2)
      })
    )
  }

  it.scopedLive("or does not say when is waited for, until somebody stops it", () =>
    Effect.gen(function* () {
      const it = yield* releases()
      yield* it.githubFaults(status(403, message(SECONDARY)))
      let child: ChildProcess | undefined
      const seen = (_: string, running: ChildProcess) => {
        child = running
      }
      const stop = Effect.gen(function* () {
        for (;;) {
          if (child !== undefined && (yield* asked(it)).some(({ status }) => status === 403)) break
          yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
        }
        child.kill("SIGINT")
      })
      const [{ code, stdout }] = yield* Effect.all([it.run(["sync"], { seen }), stop], { concurrency: 2 })
      assert.strictEqual(code, 130)
      assert.include(stdout, "Stopped before the end; the next sync goes on there.")
      assert.strictEqual((yield* asked(it)).length, 2)
    })
  )
})

describe("a fault", () => {
  it.scopedLive("that passes is not told, and every row arrives", () =>
    Effect.gen(function* () {
      const it = yield* releases()
      yield* it.githubFaults([
        ...second({ type: "reset-mid-body" }, 1),
        { match: { path: "[?&]page=3" }, times: 1, action: { type: "status", status: 200, html: true } }
      ])
      const { code, run } = yield* sync(it)
      assert.strictEqual(code, 0)
      assert.isNull(run?.error)
      assert.deepStrictEqual(run?.warnings, [])
      assert.strictEqual((yield* it.rows("github_releases")).size, 14)
      assert.strictEqual(run?.requests.source, 5)
      assert.strictEqual((yield* asked(it)).length, 5)
    })
  )

  const lasting: Readonly<Record<string, readonly [object, RegExp]>> = {
    "502 with a web page": [{ type: "status", status: 502, html: true }, summary(502, "")],
    "a body that is cut": [
      { type: "reset-mid-body" },
      /^the answer to GET \/repos\/\{owner\}\/\{repo\}\/releases broke off( \([A-Z_]+\))?$/
    ],
    "200 with a web page": [{ type: "status", status: 200, html: true }, summary(200, " with a web page")]
  }
  it.scopedLive("that stays ends the run after five attempts, and the next one goes on", () =>
    Effect.forEach(
      Object.values(lasting),
      ([action, message]) =>
        Effect.gen(function* () {
          const it = yield* releases()
          yield* it.githubFaults(second(action))
          const { code, run } = yield* sync(it)
          assert.strictEqual(code, 20)
          assert.strictEqual(run?.error?.code, "E_SOURCE_UNAVAILABLE")
          assert.match(run?.error?.message ?? "", message)
          assert.match(run?.error?.fix ?? "", AGAIN)
          if (run !== undefined) assertKept(run)
          assert.strictEqual((yield* asked(it)).length, 1 + 5)
          yield* it.githubFaults([])
          const again = yield* sync(it)
          assert.strictEqual(again.code, 0)
          assert.strictEqual(again.run?.counts.sent, 9)
        }),
      { concurrency: "unbounded", discard: true }
    )
  )
})

describe("pages that lead", () => {
  it.scopedLive("to another host: it gets no request, and what was read before is delivered", () =>
    Effect.gen(function* () {
      const it = yield* releases()
      // It would accept the token.
      const other = yield* GitHubEmulator.start({ token: TOKEN })
      const location = `${other.url}/repos/acme/app/releases`
      const link = `<${location}?page=3>; rel="next"`
      const host = new URL(other.url).host
      for (const [action, message] of [
        [{ type: "redirect", location }, summary(302, `, leading to ${host}`)],
        [
          { type: "status", status: 200, body: [], headers: { link } },
          /^GitHub leads from GET \/repos\/\{owner\}\/\{repo\}\/releases to another host, which gets no credentials$/
        ]
      ] as const) {
        yield* it.githubFaults(second(action))
        const { code, run } = yield* sync(it)
        assert.strictEqual(code, 30)
        assert.strictEqual(run?.error?.code, "E_SOURCE_REDIRECTED")
        assert.match(run?.error?.message ?? "", message)
        assert.match(run?.error?.fix ?? "", /^Check the source's address and names in inlet\.yaml/)
        assert.strictEqual(run?.error?.kept, "Everything read so far is recorded.")
        assert.strictEqual((yield* it.rows("github_releases")).size, 5)
      }
      assert.deepStrictEqual((yield* it.journal(other.url)).entries, [])
    })
  )

  it.scopedLive("in a circle end the run, and the pages before are delivered", () =>
    Effect.gen(function* () {
      const it = yield* releases()
      const link = `<${it.github.url}/repositories/1001/releases?per_page=5&page=2>; rel="next"`
      const [, , ...others] = yield* it.objects("acme/app", "releases")
      // The third page is as it should be but for where it leads.
      yield* it.githubFaults([
        {
          match: { path: "[?&]page=3" },
          times: 0,
          action: { type: "status", status: 200, body: others.slice(0, 2), headers: { link } }
        }
      ])
      const { code, run } = yield* sync(it)
      assert.strictEqual(code, 30)
      assert.strictEqual(run?.error?.code, "E_SOURCE_MALFORMED")
      assert.match(
        run?.error?.message ?? "",
        /^the pages of GET \/repos\/\{owner\}\/\{repo\}\/releases lead back to one that was read already$/
      )
      assert.match(run?.error?.fix ?? "", ADDRESS)
      assert.strictEqual(run?.error?.kept, "Everything read so far is recorded.")
      assert.strictEqual((yield* it.rows("github_releases")).size, 10)
      assert.strictEqual((yield* asked(it)).length, 3)
    })
  )
})

describe("for people", () => {
  const plain = (faults: ReadonlyArray<object>) =>
    Effect.gen(function* () {
      const it = yield* releases()
      yield* it.githubFaults(faults)
      const { code, stderr, stdout } = yield* it.run(["sync"])
      const lines = stderr.split("\n")
      const told = lines.slice(
        lines.findIndex((line) => line.startsWith("error:")),
        -1
      )
      return {
        code,
        stdout,
        told: told.map((line) =>
          line.replace(/\d{8}T\d{6}-\w{6}$/, "RUN").replace(/\d{4}-\d\d-\d\d [\d:]{8} UTC/, "TIME")
        )
      }
    })

  it.scopedLive("a missing right is told in four lines", () =>
    Effect.gen(function* () {
      const { code, stdout, told } = yield* plain(status(404))
      assert.strictEqual(code, 30)
      assert.deepStrictEqual(told, [
        "error: github/releases: GitHub shows no repository acme/app to this token; a private one needs a token with access to it",
        "  kept: Everything read so far is recorded.",
        "  next: Check the names in inlet.yaml, and that the credential may see them; inlet sync github",
        "  E_SOURCE_NOT_FOUND, RUN"
      ])
      assert.include(stdout, "1 of 1 pipelines failed.")
    })
  )

  it.scopedLive("a limit is told with its end", () =>
    Effect.gen(function* () {
      const { code, told } = yield* plain(second({ type: "rate-limit", retryAfter: 3600 }))
      assert.strictEqual(code, 20)
      assert.deepStrictEqual(told, [
        "error: github/releases: GitHub answered 429 to GET /repos/{owner}/{repo}/releases: it wants no more requests until TIME",
        "  kept: Everything read so far is recorded.",
        "  next: Run it again from TIME on; it goes on where it stopped: inlet sync github",
        "  E_SOURCE_RATE_LIMITED, RUN"
      ])
    })
  )
})
