// Programs that a test runs as processes of their own, bundled first, since not every supported Node runs TypeScript.
import { createRequire } from "node:module"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import { build } from "esbuild"

const sqlite = createRequire(import.meta.url).resolve("better-sqlite3")

/** Bundles a file of this folder into another one; gives the path of the program. */
export const bundled = (name: string, folder: string) =>
  Effect.promise(async () => {
    const outfile = join(folder, `${name}.mjs`)
    await build({
      entryPoints: [fileURLToPath(new URL(`./${name}.ts`, import.meta.url))],
      outfile,
      bundle: true,
      platform: "node",
      format: "esm",
      conditions: ["@inlet/source"],
      alias: { "better-sqlite3": sqlite },
      external: [sqlite],
      logLevel: "error"
    })
    return outfile
  })
