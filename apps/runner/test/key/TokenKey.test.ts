// Where the key that tokens are encrypted with comes from.
import { spawn } from "node:child_process"
import { appendFileSync, chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import { build } from "esbuild"
import * as KeyFile from "../../src/run/KeyFile.ts"
import * as TokenKey from "../../src/run/TokenKey.ts"
import { folder } from "../support/Inlet.ts"

const STORE = "/elsewhere/.inlet/inlet.db"

/** What an environment gives. */
const within = (variables: Readonly<Record<string, string>>, store = STORE) =>
  TokenKey.source.pipe(
    Effect.withConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(variables)))),
    Effect.map((source) => ({
      source,
      ...TokenKey.keys(source, store),
      said: TokenKey.describe(source)
    }))
  )

/** An empty folder for configuration, and where the key file belongs in it. */
const home = Effect.map(folder(), (path) => ({
  path,
  file: join(path, "inlet", "key"),
  variables: { XDG_CONFIG_HOME: path }
}))

const hex = (key: { readonly export: () => Buffer }) => key.export().toString("hex")
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)

const BYTES = Buffer.from(Array.from({ length: 32 }, (_, index) => 7 * index + 200))

describe("the key in INLET_KEY", () => {
  it.scoped("is hexadecimal or base64, and goes before a file, of which nothing is read or made", () =>
    Effect.gen(function* () {
      const { path, variables } = yield* home
      for (const encoding of ["hex", "base64", "base64url"] as const) {
        const text = BYTES.toString(encoding)
        for (const written of [text, ` ${text}\n`, encoding === "hex" ? text.toUpperCase() : text]) {
          const { current, known, said } = yield* within({ ...variables, INLET_KEY: written })
          assert.strictEqual(hex(yield* current), BYTES.toString("hex"))
          assert.deepStrictEqual((yield* known).map(hex), [BYTES.toString("hex")])
          assert.strictEqual(said, "the variable INLET_KEY")
        }
      }
      assert.deepStrictEqual(readdirSync(path), [])
    })
  )

  it.scoped("is refused where it is anything else, without a word of what it is", () =>
    Effect.gen(function* () {
      const { path, variables } = yield* home
      const wrong = [
        "correct horse",
        "a".repeat(63),
        "g".repeat(64),
        BYTES.toString("base64").slice(2),
        `${"A".repeat(44)}=`
      ]
      for (const INLET_KEY of wrong) {
        const { current, known } = yield* within({ ...variables, INLET_KEY })
        const error = yield* Effect.flip(current)
        assert.deepStrictEqual(yield* Effect.flip(known), error)
        assert.strictEqual(error.reason, "NoKey")
        assert.include(error.message, "INLET_KEY")
        assert.include(error.message, "openssl rand -base64 32")
        assert.notInclude(error.message, INLET_KEY)
      }
      assert.deepStrictEqual(readdirSync(path), [])
    })
  )
})

