// npm run version-packages: gives the packages the versions that changesets ask for, and writes those wherever else they stand.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { node, npm, root } from "./steps.mjs"

const { code } = await node([join(root, "node_modules", "@changesets", "cli", "bin.js"), "version"])
if (code === 0) {
  const packages = join(root, "packages")
  for (const name of readdirSync(packages)) {
    const file = join(packages, name, "src", "Version.ts")
    if (!existsSync(file)) continue
    const { version } = JSON.parse(readFileSync(join(packages, name, "package.json"), "utf8"))
    writeFileSync(file, readFileSync(file, "utf8").replace(/version = ".*"/, `version = "${version}"`))
  }
}
process.exitCode = code === 0 ? (await npm(["install", "--package-lock-only", "--ignore-scripts"])).code : code
