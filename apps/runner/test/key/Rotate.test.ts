// `inlet key rotate` as a user runs it, and killed at any moment of it.
import { randomBytes } from "node:crypto"
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { TokenStore } from "@inlet/core"
import { SqliteStore } from "@inlet/store-sqlite"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Redacted from "effect/Redacted"
import * as TokenKey from "../../src/run/TokenKey.ts"
import { folder, inlet, jsonLines } from "../support/Inlet.ts"
import { decodeRefusal, world } from "../support/World.ts"

type Environment = Readonly<Record<string, string>>

const SOURCES = Array.from({ length: 60 }, (_, index) => `source-${index}`)

/** Works with the tokens of a store, with the key that an environment gives. */
const tokens = <A, E>(
  filename: string,
  environment: Environment,
  use: (tokens: TokenStore.TokenStore["Type"]) => Effect.Effect<A, E>
) =>
  Effect.flatMap(TokenKey.source, (source) => {
    const keys = TokenKey.keys(source, filename)
    return Effect.provide(Effect.flatMap(TokenStore.TokenStore, use), SqliteStore.layerWithTokens({ filename, keys }))
  }).pipe(Effect.withConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(environment)))))

/** How many sources' tokens the environment opens. */
const opened = (filename: string, environment: Environment) =>
  tokens(filename, environment, ({ get }) => Effect.forEach(SOURCES, (name) => Effect.either(get(name)))).pipe(
    Effect.map(
      (all) =>
        all.filter((one, index) => Either.isRight(one) && accessOf(one.right) === `access ${SOURCES[index]}`).length
    )
  )

const accessOf = (kept: TokenStore.Kept | null) => {
  const tokens = kept?.tokens ?? null
  return tokens === null ? null : Redacted.value(tokens.access)
}

/** A store with many sources' tokens, and an environment that opens them. */
const scene = (key: Environment = {}) =>
  Effect.gen(function* () {
    const path = yield* folder()
    const store = join(path, "inlet.db")
    const environment = { XDG_CONFIG_HOME: join(path, "config"), ...key }
    yield* tokens(store, environment, ({ replace }) =>
      Effect.forEach(SOURCES, (name) =>
        replace(
          name,
          0,
          { access: Redacted.make(`access ${name}`), refresh: null, expiresAt: null, scopes: [] },
          "authorized"
        )
      )
    )
    const rotate = (more: Environment = {}) =>
      inlet(["key", "rotate", "--store", store, "--json"], { cwd: path, env: { ...environment, ...more } })
    /** Kills it at that moment, unless it was done before. */
    const killed = (moment: () => boolean, more: Environment = {}) =>
      Effect.raceFirst(
        rotate(more),
        Effect.async<void>((resume) => {
          let timer: NodeJS.Immediate
          const look = () => {
            if (moment()) resume(Effect.void)
            else timer = setImmediate(look)
          }
          look()
          return Effect.sync(() => clearImmediate(timer))
        })
      )
    return { store, environment, rotate, killed, file: join(path, "config", "inlet", "key") }
  })

const newKey = () => randomBytes(32).toString("base64")

const later = (moments: number, happened: () => boolean) => {
  let left = moments
  return () => happened() && left-- <= 0
}

