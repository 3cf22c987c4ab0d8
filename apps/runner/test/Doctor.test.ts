// `inlet doctor` as a user runs it.
import { chmodSync, mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { folder, jsonLines } from "./support/Inlet.ts"
import { world } from "./support/World.ts"

const KEY = Buffer.alloc(32, 7).toString("base64")

describe("inlet doctor", () => {
  it.scopedLive("says which configuration, store and key there are, and what is wrong with each", () =>
    Effect.gen(function* () {
      const XDG_CONFIG_HOME = yield* folder()
      const file = join(XDG_CONFIG_HOME, "inlet", "key")
      const here = yield* world({ repositories: ["acme/app"], streams: ["releases"], env: { XDG_CONFIG_HOME } })
      const look = (env: Readonly<Record<string, string>> = {}) =>
        Effect.map(here.run(["doctor", "--json"], { env }), ({ code, stdout }) => ({
          code,
          findings: jsonLines(stdout)
        }))

      const before = yield* look()
      assert.deepStrictEqual(before, {
        code: 0,
        findings: [
          { check: "configuration", status: "ok", message: `${join(here.cwd, "inlet.yaml")}: github`, fix: null },
          { check: "store", status: "ok", message: `${here.store} is made by the first sync`, fix: null },
          { check: "key", status: "ok", message: `the file ${file} is made by the first inlet login`, fix: null }
        ]
      })
      assert.isFalse(here.hasStore())

      yield* here.run(["sync"])
      const given = yield* look({ INLET_KEY: KEY })
      assert.deepStrictEqual(
        given.findings.map((finding) => Object.values(finding as object)[2]),
        [
          `${join(here.cwd, "inlet.yaml")}: github`,
          here.store,
          "what sources sign in with is encrypted with the variable INLET_KEY"
        ]
      )

      mkdirSync(join(XDG_CONFIG_HOME, "inlet"))
      writeFileSync(file, `${KEY}\n`)
      chmodSync(file, 0o644)
      yield* here.write("inlet.yaml", "sources: {}\n")
      const { code, stdout } = yield* here.run(["doctor"])
      assert.strictEqual(code, 2)
      assert.match(stdout, /^failure {2}configuration: inlet\.yaml/m)
      assert.match(stdout, /^ok {7}store: /m)
      assert.match(stdout, /^failure {2}key: The key file .* is open to other users of this computer: chmod 600 /m)
      assert.match(stdout, /^ {9}next: Mend inlet\.yaml/m)
    })
  )
})
