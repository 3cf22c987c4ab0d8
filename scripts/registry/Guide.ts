// What a guide tells its reader to do, step by step: files to write and commands to type, as its code blocks show them.
//
//     ```js file=library.mjs          writes this file
//     ```console                      runs these commands one after the other; the lines below each are in what it prints
//     ```console fails                the same, of commands that are to fail
//     ```console ready="is open"      starts a command that goes on, and waits until it has printed these words

export interface File {
  readonly _tag: "File"
  readonly path: string
  readonly text: string
}

export interface Command {
  readonly _tag: "Command"
  readonly command: string
  /** What the guide shows of what it prints. */
  readonly printed: ReadonlyArray<string>
  readonly fails: boolean
  /** Where it stands in the guide. */
  readonly line: number
}

export interface Server {
  readonly _tag: "Server"
  readonly command: string
  readonly ready: string
  readonly line: number
}

const BLOCK = /^```(\w+)(?: (\w+)(?:="?([^"\n]*)"?)?)?\n([\s\S]*?)^```$/gm

const commands = (text: string, fails: boolean, first: number): ReadonlyArray<Command> => {
  let line = first
  return `\n${text}`
    .split("\n$ ")
    .slice(1)
    .map((block) => {
      const [command = "", ...printed] = block.trimEnd().split("\n")
      const one: Command = { _tag: "Command", command, printed, fails, line }
      line += printed.length + 1
      return one
    })
}

/** The steps of a guide. Blocks of other kinds are for reading only. */
export const steps = (markdown: string): ReadonlyArray<File | Command | Server> =>
  [...markdown.matchAll(BLOCK)].flatMap((found): ReadonlyArray<File | Command | Server> => {
    const [, language, key, value = "", text = ""] = found
    if (key === "file") return [{ _tag: "File", path: value, text }]
    if (language !== "console") return []
    const all = commands(text, key === "fails", markdown.slice(0, found.index).split("\n").length + 1)
    return key === "ready" ? all.map(({ command, line }) => ({ _tag: "Server", command, ready: value, line })) : all
  })

/** What differs from run to run: colours, folders, ids of runs, times and amounts. */
const VARIABLE: ReadonlyArray<readonly [RegExp, string]> = [
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what a terminal is told colours by.
  [/\u001b\[[0-9;]*m/g, ""],
  [/\/[\w./-]+\/(?=inlet-connector-)/g, "/"],
  [/\b\d{8}T\d{6}-\w{6}\b/g, "RUN"],
  [/\b\d{2}:\d{2}:\d{2}\b/g, "TIME"],
  [/\b\d+(\.\d+)? ?(ms|s|m|B|kB|MB)\b/g, "AMOUNT"],
  [/\badded \d+ packages/g, "added PACKAGES"],
  [/[ \t]+/g, " "]
]

const settled = (line: string) => VARIABLE.reduce((text, [found, word]) => text.replace(found, word), line).trim()

/**
 * The first line of a guide that was not printed behind the ones before it; undefined where all were. At the end of a line and
 * in the place of lines, … stands for whatever there is.
 */
export const missing = (shown: ReadonlyArray<string>, printed: string): string | undefined => {
  const lines = printed.split("\n").map(settled)
  let from = 0
  return shown.find((line) => {
    const [wanted = "", cut] = settled(line).split("…")
    if (wanted === "") return false
    const at = lines.findIndex(
      (one, index) => index >= from && (cut === undefined ? one === wanted : one.startsWith(wanted))
    )
    from = at + 1
    return at === -1
  })
}
