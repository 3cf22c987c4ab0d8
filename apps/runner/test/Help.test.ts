// Help as people and programs read it: complete, true, and in the width there is.
import * as CliConfig from "@effect/cli/CliConfig"
import * as CommandDescriptor from "@effect/cli/CommandDescriptor"
import * as NodeContext from "@effect/platform-node/NodeContext"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Argv from "../src/cli/Argv.ts"
import { tree } from "../src/cli/Commands.ts"
import { inlet as described, everywhere } from "../src/cli/Described.ts"
import { children, type Description } from "../src/cli/Description.ts"
import * as Help from "../src/cli/Help.ts"
import * as Topics from "../src/cli/Topics.ts"
import * as Tree from "../src/cli/Tree.ts"
import { folder, inlet, jsonLines } from "./support/Inlet.ts"

interface Known {
  readonly path: ReadonlyArray<string>
  readonly command: Description
}

const below = (command: Description, path: ReadonlyArray<string>): ReadonlyArray<Known> => [
  { path, command },
  ...children(command).flatMap((one) => below(one, [...path, one.name]))
]

const ALL = below(described, [])

/** The words behind `inlet` in a line as a shell would be given it. */
const wordsOf = (example: string): ReadonlyArray<string> => {
  const [line = ""] = example.split(/ (?:\||>>?) /)
  const words = line.split(" ")
  return words.slice(words.indexOf("inlet") + 1)
}

const plain = { paint: (_: string, text: string) => text }

