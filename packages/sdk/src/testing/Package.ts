// The connector's package on the disk: its manifest, and what is written down of its contracts.
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import type { Options } from "./Options.ts"

const above = (folder: string): string | null => {
  if (existsSync(join(folder, "package.json"))) return folder
  const parent = dirname(folder)
  return parent === folder ? null : above(parent)
}

/** The package's folder, or null where there is none. */
export const folderOf = ({ cassette, folder }: Pick<Options, "cassette" | "folder">): string | null => {
  if (folder !== undefined) return fileURLToPath(folder)
  return above(cassette instanceof URL ? dirname(fileURLToPath(cassette)) : process.cwd())
}

/** The text of a file; null where it cannot be read. */
export const read = (path: string): string | null => {
  try {
    return readFileSync(path, "utf8")
  } catch {
    return null
  }
}

/** The folder of written contracts, or null where there is none and none was named. */
export const contractsOf = (options: Options): string | null => {
  if (options.contracts !== undefined) return fileURLToPath(options.contracts)
  const folder = folderOf(options)
  const schemas = folder === null ? null : join(folder, "schemas")
  return schemas !== null && existsSync(schemas) ? schemas : null
}

/** The folders in a folder, sorted. */
export const foldersIn = (folder: string): ReadonlyArray<string> =>
  existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => name)
        .toSorted()
    : []
