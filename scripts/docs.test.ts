// Everything that a published package exports says what it is and since when. The core is the exception: of it counts what the
// sdk passes on.
import { readFileSync } from "node:fs"
import { join, relative } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import ts from "typescript"
import { options, packages } from "./faces.mjs"
import { root } from "./steps.mjs"

const entries = packages.filter(({ manifest }) => manifest.name !== "@inlet/core").flatMap((one) => one.entries)

const isDocumented = (symbol: ts.Symbol): boolean =>
  symbol.declarations?.some((declaration) =>
    ts
      .getJSDocCommentsAndTags(declaration)
      .some(
        (doc) =>
          ts.isJSDoc(doc) && doc.comment !== undefined && doc.tags?.some(({ tagName }) => tagName.text === "since")
      )
  ) === true

const isNamespace = (symbol: ts.Symbol) => (symbol.flags & ts.SymbolFlags.ValueModule) !== 0

/** What a module exports without saying what it is, each once; and how many exports were looked at. */
const look = (files: ReadonlyArray<string>, host?: ts.CompilerHost) => {
  const program = ts.createProgram(files, options, host)
  const checker = program.getTypeChecker()
  const seen = new Set<ts.Symbol>()
  const silent: Array<string> = []
  const visit = (module: ts.Symbol, path: string) => {
    for (const exported of checker.getExportsOfModule(module)) {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported
      if (seen.has(symbol)) continue
      seen.add(symbol)
      const name = `${path} ${exported.name}`
      if (isNamespace(symbol)) visit(symbol, name)
      else if (!isDocumented(symbol) && !isDocumented(exported)) silent.push(name)
    }
  }
  for (const file of files) {
    const source = program.getSourceFile(file)
    const module = source && checker.getSymbolAtLocation(source)
    if (module !== undefined) visit(module, relative(root, file))
  }
  return { silent, seen: seen.size }
}

describe("the docstrings", () => {
  it("are missed where they lack", () => {
    const file = join(root, "Sample.ts")
    const text =
      "export const bare = 1\n/** Says what. */\nexport const undated = 2\n/**\n * Says what.\n *\n * @since 1\n */\nexport const whole = 3"
    const host = ts.createCompilerHost(options)
    const read = host.readFile
    host.readFile = (name) => (name === file ? text : read(name))
    host.fileExists = (name) => name === file || ts.sys.fileExists(name)
    host.getSourceFile = (name, settings) =>
      ts.createSourceFile(name, name === file ? text : readFileSync(name, "utf8"), settings)
    assert.deepStrictEqual(look([file], host), { silent: ["Sample.ts bare", "Sample.ts undated"], seen: 3 })
  })

  it("say of every export what it is and since when", () => {
    const { seen, silent } = look(entries.map(({ source }) => source))
    assert.isAbove(seen, 100)
    assert.deepStrictEqual(silent, [])
  })
})
