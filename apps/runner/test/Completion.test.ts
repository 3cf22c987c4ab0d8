// Completion as shells ask for it: the scripts in the shells themselves, where those are installed.
import { spawnSync } from "node:child_process"
import { chmod, mkdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { folder, inlet } from "./support/Inlet.ts"
import { world } from "./support/World.ts"

const bin = fileURLToPath(new URL("../bin/inlet.js", import.meta.url))

const CONFIGURATION = `databox: { apiKey: "\${DATABOX_API_KEY}" }
sources:
  github:
    connector: "@inlet/connector-github"
    config: { token: "\${GITHUB_TOKEN}" }
  strava:
    connector: "@inlet/connector-strava"
    streams: [activities, gear]
`

/** A folder with a configuration whose secrets are not there, and `inlet` on the path. */
const place = Effect.gen(function* () {
  const cwd = yield* folder({ "inlet.yaml": CONFIGURATION, "log 1.jsonl": "" })
  yield* Effect.promise(async () => {
    await mkdir(join(cwd, "my folder"))
    await mkdir(join(cwd, "bin"))
    await writeFile(join(cwd, "bin/inlet"), `#!/bin/sh\nexec '${process.execPath}' '${bin}' "$@"\n`)
    await chmod(join(cwd, "bin/inlet"), 0o755)
  })
  return cwd
})

/** The words that may stand at the cursor, which is behind the last of these. */
const offered = (words: ReadonlyArray<string>, options: Parameters<typeof inlet>[1]) =>
  Effect.map(inlet(["complete", "--", ...words], options), ({ code, stderr, stdout }) => {
    assert.strictEqual(code, 0)
    assert.strictEqual(stderr, "")
    return stdout
      .split("\n")
      .slice(0, -1)
      .map((line) => line.split("\t")[0] ?? "")
  })

const has = (shell: string) => spawnSync(shell, ["--version"]).status === 0

const run = (shell: string, args: ReadonlyArray<string>, cwd: string): ReadonlyArray<string> => {
  const { status, stderr, stdout } = spawnSync(shell, args, {
    cwd,
    encoding: "utf8",
    env: { PATH: `${cwd}/bin:${process.env.PATH}`, HOME: cwd, TERM: "dumb" }
  })
  assert.strictEqual(status, 0, stderr)
  return stdout.trimEnd().split("\n")
}

describe("inlet complete", () => {
  it.scopedLive("knows commands, options, choices and names", () =>
    Effect.gen(function* () {
      const cwd = yield* place
      const cases: ReadonlyArray<readonly [words: ReadonlyArray<string>, expected: ReadonlyArray<string>]> = [
        [["sy"], ["sync"]],
        [["quarantine", "re"], ["release"]],
        [
          ["quarantine", ""],
          ["list", "show", "release", "discard"]
        ],
        [
          ["help", "e"],
          ["events", "export", "erase", "emulate", "exit-codes", "environment"]
        ],
        [
          ["help", "replay", ""],
          ["views", "sends"]
        ],
        [
          ["sync", "--st"],
          ["--stream", "--store"]
        ],
        // What is given once is offered again only where it may be repeated.
        [["sync", "--stream", "issues", "--full", "--store=x", "--f"], ["--from"]],
        [["sync", "--stream", "issues", "--str"], ["--stream"]],
        [
          ["sends", "--outcome", ""],
          ["started", "accepted", "confirmed", "failed", "quarantined"]
        ],
        [["sends", "--outcome=fa"], ["--outcome=failed"]],
        // As bash gives it.
        [["sends", "--outcome", "=", "fa"], ["failed"]],
        [
          ["sends", "--outcome", "="],
          ["started", "accepted", "confirmed", "failed", "quarantined"]
        ],
        [["status", "--log-level", "w"], ["warning"]],
        [
          ["completion", ""],
          ["bash", "zsh", "fish"]
        ],
        [["--store", ""], [":file"]],
        [["export", "lo"], [":file"]],
        [["schema", "check", "--dir", ""], [":folder"]],
        [
          ["sync", ""],
          ["github", "strava"]
        ],
        [["sync", "github", ""], ["strava"]],
        [["erase", "s"], ["strava"]],
        [["sends", "--source", "g"], ["github"]],
        [
          ["sync", "--stream", "iss"],
          ["issues", "issue_comments"]
        ],
        [
          ["sync", "strava", "--stream", ""],
          ["activities", "gear"]
        ],
        [["replay", "sends", "--source=strava", "--stream", "g"], ["gear"]],
        [["events", "--type", "SendC"], ["SendConfirmed"]],
        [["status", "x"], []],
        [["nothing", ""], []],
        [["sync", "--nothing", "--limit", ""], []],
        [["status", "--nothing=x"], []],
        [["sync", "--", "--f"], []]
      ]
      const all = yield* Effect.forEach(cases, ([words]) => offered(words, { cwd }), { concurrency: 4 })
      cases.forEach(([words, expected], index) => {
        assert.deepStrictEqual(all[index], expected, words.join(" "))
      })
      // Nothing is left but options.
      assert.include(yield* offered(["status", ""], { cwd }), "--json")
      const { stdout } = yield* inlet(["complete", "--", "sy"], { cwd })
      assert.strictEqual(stdout, "sync\tCopies what is new from the sources to Databox\n")
    })
  )

  it.scopedLive("is silent where it cannot know, and never fails", () =>
    Effect.gen(function* () {
      const broken = yield* folder({ "inlet.yaml": "sources: [" })
      const other = yield* folder({ "inlet.yaml": "sources: { a: { connector: nowhere } }", "my.db": "no database" })
      for (const [words, cwd] of [
        [[], broken],
        [["sync", ""], broken],
        [["runs", ""], broken],
        [["sync", "--config", "nowhere.yaml", ""], broken],
        [["sync", "--stream", ""], other],
        [["runs", "--store", "my.db", ""], other],
        [["quarantine", "show", "--store=my.db", ""], other]
      ] as const) {
        const { code, stderr, stdout } = yield* inlet(["complete", "--", ...words], { cwd })
        assert.deepStrictEqual({ code, stderr }, { code: 0, stderr: "" }, words.join(" "))
        if (words.length > 0) assert.strictEqual(stdout, "", words.join(" "))
      }
    })
  )

  it.scopedLive("knows runs and pipelines of the store", () =>
    Effect.gen(function* () {
      const it = yield* world({ repositories: ["acme/app"], streams: ["releases"] })
      const { runs } = yield* it.report("sync")
      const ids = runs.map(({ run }) => run)
      for (const words of [
        ["runs", ""],
        ["runs", "2"],
        ["trace", ""],
        ["sends", "--run", ""]
      ]) {
        assert.deepStrictEqual(yield* offered(words, { cwd: it.cwd }), ids)
      }
      assert.deepStrictEqual(yield* offered(["runs", "--store", it.store, ""], {}), ids)
      assert.deepStrictEqual(yield* offered(["sends", "--source", "strava", "--run", ""], { cwd: it.cwd }), [])
      assert.deepStrictEqual(yield* offered(["sends", "--dataset", ""], { cwd: it.cwd }), ["github_releases"])
    })
  )
})

describe("inlet completion", () => {
  it.scopedLive("prints a script, or that as JSON", () =>
    Effect.gen(function* () {
      for (const shell of ["bash", "zsh", "fish"]) {
        const { code, stderr, stdout } = yield* inlet(["completion", shell])
        assert.deepStrictEqual({ code, stderr }, { code: 0, stderr: "" })
        const json = yield* inlet(["completion", shell, "--json"])
        assert.deepStrictEqual(JSON.parse(json.stdout), { shell, script: stdout })
      }
    })
  )

  it.scopedLive.skipIf(!has("bash"))("works in bash", () =>
    Effect.gen(function* () {
      const cwd = yield* place
      const script = `eval "$(inlet completion bash)"
        [[ $(complete -p inlet) == "complete -F _inlet inlet" ]] || exit 1
        try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _inlet; printf '%s|' "\${COMPREPLY[@]}"; echo; }
        try inlet sy
        try inlet sync git
        try inlet sync github --stream iss
        try inlet sends --outcome = fa
        try inlet import lo
        try inlet import --store = lo
        try inlet connector test my
        try inlet nothing ''`
      assert.deepStrictEqual(run("bash", ["--norc", "-c", script], cwd), [
        "sync|",
        "github|",
        "issues|issue_comments|",
        "failed|",
        "log 1.jsonl|",
        "log 1.jsonl|",
        "my folder|",
        "|"
      ])
    })
  )

  it.scopedLive.skipIf(!has("zsh"))("works in zsh", () =>
    Effect.gen(function* () {
      const cwd = yield* place
      // What zsh shows of it is zsh's own; here it is told.
      const script = `autoload -Uz compinit && compinit -u -D
        source <(inlet completion zsh)
        [[ $_comps[inlet] == _inlet ]] || exit 1
        _describe() { print -r -- "\${(j:|:)\${(P@)2}}" }
        _files() { print -r -- "files $@" }
        compset() { }
        try() { words=("$@"); CURRENT=$#; _inlet || print nothing }
        try inlet sy
        try inlet sync git
        try inlet sync strava --stream ''
        try inlet sends --outcome=fa
        try inlet --store lo
        try inlet connector test my
        try inlet nothing ''`
      assert.deepStrictEqual(run("zsh", ["-f", "-c", script], cwd), [
        "sync:Copies what is new from the sources to Databox",
        "github:@inlet/connector-github",
        "activities:strava|gear:strava",
        "--outcome=failed",
        "files ",
        "files -/",
        "nothing"
      ])
    })
  )

  it.scopedLive.skipIf(!has("fish"))("works in fish", () =>
    Effect.gen(function* () {
      const cwd = yield* place
      const lines = [
        "inlet sy",
        "inlet sync git",
        "inlet sends --outcome=fa",
        "inlet import lo",
        "inlet connector test my"
      ]
      const script = ["inlet completion fish | source", ...lines.map((line) => `complete -C '${line}'`)].join("\n")
      assert.deepStrictEqual(run("fish", ["--no-config", "-c", script], cwd), [
        "sync\tCopies what is new from the sources to Databox",
        "github\t@inlet/connector-github",
        "--outcome=failed",
        "log 1.jsonl",
        "my folder/\tDirectory"
      ])
    })
  )
})
