// Who asks GitHub: anybody, within 60 requests an hour, or an app by its key; and a first configuration for it.
import { generateKeyPairSync } from "node:crypto"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import { inlet } from "../support/Inlet.ts"
import { type Settings, type World, world } from "../support/World.ts"

const asked = (it: World) => Effect.map(it.journal(it.github.url), ({ entries }) => entries)

describe("without a token", () => {
  const LIMIT = "without a token GitHub answers 60 requests an hour"

  it.scopedLive("public data arrives, with a warning of how slow that is", () =>
    Effect.gen(function* () {
      const it = yield* world({
        config: ["pageSize: 5"],
        repositories: ["acme/app", "acme/archive"],
        streams: ["releases"]
      })
      const { code, runs } = yield* it.report("sync")
      assert.strictEqual(code, 0)
      assert.strictEqual(runs[0]?.counts.sent, 16)
      assert.deepStrictEqual(runs[0]?.warnings, [
        `${LIMIT}; to read /repos/{owner}/{repo}/releases of acme/app takes 3 of them or more, so less than an hour`,
        `${LIMIT}, all streams and repositories together`
      ])
      const requests = yield* asked(it)
      assert.strictEqual(requests.length, 4)
      assert.isTrue(requests.every(({ credential }) => credential === "none"))
    })
  )

  /** As if the hour were over: for the store, and for GitHub. */
  const afterTheReset = (it: World) =>
    Effect.zipRight(
      Effect.sync(() => {
        const store = new Sqlite(it.store)
        const { changes } = store.prepare("UPDATE budgets SET resets_at = 1 WHERE window = 'core'").run()
        store.close()
        assert.strictEqual(changes, 1)
      }),
      Effect.promise(() => fetch(`${it.github.url}/_emulator/reset`, { method: "POST" }))
    )

  it.scopedLive("60 requests are made, none before the hour is over, and then it goes on where it stopped", () =>
    Effect.gen(function* () {
      const it = yield* world({
        github: { issues: 700 },
        config: ["pageSize: 10"],
        repositories: ["acme/large"],
        streams: ["issues"]
      })
      const before = Math.floor(Date.now() / 1000) * 1000
      const { code, runs } = yield* it.report("sync")
      assert.strictEqual(code, 20)
      const [run] = runs
      const read = run?.counts.read ?? 0
      // The pages overlap where they meet.
      assert.isAtLeast(read, 450)
      assert.deepInclude(run?.counts, { sent: read, pending: 0 })
      const { error } = run ?? {}
      assert.strictEqual(error?.code, "E_SOURCE_RATE_LIMITED")
      const [, told = ""] =
        /^GitHub's limit of 60 requests \(core\) is used up until (.{19}) UTC$/.exec(error?.message ?? "") ?? []
      const until = Date.parse(`${told.replace(" ", "T")}Z`)
      assert.isAtLeast(until, before + 3_600_000)
      assert.isAtMost(until, Date.now() + 3_600_000)
      assert.strictEqual(error?.fix, `Run it again from ${told} UTC on; it goes on where it stopped: inlet sync github`)
      assert.strictEqual(error?.kept, "Everything read so far is recorded.")
      assert.deepStrictEqual(run?.warnings, [
        `${LIMIT}; to read /repos/{owner}/{repo}/issues of acme/large takes 70 of them or more, so more than an hour`
      ])
      const first = yield* asked(it)
      assert.strictEqual(first.length, 60)
      assert.isTrue(first.every(({ status }) => status === 200))

      const held = yield* it.report("sync")
      assert.strictEqual(held.code, 20)
      assert.strictEqual(held.runs[0]?.requests.source, 0)
      assert.match(held.runs[0]?.error?.message ?? "", new RegExp(`is used up until ${told} UTC$`))
      assert.strictEqual(held.runs[0]?.error?.fix, error?.fix)
      assert.strictEqual((yield* asked(it)).length, 60)

      yield* afterTheReset(it)
      const last = yield* it.report("sync")
      assert.strictEqual(last.code, 0)
      assert.strictEqual(last.runs[0]?.counts.sent, 700 - read)
      assert.strictEqual((yield* it.rows("github_issues")).size, 700)
      const pages = new Set(first.map(({ query }) => query))
      const rest = yield* asked(it)
      assert.isFalse(rest.some(({ query }) => pages.has(query)))
    })
  )
})

