// Signing in as a GitHub App: the forms in which its key may be given, the exchange for a token, and what goes wrong.
import { createPublicKey, generateKeyPairSync, verify } from "node:crypto"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import { assert, describe, it } from "@effect/vitest"
import { Budget, Connections, type Source } from "@inlet/sdk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/TestClock"
import github from "../src/index.ts"
import { Settings } from "../src/Settings.ts"
import { type Answer, type Asked, serve, using } from "./Scripted.ts"

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 })
const pkcs1 = privateKey.export({ type: "pkcs1", format: "pem" }).toString()
const pkcs8 = privateKey.export({ type: "pkcs8", format: "pem" }).toString()

const app = { id: 4711, privateKey: pkcs1, installation: 123_456_789 }
const issues = { template: "/repos/{owner}/{repo}/issues", params: { owner: "acme", repo: "app" } }
const HOUR = 3_600_000

/** Of the newer form: long, and with dots. */
const token = (n: number) => `ghs_4711_canary${n}.${"e".repeat(500)}.x`

/** Issues tokens that live an hour of the test's clock, and serves an empty list to those of `accepted`. */
const gitHub = (accepted: (authorization: string) => boolean = () => true) =>
  Effect.gen(function* () {
    const clock = yield* Effect.clock
    let issued = 0
    return yield* serve(({ headers, method }): Answer => {
      if (method !== "POST") return accepted(headers.authorization ?? "") ? {} : { status: 401 }
      const expires_at = new Date(clock.unsafeCurrentTimeMillis() + HOUR).toISOString().replace(".000", "")
      return { status: 201, body: { token: token(++issued), expires_at, permissions: {} } }
    })
  })

const paths = (asked: ReadonlyArray<Asked>) => asked.map(({ method, url }) => `${method} ${url}`)
const EXCHANGE = "POST /app/installations/123456789/access_tokens"
const LIST = "GET /repos/acme/app/issues"

const claimsOf = (authorization = "") => {
  const [header = "", payload = "", signature = ""] = authorization.replace("Bearer ", "").split(".")
  const key = createPublicKey(privateKey)
  const isSigned = verify("sha256", Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, "base64url"))
  const parse = (part: string): unknown => JSON.parse(Buffer.from(part, "base64url").toString())
  return { isSigned, header: parse(header), claims: parse(payload) }
}

describe("an app", () => {
  it.scoped("exchanges its signature for a token, which is used until it nears its end", () =>
    Effect.gen(function* () {
      const { asked, url } = yield* gitHub()
      yield* TestClock.setTime(HOUR + 999)
      yield* using(url, { app }, ({ get }) =>
        Effect.gen(function* () {
          yield* Effect.all([get(issues), get(issues)], { concurrency: 2 })
          yield* TestClock.adjust("54 minutes")
          yield* get(issues)
          yield* TestClock.adjust("1 minute")
          yield* get(issues)
        })
      )
      assert.deepStrictEqual(paths(asked), [EXCHANGE, LIST, LIST, LIST, EXCHANGE, LIST])
      assert.deepStrictEqual(claimsOf(asked[0]?.headers.authorization), {
        isSigned: true,
        header: { alg: "RS256", typ: "JWT" },
        claims: { iat: 3540, exp: 4080, iss: "4711" }
      })
      assert.deepStrictEqual(
        asked.flatMap(({ headers, method }) => (method === "GET" ? [headers.authorization] : [])),
        [1, 1, 1, 2].map((n) => `Bearer ${token(n)}`)
      )
      for (const { headers } of asked) {
        assert.deepInclude(headers, { "x-github-api-version": "2026-03-10", "user-agent": "inlet/0.1.0" })
      }
    })
  )

  it.scoped("gets another token where one is refused before its time", () =>
    Effect.gen(function* () {
      const { asked, url } = yield* gitHub((authorization) => authorization === `Bearer ${token(2)}`)
      const { result, until } = yield* using(url, { app }, ({ get }) => get(issues))
      assert.isTrue(Either.isRight(result))
      assert.deepStrictEqual(paths(asked), [EXCHANGE, LIST, EXCHANGE, LIST])
      assert.deepStrictEqual(until, [])
    })
  )

  const refusals: ReadonlyArray<readonly [Answer, Source.SourceError["reason"], string]> = [
    [{ status: 401, body: { message: "canary" } }, "Unauthorized", "GitHub does not accept the app's key or id"],
    [{ status: 404 }, "Unauthorized", "there is no such installation of the app"],
    [{ status: 403 }, "Unauthorized", "GitHub does not let the app's installation in: it may be suspended"],
    [
      { status: 201, body: { token: 7, note: "canary" } },
      "Malformed",
      "GitHub answered 201 to POST /app/installations/{installation_id}/access_tokens without a token"
    ],
    [
      { status: 429, headers: { "retry-after": "3600" } },
      "RateLimited",
      "GitHub answered 429 to POST /app/installations/{installation_id}/access_tokens: it wants no more requests until 1970-01-01 01:00:00 UTC"
    ]
  ]
  for (const [answer, reason, detail] of refusals) {
    it.scoped(`that gets no token says so once: ${detail}`, () =>
      Effect.gen(function* () {
        const { asked, url } = yield* serve(() => answer)
        const { result } = yield* using(url, { app }, ({ get }) => get(issues))
        assert.deepInclude(Either.getOrThrow(Either.flip(result)), { reason, detail })
        assert.deepStrictEqual(paths(asked), [EXCHANGE])
      })
    )
  }

  const told: ReadonlyArray<readonly [number, string]> = [
    [401, "GitHub does not accept the token that it gave to the app"],
    [403, "GitHub does not let this app read acme/app: it lacks a permission"],
    [
      404,
      "GitHub shows no repository acme/app to this app; a private one has to be among those that the app is installed for"
    ]
  ]
  for (const [status, detail] of told) {
    it.scoped(`is told of ${status} as an app, and no secret with it`, () =>
      Effect.gen(function* () {
        const { url } = yield* serve(({ headers, method }) =>
          method === "POST"
            ? { status: 201, body: { token: token(1) } }
            : { status, body: { message: `you said ${headers.authorization}` } }
        )
        const { result } = yield* using(url, { app }, ({ get }) => get(issues))
        assert.strictEqual(Either.getOrThrow(Either.flip(result)).detail, detail)
        assert.notInclude(JSON.stringify(result), "canary")
      })
    )
  }
})

