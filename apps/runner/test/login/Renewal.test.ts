// What a sign-in brought is used, renewed and given back, at a certified OAuth2 server that replaces refresh tokens and ends
// everything where one is used twice.
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { written } from "../secrets/Search.ts"
import { asked, hoursOff, type Notes, notes, SECRET, STREAMS, signIn, visit } from "./Notes.ts"

const revoked = (it: Notes) =>
  Effect.map(it.journal, ({ events }) => events.filter(({ name }) => name === "grant.revoked").length)

const synced = (it: Notes, options = {}) =>
  Effect.map(it.sync(options), ({ code, run }) => assert.strictEqual(code, 0, JSON.stringify(run?.error)))

/** Uses a refresh token as a thief would. */
const use = (it: Notes, token: unknown) =>
  visit(new URL("/token", it.service), {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "refresh_token",
      refresh_token: String(token),
      client_id: "inlet",
      client_secret: SECRET
    })
  })

const mustSignIn = (it: Notes) =>
  Effect.map(it.sync(), ({ code, run }) => {
    assert.strictEqual(code, 10)
    assert.deepInclude(run?.error, {
      code: "E_SOURCE_AUTH",
      fix: "Sign in again: inlet login notes; then run: inlet sync notes"
    })
    assert.include(run?.error?.message, "inlet login notes")
  })

describe("tokens", () => {
  it.scopedLive("are renewed where the service refuses them and ahead of their end, each refresh token once", () =>
    Effect.gen(function* () {
      const it = yield* notes()
      yield* signIn(it)
      yield* synced(it)
      assert.deepStrictEqual(yield* asked(it, "refresh_token"), [])
      // By a clock an hour ahead they have ended; by one an hour behind they have not, though the service says so.
      for (const hours of [1, -1, 0]) {
        yield* it.expire
        yield* synced(it, hoursOff(hours))
      }
      yield* synced(it, hoursOff(1))
      const renewals = yield* asked(it, "refresh_token")
      assert.isAtLeast(renewals.length, 4)
      assert.isTrue(renewals.every(({ status }) => status === 200))
      const used = renewals.map(({ form }) => form.refresh_token)
      assert.strictEqual(new Set(used).size, used.length)
      const issued = [...(yield* asked(it, "authorization_code")), ...renewals].map(
        ({ answer }) => answer.refresh_token
      )
      assert.deepStrictEqual(used, issued.slice(0, -1))
      assert.strictEqual(yield* revoked(it), 0)
    })
  )

  it.scopedLive("that live shorter than others are renewed ahead are renewed halfway", () =>
    Effect.gen(function* () {
      const it = yield* notes({ provider: { accessSeconds: 240 } })
      yield* signIn(it)
      yield* synced(it)
      assert.deepStrictEqual(yield* asked(it, "refresh_token"), [])
      // Three of their four minutes later.
      yield* synced(it, hoursOff(0.05))
      assert.strictEqual((yield* asked(it, "refresh_token")).length, 1)
    })
  )

  it.scopedLive("are renewed by one of eight processes that are refused at the same time, for all of them", () =>
    Effect.gen(function* () {
      const it = yield* notes({ streams: STREAMS })
      yield* signIn(it)
      yield* it.expire
      const ended = yield* Effect.forEach(STREAMS, (name) => it.sync({}, ["--stream", name]), {
        concurrency: "unbounded"
      })
      assert.deepStrictEqual(
        ended.map(({ code, run }) => ({ code, stream: run?.stream, sent: run?.counts.sent })),
        STREAMS.map((stream) => ({ code: 0, stream, sent: 2 }))
      )
      assert.strictEqual((yield* asked(it, "refresh_token")).length, 1)
      assert.strictEqual(yield* revoked(it), 0)
    })
  )

  it.scopedLive("that were stolen and used end for both, and another sign-in mends it", () =>
    Effect.gen(function* () {
      const it = yield* notes()
      yield* signIn(it)
      yield* it.expire
      yield* synced(it)
      const [renewal] = yield* asked(it, "refresh_token")
      // This server does notice a second use, so that none was noticed above means something.
      assert.strictEqual((yield* use(it, renewal?.form.refresh_token)).status, 400)
      assert.strictEqual(yield* revoked(it), 1)
      yield* mustSignIn(it)
      const before = yield* asked(it, "refresh_token")
      yield* mustSignIn(it)
      assert.strictEqual((yield* asked(it, "refresh_token")).length, before.length)
      assert.strictEqual((yield* signIn(it)).code, 0)
      yield* synced(it)
    })
  )

  it.scopedLive("are kept where they cannot be renewed now", () =>
    Effect.gen(function* () {
      const it = yield* notes()
      yield* signIn(it)
      yield* it.expire
      for (const [status, exit, code] of [
        [503, 20, "E_SOURCE_UNAVAILABLE"],
        [429, 20, "E_SOURCE_RATE_LIMITED"],
        [401, 30, "E_SOURCE_FORBIDDEN"],
        [null, 20, "E_SOURCE_UNAVAILABLE"]
      ] as const) {
        yield* it.faults([{ path: "/token", status }])
        const { code: ended, run } = yield* it.sync()
        assert.deepInclude({ ended, code: run?.error?.code }, { ended: exit, code })
      }
      yield* synced(it)
      assert.strictEqual((yield* asked(it, "refresh_token")).length, 1)
      assert.strictEqual(yield* revoked(it), 0)
    })
  )
})

