// The command line as a shell sees it: words in any order, mistakes told once, clean standard output.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { folder, inlet, jsonLines } from "./support/Inlet.ts"

const MISTAKES: ReadonlyArray<readonly [args: ReadonlyArray<string>, said: string]> = [
  [["snyc"], 'There is no command "snyc". Did you mean "sync"?'],
  [["emulate"], "Which one? inlet emulate databox"],
  [["emulate", "databx"], 'There is no command "emulate databx". Did you mean "emulate databox"?'],
  [["sync", "--strem", "issues"], 'There is no option --strem. Did you mean "--stream"?'],
  [["sync", "--full=yes"], "--full takes no value."],
  [["sync", "--stream"], "--stream needs a value: --stream STREAM"],
  [["sync", "--stream", "--full"], "--stream needs a value: --stream STREAM"],
  [["sync", "--limit", "0"], "--limit takes a whole number from 1 on"],
  [["sends", "--outcome", "lost"], "--outcome takes one of started, accepted, confirmed, failed, quarantined"],
  [["status", "--log-level", "loud"], "--log-level takes one of debug, info, warning, error, none"],
  [["runs", "a", "b"], 'inlet runs takes only RUN, and "b" is one too many.'],
  [["status", "--config", "nowhere.yaml"], "nowhere.yaml (--config)"],
  [["sync"], "There is no inlet.yaml"]
]

const errorOf = (stdout: string) => {
  const [document] = jsonLines(stdout)
  assert.isObject(document)
  assert.hasAllKeys(document, ["error"])
  return document
}

describe("command line", () => {
  for (const [args, said] of MISTAKES) {
    it.scopedLive(`tells of: inlet ${args.join(" ")}`, () =>
      Effect.gen(function* () {
        const cwd = yield* folder()
        const { code, stderr, stdout } = yield* inlet(args, { cwd })
        assert.strictEqual(code, 2)
        assert.strictEqual(stdout, "")
        assert.include(stderr, said)
        assert.strictEqual(stderr.split("error:").length, 2, "told once")
        assert.strictEqual(stderr.trimEnd().split("\n").length, 4)
        assert.notInclude(stderr, "\u001b")
      })
    )
  }

  it.scopedLive("tells it as JSON wherever --json stands", () =>
    Effect.gen(function* () {
      const cwd = yield* folder()
      const places = [
        ["--json", "sync", "--nope"],
        ["sync", "--json", "--nope"],
        ["sync", "--nope", "--json"],
        ["--nope", "--json"]
      ]
      for (const args of places) {
        const { code, stderr, stdout } = yield* inlet(args, { cwd })
        assert.strictEqual(code, 2)
        assert.strictEqual(stderr, "")
        assert.deepNestedInclude(errorOf(stdout), {
          "error.code": "E_USAGE",
          "error.fix": args[0] === "--nope" ? "inlet --help" : "inlet sync --help"
        })
      }
    })
  )

  it.scopedLive("takes the options of every command before, between and after", () =>
    Effect.gen(function* () {
      const cwd = yield* folder()
      const store = `${cwd}/my.db`
      for (const args of [
        ["--store", store, "runs", "r1"],
        ["runs", "--store", store, "r1"],
        ["runs", "r1", "--store", store],
        ["runs", "r1", `--store=${store}`],
        ["--quiet", "runs", `--store=${store}`, "--log-level", "error", "--", "r1"]
      ]) {
        const { code, stdout } = yield* inlet([...args.slice(0, -1), ...args.slice(-1)], {
          cwd,
          env: { INLET_STORE: "/nowhere" }
        })
        assert.strictEqual(code, 40, args.join(" "))
        assert.strictEqual(stdout, "")
      }
      const { stdout } = yield* inlet(["runs", "r1", "--json", "--store", store], { cwd })
      assert.include(JSON.stringify(errorOf(stdout)), store)
    })
  )

  it.scopedLive("treats what follows -- as words", () =>
    Effect.gen(function* () {
      const cwd = yield* folder()
      const { code, stderr } = yield* inlet(["sync", "--", "--json"], { cwd })
      assert.strictEqual(code, 2)
      assert.include(stderr, "There is no inlet.yaml")
    })
  )

  it.live("shows help and version on standard output, without colour", () =>
    Effect.gen(function* () {
      for (const args of [[], ["--help"], ["sync", "--help"], ["-h", "sends"], ["emulate", "--help"], ["--version"]]) {
        const { code, stderr, stdout } = yield* inlet(args)
        assert.strictEqual(code, 0)
        assert.strictEqual(stderr, "")
        assert.notInclude(stdout, "\u001b")
        assert.isNotEmpty(stdout)
      }
      const { stdout } = yield* inlet(["sync", "--help"])
      for (const part of ["inlet sync [SOURCE...]", "--stream STREAM", "--dry-run", "--config FILE", "Examples"]) {
        assert.include(stdout, part)
      }
      assert.isTrue(stdout.split("\n").every((line) => line.length <= 110))
    })
  )

  it.scopedLive("refuses a log level of the environment that is none", () =>
    Effect.gen(function* () {
      const { code, stderr } = yield* inlet(["status"], { cwd: yield* folder(), env: { INLET_LOG_LEVEL: "loud" } })
      assert.strictEqual(code, 2)
      assert.include(stderr, "INLET_LOG_LEVEL")
    })
  )
})

describe("inlet init", () => {
  const args = ["init", "--yes", "--connector", "@inlet/connector-github", "--repository", "acme/app"]

  it.scopedLive("writes a configuration that works, and no secret", () =>
    Effect.gen(function* () {
      const cwd = yield* folder()
      const { code } = yield* inlet(args, { cwd, env: { GITHUB_TOKEN: "ghp_canary" } })
      assert.strictEqual(code, 0)
      const { stdout } = yield* inlet(["sync", "--json"], { cwd })
      const message = JSON.stringify(errorOf(stdout))
      // Nothing is wrong with it but that the variables are not set.
      assert.include(message, "DATABOX_API_KEY is not set")
      assert.include(message, "GITHUB_TOKEN is not set")
      assert.notInclude(message, "not a known key")
    })
  )

  it.scopedLive("replaces nothing without --force", () =>
    Effect.gen(function* () {
      const cwd = yield* folder({ "inlet.yaml": "mine" })
      const refused = yield* inlet(args, { cwd })
      assert.strictEqual(refused.code, 2)
      assert.include(refused.stderr, "There is already inlet.yaml")
      assert.strictEqual((yield* inlet([...args, "--force", "--json"], { cwd })).code, 0)
      const kept = yield* inlet(args, { cwd })
      assert.include(kept.stderr, "There is already inlet.yaml and .env.example")
    })
  )

  it.scopedLive("asks nobody where there is no terminal", () =>
    Effect.gen(function* () {
      const { code, stderr } = yield* inlet(["init"], { cwd: yield* folder() })
      assert.strictEqual(code, 2)
      assert.include(stderr, "There is no terminal to ask on.")
    })
  )
})
