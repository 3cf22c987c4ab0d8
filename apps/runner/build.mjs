// Bundles the runner. Connectors stay outside: they are loaded by name. better-sqlite3 is native and stays outside too.
import { readdir, rm } from "node:fs/promises"
import { basename } from "node:path"
import { build } from "esbuild"

const { metafile } = await build({
  absWorkingDir: import.meta.dirname,
  entryPoints: ["src/bin.ts"],
  outdir: "dist",
  // Beside bin.js: what stands next to the package is found by one and the same path from everywhere.
  chunkNames: "[name]-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  conditions: ["@inlet/source"],
  external: ["better-sqlite3"],
  // CommonJS inside an ES module still asks for Node's own modules by require.
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);'
  },
  metafile: true,
  logLevel: "warning"
})

// What an earlier build left, once this one is complete.
const written = new Set(Object.keys(metafile.outputs).map((file) => basename(file)))
const dist = new URL("dist/", import.meta.url)
for (const file of await readdir(dist)) {
  if (!written.has(file)) await rm(new URL(file, dist), { recursive: true })
}
