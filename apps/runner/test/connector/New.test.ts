// `inlet connector new`: the same package as `npm create @inlet/connector` makes, and what is written down of it is true.
import { existsSync } from "node:fs"
import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { folder, inlet, jsonLines } from "../support/Inlet.ts"

const read = (...path: ReadonlyArray<string>) => Effect.promise(() => readFile(join(...path), "utf8"))

describe("inlet connector new", () => {
  it.scopedLive("writes a package and tells its files", () =>
    Effect.gen(function* () {
      const cwd = yield* folder()
      const args = ["connector", "new", "inlet-connector-tasks", "--auth", "header", "--pages", "page", "--yes"]
      const { code, stderr, stdout } = yield* inlet([...args, "--json"], { cwd })
      assert.strictEqual(code, 0, stderr)
      const at = join(cwd, "inlet-connector-tasks")
      const [told] = jsonLines(stdout)
      assert.deepInclude(told, { name: "inlet-connector-tasks", folder: at })
      assert.isTrue(told instanceof Object && "files" in told && Array.isArray(told.files))
      const files = told instanceof Object && "files" in told && Array.isArray(told.files) ? told.files : []
      assert.includeMembers(files, ["package.json", "src/index.ts", "test/cassette.json", "schemas/tasks/items.json"])
      for (const file of files) assert.isTrue(existsSync(join(at, file)), file)
      assert.include(yield* read(at, "src", "index.ts"), 'Pages.page({ parameter: "page" })')

      yield* Effect.promise(() => writeFile(join(at, "README.md"), "mine"))
      const again = yield* inlet(args, { cwd })
      assert.strictEqual(again.code, 2)
      assert.include(again.stderr, "is not empty")
      assert.include(again.stderr, "--dir")
      assert.strictEqual(yield* read(at, "README.md"), "mine")
      const other = yield* inlet([...args, "--dir", "other"], { cwd })
      assert.include(other.stdout, "Next: cd other && npm install && npm test")
    })
  )

  for (const [args, said, next] of [
    [["--service", "Acme"], "these were not told: --name, --base-url", "inlet connector new --yes"],
    [["Wrong Name", "--yes"], "--name takes a name that npm does", "inlet-connector-example"],
    [["--yes", "--base-url", "ftp://acme.example"], "--base-url takes an address", "Give another one"]
  ] as const) {
    it.scopedLive(`refuses ${args.join(" ")}`, () =>
      Effect.gen(function* () {
        const { code, stderr, stdout } = yield* inlet(["connector", "new", ...args], { cwd: yield* folder() })
        assert.strictEqual(code, 2)
        assert.strictEqual(stdout, "")
        assert.include(stderr, said)
        assert.include(stderr, next)
      })
    )
  }
})
