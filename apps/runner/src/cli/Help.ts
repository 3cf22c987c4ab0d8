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

const list = (rows: ReadonlyArray<Row>, indent: number, width: number): ReadonlyArray<string> =>
  rows.flatMap(([name, meaning]) => {
    const lines = wrap(meaning, Math.max(20, width - indent)).map((line) => " ".repeat(indent) + line)
    const [first = "", ...rest] = lines
    return name.length + 4 > indent ? [`  ${name}`, ...lines] : [`  ${name.padEnd(indent - 2)}${first.trim()}`, ...rest]
  })

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

type Section = readonly [title: string, rows: ReadonlyArray<Row>]

/** Lists below each other, with their second columns in one line. */
const sections = (all: ReadonlyArray<Section>, { paint, width }: Style): ReadonlyArray<string> => {
  const lengths = all.flatMap(([, rows]) => rows.map(([name]) => name.length)).filter((length) => length <= NAMES)
  const indent = Math.max(...lengths, 4) + 4
  return all.flatMap(([title, rows]) =>
    rows.length === 0 ? [] : [paint("bold", title), ...list(rows, indent, width), ""]
  )
}

/** The help of the command at `path`; of `inlet` itself for an empty one. */
export const render = (path: ReadonlyArray<string>, style: Style): string => {
  const { paint, width } = style
  const here = at(inlet, path)
  const top = path.length === 0
  const title = "Options of every command"
  const common = [...everywhere, HELP, ...(top ? [VERSION] : [])]
  const more: ReadonlyArray<Row> = [
    ["inlet help COMMAND", "arguments, options and examples of a command"],
    ...Topics.TOPICS.map((topic): Row => [`inlet help ${topic}`, Topics.CONTENTS[topic].summary])
  ]
  return [
    ...[`${here.summary}.`, ...here.details].flatMap((sentence) => wrap(sentence, width)),
    "",
    `${paint("bold", "Usage")}  ${usage(path)}`,
    "",
    ...sections(
      here.groups.map(({ commands, title }) => [title, commands.map(commandRow)]),
      style
    ),
    ...sections(
      [
        ["Arguments", here.arguments.map(({ meaning, name }) => [name, meaning])],
        ["Options", here.options.map(optionRow)],
        // Told once, in the help of `inlet` itself.
        [title, top ? common.map(optionRow) : []]
      ],
      style
    ),
    ...(top ? [] : [`${paint("bold", title)} (inlet --help tells what they do)`, ...names(common, width), ""]),
    paint("bold", "Examples"),
    ...here.examples.map((example) => `  ${example}`),
    "",
    ...sections(top ? [["More", more]] : [], style),
    ...(!top && here.groups.length > 0
      ? [`${["inlet", ...path].join(" ")} COMMAND --help tells more of a command.`, ""]
      : [])
  ].join("\n")
}

export const topic = (topic: Topics.Topic, style: Style): string => {
  const { close, rows, title } = Topics.CONTENTS[topic]
  return [...sections([[title, rows]], style), ...wrap(close, style.width), ""].join("\n")
}

/** The help of a command as data. */
export const document = (path: ReadonlyArray<string>): object => ({
  command: ["inlet", ...path].join(" "),
  usage: usage(path),
  ...at(inlet, path),
  everywhere
})
