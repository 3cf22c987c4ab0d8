import * as Crypto from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/TestClock"
import { GitHubEmulator } from "../src/index.ts"
import { reader, start } from "./GitHubClient.ts"

const Repository = Schema.Struct({
  id: Schema.Int,
  full_name: Schema.String,
  archived: Schema.Boolean,
  topics: Schema.Array(Schema.String)
})
const readRepositories = reader(Schema.Array(Repository))
const Wrapped = Schema.Struct({ total_count: Schema.Int, repositories: Schema.Array(Repository) })
const readWrapped = reader(Wrapped)
const readToken = reader(Schema.Struct({ token: Schema.String, expires_at: Schema.String }))
const readMessage = reader(Schema.Struct({ message: Schema.String }))

const names = (repositories: ReadonlyArray<typeof Repository.Type>) => repositories.map(({ full_name }) => full_name)

const pair = () => Crypto.generateKeyPairSync("rsa", { modulusLength: 2048 })
const keys = pair()
const app = {
  id: "4711",
  installation: "99",
  publicKey: keys.publicKey.export({ type: "spki", format: "pem" }).toString()
}

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url")
const jwt = (claims: object, { alg = "RS256", key = keys.privateKey } = {}) => {
  const signed = `${encode({ alg, typ: "JWT" })}.${encode({ iss: app.id, iat: -30, exp: 540, ...claims })}`
  return `${signed}.${Crypto.sign("RSA-SHA256", Buffer.from(signed), key).toString("base64url")}`
}

const started = Effect.fnUntraced(function* (options: GitHubEmulator.Options = {}) {
  const github = yield* start({ app, ...options })
  return {
    ...github,
    ask: (token: string, installation = app.installation) =>
      github.send("POST", `/app/installations/${installation}/access_tokens`, { authorization: `Bearer ${token}` })
  }
})

describe("the app", () => {
  it.scoped("is given a token that reads until it expires", () =>
    Effect.gen(function* () {
      const github = yield* started({ app: { ...app, tokenSeconds: 120 } })
      const answer = yield* github.ask(jwt({}))
      assert.strictEqual(answer.status, 201)
      const { expires_at, token } = readToken(answer.text)
      assert.match(token, /^ghs_\w+$/)
      assert.strictEqual(expires_at, "1970-01-01T00:02:00Z")
      const bearer = { authorization: `Bearer ${token}` }
      const first = yield* github.get("/repos/acme/app/issues", bearer)
      assert.strictEqual(first.status, 200)
      assert.strictEqual(first.headers.get("x-ratelimit-limit"), "5000")
      const tag = first.headers.get("etag") ?? ""
      assert.strictEqual((yield* github.get("/repos/acme/app/issues", { ...bearer, "if-none-match": tag })).status, 304)

      yield* TestClock.adjust("119 seconds")
      assert.strictEqual((yield* github.get("/repos/acme/app", bearer)).status, 200)
      // The tag of one token is none of the next.
      const next = readToken((yield* github.ask(jwt({ iat: 100, exp: 600 }))).text)
      const renewed = { authorization: `Bearer ${next.token}`, "if-none-match": tag }
      assert.notStrictEqual(next.token, token)
      assert.strictEqual((yield* github.get("/repos/acme/app/issues", renewed)).status, 200)
      yield* TestClock.adjust("1 seconds")
      const expired = yield* github.get("/repos/acme/app", bearer)
      assert.strictEqual(expired.status, 401)
      assert.strictEqual(readMessage(expired.text).message, "Bad credentials")
      assert.strictEqual((yield* github.get("/repos/acme/app", renewed)).status, 200)
      yield* github.control("POST", "reset")
      assert.strictEqual((yield* github.get("/repos/acme/app", renewed)).status, 401)
    })
  )

  it.scoped("is refused with a JWT that is not right", () =>
    Effect.gen(function* () {
      const github = yield* started()
      const undecodable = "A JSON web token could not be decoded"
      for (const [token, message] of [
        [github.token, undecodable],
        ["", undecodable],
        ["a.b.c", undecodable],
        [`${jwt({})}.x`, undecodable],
        [jwt({}, { key: pair().privateKey }), undecodable],
        [jwt({}, { alg: "none" }), undecodable],
        [jwt({ iss: "4712" }), undecodable],
        [jwt({ exp: "soon" }), undecodable],
        [jwt({ iat: 61 }), "'Issued at'"],
        [jwt({ exp: 0 }), "'Expiration time'"],
        [jwt({ exp: 661 }), "'Expiration time' claim ('exp') is too far in the future"]
      ] as const) {
        const refused = yield* github.ask(token)
        assert.strictEqual(refused.status, 401)
        assert.include(readMessage(refused.text).message, message)
      }
      assert.strictEqual((yield* github.ask(jwt({ iss: Number(app.id) }))).status, 201)
      assert.strictEqual((yield* github.ask(jwt({}), "100")).status, 404)
      // A JWT opens nothing else, and without an app there is no such path.
      assert.strictEqual((yield* github.get("/repos/acme/app", { authorization: `Bearer ${jwt({})}` })).status, 401)
      const plain = yield* start()
      const path = "/app/installations/99/access_tokens"
      const known = { authorization: `Bearer ${plain.token}` }
      assert.strictEqual((yield* plain.send("POST", path, known)).status, 404)
      assert.strictEqual((yield* github.send("POST", "/app/hooks", known)).status, 404)
    })
  )

  it.scoped("needs a key that is one", () =>
    Effect.gen(function* () {
      const { publicKey } = Crypto.generateKeyPairSync("ed25519")
      for (const key of ["none", publicKey.export({ type: "spki", format: "pem" }).toString()]) {
        const error = yield* Effect.flip(GitHubEmulator.start({ app: { ...app, publicKey: key } }))
        assert.strictEqual(error.reason, "InvalidOptions")
      }
    })
  )
})

