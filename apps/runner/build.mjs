// Bundles the runner. Connectors stay outside: they are loaded by name. better-sqlite3 is native and stays outside too.
import { readdir, rm } from "node:fs/promises"
import { basename } from "node:path"
import { pathToFileURL } from "node:url"
import { build } from "esbuild"

const common = {
  absWorkingDir: import.meta.dirname,
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  conditions: ["@inlet/source", "module"],
  external: ["better-sqlite3"],
  // Of a package in both forms, the one that what is not used can be left out of: the other loads twice as much.
  mainFields: ["module", "main"],
  // CommonJS inside an ES module still asks for Node's own modules by require.
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);'
  },
  logLevel: "warning"
}

// Described.ts is worked out here, and what comes of it takes its place.
const folded = {
  name: "folded",
  setup: ({ onLoad }) => {
    onLoad({ filter: /\/cli\/Described\.ts$/ }, async ({ path }) => {
      const outfile = `${import.meta.dirname}/dist/Described-${process.pid}.js`
      await build({ ...common, entryPoints: [path], outfile, external: [...common.external, "../commands/*"] })
      const values = Object.entries(await import(pathToFileURL(outfile).href))
      return { contents: values.map(([name, value]) => `export const ${name} = ${JSON.stringify(value)}`).join("\n") }
    })
  }
}

const { metafile } = await build({
  ...common,
  entryPoints: ["src/bin.ts"],
  outdir: "dist",
  // Beside bin.js: what stands next to the package is found by one and the same path from everywhere.
  chunkNames: "[name]-[hash]",
  splitting: true,
  plugins: [folded],
  metafile: true
})

// What an earlier build left, once this one is complete.
const written = new Set(Object.keys(metafile.outputs).map((file) => basename(file)))
const dist = new URL("dist/", import.meta.url)
for (const file of await readdir(dist)) {
  if (!written.has(file)) await rm(new URL(file, dist), { recursive: true })
}
