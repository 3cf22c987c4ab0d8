// The build script of every library: compiles the package it is called in. What an earlier build left of sources that are gone
// is removed, since all of dist is published.
import { existsSync, readdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import { node, root } from "./steps.mjs"

const folder = process.cwd()
const { code } = await node([join(root, "node_modules", "typescript", "bin", "tsc"), "-b", "tsconfig.build.json"], {
  cwd: folder
})

for (const file of code === 0 ? readdirSync(join(folder, "dist"), { recursive: true, encoding: "utf8" }) : []) {
  const [, module] = /^(.+?)(?:\.d\.ts|\.js)(?:\.map)?$/.exec(file) ?? []
  if (module !== undefined && !existsSync(join(folder, "src", `${module}.ts`))) rmSync(join(folder, "dist", file))
}

process.exitCode = code