describe("lists of repositories", () => {
  it.scoped("of the organisation have topics, and page under its id", () =>
    Effect.gen(function* () {
      const github = yield* start()
      const all = (yield* github.pages("/orgs/Acme/repos?sort=full_name&per_page=3", readRepositories)).flat()
      assert.deepStrictEqual(names(all), ["acme/api", "acme/app", "acme/archive", "acme/empty"])
      assert.deepStrictEqual(
        all.map(({ topics }) => topics),
        [["backend"], ["backend", "core"], [], []]
      )
      assert.deepStrictEqual(
        all.map(({ archived }) => archived),
        [false, false, true, false]
      )
      const { headers } = yield* github.get("/orgs/acme/repos?per_page=3")
      assert.include(headers.get("link") ?? "", "/organizations/900001/repos?")
      yield* github.control("POST", "add", { repository: "acme/archive", kind: "commits" })
      const pushed = readRepositories((yield* github.get("/orgs/acme/repos?sort=pushed&direction=desc")).text)
      assert.strictEqual(pushed[0]?.full_name, "acme/archive")
      assert.deepStrictEqual(readRepositories((yield* github.get("/orgs/acme/repos?type=forks")).text), [])
    })
  )

  it.scoped("tell organisations from users", () =>
    Effect.gen(function* () {
      const github = yield* start()
      const notes = readRepositories((yield* github.get("/users/mira-lund/repos")).text)
      assert.deepStrictEqual(names(notes), ["mira-lund/notes"])
      assert.strictEqual((yield* github.get("/users/jweld/repos")).text, "[]")
      for (const path of ["/orgs/mira-lund/repos", "/orgs/none/repos", "/users/acme/repos", "/users/none/repos"])
        assert.strictEqual((yield* github.get(path)).status, 404, path)
    })
  )

  it.scoped("of the caller need one", () =>
    Effect.gen(function* () {
      const github = yield* started()
      const mine = readRepositories((yield* github.get("/user/repos")).text)
      assert.deepStrictEqual(names(mine), ["acme/api", "acme/app", "acme/archive", "acme/empty", "mira-lund/notes"])
      const own = readRepositories((yield* github.get("/user/repos?affiliation=owner")).text)
      assert.deepStrictEqual(names(own), ["mira-lund/notes"])
      assert.strictEqual((yield* github.get("/user/repos?type=all&visibility=all")).status, 422)
      assert.strictEqual((yield* github.anonymous("/user/repos")).status, 401)
      assert.strictEqual((yield* github.anonymous("/installation/repositories")).status, 401)
      assert.strictEqual((yield* github.get("/installation/repositories")).status, 403)

      const { token } = readToken((yield* github.ask(jwt({}))).text)
      const bearer = { authorization: `Bearer ${token}` }
      const pages = yield* github.pages("/installation/repositories?per_page=3", (text) => [readWrapped(text)], bearer)
      assert.deepStrictEqual(
        pages.flat().map(({ total_count }) => total_count),
        [4, 4]
      )
      assert.sameMembers(names(pages.flat().flatMap(({ repositories }) => repositories)), names(mine).slice(0, 4))
      assert.strictEqual((yield* github.get("/user/repos", bearer)).status, 403)
    })
  )

  it.scoped("serve what is archived, where nothing happens any more", () =>
    Effect.gen(function* () {
      const github = yield* start()
      const lists = ["issues?state=all", "pulls?state=all", "issues/comments", "commits", "releases", "stargazers"]
      const read = Effect.forEach(lists, (list) => github.get(`/repos/acme/archive/${list}`))
      const before = yield* read
      assert.isTrue(before.every(({ status, text }) => status === 200 && text !== "[]"))
      yield* github.control("POST", "advance", { days: 30 })
      assert.deepStrictEqual(
        (yield* read).map(({ text }) => text),
        before.map(({ text }) => text)
      )
    })
  )
})
