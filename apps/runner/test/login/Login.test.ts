// `inlet login`: somebody signs in with a browser, at a certified OAuth2 server; and everything else that may come to the
// address that the browser is led back to.
import { request } from "node:http"
import { connect, createServer } from "node:net"
import { networkInterfaces } from "node:os"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { decodeRefusal } from "../support/World.ts"
import type { Decision } from "./Agent.ts"
import { asked, atTerminal, hoursOff, impatient, type Notes, notes, SECRET, signIn, visit } from "./Notes.ts"

const events = (name: string) => (journal: { readonly events: ReadonlyArray<{ readonly name: string }> }) =>
  journal.events.filter((event) => event.name === name).length

const isClosed = (url: URL) =>
  Effect.map(Effect.exit(Effect.tryPromise(() => fetch(url))), ({ _tag }) => _tag === "Failure")

const errorOf = ({ stdout }: { readonly stdout: string }) => decodeRefusal(stdout).error

describe("a sign-in", () => {
  it.scopedLive("brings what a sync needs, and leaves no port open", () =>
    Effect.gen(function* () {
      const it = yield* notes()
      const { code, page, redirect, stderr, stdout } = yield* signIn(it, {}, ["--json"])
      assert.strictEqual(code, 0, stderr)
      const { expiry, ...rest } = JSON.parse(stdout)
      assert.deepStrictEqual(rest, { source: "notes", scopes: ["notes:private", "notes:read"] })
      assert.isAbove(Date.parse(expiry), Date.now())
      assert.match(redirect.href, /^http:\/\/127\.0\.0\.1:\d+\/callback$/)
      assert.strictEqual(page.status, 200)
      assert.include(page.text, "Signed in to Notes")
      assert.include(page.text, "You can close this window")
      assert.strictEqual(page.headers.get("referrer-policy"), "no-referrer")
      assert.isTrue(yield* isClosed(redirect))
      const [exchange] = yield* asked(it, "authorization_code")
      assert.strictEqual(exchange?.form.client_secret, SECRET)
      assert.isString(exchange?.form.code_verifier)
      const { run } = yield* it.sync()
      assert.deepInclude(run?.counts, { read: 2, sent: 2 })
    })
  )

  it.scopedLive("takes the port that is told, and nothing but its own address there", () =>
    Effect.gen(function* () {
      const it = yield* notes()
      const free = yield* Effect.acquireUseRelease(
        Effect.promise(() => listening()),
        ({ port }) => Effect.succeed(port),
        ({ server }) => Effect.promise(() => closed(server))
      )
      const { address, ended, redirect } = yield* it.begin(["--no-browser", "--port", String(free)])
      assert.strictEqual(redirect.port, String(free))
      const state = address.searchParams.get("state") ?? ""
      const right = yield* it.browse(address)
      const at = (path: string) => new URL(path, redirect)
      const wrong: ReadonlyArray<readonly [URL, RequestInit, number]> = [
        [at("/"), {}, 404],
        [at("/favicon.ico"), {}, 404],
        [at(`/callback/${right.search}`), {}, 404],
        [right, { method: "POST" }, 405],
        [right, { method: "HEAD" }, 405],
        [at("/callback"), {}, 400],
        [at(`/callback?state=${state.slice(0, -1)}~&code=c0de`), {}, 400],
        // As long in characters, and longer in bytes.
        [at(`/callback?state=ä${state.slice(1)}&code=c0de`), {}, 400]
      ]
      for (const [url, init, status] of wrong) {
        const answer = yield* visit(url, init)
        assert.strictEqual(answer.status, status, `${init.method ?? "GET"} ${url.pathname}`)
        assert.notInclude(answer.text, state)
      }
      for (const host of ["evil.example", `evil.example:${free}`, "127.0.0.1", `127.0.0.1:${free + 1}`]) {
        assert.strictEqual(yield* withHost(right, host), 403, host)
      }
      const { pathname, search } = right
      assert.strictEqual(yield* withHost(right, right.host, `http://evil.example${pathname}${search}`), 404)
      assert.deepStrictEqual(yield* asked(it, "authorization_code"), [])
      // Other than by its number, it may be called by its name only.
      assert.strictEqual(yield* withHost(right, `localhost:${free}`), 200)
      assert.strictEqual((yield* ended).code, 0)
    })
  )

  it.scopedLive("listens on 127.0.0.1, and nowhere else", () =>
    Effect.gen(function* () {
      const it = yield* notes()
      const { redirect } = yield* it.begin()
      const others = Object.values(networkInterfaces()).flatMap((all) => all?.map(({ address }) => address) ?? [])
      // On Linux the whole block is this computer.
      const addresses = new Set([...others, ...(process.platform === "linux" ? ["127.0.0.2"] : []), "::1", "127.0.0.1"])
      const open = yield* Effect.filter([...addresses], (host) => connects(host, Number(redirect.port)))
      assert.isAtLeast(addresses.size, 2)
      assert.deepStrictEqual(open, ["127.0.0.1"])
    })
  )

  it.scopedLive("opens the browser for who sits before it, unless told otherwise", () =>
    Effect.gen(function* () {
      const it = yield* notes()
      for (const [args, options, opens] of [
        [[], atTerminal, true],
        [["--no-browser"], atTerminal, false],
        [[], {}, false]
      ] as const) {
        const { address, ended } = yield* it.begin(args, options)
        yield* visit(yield* it.browse(address))
        const { code, stderr } = yield* ended
        assert.strictEqual(code, 0)
        assert.strictEqual(stderr.includes(`\nbrowser: ${address.href}\n`), opens, stderr)
      }
    })
  )

  it.scopedLive("that nobody answers is over after ten minutes, with its port", () =>
    Effect.gen(function* () {
      const it = yield* notes()
      const { ended, redirect } = yield* it.begin(["--json"], impatient)
      const { code, stdout } = yield* ended
      assert.strictEqual(code, 10)
      assert.deepInclude(errorOf({ stdout }), {
        code: "E_LOGIN",
        message: "no answer came within 10 minutes",
        fix: "Try again: inlet login notes"
      })
      assert.isTrue(yield* isClosed(redirect))
    })
  )

  it.scopedLive("on a port that is taken does not begin", () =>
    Effect.gen(function* () {
      const it = yield* notes()
      const { port } = yield* Effect.acquireRelease(
        Effect.promise(() => listening()),
        ({ server }) => Effect.promise(() => closed(server))
      )
      const refused = yield* it.refusal(["login", "notes", "--port", String(port)])
      assert.deepInclude(refused, {
        exit: 2,
        code: "E_USAGE",
        message: `Port ${port} of 127.0.0.1 is in use by another program.`,
        fix: "Give another port with --port, or leave it out for a free one."
      })
      assert.deepInclude(yield* it.refusal(["login", "notes", "--port", "70000"]), { exit: 2, code: "E_USAGE" })
    })
  )

  it.scopedLive("that is denied brings nothing, and says so in the browser", () =>
    Effect.gen(function* () {
      const it = yield* notes()
      const { code, page, redirect, stdout } = yield* signIn(it, { decision: "deny" }, ["--json"])
      assert.strictEqual(code, 10)
      assert.deepInclude(errorOf({ stdout }), {
        code: "E_LOGIN",
        message: "the access to Notes was not allowed",
        fix: "To agree after all: inlet login notes"
      })
      assert.include(page.text, "Not signed in to Notes")
      assert.isTrue(yield* isClosed(redirect))
      assert.deepStrictEqual(yield* asked(it, "authorization_code"), [])
      const { code: after, run } = yield* it.sync()
      assert.strictEqual(after, 10)
      assert.deepInclude(run?.error, { code: "E_SOURCE_AUTH" })
      assert.include(run?.error?.fix, "inlet login notes")
    })
  )

  it.scopedLive("that allows less than is needed brings nothing, and less than is wanted a warning", () =>
    Effect.gen(function* () {
      const it = yield* notes()
      const little = yield* signIn(it, { scopes: "notes:private" }, ["--json"])
      assert.strictEqual(little.code, 10)
      assert.include(errorOf(little).message, "Notes gives less access than is needed: notes:read")
      const enough = yield* signIn(it, { scopes: "notes:read" }, ["--json"])
      assert.strictEqual(enough.code, 0)
      assert.deepStrictEqual(JSON.parse(enough.stdout).scopes, ["notes:read"])
      assert.include(enough.stderr, "warning: Notes does not let Inlet do all that was asked for: notes:private")
    })
  )

  it.scopedLive("counts once, whoever repeats its answer", () =>
    Effect.gen(function* () {
      const it = yield* notes()
      const { address, ended, redirect } = yield* it.begin()
      const back = yield* it.browse(address)
      const answers = yield* Effect.all(
        [1, 2, 3].map(() => Effect.either(Effect.tryPromise(() => fetch(back)))),
        {
          concurrency: 3
        }
      )
      const good = answers.filter((answer) => answer._tag === "Right" && answer.right.status === 200)
      assert.strictEqual(good.length, 1)
      assert.strictEqual((yield* ended).code, 0)
      assert.isTrue(yield* isClosed(redirect))
      assert.strictEqual((yield* asked(it, "authorization_code")).length, 1)
      // The next sign-in does not take it either.
      const next = yield* it.begin()
      const again = new URL(back)
      again.port = next.redirect.port
      assert.strictEqual((yield* visit(again)).status, 400)
      yield* visit(yield* it.browse(next.address))
      assert.strictEqual((yield* next.ended).code, 0)
      assert.strictEqual(events("grant.error")(yield* it.journal), 0)
    })
  )

  const steal = (it: Notes, back: URL, redirect: URL) =>
    visit(new URL("/token", it.service), {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "authorization_code",
        code: back.searchParams.get("code") ?? "",
        redirect_uri: redirect.href,
        client_id: "inlet",
        client_secret: SECRET
      })
    })

  it.scopedLive("of which somebody else has used the code comes to nothing", () =>
    Effect.gen(function* () {
      const it = yield* notes({ config: ["pkce: false"] })
      const { address, ended, redirect } = yield* it.begin(["--json"])
      const back = yield* it.browse(address)
      assert.strictEqual((yield* steal(it, back, redirect)).status, 200)
      const page = yield* visit(back)
      const { code, stdout } = yield* ended
      assert.strictEqual(code, 10)
      assert.deepInclude(errorOf({ stdout }), {
        code: "E_LOGIN",
        message: "Notes does not take its own answer back: it was used before, or is too old",
        fix: "Try again: inlet login notes"
      })
      assert.include(page.text, "Not signed in to Notes")
      // What the thief got is worth nothing any more.
      assert.strictEqual(events("grant.revoked")(yield* it.journal), 1)
    })
  )

  it.scopedLive("has a code that is of use to nobody else", () =>
    Effect.gen(function* () {
      const it = yield* notes()
      const { address, ended, redirect } = yield* it.begin()
      const back = yield* it.browse(address)
      assert.strictEqual((yield* steal(it, back, redirect)).status, 400)
      yield* visit(back)
      assert.strictEqual((yield* ended).code, 0)
    })
  )

  for (const hours of [-1, 1]) {
    it.scopedLive(`goes by a clock that is ${hours} hour off`, () =>
      Effect.gen(function* () {
        const it = yield* notes()
        const { code, stderr } = yield* signIn(it, {}, [], hoursOff(hours))
        assert.strictEqual(code, 0, stderr)
        assert.strictEqual((yield* it.sync(hoursOff(hours))).code, 0)
        assert.deepStrictEqual(yield* asked(it, "refresh_token"), [])
      })
    )
  }

  it.scopedLive("stops at Ctrl-C, with its port", () =>
    Effect.gen(function* () {
      const it = yield* notes()
      const { child, ended, redirect } = yield* it.begin()
      assert.isFalse(yield* isClosed(redirect))
      child.kill("SIGINT")
      assert.strictEqual((yield* ended).code, 130)
      assert.isTrue(yield* isClosed(redirect))
    })
  )

  /** Enters the code on another device. */
  const onDevice = Effect.fnUntraced(function* (it: Notes, decision: Decision, args: ReadonlyArray<string> = []) {
    const { ended, where } = yield* it.beginOnDevice(args)
    const [, userCode = "", address] = where
    const url = new URL(address ?? "")
    url.searchParams.set("user_code", userCode)
    yield* it.browse(url, decision)
    return yield* ended
  })

  it.scopedLive("on another device needs no port", () =>
    Effect.gen(function* () {
      const it = yield* notes()
      const { code, stdout } = yield* onDevice(it, {})
      assert.strictEqual(code, 0)
      assert.include(stdout, "Signed in to Notes (notes:private, notes:read). Next: inlet sync notes")
      assert.strictEqual((yield* it.sync()).code, 0)
    })
  )

  it.scopedLive("on another device may be denied there", () =>
    Effect.gen(function* () {
      const it = yield* notes()
      const { code, stdout } = yield* onDevice(it, { decision: "deny" }, ["--json"])
      assert.strictEqual(code, 10)
      assert.deepInclude(errorOf({ stdout }), {
        code: "E_LOGIN",
        message: "the access to Notes was not allowed",
        fix: "To agree after all: inlet login notes"
      })
      assert.strictEqual((yield* it.sync()).code, 10)
    })
  )
})

