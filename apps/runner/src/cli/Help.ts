// Help for people: short, in the width there is. With --json the same as one document.
import type { Paint } from "../output/Output.ts"
import { HELP, VERSION } from "./Argv.ts"
import { everywhere, inlet } from "./Described.ts"
import { at, children, type Description, type Option } from "./Description.ts"
import * as Topics from "./Topics.ts"

/** Words in lines of at most `width`. */
export const wrap = (words: string, width: number): ReadonlyArray<string> =>
  words.split(" ").reduce<Array<string>>((lines, word) => {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
    return lines
  }, [])

export type Row = readonly [name: string, meaning: string]

/** The column that names may fill; what stands behind a longer one begins on the next line. */
const NAMES = 28

const list = (rows: ReadonlyArray<Row>, width: number): ReadonlyArray<string> => {
  const fitting = rows.map(([name]) => name.length).filter((length) => length <= NAMES)
  const indent = Math.max(...fitting, 4) + 4
  return rows.flatMap(([name, meaning]) => {
    const lines = wrap(meaning, Math.max(20, width - indent)).map((line) => " ".repeat(indent) + line)
    const [first = "", ...rest] = lines
    return name.length + 4 > indent ? [`  ${name}`, ...lines] : [`  ${name.padEnd(indent - 2)}${first.trim()}`, ...rest]
  })
}

const written = ({ names, value }: Option) => names.join(", ") + (value === null ? "" : ` ${value}`)

const optionRow = (option: Option): Row => [
  written(option),
  option.repeated && option.value !== null ? `${option.meaning}; may be repeated` : option.meaning
]

/** Names alone, none of them broken. */
const names = (options: ReadonlyArray<Option>, width: number) =>
  wrap(options.map((option) => written(option).replaceAll(" ", "\u00a0")).join(", "), width - 2).map(
    (line) => `  ${line.replaceAll("\u00a0", " ")}`
  )

/** A command's line in the help of the one above it; it names what is below. */
const commandRow = (command: Description): Row => {
  const below = children(command).map(({ name }) => name)
  return [command.name, below.length === 0 ? command.summary : `${command.summary} (${below.join(", ")})`]
}

export const usage = (path: ReadonlyArray<string>): string => {
  const { arguments: args, groups } = at(inlet, path)
  const words = args.map(({ name, repeated, required }) => {
    const word = repeated ? `${name}...` : name
    return required ? word : `[${word}]`
  })
  return ["inlet", ...path, ...(groups.length > 0 ? ["COMMAND"] : []), ...words, "[OPTIONS]"].join(" ")
}

export interface Style {
  readonly paint: Paint
  readonly width: number
}

const block = (title: string, rows: ReadonlyArray<Row>, { paint, width }: Style): ReadonlyArray<string> =>
  rows.length === 0 ? [] : [paint("bold", title), ...list(rows, width), ""]

/** The help of the command at `path`; of `inlet` itself for an empty one. */
export const render = (path: ReadonlyArray<string>, style: Style): string => {
  const { paint, width } = style
  const here = at(inlet, path)
  const top = path.length === 0
  const common = [...everywhere, HELP, ...(top ? [VERSION] : [])]
  return [
    ...wrap(`${here.summary}.`, width),
    "",
    `${paint("bold", "Usage")}  ${usage(path)}`,
    "",
    ...here.groups.flatMap(({ commands, title }) => block(title, commands.map(commandRow), style)),
    ...block(
      "Arguments",
      here.arguments.map(({ meaning, name }) => [name, meaning]),
      style
    ),
    ...block("Options", here.options.map(optionRow), style),
    // Told once, in the help of `inlet` itself.
    ...(top
      ? block("Options of every command", common.map(optionRow), style)
      : [paint("bold", "Options of every command"), ...names(common, width), ""]),
    paint("bold", "Examples"),
    ...here.examples.map((example) => `  ${example}`),
    "",
    ...(here.groups.length > 0
      ? block(
          "More",
          [
            [`${["inlet", ...path].join(" ")} COMMAND --help`, "arguments, options and examples of a command"],
            ...(top
              ? ([
                  ["inlet help exit-codes", "what exit codes mean"],
                  ["inlet help environment", "variables of the environment that count"]
                ] as const)
              : [])
          ],
          style
        )
      : [])
  ].join("\n")
}

export const topic = (topic: Topics.Topic, style: Style): string => {
  const { close, rows, title } = Topics.CONTENTS[topic]
  return [...block(title, rows, style), ...wrap(close, style.width), ""].join("\n")
}

/** The help of a command as data. */
export const document = (path: ReadonlyArray<string>): object => ({
  command: ["inlet", ...path].join(" "),
  usage: usage(path),
  ...at(inlet, path),
  everywhere
})
