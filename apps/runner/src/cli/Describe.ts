// What @effect/cli knows of a command, as plain data.
import * as CliConfig from "@effect/cli/CliConfig"
import * as CommandDescriptor from "@effect/cli/CommandDescriptor"
import type * as HelpDoc from "@effect/cli/HelpDoc"
import type * as Span from "@effect/cli/HelpDoc/Span"
import * as Options from "@effect/cli/Options"
import type * as Usage from "@effect/cli/Usage"
import * as Option from "effect/Option"
import type * as Description from "./Description.ts"
import type * as Tree from "./Tree.ts"

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

/** A document's paragraphs without their decoration. */
export const plain = (doc: HelpDoc.HelpDoc): string => paragraphs(doc).join(" ")

/** What is told of each argument, then of each option: their own words stand second, behind their type. */
const meanings = (doc: HelpDoc.HelpDoc): ReadonlyArray<string> => {
  switch (doc._tag) {
    case "Sequence":
      return [...meanings(doc.left), ...meanings(doc.right)]
    case "DescriptionList":
      return doc.definitions.map(([, about]) => paragraphs(about)[1] ?? "")
    default:
      return []
  }
}

interface Parameter {
  readonly names: ReadonlyArray<string>
  readonly value: string | null
  readonly required: boolean
  readonly repeated: boolean
}

const parameters = (usage: Usage.Usage): ReadonlyArray<Parameter> => {
  switch (usage._tag) {
    case "Named": {
      const { acceptedValues, names } = usage
      return [{ names, value: Option.getOrNull(acceptedValues), required: true, repeated: false }]
    }
    case "Optional":
      return parameters(usage.usage).map((one) => ({ ...one, required: false }))
    case "Repeated":
      return parameters(usage.usage).map((one) => ({ ...one, required: false, repeated: true }))
    case "Alternation":
    case "Concat":
      return [...parameters(usage.left), ...parameters(usage.right)]
    default:
      return []
  }
}

const described = (
  usage: Usage.Usage,
  doc: HelpDoc.HelpDoc
): Pick<Description.Description, "arguments" | "options"> => {
  const all = parameters(usage)
  const meaning = meanings(doc)
  const args = all.flatMap(({ names: [name = ""], ...rest }) => (name.startsWith("<") ? [{ name, ...rest }] : []))
  const options = all.filter(({ names: [name = ""] }) => name.startsWith("-"))
  return {
    arguments: args.map(({ name, repeated, required }, index) => ({
      name: name.slice(1, -1),
      meaning: meaning[index] ?? "",
      required,
      repeated
    })),
    options: options.map((option, index) => ({
      ...option,
      meaning: meaning[args.length + index] ?? "",
      required: option.required && option.value !== null
    }))
  }
}

const config = CliConfig.make({ showBuiltIns: false })

export const describe = ({
  command,
  details,
  examples,
  groups,
  name,
  summary
}: Tree.Tree): Description.Description => ({
  name,
  summary,
  details,
  examples,
  ...described(CommandDescriptor.getUsage(command), CommandDescriptor.getHelp(command, config)),
  groups: groups.map(({ commands, title }) => ({ title, commands: commands.map(describe) }))
})

/** Options by themselves. */
export const optionsOf = (options: Options.Options<unknown>): ReadonlyArray<Description.Option> =>
  described(Options.getUsage(options), Options.getHelp(options)).options
