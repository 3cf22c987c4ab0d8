// The packages that are published, what of them others can import, and a report of that which shows in reviews what changes.
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join, relative, resolve } from "node:path"
import ts from "typescript"
import { root } from "./steps.mjs"

/** Every package that is not private: its folder, its manifest, and the sources of its entries. */
export const packages = ["packages", "apps"]
  .flatMap((group) =>
    readdirSync(join(root, group))
      .sort()
      .map((name) => join(root, group, name))
  )
  .filter((folder) => existsSync(join(folder, "package.json")))
  .map((folder) => ({ folder, manifest: JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) }))
  .filter(({ manifest }) => manifest.private !== true)
  .map(({ folder, manifest }) => ({
    folder,
    manifest,
    entries: Object.entries(manifest.exports ?? {})
      .filter(([, target]) => target["@inlet/source"] !== undefined)
      .map(([path, target]) => ({ path, source: join(folder, target["@inlet/source"]) }))
  }))

/** Settings under which TypeScript reads the packages' sources as one program. */
export const { options } = ts.parseJsonConfigFileContent(
  { ...ts.readConfigFile(join(root, "tsconfig.lint.json"), ts.sys.readFile).config, include: [] },
  ts.sys,
  root
)

/** The declaration of a module without comments; of its source, since in what was built the order depends on what was built before. */
const declaration = (program, file) => {
  let declared = ""
  program.emit(program.getSourceFile(file), (_, text) => (declared = text), undefined, true)
  return declared.trimEnd()
}

/** The modules of the same package that a declaration names. */
const named = (file, declared) => {
  const found = []
  const visit = (node) => {
    const from = ts.isImportTypeNode(node) ? node.argument.literal : node.moduleSpecifier
    if (from?.text.startsWith(".")) found.push(resolve(dirname(file), from.text))
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(file, declared, ts.ScriptTarget.ES2023))
  return found
}

/** The declarations of an entry and of all modules of its package that it is made of, as far as they are not known yet. */
const declarations = (program, entry, known) => {
  const texts = new Map()
  const visit = (file) => {
    if (known.has(file)) return
    known.add(file)
    const text = declaration(program, file)
    texts.set(file, text)
    named(file, text).forEach(visit)
  }
  known.delete(entry)
  visit(entry)
  return texts
}

const section = (title, text) => `## ${title}\n\n\`\`\`ts\n${text}\n\`\`\`\n`

/** The reports of all packages by their files. A module is in the report of the first entry that it is part of. */
export const reports = () => {
  const program = ts.createProgram(
    packages.flatMap(({ entries }) => entries.map(({ source }) => source)),
    { ...options, noEmit: false, declarationMap: false, emitDeclarationOnly: true, removeComments: true, noCheck: true }
  )
  return new Map(
    packages.flatMap(({ entries, folder, manifest }) => {
      const known = new Set()
      return entries.map(({ path, source }) => {
        const [entry, ...modules] = [...declarations(program, source, known)].map(([file, text]) =>
          section(relative(join(folder, "src"), file).replace(/\.ts$/, ""), text)
        )
        const title = `# ${join(manifest.name, path)}\n\nWhat this entry declares. Written by \`npm run api\`; do not edit.\n`
        const name = path === "." ? "index" : path.slice(2).replaceAll("/", "-")
        return [join(folder, "api", `${name}.api.md`), [title, entry, ...modules.sort()].join("\n")]
      })
    })
  )
}