describe("inlet key rotate", () => {
  it.scopedLive("adds a key to the file and encrypts everything with it", () =>
    Effect.gen(function* () {
      const { environment, file, rotate, store } = yield* scene()
      const former = readFileSync(file, "utf8").trim()
      const { code, stdout, stderr } = yield* rotate()
      assert.strictEqual(code, 0, stderr)
      assert.deepStrictEqual(jsonLines(stdout), [{ tokens: SOURCES.length }])
      assert.strictEqual(yield* opened(store, environment), SOURCES.length)
      assert.strictEqual(yield* opened(store, { INLET_KEY: former }), 0)
      assert.strictEqual((statSync(file).mode & 0o777).toString(8), "600")
    })
  )

  it.scopedLive("takes the new key from INLET_NEW_KEY, and is done again to the same end", () =>
    Effect.gen(function* () {
      const [former, next] = [newKey(), newKey()]
      const { rotate, store } = yield* scene({ INLET_KEY: former })
      for (const _ of [1, 2]) {
        const { code, stderr } = yield* rotate({ INLET_NEW_KEY: next })
        assert.strictEqual(code, 0, stderr)
        assert.strictEqual(yield* opened(store, { INLET_KEY: next }), SOURCES.length)
        assert.strictEqual(yield* opened(store, { INLET_KEY: former }), 0)
      }
    })
  )

  it.scopedLive("is refused, with nothing changed, where there is nothing to go by", () =>
    Effect.gen(function* () {
      const former = newKey()
      const { rotate, store } = yield* scene({ INLET_KEY: former })
      const refused = (more: Environment) =>
        Effect.map(rotate(more), ({ code, stdout }) => [code, decodeRefusal(stdout).error.code])
      assert.deepStrictEqual(yield* refused({}), [2, "E_USAGE"])
      assert.deepStrictEqual(yield* refused({ INLET_NEW_KEY: "short" }), [10, "E_KEY_MISSING"])
      assert.deepStrictEqual(yield* refused({ INLET_KEY: newKey(), INLET_NEW_KEY: newKey() }), [10, "E_KEY_WRONG"])
      assert.deepStrictEqual(yield* refused({ INLET_KEY: "" }), [2, "E_USAGE"])
      assert.strictEqual(yield* opened(store, { INLET_KEY: former }), SOURCES.length)
    })
  )

  it.scopedLive("of a file, killed at any moment, leaves everything readable, and can be done again", () =>
    Effect.gen(function* () {
      const { environment, file, killed, rotate, store } = yield* scene()
      for (const moments of [0, 1, 5, 20, 100, 500]) {
        const before = readFileSync(file, "utf8").length
        yield* killed(later(moments, () => readFileSync(file, "utf8").length !== before))
        assert.isAbove(readFileSync(file, "utf8").length, before)
        assert.strictEqual(yield* opened(store, environment), SOURCES.length, `after ${moments} looks`)
      }
      assert.strictEqual((yield* rotate()).code, 0)
      assert.strictEqual(yield* opened(store, environment), SOURCES.length)
    })
  )

  it.scopedLive("of variables, killed at any moment, leaves everything under the one key or the other", () =>
    Effect.gen(function* () {
      let former = newKey()
      const { killed, rotate, store } = yield* scene({ INLET_KEY: former })
      const wal = () => (existsSync(`${store}-wal`) ? statSync(`${store}-wal`).size : 0)
      for (const moments of [0, 1, 5, 20, 100]) {
        const next = newKey()
        yield* killed(
          later(moments, () => wal() > 0),
          { INLET_KEY: former, INLET_NEW_KEY: next }
        )
        const [old, young] = [yield* opened(store, { INLET_KEY: former }), yield* opened(store, { INLET_KEY: next })]
        assert.includeDeepMembers(
          [
            [SOURCES.length, 0],
            [0, SOURCES.length]
          ],
          [[old, young]]
        )
        const { code, stderr } = yield* rotate({ INLET_KEY: former, INLET_NEW_KEY: next })
        assert.strictEqual(code, 0, stderr)
        assert.strictEqual(yield* opened(store, { INLET_KEY: next }), SOURCES.length)
        former = next
      }
    })
  )
})

describe("a configuration that signs in without tokens", () => {
  it.scopedLive("needs no key, reads none and makes none", () =>
    Effect.gen(function* () {
      const config = yield* folder()
      const here = yield* world({
        repositories: ["acme/app"],
        streams: ["issues"],
        env: { INLET_KEY: "not a key", XDG_CONFIG_HOME: config }
      })
      const { code, stderr } = yield* here.run(["sync"])
      assert.strictEqual(code, 0, stderr)
      assert.deepStrictEqual(readdirSync(config), [])
      const without = yield* here.run(["sync", "--dry-run"], { env: { INLET_KEY: "" } })
      assert.strictEqual(without.code, 0, without.stderr)
      assert.deepStrictEqual(readdirSync(config), [])
    })
  )
})
