// What each word of a command line is, right or wrong.
import { at, child, type Description, type Option } from "./Description.ts"
import * as Topics from "./Topics.ts"

export type Word =
  | { readonly is: "command"; readonly name: string }
  /** `inlet help`, before the command that it asks about. */
  | { readonly is: "help" }
  | { readonly is: "topic"; readonly topic: Topics.Topic }
  | { readonly is: "argument"; readonly text: string }
  | {
      readonly is: "option"
      readonly name: string
      readonly option: Option
      /** Whether it is the command's own. */
      readonly own: boolean
      /** Undefined for a flag, and where it is missing. */
      readonly value: string | undefined
      /** Whether the value was given behind `=`. */
      readonly inline: boolean
    }
  | { readonly is: "unknown command"; readonly text: string }
  | { readonly is: "unknown option"; readonly name: string }

export interface Words {
  readonly words: ReadonlyArray<Word>
  /** The command's names. */
  readonly command: ReadonlyArray<string>
  /** Whether there is a `--`, behind which everything is an argument. */
  readonly ended: boolean
}

const byName = (options: ReadonlyArray<Option>): ReadonlyMap<string, Option> =>
  new Map(options.flatMap((option) => option.names.map((name) => [name, option] as const)))

/** A command line as `root` understands it; `everywhere` are the options that every command has. */
export const read = (argv: ReadonlyArray<string>, root: Description, everywhere: ReadonlyArray<Option>): Words => {
  const common = byName(everywhere)
  const end = argv.indexOf("--")
  const before = end < 0 ? argv : argv.slice(0, end)
  const command: Array<string> = []
  const words: Array<Word> = []

  const plain = (text: string): Word => {
    const here = at(root, command)
    if (here.groups.length === 0) return { is: "argument", text }
    const asked = words.some(({ is }) => is === "help")
    if (command.length === 0 && text === "help" && !asked) return { is: "help" }
    if (child(here, text) !== undefined) {
      command.push(text)
      return { is: "command", name: text }
    }
    return asked && command.length === 0 && Topics.isTopic(text)
      ? { is: "topic", topic: text }
      : { is: "unknown command", text }
  }

  for (let index = 0; index < before.length; index++) {
    const word = before[index] ?? ""
    if (word === "-" || !word.startsWith("-")) {
      words.push(plain(word))
      continue
    }
    const [, name = word, inline] = /^(--?[^=]+)(?:=(.*))?$/s.exec(word) ?? []
    const own = byName(at(root, command).options)
    const option = own.get(name) ?? common.get(name)
    if (option === undefined) {
      words.push({ is: "unknown option", name })
      continue
    }
    const next = option.value === null || inline !== undefined ? undefined : before[index + 1]
    const following =
      next?.startsWith("--") === true || own.has(next ?? "") || common.has(next ?? "") ? undefined : next
    if (following !== undefined) index += 1
    words.push({
      is: "option",
      name,
      option,
      own: own.has(name),
      value: inline ?? following,
      inline: inline !== undefined
    })
  }
  words.push(...argv.slice(before.length + 1).map((text): Word => ({ is: "argument", text })))
  return { words, command, ended: end >= 0 }
}
