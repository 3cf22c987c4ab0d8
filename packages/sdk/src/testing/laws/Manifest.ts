// manifest: what is read before any code of the package runs is what the code says.
import { join } from "node:path"
import * as Either from "effect/Either"
import * as Predicate from "effect/Predicate"
import * as Manifest from "../../Manifest.ts"
import * as Items from "../Items.ts"
import type { Options } from "../Options.ts"
import * as Package from "../Package.ts"
import { make, type Violation } from "../Violation.ts"
import type { World } from "../World.ts"

const LAW = "manifest"
const PEERS = ["@effect/platform", "@inlet/sdk", "effect"]

const listed = (names: Iterable<string>) => [...names].toSorted().join(", ")

export const check = ({ connector, provider }: World, options: Options): ReadonlyArray<Violation> => {
  const folder = Package.folderOf(options)
  const violation = (came: string, expected: string, todo = "mend package.json"): Violation =>
    make(LAW, null, { expected, came, example: "package.json", todo })
  const json = folder === null ? undefined : Items.parse(Package.read(join(folder, "package.json")))
  if (json === undefined) {
    return [
      violation(
        "there is none, or it is no JSON",
        "a package.json above the cassette",
        "name the package's folder in the options"
      )
    ]
  }
  const decoded = Manifest.decode(json)
  if (Either.isLeft(decoded)) return decoded.left.map((problem) => violation(problem, "a manifest that Inlet can read"))
  const { inlet, name, version } = decoded.right
  const { keywords, peerDependencies } = Predicate.isRecord(json) ? json : {}
  const differ = (what: string, written: string, own: string): ReadonlyArray<Violation> =>
    written === own ? [] : [violation(`${what} is ${written}, and the connector has ${own}`, "the same in both")]
  const peers = Predicate.isRecord(peerDependencies) ? peerDependencies : {}
  return [
    ...differ("name", name, connector.name),
    ...differ("version", version, connector.version),
    ...differ("inlet.api", String(inlet.api), String(Manifest.API_VERSION)),
    ...differ("inlet.streams", listed(inlet.streams), listed(connector.streams.keys())),
    ...differ("inlet.hosts", listed(inlet.hosts), listed(connector.hosts)),
    ...((inlet.auth === "oauth2") === (provider !== null)
      ? []
      : [
          violation(
            `inlet.auth is ${inlet.auth}, and the connector has ${provider === null ? "no" : "an"} OAuth2 provider`,
            "oauth2 where there is a provider, and nowhere else"
          )
        ]),
    ...(Array.isArray(keywords) && keywords.includes(Manifest.KEYWORD)
      ? []
      : [violation(`the keyword ${Manifest.KEYWORD} is missing`, "a package that is found in a registry")]),
    ...PEERS.filter((peer) => peers[peer] === undefined).map((peer) =>
      violation(`${peer} is no peer dependency`, "one copy of it for the connector and whoever runs it")
    )
  ]
}
