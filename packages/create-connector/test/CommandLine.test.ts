// `npm create @inlet/connector` as a shell sees it, without a terminal.
import { execFile } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"

const bin = fileURLToPath(new URL("../bin/create-connector.js", import.meta.url))

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "inlet-create-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true }))
)

const run = (cwd: string, ...args: ReadonlyArray<string>) =>
  Effect.async<{ readonly code: number; readonly stdout: string; readonly stderr: string }>((resume) => {
    const child = execFile(process.execPath, [bin, ...args], { cwd }, (error, stdout, stderr) => {
      resume(Effect.succeed({ code: error === null ? 0 : Number(error.code), stdout, stderr }))
    })
    child.stdin?.end()
  })

describe("npm create @inlet/connector", () => {
  it.scopedLive("writes a package, and replaces nothing", () =>
    Effect.gen(function* () {
      const cwd = yield* folder
      const args = ["@acme/inlet-connector-tasks", "--auth", "header", "--pages", "page", "--yes"]
      const made = yield* run(cwd, ...args)
      assert.strictEqual(made.code, 0, made.stderr)
      assert.include(made.stdout, "cd inlet-connector-tasks\n  npm install\n  npm test")
      const at = join(cwd, "inlet-connector-tasks")
      const manifest = JSON.parse(readFileSync(join(at, "package.json"), "utf8"))
      assert.deepInclude(manifest, { name: "@acme/inlet-connector-tasks" })
      assert.include(readFileSync(join(at, "src/index.ts"), "utf8"), 'Auth.header("x-api-key", apiKey)')

      writeFileSync(join(at, "src/index.ts"), "mine")
      const again = yield* run(cwd, ...args)
      assert.strictEqual(again.code, 2)
      assert.match(
        again.stderr,
        /^error: .*inlet-connector-tasks is not empty: it holds .*\n {2}kept: .*\n {2}next: .*--dir/
      )
      assert.strictEqual(readFileSync(join(at, "src/index.ts"), "utf8"), "mine")
    })
  )

  it.scopedLive("takes a folder that git has begun", () =>
    Effect.gen(function* () {
      const cwd = yield* folder
      mkdirSync(join(cwd, ".git"))
      const made = yield* run(cwd, "--yes", "--dir", ".")
      assert.strictEqual(made.code, 0, made.stderr)
      assert.notInclude(made.stdout, "cd ")
      assert.isTrue(existsSync(join(cwd, "package.json")))
    })
  )

  for (const [args, said] of [
    [["--service", "Acme"], "these were not told: --name, --base-url, --auth, --pages, --stream"],
    [["--yes", "--auth", "magic"], "--auth takes one of none, bearer, header, basic, oauth2"],
    [["Upper", "--yes"], "--name takes a name that npm does"],
    [["one", "two", "--yes"], "There is more than one name"],
    [["--nope"], "Unknown option '--nope'"]
  ] as const) {
    it.scopedLive(`refuses ${args.join(" ")}, and writes nothing`, () =>
      Effect.gen(function* () {
        const cwd = yield* folder
        const { code, stderr, stdout } = yield* run(cwd, ...args)
        assert.strictEqual(code, 2)
        assert.strictEqual(stdout, "")
        assert.include(stderr, said)
        assert.strictEqual(stderr.trimEnd().split("\n").length, 3)
        assert.isFalse(existsSync(join(cwd, "inlet-connector-acme")))
      })
    )
  }

  it.scopedLive("shows help", () =>
    Effect.gen(function* () {
      const { code, stdout } = yield* run(yield* folder, "--help")
      assert.strictEqual(code, 0)
      for (const flag of ["--name", "--service", "--auth", "--pages", "--base-url", "--stream", "--dir", "--yes"]) {
        assert.include(stdout, flag)
      }
    })
  )
})
