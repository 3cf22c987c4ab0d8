// The house rules that a compiler does not know: which package may import which, and that no module needs itself.
import { readdirSync, readFileSync } from "node:fs"
import { builtinModules } from "node:module"
import { dirname, join, relative, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import ts from "typescript"

const root = fileURLToPath(new URL("..", import.meta.url))

interface Import {
  readonly file: string
  readonly from: string
  /** Gone at run time. */
  readonly typeOnly: boolean
}

interface Package {
  readonly name: string
  readonly folder: string
  /** What it may import: of a bundled program also its development dependencies. */
  readonly declared: ReadonlySet<string>
  readonly imports: ReadonlyArray<Import>
}

const isTypeOnly = (node: ts.ImportDeclaration | ts.ExportDeclaration): boolean => {
  if (ts.isExportDeclaration(node)) return node.isTypeOnly
  const { importClause } = node
  if (importClause === undefined) return false
  if (importClause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true
  const bindings = importClause.namedBindings
  return (
    importClause.name === undefined &&
    bindings !== undefined &&
    ts.isNamedImports(bindings) &&
    bindings.elements.every((element) => element.isTypeOnly)
  )
}

const importsOf = (file: string): ReadonlyArray<Import> => {
  const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.ES2023, true)
  const found: Array<Import> = []
  const visit = (node: ts.Node): void => {
    if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier !== undefined) {
      if (ts.isStringLiteral(node.moduleSpecifier)) {
        found.push({ file, from: node.moduleSpecifier.text, typeOnly: isTypeOnly(node) })
      }
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

const sources = (folder: string): ReadonlyArray<string> =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(folder, name))

const packages: ReadonlyArray<Package> = ["packages", "apps"].flatMap((group) =>
  readdirSync(join(root, group)).map((name): Package => {
    const folder = join(root, group, name)
    const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))
    const { dependencies, devDependencies, peerDependencies } = manifest
    const declared = { ...dependencies, ...peerDependencies, ...(group === "apps" ? devDependencies : {}) }
    return {
      name: manifest.name,
      folder,
      declared: new Set(Object.keys(declared)),
      imports: sources(join(folder, "src")).flatMap(importsOf)
    }
  })
)

/** The package that a specifier names. @example packageOf("effect/Effect") === "effect" */
const packageOf = (from: string): string =>
  from
    .split("/")
    .slice(0, from.startsWith("@") ? 2 : 1)
    .join("/")

const isBuiltin = (from: string) => from.startsWith("node:") || builtinModules.includes(from)

/** The packages of this house that a package may import. */
const allowed = (name: string): ReadonlyArray<string> => {
  if (name === "@inlet/runner") return packages.map((one) => one.name)
  if (name === "@inlet/core") return []
  return /^@inlet\/(create-)?connector/.test(name) ? ["@inlet/sdk"] : ["@inlet/core"]
}

const where = ({ file, from }: Import) => `${relative(root, file)} imports ${from}`

describe("the house", () => {
  it("has packages", () => {
    assert.includeMembers(
      packages.map(({ name }) => name),
      ["@inlet/core", "@inlet/sdk", "@inlet/runner"]
    )
    for (const { imports, name } of packages) assert.isAbove(imports.length, 0, name)
  })

  for (const { declared, imports, name } of packages) {
    const foreign = imports.filter(({ from }) => !from.startsWith("."))

    it(`${name} imports only what it declares`, () => {
      const undeclared = foreign.filter(({ from }) => !isBuiltin(from) && !declared.has(packageOf(from)))
      assert.deepStrictEqual(undeclared.map(where), [])
    })

    it(`${name} depends on nothing above it`, () => {
      const wrong = foreign.filter(
        ({ from }) => packageOf(from).startsWith("@inlet/") && !allowed(name).includes(packageOf(from))
      )
      assert.deepStrictEqual(wrong.map(where), [])
    })

    it(`${name} has no module that needs itself`, () => {
      const needs = new Map<string, Array<string>>()
      for (const { file, from, typeOnly } of imports) {
        if (typeOnly || !from.startsWith(".")) continue
        needs.set(file, [...(needs.get(file) ?? []), resolve(dirname(file), from)])
      }
      const done = new Set<string>()
      const walk = (file: string, path: ReadonlyArray<string>): ReadonlyArray<string> | undefined => {
        if (path.includes(file)) return [...path.slice(path.indexOf(file)), file]
        if (done.has(file)) return undefined
        for (const next of needs.get(file) ?? []) {
          const cycle = walk(next, [...path, file])
          if (cycle !== undefined) return cycle
        }
        done.add(file)
        return undefined
      }
      const cycle = [...needs.keys()].map((file) => walk(file, [])).find((found) => found !== undefined)
      assert.isUndefined(cycle, cycle?.map((file) => relative(root, file)).join(" → "))
    })
  }

  it("keeps the core to effect and SHA-256", () => {
    const core = packages.find(({ name }) => name === "@inlet/core")
    const foreign = core?.imports.filter(({ from }) => !from.startsWith(".")) ?? []
    const wrong = foreign.filter(({ from }) => packageOf(from) !== "effect" && from !== "node:crypto")
    assert.deepStrictEqual(wrong.map(where), [])
  })
})