describe("signing out", () => {
  const isDead = (it: Notes) =>
    Effect.gen(function* () {
      const [exchange] = yield* asked(it, "authorization_code")
      const authorization = `Bearer ${exchange?.answer.access_token}`
      return (yield* visit(new URL("/api/notes", it.service), { headers: { authorization } })).status === 401
    })

  it.scopedLive("gives the tokens back and forgets them", () =>
    Effect.gen(function* () {
      const it = yield* notes()
      yield* signIn(it)
      assert.isFalse(yield* isDead(it))
      const { code, stdout } = yield* it.run(["logout", "notes", "--json"])
      assert.deepStrictEqual({ code, ...JSON.parse(stdout) }, { code: 0, source: "notes", revoked: true })
      assert.isTrue(yield* isDead(it))
      yield* mustSignIn(it)
      const again = yield* it.run(["logout", "notes"])
      assert.deepInclude(again, { code: 0, stdout: "Nobody was signed in to Notes.\n", stderr: "" })
    })
  )

  it.scopedLive("forgets them also where the service cannot be told, and says what that means", () =>
    Effect.gen(function* () {
      const it = yield* notes()
      yield* signIn(it)
      yield* it.faults([{ path: "/token/revocation", status: 503 }])
      const { code, stderr, stdout } = yield* it.run(["logout", "notes", "--json"])
      assert.deepStrictEqual({ code, ...JSON.parse(stdout) }, { code: 0, source: "notes", revoked: false })
      assert.include(stderr, "The sign-in may live on there")
      assert.isFalse(yield* isDead(it))
      yield* mustSignIn(it)
    })
  )

  it.scopedLive("says so where the key is another one, since the service is not told then", () =>
    Effect.gen(function* () {
      const it = yield* notes()
      yield* signIn(it)
      const env = { INLET_KEY: Buffer.alloc(32, 7).toString("base64") }
      const { code, stderr, stdout } = yield* it.run(["logout", "notes", "--json"], { env })
      assert.deepStrictEqual({ code, ...JSON.parse(stdout) }, { code: 0, source: "notes", revoked: false })
      assert.include(stderr, "what was kept cannot be read")
      assert.isFalse(yield* isDead(it))
      yield* mustSignIn(it)
    })
  )
})

describe("a secret", () => {
  it.scopedLive("is in nothing that is printed or written, however it ends", () =>
    Effect.gen(function* () {
      const it = yield* notes()
      const debug = ["--log-level", "debug"]
      const answers: Array<string | null> = []
      for (const decision of ["deny", "agree"] as const) {
        const { back } = yield* signIn(it, { decision }, [...debug, "--json"])
        answers.push(back.searchParams.get("state"), back.searchParams.get("code"))
      }
      for (const status of [400, 401, 429, 500, null, 200]) {
        yield* it.expire
        yield* it.faults(status === 200 ? [] : [{ path: "/token", status }])
        yield* it.run(["sync", "notes", ...debug])
      }
      yield* it.run(["logout", "notes", ...debug])
      const { journal } = yield* it.journal
      const secrets = [
        SECRET,
        ...answers,
        ...journal.flatMap(({ answer, form }) => [
          form.code,
          form.code_verifier,
          form.token,
          answer.access_token,
          answer.refresh_token
        ])
      ].filter((secret) => typeof secret === "string" && secret !== "")
      assert.isAtLeast(secrets.length, 11)
      const kept = written(join(it.cwd, ".inlet")).map(([, text]) => text)
      // The address that the person opens is the one place of the state.
      const said = it.said.map((text) => text.replace(/^ {2}http\S+$/m, ""))
      const all = [...said, ...kept].join("\n")
      assert.include(all, "SQLite format 3")
      for (const secret of secrets) assert.notInclude(all, String(secret))
    })
  )
})
