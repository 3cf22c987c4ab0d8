// The program under torture: a copy of the built command line in a folder of its own, so that a build beside it disturbs
// nothing, with the very installed dependencies.
import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

export const runner = fileURLToPath(new URL("..", import.meta.url))
const modules = fileURLToPath(new URL("../../../node_modules", import.meta.url))

/** Copies the build. `without` leaves out what somebody else builds. */
export const copy = ({ without = [] } = {}) => {
  const folder = mkdtempSync(join(tmpdir(), "inlet-torture-program-"))
  for (const name of ["bin", "dist", "package.json", "inlet.schema.json"]) {
    if (!without.includes(name)) cpSync(join(runner, name), join(folder, name), { recursive: true })
  }
  symlinkSync(modules, join(folder, "node_modules"), "junction")
  return { folder, bin: join(folder, "bin", "inlet.js"), remove: () => rmSync(folder, { recursive: true }) }
}