describe("the configuration of an app", () => {
  const decode = (config: object) => Schema.decodeUnknownEither(Settings)({ repositories: ["acme/app"], ...config })

  it("takes the key in each form in which it can be written, and ids as numbers or texts", () => {
    const forms = [pkcs1, pkcs8].flatMap((pem) => [
      pem,
      pem.replaceAll("\n", "\r\n"),
      pem.replaceAll("\n", "\\n"),
      `  ${pem}  `,
      Buffer.from(pem).toString("base64")
    ])
    for (const privateKey of forms) {
      for (const ids of [
        { id: 1, installation: 2 },
        { id: "Iv23.abc", installation: "2" }
      ]) {
        const { app } = Either.getOrThrow(decode({ app: { privateKey, ...ids } }))
        assert.strictEqual(app?.id, String(ids.id))
        assert.strictEqual(app?.installation, "2")
      }
    }
  })

  const curve = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey
  const wrongKey =
    "app.privateKey must be a private RSA key in PEM, without a passphrase: with its line breaks, with \\n in their place, or all of it in base64"
  const wrong: ReadonlyArray<readonly [string, object, string]> = [
    ["a key that is none", { app: { ...app, privateKey: "canary" } }, wrongKey],
    ["a key that is cut", { app: { ...app, privateKey: pkcs1.slice(0, 900) } }, wrongKey],
    [
      "a public key",
      { app: { ...app, privateKey: createPublicKey(privateKey).export({ type: "spki", format: "pem" }) } },
      wrongKey
    ],
    [
      "a key under a passphrase",
      {
        app: {
          ...app,
          privateKey: privateKey.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "canary" })
        }
      },
      wrongKey
    ],
    [
      "a key of another kind",
      { app: { ...app, privateKey: curve.export({ type: "pkcs8", format: "pem" }) } },
      wrongKey
    ],
    ["a key that is no text", { app: { ...app, privateKey: 7 } }, "app.privateKey must be a text"],
    ["no id", { app: { ...app, id: undefined } }, "app.id must be the app's id or client id"],
    ["an id that is none", { app: { ...app, id: "my canary" } }, "app.id must be the app's id or client id"],
    [
      "an installation by name",
      { app: { ...app, installation: "canary" } },
      "app.installation must be the number of an installation"
    ],
    ["a token beside it", { app, token: "canary" }, "app must not stand beside a token: sign in with one of the two"]
  ]
  for (const [what, config, message] of wrong) {
    it.scoped(`is refused with ${what}, without its value`, () =>
      Effect.gen(function* () {
        const layer = github.layer({ name: "mine", config: { repositories: ["acme/app"], ...config } })
        const error = yield* Effect.flip(Effect.scoped(Layer.build(layer))).pipe(
          Effect.provide(Layer.mergeAll(FetchHttpClient.layer, Budget.layerMemory, Connections.layerMemory))
        )
        assert.strictEqual(error.message, `the configuration of mine: ${message}`)
        assert.notMatch(JSON.stringify(error), /canary|PRIVATE KEY/)
      })
    )
  }
})

describe("the repositories", () => {
  const decode = Schema.decodeUnknownEither(Settings)
  it("may be named, or selected by patterns and topics", () => {
    const right = ["acme/app", "acme/*", "acme/web-*", "acme/*-web*", "topic:backend", "acme/topic:c-3", "a.b/.github"]
    for (const one of right) assert.isTrue(Either.isRight(decode({ repositories: [one] })), one)
    const wrong = [
      "acme",
      "*",
      "*/app",
      "acme/",
      "acme/..",
      "acme/a/b",
      "topic:",
      "topic:a b",
      "acme/topic:",
      "a/topic:-x",
      ""
    ]
    for (const one of wrong) assert.isTrue(Either.isLeft(decode({ repositories: [one] })), one)
  })
})
