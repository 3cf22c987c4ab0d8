// The command line as a shell sees it: words in any order, mistakes told once, clean standard output.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { folder, inlet, jsonLines } from "./support/Inlet.ts"

const MISTAKES: ReadonlyArray<readonly [args: ReadonlyArray<string>, said: string]> = [
  // Commands.
  [["snyc"], 'There is no command "snyc". Did you mean "sync"?'],
  [["stat"], 'Did you mean "status"?'],
  [["release"], 'Did you mean "quarantine release"?'],
  [["replay-sends"], 'Did you mean "replay sends"?'],
  [["run"], 'Did you mean "sync" or "runs"?'],
  [["ls"], 'Did you mean "status" or "runs"?'],
  [["logs"], 'Did you mean "events" or "sends"?'],
  [["config"], 'Did you mean "init" or "doctor"?'],
  [["quarantine", "ls"], 'Did you mean "quarantine list"?'],
  [["emulate"], "Which one? inlet emulate databox"],
  [["emulate", "databx"], 'There is no command "emulate databx". Did you mean "emulate databox"?'],
  [["replay", "nothing"], 'There is no command "replay nothing". There is: views, sends.'],
  [["help", "snyc"], 'Did you mean "sync"?'],
  [["constructor"], 'There is no command "constructor".'],
  [["--", "sync"], '"sync" stands behind -- and is no command there.'],
  // Options.
  [["sync", "--strem", "issues"], 'There is no option --strem. Did you mean "--stream"?'],
  [["sync", "--since", "24h"], 'There is no option --since. Did you mean "--from"?'],
  [["sync", "-json"], 'There is no option -json. Did you mean "--json"?'],
  [["-v"], 'There is no option -v. Did you mean "--version"?'],
  [["sync", "-hq"], "There is no option -hq."],
  [["sync", "--help", "--nope"], "There is no option --nope."],
  [["--stream", "issues", "sync"], "stands behind the name of a command that has it, as in: inlet sync --stream"],
  [["sync", "--full=yes"], "--full takes no value."],
  [["sync", "--stream"], "--stream needs a value: --stream STREAM"],
  [["sync", "--stream", "--full"], "--stream needs a value: --stream STREAM"],
  [["sync", "--stream", "-h"], "--stream needs a value: --stream STREAM"],
  [["sync", "--from", "2026-01-01", "--from", "2026-02-01"], "--from is given twice, and takes one value."],
  [["status", "--store", "a", "--store=b"], "--store is given twice, and takes one value."],
  // What @effect/cli has of its own.
  [["sync", "--wizard"], "There is no option --wizard."],
  [["--completions", "bash"], "There is no option --completions."],
  // Values.
  [["sync", "--limit", "0"], '--limit takes a whole number from 1 on; "0" is none.'],
  [["sync", "--limit=-1"], '--limit takes a whole number from 1 on; "-1" is none.'],
  [["emulate", "databox", "--port", "65536"], "--port takes a whole number from 0 to 65535"],
  [["sends", "--outcome", "lost"], "--outcome takes one of started, accepted, confirmed, failed, quarantined"],
  [["sends", "--outcome", "faild"], '"faild" is none. Did you mean "failed"?'],
  [["replay", "sends", "--mapping", "curent"], 'Did you mean "current"?'],
  [["completion", "bsh"], 'inlet completion takes one of bash, zsh, fish; "bsh" is none. Did you mean "bash"?'],
  [["status", "--log-level", "loud"], "--log-level takes one of debug, info, warning, error, none"],
  // Arguments.
  [["erase", "--yes"], "inlet erase needs SOURCE: name of a source in inlet.yaml."],
  [["status", "github"], 'inlet status takes no argument, and "github" is one too many.'],
  [["runs", "a", "b"], 'inlet runs takes only RUN, and "b" is one too many.'],
  [["runs", "a", "--", "--json"], '"--json" is one too many.'],
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
        const [told, document] = yield* Effect.all([inlet(args, { cwd }), inlet(["--json", ...args], { cwd })], {
          concurrency: 2
        })
        const { code, stderr, stdout } = told
        assert.strictEqual(code, 2)
        assert.strictEqual(stdout, "")
        assert.include(stderr, said)
        assert.strictEqual(stderr.split("error:").length, 2, "told once")
        assert.strictEqual(stderr.trimEnd().split("\n").length, 4)
        assert.notInclude(stderr, "\u001b")
        assert.strictEqual(document.code, 2)
        assert.strictEqual(document.stderr, "")
        assert.include(JSON.stringify(errorOf(document.stdout)), JSON.stringify(said).slice(1, -1))
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

  it.scopedLive("treats what follows -- as words, and what follows = as a value", () =>
    Effect.gen(function* () {
      const cwd = yield* folder()
      const { code, stderr } = yield* inlet(["sync", "--", "--json"], { cwd })
      assert.strictEqual(code, 2)
      assert.include(stderr, "There is no inlet.yaml")
      // Nothing of it is taken for an option that @effect/cli has of its own.
      for (const word of ["--wizard", "--version", "-h", "--follow"]) {
        const typed = yield* inlet(["events", `--type=${word}`, "--source", "github"], { cwd })
        assert.strictEqual(typed.code, 2)
        assert.include(typed.stderr, `There is no type ${word}.`)
        for (const args of [
          ["runs", "--store=nowhere", "--", word],
          ["runs", `--store=${word}`]
        ]) {
          const { code, stderr } = yield* inlet(args, { cwd })
          assert.strictEqual(code, 40)
          assert.include(stderr, "There is no store at")
        }
      }
    })
  )

  it.scopedLive("takes a flag twice for once, and the version before all else", () =>
    Effect.gen(function* () {
      const cwd = yield* folder()
      assert.include((yield* inlet(["sync", "--full", "--full", "--json", "--json"], { cwd })).stdout, "no inlet.yaml")
      for (const args of [["--version"], ["sync", "--version"], ["--version", "--help"]]) {
        const { code, stderr, stdout } = yield* inlet(args, { cwd })
        assert.deepStrictEqual({ code, stderr, lines: stdout.split("\n").length }, { code: 0, stderr: "", lines: 2 })
      }
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