describe("somebody who signs in otherwise", () => {
  it.scopedLive("does not wait for the limit that was used up before", () =>
    Effect.gen(function* () {
      const it = yield* world({ config: ["pageSize: 5"], repositories: ["acme/app"], streams: ["releases"] })
      yield* it.githubFaults([
        { match: { path: "[?&]page=2" }, times: 1, action: { type: "rate-limit", status: 403, retryAfter: 3600 } }
      ])
      assert.strictEqual((yield* it.report("sync")).code, 20)
      assert.strictEqual((yield* it.report("sync")).code, 20)
      const path = join(it.cwd, "inlet.yaml")
      const yaml = yield* Effect.promise(() => readFile(path, "utf8"))
      yield* it.write("inlet.yaml", yaml.replace("pageSize: 5", "pageSize: 5\n      token: ${GITHUB_TOKEN}"))
      const { code, runs } = yield* it.report("sync")
      assert.strictEqual(code, 0)
      assert.strictEqual(runs[0]?.counts.sent, 9)
      assert.deepStrictEqual(
        (yield* asked(it)).map(({ credential }) => credential),
        ["none", "none", "right", "right"]
      )
    })
  )
})

describe("as an app", () => {
  const keys = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs1", format: "pem" }
  })
  const APP = "app: { id: 4711, privateKey: '${GITHUB_APP_KEY}', installation: 42 }"
  const EXCHANGE = "/app/installations/42/access_tokens"

  const installed = ({ github, ...more }: Settings & { readonly tokenSeconds?: number } = {}) =>
    world({
      repositories: ["acme/app"],
      streams: ["releases"],
      config: [APP],
      env: { GITHUB_APP_KEY: keys.privateKey },
      ...more,
      github: {
        app: { id: "4711", publicKey: keys.publicKey, installation: "42", tokenSeconds: more.tokenSeconds },
        ...github
      }
    })

  /** Lines of the key, and the tokens that it is exchanged for. */
  const secrets = [...keys.privateKey.split("\n").filter((line) => line.length > 20), "ghs_", "PRIVATE KEY"]
  const run = (it: World) =>
    Effect.map(it.run(["sync", "--json"]), (ended) => {
      for (const secret of secrets) assert.notInclude(ended.stdout + ended.stderr, secret)
      return ended
    })

  it.scopedLive("one token is asked for, and the rows of its repositories arrive", () =>
    Effect.gen(function* () {
      const it = yield* installed({ repositories: ["topic:backend"], streams: ["releases", "traffic"] })
      const { code } = yield* run(it)
      assert.strictEqual(code, 0)
      assert.strictEqual((yield* it.rows("github_releases")).size, 28)
      const [exchange, list, ...others] = yield* asked(it)
      assert.deepInclude(exchange, { method: "POST", path: EXCHANGE, status: 201 })
      assert.deepInclude(list, { path: "/installation/repositories", credential: "right" })
      assert.isTrue(others.every(({ credential, method }) => method === "GET" && credential === "right"))
      const events = yield* it.run(["events", "--json"])
      for (const secret of secrets) assert.notInclude(events.stdout, secret)
    })
  )

  it.scopedLive("a token that ends in the middle of a sync is replaced", () =>
    Effect.gen(function* () {
      // Answers take longer, all together, than the token lives.
      const it = yield* installed({
        tokenSeconds: 2,
        github: { issues: 300, behaviour: { latencyMillis: 100 } },
        repositories: ["acme/large"],
        streams: ["issues"],
        config: [APP, "pageSize: 10"]
      })
      const { code } = yield* run(it)
      assert.strictEqual(code, 0)
      assert.strictEqual((yield* it.rows("github_issues")).size, 300)
      const requests = yield* asked(it)
      const replaced = requests.filter(({ path }) => path === EXCHANGE).length - 1
      assert.isAtLeast(replaced, 1)
      // Before its end, and not because it was refused.
      assert.isBelow(requests.filter(({ status }) => status === 401).length, replaced)
    })
  )

  it.scopedLive("a token that is refused before its end is replaced once", () =>
    Effect.gen(function* () {
      const it = yield* installed({ config: [APP, "pageSize: 5"] })
      const refused = { match: { path: "[?&]page=2" }, times: 1, action: { type: "status", status: 401 } }
      yield* it.githubFaults([refused])
      const { code } = yield* run(it)
      assert.strictEqual(code, 0)
      assert.strictEqual((yield* it.rows("github_releases")).size, 14)
      assert.deepStrictEqual(
        (yield* asked(it)).map(({ path, status }) => (path === EXCHANGE ? "exchange" : status)),
        ["exchange", 200, 401, "exchange", 200, 200]
      )
    })
  )

  const stranger = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" }
  }).privateKey
  const refusals: Readonly<Record<string, readonly [Settings, string]>> = {
    "the key of another": [{ env: { GITHUB_APP_KEY: stranger } }, "GitHub does not accept the app's key or id"],
    "the id of another": [{ config: [APP.replace("4711", "4712")] }, "GitHub does not accept the app's key or id"],
    "an installation that is not there": [
      { config: [APP.replace("42", "43")] },
      "there is no such installation of the app"
    ]
  }
  for (const [what, [settings, message]] of Object.entries(refusals)) {
    it.scopedLive(`${what}: exit 10, one request, and Databox is not touched`, () =>
      Effect.gen(function* () {
        const it = yield* installed(settings)
        const { code, runs } = yield* it.report("sync")
        assert.strictEqual(code, 10)
        assert.deepInclude(runs[0]?.error, {
          code: "E_SOURCE_AUTH",
          message,
          fix: "Put a valid credential into the environment or .env, then run: inlet sync github"
        })
        assert.strictEqual((yield* asked(it)).length, 1)
        assert.deepStrictEqual((yield* it.journal(it.databox.url)).entries, [])
      })
    )
  }

  const wrong: Readonly<Record<string, readonly [Settings, RegExp]>> = {
    "beside a token": [
      { config: ["token: ${GITHUB_TOKEN}", APP] },
      /^inlet\.yaml:\d+ sources\.github\.config\.app: must not stand beside a token: sign in with one of the two$/
    ],
    "with a key that is none": [
      { env: { GITHUB_APP_KEY: "canary" } },
      /^inlet\.yaml:\d+ sources\.github\.config\.app\.privateKey: must be a private RSA key in PEM/
    ]
  }
  for (const [what, [settings, message]] of Object.entries(wrong)) {
    it.scopedLive(`${what}: exit 2, and nothing is asked`, () =>
      Effect.gen(function* () {
        const it = yield* installed(settings)
        const { code, error, stderr } = yield* it.refusal(["sync"])
        assert.strictEqual(code, 2)
        assert.strictEqual(error.code, "E_CONFIG")
        assert.match(error.message, message)
        for (const secret of [...secrets, "canary"]) assert.notInclude(error.message + stderr, secret)
        assert.deepStrictEqual(yield* asked(it), [])
        assert.isFalse(it.hasStore())
      })
    )
  }
})

