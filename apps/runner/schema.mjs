// Writes inlet.schema.json, with which editors check inlet.yaml, from the Schema that decodes it.
import { writeFile } from "node:fs/promises"
import { build } from "esbuild"

const { outputFiles } = await build({
  absWorkingDir: import.meta.dirname,
  entryPoints: ["src/configuration/ConfigurationFile.ts"],
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  conditions: ["@inlet/source"],
  write: false
})
const { jsonSchemaText } = await import(
  `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`
)
await writeFile(new URL("inlet.schema.json", import.meta.url), jsonSchemaText())