describe("help", () => {
  for (const { command, path } of ALL) {
    const name = ["inlet", ...path].join(" ")

    it(`of ${name} tells what there is to know`, () => {
      assert.match(command.summary, /^[A-Z].*[^.]$/)
      assert.isNotEmpty(command.examples)
      for (const { meaning } of [...command.arguments, ...command.options]) assert.isNotEmpty(meaning)
      for (const { meaning, repeated, required } of command.arguments) {
        if (!required) assert.match(meaning, /by default|asked for|or --all/, "what is done without it")
        if (repeated) assert.isFalse(required)
      }
    })

    it(`of ${name} fits the terminal`, () => {
      for (const width of [80, 110]) {
        const lines = Help.render(path, { ...plain, width }).split("\n")
        for (const line of lines) assert.isAtMost(line.length, width, line)
      }
      // A command's line in the list of all.
      if (path.length === 1) assert.isAtMost(command.summary.length, 66, command.summary)
    })

    it.effect(`of ${name} has examples that work`, () =>
      Effect.gen(function* () {
        for (const example of command.examples) {
          const parsed = Argv.parse(wordsOf(example), described, everywhere)
          if (Either.isLeft(parsed)) return assert.fail(`${example}: ${parsed.left.detail}`)
          if (path[0] === "help") assert.isTrue(parsed.right.help)
          else assert.deepStrictEqual(parsed.right.command.slice(0, path.length), path)
          const definition = Tree.at(tree, parsed.right.command).command
          const words = [parsed.right.command.at(-1) ?? "inlet", ...parsed.right.own]
          const directive = yield* CommandDescriptor.parse(definition, words, CliConfig.defaultConfig)
          assert.strictEqual(directive._tag, "UserDefined")
        }
      }).pipe(Effect.provide(NodeContext.layer))
    )
  }

  it("shows required arguments as they are typed, and only others in brackets", () => {
    assert.strictEqual(Help.usage(["erase"]), "inlet erase SOURCE [OPTIONS]")
    assert.strictEqual(Help.usage(["runs"]), "inlet runs [RUN] [OPTIONS]")
    assert.strictEqual(Help.usage(["sync"]), "inlet sync [SOURCE...] [OPTIONS]")
    assert.strictEqual(Help.usage(["quarantine"]), "inlet quarantine COMMAND [OPTIONS]")
  })

  it.live("is the same by each of its names, and goes to standard output", () =>
    Effect.gen(function* () {
      const same = [
        [["help"], ["--help"], ["-h"], []],
        [
          ["help", "sync"],
          ["sync", "--help"],
          ["sync", "-h", "github"],
          ["--help", "sync"]
        ],
        [
          ["help", "quarantine", "release"],
          ["quarantine", "release", "--help"]
        ]
      ]
      for (const [first = [], ...others] of same) {
        const told = yield* inlet(first)
        assert.strictEqual(told.code, 0)
        assert.strictEqual(told.stderr, "")
        assert.include(told.stdout, "Examples")
        for (const args of others) assert.deepStrictEqual(yield* inlet(args), told, args.join(" "))
      }
    })
  )

  it.live("tells each command once, in groups, in the width of the terminal", () =>
    Effect.gen(function* () {
      const { stdout } = yield* inlet(["--help"], { env: { COLUMNS: "80" } })
      for (const { name, summary } of children(described)) {
        assert.strictEqual(stdout.split("\n").filter((line) => line.startsWith(`  ${name} `)).length, 1, name)
        assert.include(stdout, summary)
      }
      for (const { title } of described.groups) assert.include(stdout, `\n${title}\n`)
      assert.isAtMost(Math.max(...stdout.split("\n").map((line) => line.length)), 80)
    })
  )

  it.live("tells the options of every command once", () =>
    Effect.gen(function* () {
      const [all, one] = [yield* inlet(["--help"]), yield* inlet(["status", "--help"])]
      for (const { meaning, names } of everywhere) {
        assert.include(all.stdout, meaning.slice(0, 20))
        assert.include(one.stdout, names[0] ?? "")
        assert.notInclude(one.stdout, meaning)
      }
    })
  )

  it.live("tells of exit codes and of the environment", () =>
    Effect.gen(function* () {
      const codes = yield* inlet(["help", "exit-codes"])
      for (const code of [0, 1, 2, 3, 10, 11, 20, 21, 30, 31, 40, 41, 50, 130, 143]) {
        assert.match(codes.stdout, new RegExp(`^ {2}${code} `, "m"))
      }
      const { stdout } = yield* inlet(["help", "environment"])
      for (const name of ["INLET_CONFIG", "INLET_STORE", "INLET_LOG_FORMAT", "NO_COLOR", "DATABOX_API_KEY", "OTEL_"]) {
        assert.include(stdout, name)
      }
    })
  )

  it.live("is a document with --json", () =>
    Effect.gen(function* () {
      const all = yield* inlet(["--help", "--json"])
      assert.strictEqual(all.code, 0)
      assert.strictEqual(all.stderr, "")
      assert.deepNestedInclude(jsonLines(all.stdout)[0], { command: "inlet", "groups[0].title": "First steps" })
      const [erase] = jsonLines((yield* inlet(["help", "erase", "--json"])).stdout)
      assert.deepNestedInclude(erase, {
        command: "inlet erase",
        usage: "inlet erase SOURCE [OPTIONS]",
        "arguments[0].required": true
      })
      for (const topic of Topics.TOPICS) {
        const [document] = jsonLines((yield* inlet(["help", topic, "--json"])).stdout)
        assert.deepNestedInclude(document, { topic })
      }
      assert.deepStrictEqual(Object.keys(jsonLines((yield* inlet(["--version", "--json"])).stdout)[0] ?? {}), [
        "version"
      ])
    })
  )

  it.scopedLive("has examples that do what they say where nothing is set up", () =>
    Effect.gen(function* () {
      const examples = ALL.flatMap(({ command }) => command.examples).filter((example) =>
        /^inlet (help|completion|schema (list|show)|connector list|init --yes)\b/.test(example)
      )
      assert.isAbove(examples.length, 8)
      for (const example of examples) {
        const { code, stderr } = yield* inlet(wordsOf(example), { cwd: yield* folder() })
        assert.strictEqual(code, 0, `${example}: ${stderr}`)
      }
    })
  )
})
