// `inlet connector test`: the kit on a new package as it is, on one that breaks a law, and on what is no connector.
import { mkdir, readFile, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { link } from "../support/Cycling.ts"
import { folder, inlet, jsonLines } from "../support/Inlet.ts"

/** A folder with a new package in it, which finds what is installed here. */
const made = Effect.gen(function* () {
  const cwd = yield* folder()
  yield* link(cwd)
  const { code, stderr } = yield* inlet(["connector", "new", "inlet-connector-tasks", "--yes"], { cwd })
  assert.strictEqual(code, 0, stderr)
  return { cwd, at: join(cwd, "inlet-connector-tasks") }
})

const change = (file: string, by: (text: string) => string) =>
  Effect.promise(async () => writeFile(file, by(await readFile(file, "utf8"))))

const refusal = (stdout: string) => {
  const lines = jsonLines(stdout)
  assert.lengthOf(lines, 1)
  assert.hasAllKeys(lines[0], ["error"])
  return JSON.stringify(lines[0])
}

describe("inlet connector test", () => {
  it.scopedLive("passes a new package, whose contracts are written down too", () =>
    Effect.gen(function* () {
      const { at, cwd } = yield* made
      const passed = yield* inlet(["connector", "test", "./inlet-connector-tasks", "--json"], { cwd })
      assert.strictEqual(passed.code, 0, passed.stdout)
      assert.strictEqual(passed.stderr, "")
      const [told] = jsonLines(passed.stdout)
      assert.deepInclude(told, { name: "inlet-connector-tasks" })
      assert.include(JSON.stringify(told), '{"law":"keys-unique: items","status":"passed"}')
      const shown = yield* inlet(["connector", "test"], { cwd: at })
      assert.strictEqual(shown.code, 0, shown.stderr)
      assert.include(shown.stdout, "conformance.test.ts")
      assert.match(shown.stdout, /^inlet-connector-tasks keeps to the laws of the conformance kit\.$/m)
    })
  )

  it.scopedLive("names the law that a package breaks", () =>
    Effect.gen(function* () {
      const { at } = yield* made
      // Every record has the same one.
      yield* change(join(at, "src", "index.ts"), (text) => text.replace('Column.id("id"', 'Column.id("created_at"'))
      const { code, stderr, stdout } = yield* inlet(["connector", "test", "--json"], { cwd: at })
      assert.strictEqual(code, 50, stdout)
      assert.strictEqual(stderr, "")
      const told = refusal(stdout)
      assert.include(told, "E_CONFORMANCE")
      assert.include(told, "inlet-connector-tasks breaks")
      assert.include(told, "keys-unique")
      assert.notInclude(told, "node_modules")
      const shown = yield* inlet(["connector", "test"], { cwd: at })
      assert.strictEqual(shown.code, 50)
      assert.include(shown.stdout + shown.stderr, "keys-unique")
      assert.include(shown.stderr, "E_CONFORMANCE")
    })
  )

  it.scopedLive("tells why the kit cannot be run", () =>
    Effect.gen(function* () {
      const { at } = yield* made
      yield* change(join(at, "src", "index.ts"), () => 'throw new Error("not yet")\n')
      const { code, stdout } = yield* inlet(["connector", "test", "--json"], { cwd: at })
      assert.strictEqual(code, 50)
      assert.include(refusal(stdout), "not yet")
    })
  )

  it.scopedLive("takes no test at all for no proof", () =>
    Effect.gen(function* () {
      const { at, cwd } = yield* made
      // As where the package lies in a larger project.
      yield* Effect.promise(() =>
        writeFile(join(cwd, "vitest.config.mjs"), 'export default { test: { include: ["elsewhere/**"] } }\n')
      )
      for (const args of [[], ["--json"]]) {
        const { code, stderr, stdout } = yield* inlet(["connector", "test", ...args], { cwd: at })
        assert.strictEqual(code, 2, stdout + stderr)
        assert.include(stdout + stderr, "vitest ran no test of test/conformance.test.ts")
        assert.include(stdout + stderr, "vitest.config.ts of its own")
      }
      yield* Effect.promise(() => writeFile(join(at, "vitest.config.ts"), "export default {}\n"))
      assert.strictEqual((yield* inlet(["connector", "test", "--json"], { cwd: at })).code, 0)
    })
  )

  it.scopedLive("refuses what is no connector, and says what is missing", () =>
    Effect.gen(function* () {
      const { at } = yield* made
      const refused = (said: string, fix: string, cwd = at) =>
        Effect.map(inlet(["connector", "test", "--json"], { cwd }), ({ code, stdout }) => {
          assert.strictEqual(code, 2, stdout)
          assert.include(refusal(stdout), said)
          assert.include(refusal(stdout), fix)
        })
      yield* refused("it has no package.json", "inlet connector new", join(at, "src"))

      const alone = yield* folder()
      yield* Effect.promise(async () => {
        await mkdir(join(alone, "test"))
        for (const file of ["package.json", "test/conformance.test.ts"]) {
          await writeFile(join(alone, file), await readFile(join(at, file), "utf8"))
        }
      })
      yield* refused("vitest, which runs the tests", "npm install", alone)

      yield* change(join(at, "package.json"), (text) => text.replace('"bearer"', '"magic"'))
      yield* refused("inlet.auth: ", "Mend package.json")
      yield* change(join(at, "package.json"), (text) => text.replace('"magic"', '"bearer"'))
      yield* Effect.promise(() => rm(join(at, "test"), { recursive: true }))
      yield* refused("no test that calls testConnector", "test/conformance.test.ts")
      yield* change(join(at, "package.json"), () => '{ "name": "tasks" }')
      yield* refused("is not the package of a connector", "inlet connector new")
    })
  )
})
