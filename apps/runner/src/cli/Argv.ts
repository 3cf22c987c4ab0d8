// Brings the words of a command line into the one order that @effect/cli reads without surprises, and refuses what no
// command knows.
import * as Either from "effect/Either"
import { at, child, children, type Description, leaves, type Option } from "./Description.ts"
import * as Suggest from "./Suggest.ts"
import * as Topics from "./Topics.ts"

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

const byName = (options: ReadonlyArray<Option>): ReadonlyMap<string, Option> =>
  new Map(options.flatMap((option) => option.names.map((name) => [name, option] as const)))

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

export const parse = (
  argv: ReadonlyArray<string>,
  root: Description,
  everywhere: ReadonlyArray<Option>
): Either.Either<Parsed, Refusal> => {
  const command: Array<string> = []
  const globals: Array<string> = []
  const own: Array<string> = []
  const positional: Array<string> = []
  const given = new Set<Option>()
  let topic: Topics.Topic | undefined
  const common = byName([HELP, VERSION, ...everywhere])
  let asked = false

  const refuse = (detail: string) => Either.left({ detail, fix: full(...command, "--help") })

  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] ?? ""
    const current = at(root, command)
    if (word === "--") {
      positional.push(...argv.slice(index + 1))
      break
    }
    if (word === "-" || !word.startsWith("-")) {
      if (current.groups.length === 0) positional.push(word)
      else if (command.length === 0 && word === "help" && !asked) asked = true
      else if (child(current, word) !== undefined) command.push(word)
      else if (asked && command.length === 0 && Topics.isTopic(word)) topic = word
      else {
        const suggestion = Suggest.command(root, command, word)
        return refuse(`There is no command "${[...command, word].join(" ")}".${suggestion}`)
      }
      continue
    }
    const [, name = word, inline] = /^(--?[^=]+)(?:=(.*))?$/s.exec(word) ?? []
    const owned = byName(current.options)
    const option = owned.get(name) ?? common.get(name)
    if (option === undefined) {
      const below = leaves(current, command).find((leaf) => byName(leaf.command.options).has(name))
      return refuse(
        below === undefined || current.groups.length === 0
          ? `There is no option ${name}.${Suggest.option(name, [...owned.keys(), ...common.keys()])}`
          : `${name} stands behind the name of a command that has it, as in: ${full(...below.path, name)}`
      )
    }
    const into = owned.has(name) ? own : globals
    const again = given.has(option)
    given.add(option)
    if (option.value === null) {
      if (inline !== undefined) return refuse(`${name} takes no value.`)
      if (!again && option !== HELP && option !== VERSION) into.push(name)
      continue
    }
    if (again && !option.repeated) return refuse(`${name} is given twice, and takes one value.`)
    const next = argv[index + 1]
    if (inline === undefined && (next === undefined || owned.has(next) || common.has(next))) {
      return refuse(`${name} needs a value: ${name} ${option.value}`)
    }
    if (inline === undefined && next?.startsWith("--") === true) {
      return refuse(`${name} needs a value. One that begins with dashes is written ${name}=${next}`)
    }
    if (inline === undefined) index += 1
    const value = inline ?? next ?? ""
    // @effect/cli would take a value that begins with a dash for the option of that name, wherever it stands.
    into.push(...(value.startsWith("-") ? [`${name}=${value}`] : [name, value]))
  }

  const current = at(root, command)
  const parsed = { command, globals, own: [...own, "--", ...positional] }
  const version = given.has(VERSION)
  if (asked || given.has(HELP) || version) {
    return Either.right({ ...parsed, help: !version, version, ...(topic !== undefined && { topic }) })
  }
  if (current.groups.length > 0 && (command.length > 0 || positional.length > 0)) {
    const [word] = positional
    if (word !== undefined) return refuse(`"${word}" is no command: what follows -- is taken as it is.`)
    return refuse(
      `Which one? ${children(current)
        .map(({ name }) => full(...command, name))
        .join(", ")}`
    )
  }
  const wrong = current.groups.length > 0 ? undefined : misfit(command, current, positional)
  return wrong === undefined ? Either.right({ ...parsed, help: false, version: false }) : refuse(wrong)
}
