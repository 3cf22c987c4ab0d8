// What may stand at the cursor of a command line that is being written.
import { HELP, VERSION } from "./Argv.ts"
import { everywhere, inlet } from "./Described.ts"
import { at, children, choices, type Option } from "./Description.ts"
import * as Topics from "./Topics.ts"
import * as Words from "./Words.ts"

/** A word, and what it means. */
export type Candidate = readonly [word: string, meaning: string]

export interface Cursor {
  /** What is there of the word. */
  readonly begun: string
  /** What the shell counts to the word and is no part of what is wanted: `--store=` of `--store=in`. */
  readonly prefix: string
  readonly candidates: ReadonlyArray<Candidate>
  /** The value that is wanted, as help calls it: SOURCE, FILE. */
  readonly value?: string
  /** Values so far, by the names of options and arguments. */
  readonly given: ReadonlyMap<string, ReadonlyArray<string>>
}

const common = [...everywhere, HELP, VERSION]

/** bash makes three words of `--store=x`. */
const unbroken = (words: ReadonlyArray<string>): ReadonlyArray<string> => {
  const all: Array<string> = []
  for (const [index, word] of words.entries()) {
    const last = all.at(-1) ?? ""
    const continues = (word === "=" && last.startsWith("--")) || (words[index - 1] === "=" && last.endsWith("="))
    if (continues) all[all.length - 1] = last + word
    else all.push(word)
  }
  return all
}

const names = (options: ReadonlyArray<Option>): ReadonlyArray<Candidate> =>
  options.map(({ meaning, names }) => [names.at(-1) ?? "", meaning] as const)

const valuesBefore = ({ command, words }: Words.Words): Cursor["given"] => {
  const { arguments: wanted } = at(inlet, command)
  const given = new Map<string, Array<string>>()
  let position = 0
  for (const word of words) {
    if (word.is !== "argument" && (word.is !== "option" || word.value === undefined)) continue
    const name = word.is === "option" ? word.name : (wanted[Math.min(position++, wanted.length - 1)]?.name ?? "")
    given.set(name, [...(given.get(name) ?? []), (word.is === "option" ? word.value : word.text) ?? ""])
  }
  return given
}

/** `typed` are the words behind `inlet` up to the cursor; the last is what is begun there, and may be empty. */
export const cursor = (typed: ReadonlyArray<string>): Cursor => {
  const words = unbroken(typed)
  const broken = typed.slice(-2).includes("=")
  const last = words.at(-1) ?? ""
  const before = Words.read(words.slice(0, -1), inlet, common)
  const here = at(inlet, before.command)
  const given = valuesBefore(before)
  const options = [...here.options, ...common]
  const nothing: Cursor = { begun: last, prefix: "", candidates: [], given }

  const valueOf = (name: string, begun = last, prefix = ""): Cursor => {
    const some = choices({ value: name })
    return some.length > 0
      ? { begun, prefix, candidates: some.map((choice) => [choice, ""] as const), given }
      : { begun, prefix, candidates: [], value: name, given }
  }

  if (before.words.some(({ is }) => is === "unknown command")) return nothing
  if (!before.ended) {
    const open = before.words.at(-1)
    if (open?.is === "option" && open.option.value !== null && open.value === undefined)
      return valueOf(open.option.value)
    const [, name, begun] = /^(--[^=]+)=(.*)$/s.exec(last) ?? []
    if (name !== undefined) {
      const option = options.find((one) => one.names.includes(name))
      return option?.value == null ? nothing : valueOf(option.value, begun, broken ? "" : `${name}=`)
    }
    if (last.startsWith("-")) {
      const used = before.words.flatMap((word) => (word.is === "option" ? [word.option] : []))
      const left = options.filter((one) => !used.includes(one) || (one.repeated && one.value !== null))
      return { ...nothing, candidates: names(left) }
    }
  }
  if (here.groups.length > 0) {
    const asked = before.words.some(({ is }) => is === "help")
    const topics = asked && before.command.length === 0 ? Topics.TOPICS : []
    const commands = children(here).map(({ name, summary }) => [name, summary] as const)
    return { ...nothing, candidates: [...commands, ...topics.map((topic) => [topic, ""] as const)] }
  }
  const count = before.words.filter(({ is }) => is === "argument").length
  const argument = here.arguments[count] ?? here.arguments.find(({ repeated }) => repeated)
  if (argument !== undefined) return valueOf(argument.name)
  return before.ended ? nothing : { ...nothing, candidates: names(options) }
}
