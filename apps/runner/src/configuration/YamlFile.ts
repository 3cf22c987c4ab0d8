// YAML text as a plain value that still knows on which line each of its parts stands.
// The library is as large as half of the program, and most commands that look at the store read no YAML: load it when one does.
import { isNode, isPair, isScalar, LineCounter, type Node, parseDocument, visit } from "yaml"
import type { Path } from "./Path.ts"

export interface Problem {
  readonly path: Path
  readonly line: number | null
  readonly message: string
}

export interface YamlFile {
  readonly value: unknown
  /** The line, from 1, of the part, or of what is nearest to it where it is missing. */
  readonly line: (path: Path) => number | null
  /** Why the text is no usable YAML. */
  readonly problems: ReadonlyArray<Problem>
}

const NO_ANCHOR =
  "what begins with * stands for another part of the file, and there is none of that name: put it in quotes"

const WHY: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: "this key is given twice",
  TAB_AS_INDENT: "a tab is used as indentation"
}

export const parse = (text: string): YamlFile => {
  const counter = new LineCounter()
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false })
  const lineAt = (offset: number | undefined) => (offset === undefined ? null : counter.linePos(offset).line)

  const startOf = (path: Path): number | undefined => {
    const parent = document.getIn(path.slice(0, -1), true)
    const last = path.at(-1)
    const items = isNode(parent) && "items" in parent ? parent.items : []
    const pair = items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === last)
    const node: unknown = isPair(pair) ? pair.key : document.getIn(path, true)
    return isNode(node) ? (node satisfies Node).range?.[0] : undefined
  }

  const line = (path: Path): number | null => {
    for (let length = path.length; length > 0; length--) {
      const found = lineAt(startOf(path.slice(0, length)))
      if (found !== null) return found
    }
    return null
  }

  const problems: Array<Problem> = document.errors.map(({ code, message, pos }) => ({
    path: [],
    line: lineAt(pos[0]),
    message: WHY[code] ?? `not YAML: ${message}`
  }))
  if (problems.length === 0) {
    visit(document, {
      Alias: (_, alias) => {
        if (alias.resolve(document) !== undefined) return
        problems.push({ path: [], line: lineAt(alias.range?.[0]), message: NO_ANCHOR })
      }
    })
  }
  return { value: problems.length === 0 ? document.toJS() : undefined, line, problems }
}
