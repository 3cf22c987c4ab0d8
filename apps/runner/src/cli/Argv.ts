// Brings the words of a command line into the one order that @effect/cli reads without surprises, and refuses what no
// command knows.
import * as Either from "effect/Either"
import { at, children, type Description, leaves, type Option } from "./Description.ts"
import * as Suggest from "./Suggest.ts"
import type * as Topics from "./Topics.ts"
import * as Words from "./Words.ts"

export interface Parsed {
  /** The command's names, outermost first; empty for `inlet` alone. */
  readonly command: ReadonlyArray<string>
  /** Options that every command has, as @effect/cli takes them. */
  readonly globals: ReadonlyArray<string>
  /** The command's own options, then `--`, then its positional arguments. */
  readonly own: ReadonlyArray<string>
  readonly help: boolean
  readonly version: boolean
  /** What `inlet help` is asked about that is no command. */
  readonly topic?: Topics.Topic
}

/** Why a command line makes no command. */
export interface Refusal {
  readonly detail: string
  readonly fix: string
}

const flag = (...names: ReadonlyArray<string>): Option => ({
  names,
  value: null,
  meaning: "",
  required: false,
  repeated: true
})

export const HELP: Option = { ...flag("-h", "--help"), meaning: "this help" }
export const VERSION: Option = { ...flag("--version"), meaning: "the version" }

/** Whether an option without a value stands in a command line, also in one that is wrong otherwise. */
export const has = (argv: ReadonlyArray<string>, option: string): boolean => {
  const end = argv.indexOf("--")
  return argv.slice(0, end === -1 ? argv.length : end).includes(option)
}

const full = (...path: ReadonlyArray<string>) => ["inlet", ...path].join(" ")

/** Why a command cannot work with these arguments; undefined where it can. */
const misfit = (command: ReadonlyArray<string>, { arguments: wanted }: Description, given: ReadonlyArray<string>) => {
  const missing = wanted[given.length]
  if (missing?.required === true) return `${full(...command)} needs ${missing.name}: ${missing.meaning}.`
  const extra = given[wanted.length]
  if (extra === undefined || wanted.some(({ repeated }) => repeated)) return undefined
  const takes = wanted.length === 0 ? "no argument" : `only ${wanted.map(({ name }) => name).join(" ")}`
  return `${full(...command)} takes ${takes}, and "${extra}" is one too many.`
}

/** Why a command line that ends before it names a command that does something is none; undefined for `inlet` alone. */
const unfinished = (command: ReadonlyArray<string>, here: Description, [word]: ReadonlyArray<string>) => {
  if (word !== undefined) return `"${word}" stands behind -- and is no command there.`
  if (command.length === 0) return undefined
  const commands = children(here).map(({ name }) => full(...command, name))
  return `Which one? ${commands.join(", ")}`
}

const unknownOption = (
  name: string,
  root: Description,
  command: ReadonlyArray<string>,
  common: ReadonlyArray<Option>
): string => {
  const here = at(root, command)
  const has = (options: ReadonlyArray<Option>) => options.some(({ names }) => names.includes(name))
  const below = here.groups.length === 0 ? undefined : leaves(here, command).find((leaf) => has(leaf.command.options))
  if (below !== undefined) {
    return `${name} stands behind the name of a command that has it, as in: ${full(...below.path, name)}`
  }
  const known = [...here.options, ...common].flatMap(({ names }) => names)
  return `There is no option ${name}.${Suggest.option(name, known)}`
}

export const parse = (
  argv: ReadonlyArray<string>,
  root: Description,
  everywhere: ReadonlyArray<Option>
): Either.Either<Parsed, Refusal> => {
  const common = [HELP, VERSION, ...everywhere]
  const { words } = Words.read(argv, root, common)
  const command: Array<string> = []
  const globals: Array<string> = []
  const own: Array<string> = []
  const positional: Array<string> = []
  const given = new Set<Option>()
  let asked = false
  let topic: Topics.Topic | undefined

  const refuse = (detail: string) => Either.left({ detail, fix: full(...command, "--help") })

  for (const word of words) {
    switch (word.is) {
      case "command":
        command.push(word.name)
        break
      case "help":
        asked = true
        break
      case "topic":
        topic = word.topic
        break
      case "argument":
        positional.push(word.text)
        break
      case "unknown command":
        return refuse(
          `There is no command "${[...command, word.text].join(" ")}".${Suggest.command(root, command, word.text)}`
        )
      case "unknown option":
        return refuse(unknownOption(word.name, root, command, common))
      case "option": {
        const { inline, name, option, value } = word
        const again = given.has(option)
        given.add(option)
        if (option.value === null) {
          if (inline) return refuse(`${name} takes no value.`)
          if (!again && option !== HELP && option !== VERSION) (word.own ? own : globals).push(name)
          break
        }
        if (value === undefined) {
          return refuse(`${name} needs a value: ${name} ${option.value}, or ${name}=VALUE where it begins with dashes.`)
        }
        if (again && !option.repeated) return refuse(`${name} is given twice, and takes one value.`)
        ;(word.own ? own : globals).push(name, value)
      }
    }
  }

  const current = at(root, command)
  const version = given.has(VERSION)
  const help = !version && (asked || given.has(HELP))
  const parsed = { command, globals, own: [...own, "--", ...positional], help, version }
  if (help || version) return Either.right({ ...parsed, ...(topic !== undefined && { topic }) })
  const wrong =
    current.groups.length === 0 ? misfit(command, current, positional) : unfinished(command, current, positional)
  return wrong === undefined ? Either.right(parsed) : refuse(wrong)
}
