// Brings the words of a command line into the one order that @effect/cli reads without surprises, and refuses what no
// command knows. What commands and options exist is read from their definitions.
import * as CommandDescriptor from "@effect/cli/CommandDescriptor"
import type * as Usage from "@effect/cli/Usage"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { UsageError } from "../output/Failure.ts"
import { didYouMean } from "./Suggest.ts"
import * as Tree from "./Tree.ts"

export interface Parsed {
  /** The command's names, outermost first; empty for `inlet` alone. */
  readonly command: ReadonlyArray<string>
  /** Options that every command has, as @effect/cli takes them. */
  readonly globals: ReadonlyArray<string>
  /** The command's own options, then `--`, then its positional arguments. */
  readonly own: ReadonlyArray<string>
  readonly help: boolean
  readonly version: boolean
}

/** Names of options, and whether a value follows. */
type Known = ReadonlyMap<string, boolean>

const named = (usage: Usage.Usage): ReadonlyArray<Usage.Named> => {
  switch (usage._tag) {
    case "Named":
      return [usage]
    case "Optional":
    case "Repeated":
      return named(usage.usage)
    case "Alternation":
    case "Concat":
      return [...named(usage.left), ...named(usage.right)]
    default:
      return []
  }
}

const optionsOf = (usage: Usage.Usage): Known =>
  new Map(
    named(usage).flatMap(({ acceptedValues, names }) =>
      names.filter((name) => name.startsWith("-")).map((name) => [name, Option.isSome(acceptedValues)] as const)
    )
  )

const BUILT_IN: Known = new Map([
  ["--help", false],
  ["-h", false],
  ["--version", false]
])

/** Whether an option without a value stands in a command line, also in one that is wrong otherwise. */
export const has = (argv: ReadonlyArray<string>, option: string): boolean => {
  const end = argv.indexOf("--")
  return argv.slice(0, end === -1 ? argv.length : end).includes(option)
}

export const parse = (
  argv: ReadonlyArray<string>,
  root: Tree.Tree,
  globalUsage: Usage.Usage
): Either.Either<Parsed, UsageError> => {
  const globals = optionsOf(globalUsage)
  const command: Array<string> = []
  const found = { builtIn: new Set<string>(), globals: [] as string[], own: [] as string[] }
  const positional: Array<string> = []
  let current = root

  const refuse = (detail: string) =>
    Either.left(new UsageError({ detail, fix: ["inlet", ...command, "--help"].join(" ") }))

  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] ?? ""
    if (word === "--") {
      positional.push(...argv.slice(index + 1))
      break
    }
    if (word === "-" || !word.startsWith("-")) {
      const next = Tree.child(current, word)
      if (current.groups.length === 0) {
        positional.push(word)
      } else if (next !== undefined) {
        current = next
        command.push(word)
      } else {
        const known = Tree.children(current).map(({ name }) => name)
        return refuse(`There is no command "${[...command, word].join(" ")}".${didYouMean(word, known)}`)
      }
      continue
    }
    const [, name = word, inline] = /^(--?[^=]+)(?:=(.*))?$/s.exec(word) ?? []
    const own = optionsOf(CommandDescriptor.getUsage(current.command))
    const known = new Map([...BUILT_IN, ...globals, ...own])
    const valued = known.get(name)
    if (valued === undefined) {
      return refuse(`There is no option ${name}.${didYouMean(name, known.keys())}`)
    }
    const into = own.has(name) ? found.own : found.globals
    if (!valued) {
      if (inline !== undefined) return refuse(`${name} takes no value.`)
      if (BUILT_IN.has(name)) found.builtIn.add(name)
      else into.push(name)
      continue
    }
    const next = argv[index + 1]
    const value = inline ?? (next?.startsWith("--") ? undefined : next)
    if (value === undefined) return refuse(`${name} needs a value.`)
    if (inline === undefined) index += 1
    into.push(name, value)
  }
  const help = found.builtIn.has("--help") || found.builtIn.has("-h")
  const version = found.builtIn.has("--version")
  if (command.length > 0 && current.groups.length > 0 && !help) {
    return refuse(
      `Which one? ${Tree.children(current)
        .map(({ name }) => ["inlet", ...command, name].join(" "))
        .join(", ")}`
    )
  }
  return Either.right({
    command,
    globals: found.globals,
    own: [...found.own, "--", ...positional],
    help,
    version
  })
}
