// What this package says of itself, the same from sources and from the bundle: both stand one folder below package.json.
import { existsSync } from "node:fs"
import { createRequire } from "node:module"

interface Manifest {
  readonly version: string
  readonly dependencies: Readonly<Record<string, string>>
}

const manifest: Manifest = createRequire(import.meta.url)("../package.json")

export const { version } = manifest

/** The connectors that come with the runner. */
export const ownConnectors: ReadonlyArray<string> = Object.keys(manifest.dependencies).filter((name) =>
  name.startsWith("@inlet/connector-")
)

/** How this program is called where it stands: a checkout has it as `npx inlet`, an installed package as `inlet`. */
export const inlet = existsSync(new URL("../src", import.meta.url)) ? "npx inlet" : "inlet"
