// Each published package as it is packed: its manifest and its types hold for whoever installs it.
import { execFile } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { builtinModules } from "node:module"
import { tmpdir } from "node:os"
import { join, relative } from "node:path"
import { promisify } from "node:util"
import { afterAll, assert, describe, it } from "@effect/vitest"
import { publint } from "publint"
import { formatMessage } from "publint/utils"
import semver from "semver"
import ts from "typescript"
import { packages } from "./faces.mjs"
import { root } from "./steps.mjs"

const execute = promisify(execFile)

const folder = mkdtempSync(join(tmpdir(), "inlet-packed-"))
afterAll(() => rmSync(folder, { recursive: true }))

interface Packed {
  readonly filename: string
  readonly files: ReadonlyArray<{ readonly path: string }>
}

const pack = async (cwd: string): Promise<Packed> => {
  const args = ["pack", "--json", "--ignore-scripts", "--loglevel=error", "--pack-destination", folder]
  const { stdout } = await execute("npm", args, { cwd })
  const [packed] = JSON.parse(stdout)
  return { ...packed, filename: join(folder, packed.filename) }
}

const complaints = async ({ filename }: Packed): Promise<ReadonlyArray<string>> => {
  const { buffer } = new Uint8Array(readFileSync(filename))
  const { messages, pkg } = await publint({ pack: { tarball: buffer }, strict: true })
  return messages.map((message) => formatMessage(message, pkg, { color: false }) ?? message.code)
}

/** What stands in the way of the types, for whoever imports the package as the ES module it is; empty where nothing does. */
const typing = ({ filename }: Packed): Promise<string> => {
  const attw = join(root, "node_modules", "@arethetypeswrong", "cli", "dist", "index.js")
  const args = [attw, "--profile", "esm-only", "--no-definitely-typed", "--format", "ascii", "--no-color", filename]
  return execute(process.execPath, args).then(
    () => "",
    ({ stderr, stdout }) => `${stdout}${stderr}`
  )
}

const text = (...path: ReadonlyArray<string>) => readFileSync(join(...path), "utf8")

/** The packages that the packed JavaScript asks for by name. */
const imported = (cwd: string, { files }: Packed): ReadonlySet<string> =>
  new Set(
    files
      .filter(({ path }) => /^(bin|dist)\/.*\.js$/.test(path))
      .flatMap(({ path }) => ts.preProcessFile(text(cwd, path)).importedFiles)
      .map(({ fileName }) => fileName)
      .filter((name) => !name.startsWith(".") && !name.startsWith("node:") && !builtinModules.includes(name))
      .map((name) => name.split("/", name.startsWith("@") ? 2 : 1).join("/"))
  )

const versions = new Map(packages.map(({ manifest }) => [manifest.name, manifest.version]))

describe("a package", () => {
  it("is refused where its manifest says what is not so", async () => {
    const cwd = join(folder, "broken")
    const exports = { ".": { default: "./dist/index.js", types: "./dist/index.d.cts" }, "./gone": "./dist/gone.js" }
    const manifest = { name: "broken", version: "1.0.0", type: "module", files: ["dist"], exports }
    mkdirSync(join(cwd, "dist"), { recursive: true })
    writeFileSync(join(cwd, "package.json"), JSON.stringify(manifest))
    writeFileSync(join(cwd, "dist", "index.js"), "export const one = 1\n")
    writeFileSync(join(cwd, "dist", "index.d.cts"), "export declare const one: 1\n")
    const packed = await pack(cwd)
    const found = (await complaints(packed)).join("\n")
    for (const fault of ["types should be the first", "gone.js"]) assert.include(found, fault)
    assert.include(await typing(packed), "Import failed to resolve")
  })

  for (const { entries, folder: cwd, manifest } of packages) {
    it(`${manifest.name} is whole`, async () => {
      const packed = await pack(cwd)
      const sources = entries.map(({ source }) => relative(cwd, source))
      const paths = packed.files.map(({ path }) => path)
      // With "./" in front npm would drop them from the manifest that the registry shows.
      const programs = Object.values<string>(manifest.bin ?? {})
      const missing = ["README.md", "LICENSE", "CHANGELOG.md", ...sources, ...programs].filter(
        (path) => !paths.includes(path)
      )
      assert.deepStrictEqual(missing, [])
      assert.strictEqual(text(cwd, "LICENSE"), text(root, "LICENSE"))
      assert.include(text(cwd, "CHANGELOG.md"), `## ${manifest.version}\n`)
      assert.deepStrictEqual(await complaints(packed), [])
      if (entries.length > 0) assert.strictEqual(await typing(packed), "")

      const { dependencies = {}, peerDependencies = {} } = manifest
      const undeclared = [...imported(cwd, packed)].filter(
        (name) => !(name in { ...dependencies, ...peerDependencies })
      )
      assert.deepStrictEqual(undeclared, [])
      for (const [name, range] of Object.entries<string>({ ...dependencies, ...peerDependencies })) {
        if (!name.startsWith("@inlet/")) continue
        const version = versions.get(name)
        assert.isDefined(version, `${name} is not published`)
        assert.isTrue(semver.satisfies(version, range), `${name} ${range} is not ${version}`)
        if (name in dependencies) assert.strictEqual(range, version)
      }
    })
  }
})
