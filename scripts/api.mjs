// npm run api: writes the reports of the packages' public faces, packages/*/api/*.api.md.
import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { packages, reports } from "./faces.mjs"
import { root } from "./steps.mjs"

const made = reports()
// Entries that are gone have no report.
for (const { folder } of packages) rmSync(join(folder, "api"), { recursive: true, force: true })
for (const [file, text] of made) {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  console.log(relative(root, file))
}