describe("inlet init", () => {
  it.scopedLive("writes a configuration that works once the secrets are filled in", () =>
    Effect.gen(function* () {
      const it = yield* world()
      const init = [
        "init",
        "--yes",
        "--force",
        "--connector",
        "@inlet/connector-github",
        "--repository",
        "acme/archive"
      ]
      const { code } = yield* inlet(init, { cwd: it.cwd })
      assert.strictEqual(code, 0)
      const read = (name: string) => Effect.promise(() => readFile(join(it.cwd, name), "utf8"))
      const [yaml, example] = [yield* read("inlet.yaml"), yield* read(".env.example")]
      assert.notMatch(yaml, /^\s*app:/m)
      assert.deepStrictEqual(example.match(/^\w+(?==)/gm), ["DATABOX_API_KEY", "GITHUB_TOKEN"])
      // Nothing but the hosts is added: they are the emulators', in the place of the real ones.
      const lead = (line: RegExp, url: string) => (text: string) => text.replace(line, `$&\n$1baseUrl: ${url}`)
      const here = [lead(/^( +)apiKey:.*$/m, it.databox.url), lead(/^( +)token:.*$/m, it.github.url)]
      yield* it.write(
        "inlet.yaml",
        here.reduce((text, change) => change(text), yaml)
      )
      const filled = example
        .replace("DATABOX_API_KEY=", `DATABOX_API_KEY=${it.databox.apiKey}`)
        .replace("GITHUB_TOKEN=", `GITHUB_TOKEN=${it.github.token}`)
      yield* it.write(".env", filled)
      const synced = yield* inlet(["sync", "--json", "--stream", "releases"], { cwd: it.cwd })
      assert.strictEqual(synced.code, 0)
      assert.strictEqual((yield* it.rows("github_releases")).size, 2)
      assert.isTrue((yield* asked(it)).every(({ credential }) => credential === "right"))
    })
  )
})
