// Which versions a new package begins with: of Inlet and Effect those that this program runs with itself, so that they are
// known to fit each other.
import { createRequire } from "node:module"
import * as Schema from "effect/Schema"

const members = <A, I>(value: Schema.Schema<A, I>) =>
  Schema.optionalWith(Schema.Record({ key: Schema.String, value }), { default: () => ({}) })

const Manifest = Schema.Struct({
  version: Schema.String,
  peerDependencies: members(Schema.String),
  peerDependenciesMeta: members(Schema.Struct({ optional: Schema.Boolean }))
})

const require = createRequire(import.meta.url)
const manifest = (name: string) => Schema.decodeUnknownSync(Manifest)(require(`${name}/package.json`))

const sdk = manifest("@inlet/sdk")
/** The packages of Inlet, the connectors aside, are released together. */
const inlet = sdk.version

/** What is optional there is for an author's tests, and not for a connector's users. */
const needed = Object.entries(sdk.peerDependencies).filter(
  ([name]) => sdk.peerDependenciesMeta[name]?.optional !== true
)

export const peers: Readonly<Record<string, string>> = { "@inlet/sdk": `^${inlet}`, ...Object.fromEntries(needed) }

export const tools: Readonly<Record<string, string>> = {
  "@arethetypeswrong/cli": "0.18.5",
  "@effect/platform": manifest("@effect/platform").version,
  "@inlet/runner": inlet,
  "@inlet/sdk": inlet,
  "@types/node": "20.19.25",
  effect: manifest("effect").version,
  publint: "0.3.25",
  typescript: "6.0.3",
  vitest: "3.2.7"
}