describe("the key file", () => {
  it.scoped("is made at the first write, for the user alone, and stays", () =>
    Effect.gen(function* () {
      const { file, path, variables } = yield* home
      const first = yield* within({ ...variables, INLET_KEY: "" })
      assert.strictEqual(first.said, `the file ${file}`)
      assert.deepStrictEqual(yield* first.known, [])
      assert.deepStrictEqual(readdirSync(path), [])
      const key = yield* first.current
      assert.strictEqual(key.export().length, 32)
      assert.deepStrictEqual([modeOf(file), modeOf(join(path, "inlet"))], ["600", "700"])
      assert.deepStrictEqual(readdirSync(join(path, "inlet")), ["key"])
      const later = yield* within(variables)
      assert.strictEqual(hex(yield* later.current), hex(key))
      assert.deepStrictEqual((yield* later.known).map(hex), [hex(key)])
      const elsewhere = yield* home
      assert.notStrictEqual(hex(yield* (yield* within(elsewhere.variables)).current), hex(key))
    })
  )

  it.scopedLive("is one and the same for eight processes that make it at the same moment", () =>
    Effect.gen(function* () {
      const { file, path, variables } = yield* home
      const program = join(path, "making.mjs")
      yield* Effect.promise(() =>
        build({
          entryPoints: [fileURLToPath(new URL("./making.ts", import.meta.url))],
          outfile: program,
          bundle: true,
          platform: "node",
          format: "esm",
          conditions: ["@inlet/source"],
          logLevel: "error"
        })
      )
      const processes = Array.from({ length: 8 }, () => {
        const child = spawn(process.execPath, [program], {
          env: { ...process.env, ...variables },
          stdio: ["pipe", "pipe", "inherit"]
        })
        return { child, lines: createInterface(child.stdout)[Symbol.asyncIterator]() }
      })
      const said = () =>
        Effect.promise(() => Promise.all(processes.map(async ({ lines }) => String((await lines.next()).value))))
      yield* said()
      for (const { child } of processes) child.stdin.write("go\n")
      const [one = "", ...others] = yield* said()
      assert.match(one, /^[0-9a-f]{64}$/)
      assert.deepStrictEqual(
        others,
        others.map(() => one)
      )
      assert.strictEqual(readFileSync(file, "utf8"), `${Buffer.from(one, "hex").toString("base64")}\n`)
      assert.deepStrictEqual(readdirSync(join(path, "inlet")), ["key"])
    })
  )

  it.scoped("is refused where others may read it, with what to do, and stays as it is", () =>
    Effect.gen(function* () {
      const { file, variables } = yield* home
      const keys = yield* within(variables)
      const key = yield* keys.current
      const before = readFileSync(file)
      for (const mode of [0o640, 0o604, 0o620]) {
        chmodSync(file, mode)
        for (const asked of [keys.current, Effect.map(keys.known, (all) => all.at(-1))]) {
          const error = yield* Effect.flip(asked)
          assert.strictEqual(error.reason, "KeyExposed")
          assert.include(error.message, `chmod 600 ${file}`)
        }
      }
      assert.isTrue(before.equals(readFileSync(file)))
      chmodSync(file, 0o600)
      assert.strictEqual(hex(yield* keys.current), hex(key))
    })
  )

  it.scoped("is not used beside the store, nor where it holds no key or cannot be made", () =>
    Effect.gen(function* () {
      const { file, path, variables } = yield* home
      const beside = yield* within(variables, join(path, "inlet", "inlet.db"))
      assert.strictEqual((yield* Effect.flip(beside.current)).reason, "KeyExposed")
      assert.isFalse(existsSync(file))
      const keys = yield* within(variables)
      yield* keys.current
      writeFileSync(file, "not a key\n")
      assert.strictEqual((yield* Effect.flip(keys.current)).reason, "NoKey")
      assert.strictEqual(readFileSync(file, "utf8"), "not a key\n")
      writeFileSync(join(path, "flat"), "")
      const blocked = yield* within({ XDG_CONFIG_HOME: join(path, "flat") })
      const error = yield* Effect.flip(blocked.current)
      assert.strictEqual(error.reason, "NoKey")
      assert.match(error.message, /ENOTDIR|EEXIST/)
    })
  )

  it.scoped("keeps its former keys where one is added, also behind a line that was cut short", () =>
    Effect.gen(function* () {
      const { file, variables } = yield* home
      const keys = yield* within(variables)
      const first = yield* keys.current
      yield* KeyFile.add(file)
      const second = yield* keys.current
      assert.notStrictEqual(hex(second), hex(first))
      appendFileSync(file, BYTES.toString("base64").slice(0, 20))
      assert.strictEqual(hex(yield* keys.current), hex(second))
      yield* KeyFile.add(file)
      const third = yield* keys.current
      assert.deepStrictEqual((yield* keys.known).map(hex), [hex(first), hex(second), hex(third)])
      assert.strictEqual(modeOf(file), "600")
    })
  )
})
