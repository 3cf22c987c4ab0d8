// npm run api: writes the reports of the packages' public faces, packages/*/api/*.api.md.
import { mkdirSync, writeFileSync } from "node:fs"
import { dirname, relative } from "node:path"
import { reports } from "./faces.mjs"
import { root } from "./steps.mjs"

for (const [file, text] of reports()) {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  console.log(relative(root, file))
}
