// Help for people, made from the definitions of the commands: short, one line an option, in the width there is.
import * as CliConfig from "@effect/cli/CliConfig"
import * as CommandDescriptor from "@effect/cli/CommandDescriptor"
import type * as HelpDoc from "@effect/cli/HelpDoc"
import type * as Span from "@effect/cli/HelpDoc/Span"
import * as CliOptions from "@effect/cli/Options"
import type { Paint } from "../output/Output.ts"
import * as Globals from "./Globals.ts"
import * as Tree from "./Tree.ts"

const spanText = (span: Span.Span): string => {
  switch (span._tag) {
    case "Sequence":
      return spanText(span.left) + spanText(span.right)
    case "Text":
    case "URI":
      return span.value
    default:
      return spanText(span.value)
  }
}

/** A document's paragraphs without their decoration. */
export const plain = (doc: HelpDoc.HelpDoc): string => paragraphs(doc).join(" ")

const paragraphs = (doc: HelpDoc.HelpDoc): ReadonlyArray<string> => {
  switch (doc._tag) {
    case "Sequence":
      return [...paragraphs(doc.left), ...paragraphs(doc.right)]
    case "Paragraph":
      return [spanText(doc.value)]
    default:
      return []
  }
}

interface Section {
  readonly title: string
  readonly paragraphs: ReadonlyArray<string>
  /** Name and paragraphs of each item. */
  readonly items: ReadonlyArray<readonly [string, ReadonlyArray<string>]>
}

const items = (doc: HelpDoc.HelpDoc): Section["items"] => {
  switch (doc._tag) {
    case "Sequence":
      return [...items(doc.left), ...items(doc.right)]
    case "DescriptionList":
      return doc.definitions.map(([name, about]) => [spanText(name), paragraphs(about)] as const)
    default:
      return []
  }
}

const sections = (doc: HelpDoc.HelpDoc): ReadonlyArray<Section> => {
  if (doc._tag !== "Sequence") return []
  if (doc.left._tag === "Header") {
    return [{ title: spanText(doc.left.value), paragraphs: paragraphs(doc.right), items: items(doc.right) }]
  }
  return [...sections(doc.left), ...sections(doc.right)]
}

/** Words in lines of at most `width`. */
export const wrap = (words: string, width: number): ReadonlyArray<string> =>
  words.split(" ").reduce<Array<string>>((lines, word) => {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
    return lines
  }, [])

const list = (rows: ReadonlyArray<readonly [string, string]>, width: number): ReadonlyArray<string> => {
  const indent = Math.max(...rows.map(([name]) => name.length)) + 4
  return rows.flatMap(([name, meaning]) =>
    wrap(meaning, Math.max(20, width - indent)).map((line, index) =>
      index === 0 ? `  ${name.padEnd(indent - 2)}${line}` : " ".repeat(indent) + line
    )
  )
}

/** An option's own words stand second, after what the library says of its type. */
const options = (found: Section["items"]) =>
  found.map(([name, [, meaning = ""]]) => [name.trim().replace(/^<(.*)>/, "$1"), meaning] as const)

const config = CliConfig.make({ showBuiltIns: false })

const helpOf = ({ command }: Tree.Tree) => {
  const found = sections(CommandDescriptor.getHelp(command, config))
  return (title: string): Section => found.find((one) => one.title === title) ?? { title, paragraphs: [], items: [] }
}

/** The help of the command at `path`; of `inlet` itself for an empty one. */
export const render = (
  root: Tree.Tree,
  path: ReadonlyArray<string>,
  { paint, width }: { readonly paint: Paint; readonly width: number }
): string => {
  const here = Tree.at(root, path)
  const section = helpOf(here)
  const args = options(section("ARGUMENTS").items)
  const own = options(section("OPTIONS").items)
  const commands = Tree.children(here).flatMap((child) => Tree.leaves(child, [child.name]))
  const subcommands = commands.map(({ path, tree }) => [path.join(" "), tree.summary] as const)
  const everywhere = [
    ...options(items(CliOptions.getHelp(Globals.options))),
    ["-h, --help", "this help"] as const,
    ...(path.length === 0 ? [["--version", "the version"] as const] : [])
  ]
  const usage = ["inlet", ...path, ...args.map(([name]) => `[${name}]`), ...(subcommands.length > 0 ? ["COMMAND"] : [])]
  const block = (title: string, rows: ReadonlyArray<readonly [string, string]>) =>
    rows.length === 0 ? [] : [paint("bold", title), ...list(rows, width), ""]
  return [
    `${here.summary}.`,
    "",
    `${paint("bold", "Usage")}  ${usage.join(" ")} [OPTIONS]`,
    "",
    ...block("Commands", subcommands),
    ...block("Arguments", args),
    ...block("Options", own),
    ...block("Options of every command", everywhere),
    ...[paint("bold", "Examples"), ...here.examples.map((example) => `  ${example}`), ""],
    ...(subcommands.length > 0 ? [`${["inlet", ...path].join(" ")} COMMAND --help tells more of a command.`, ""] : [])
  ].join("\n")
}