describe("what cannot be signed in to", () => {
  const refuses = (it: Notes, args: ReadonlyArray<string>, message: string) =>
    Effect.map(it.refusal(args), (refused) => assert.deepInclude(refused, { exit: 2, code: "E_USAGE", message }))

  it.scopedLive("is refused in words that say why", () =>
    Effect.gen(function* () {
      const it = yield* notes()
      yield* refuses(it, ["login", "github"], "The source github does not sign in by OAuth2.")
      yield* refuses(it, ["logout", "github"], "The source github does not sign in by OAuth2.")
      yield* refuses(it, ["login", "nots"], 'There is no source "nots". Did you mean "notes"?')
      const mixed = ["login", "notes", "--device", "--port", "1"]
      yield* refuses(it, mixed, "--device goes with neither --port nor --no-browser.")
    })
  )

  it.scopedLive("is a machine, which signs in by itself", () =>
    Effect.gen(function* () {
      const it = yield* notes({ config: ["grant: client_credentials", "device: false"] })
      yield* refuses(it, ["login", "notes"], "The source notes signs in to Notes by itself.")
      const { run } = yield* it.sync()
      assert.deepInclude(run?.counts, { read: 2, sent: 2 })
      assert.strictEqual((yield* it.sync()).code, 0)
      assert.strictEqual((yield* asked(it, "client_credentials")).length, 1)
      yield* it.expire
      assert.strictEqual((yield* it.sync()).code, 0)
      assert.strictEqual((yield* asked(it, "client_credentials")).length, 2)
    })
  )

  it.scopedLive("is another device, where the service has no such sign-in", () =>
    Effect.gen(function* () {
      const it = yield* notes({ config: ["device: false"] })
      yield* refuses(it, ["login", "notes", "--device"], "Notes knows no sign-in on another device.")
    })
  )
})

const listening = () =>
  new Promise<{ readonly server: ReturnType<typeof createServer>; readonly port: number }>((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address()
      resolve({ server, port: typeof address === "object" && address !== null ? address.port : 0 })
    })
  })

const closed = (server: ReturnType<typeof createServer>) =>
  new Promise<void>((resolve) => server.close(() => resolve()))

const connects = (host: string, port: number) =>
  Effect.promise(
    () =>
      new Promise<boolean>((resolve) => {
        const socket = connect({ host, port })
        const end = (open: boolean) => () => {
          socket.destroy()
          resolve(open)
        }
        socket.on("connect", end(true)).on("error", end(false))
      })
  )

/** The status of a request that calls the host, or asks for what, by another name, as `fetch` would not. */
const withHost = (url: URL, host: string, path = `${url.pathname}${url.search}`) =>
  Effect.promise(
    () =>
      new Promise<number | undefined>((resolve, reject) => {
        request(url, { headers: { host }, path }, (response) => {
          response.resume()
          resolve(response.statusCode)
        })
          .on("error", reject)
          .end()
      })
  )
