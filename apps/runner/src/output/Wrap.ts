// Sentences in lines of a terminal's width. What is to be copied stays in one piece: a command, a path, an address.
import { stripVTControlCharacters } from "node:util"
import * as Width from "./Width.ts"

/** Words that a command begins with. */
const COMMANDS: ReadonlySet<string> = new Set(["inlet", "npx", "npm", "node", "openssl", "curl"])

/** Where a command in a sentence is over. */
const END = /[.,;:)]$/

/** The pieces of a line that it may be broken between: words, and commands as a whole. */
const pieces = (line: string): ReadonlyArray<string> => {
  const found: Array<string> = []
  let open = false
  for (const word of line.split(/ +/)) {
    const last = found.length - 1
    if (open && last >= 0) found[last] = `${found[last]} ${word}`
    else found.push(word)
    open = (open || COMMANDS.has(word.replace(/^[("]+/, ""))) && !END.test(word)
  }
  return found
}

/** A paragraph in lines of at most `width` columns, but for a piece that is wider by itself; all but the first are indented. */
export const words = (paragraph: string, width: number, indent = ""): ReadonlyArray<string> => {
  if (Width.of(paragraph) <= width) return [paragraph]
  const lines: Array<string> = []
  let line: string | undefined
  for (const piece of pieces(paragraph)) {
    if (line !== undefined && Width.of(line) + 1 + Width.of(piece) <= width) line = `${line} ${piece}`
    else {
      if (line !== undefined) lines.push(line)
      line = lines.length === 0 ? piece : indent + piece
    }
  }
  return line === undefined ? lines : [...lines, line]
}

/** How far lines that go on are indented behind the first, where that is an item among others. */
const HANGING = 2
/** Indented itself, or with a word in front that says what it is. */
const ITEM = /^( |\S+: )/

/** Each line of a text broken where it is too wide; what goes on of an item is indented behind it. */
export const text = (written: string, width: number): string =>
  written
    .split("\n")
    .flatMap((line) => {
      if (Width.of(line) <= width) return [line]
      const indent = " ".repeat(line.length - line.trimStart().length)
      const hanging = " ".repeat(ITEM.test(stripVTControlCharacters(line)) ? HANGING : 0)
      return words(line.trimStart(), width - indent.length, hanging).map((one) => indent + one)
    })
    .join("\n")
