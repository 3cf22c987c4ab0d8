// The little Markdown that contracts are written in.

/** The first line of every page: whoever changes one by hand shall know. */
export const GENERATED = "<!-- Written by `inlet schema write`; what is changed here by hand is lost. -->"

/** Text that says nothing but itself, also within a table. */
export const plain = (text: string): string => text.replace(/\s+/g, " ").replace(/[\\|<*`[\]]/g, "\\$&")

export const code = (text: string): string => `\`${text.replaceAll("|", "\\|")}\``

export const codes = (texts: ReadonlyArray<string>): string => texts.map(code).join(", ")

export const table = (
  head: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<string>>
): ReadonlyArray<string> => [...[head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`), ""]

export const steps = (lines: ReadonlyArray<string>): ReadonlyArray<string> => [
  ...lines.map((line, index) => `${index + 1}. ${line}`),
  ""
]

/** A whole page out of its lines; those that are undefined are left out. */
export const page = (lines: ReadonlyArray<string | undefined>): string =>
  `${[GENERATED, "", ...lines.filter((line) => line !== undefined)].join("\n").trimEnd()}\n`
