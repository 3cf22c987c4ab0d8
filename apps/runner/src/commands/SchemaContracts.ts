// Whose contracts the schema commands are about: the connectors that are named, else those of inlet.yaml, else those that
// come with the runner. None of them has to be configured.
import { Contract, RunError } from "@inlet/core"
import type { Connector, Contracts } from "@inlet/sdk"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Configuration from "../configuration/Configuration.ts"
import { Connectors } from "../configuration/Connectors.ts"
import { sourceName } from "../configuration/Template.ts"
import * as Activity from "../output/Activity.ts"
import { UsageError } from "../output/Failure.ts"
import { ownConnectors } from "../Version.ts"

/** A connector's contracts, and what its sources are called. */
export interface Entry extends Contracts.Documented {
  /** The configured sources of the connector. */
  readonly sources: ReadonlyArray<string>
}

const decode = Schema.decodeUnknown(Schema.Array(Contract.Contract))

const entry = Effect.fnUntraced(function* (connector: Connector.Connector, sources: ReadonlyArray<string>) {
  const contracts = yield* Effect.mapError(
    decode([...connector.streams.values()].map(({ contract }) => contract)),
    () => new RunError.ConnectorError({ detail: `${connector.name} has a contract that is none.` })
  )
  const found: Entry = { name: sourceName(connector.name), package: connector.name, contracts, sources }
  return found
})

const named = (packages: ReadonlyArray<string>) =>
  Effect.forEach(packages, (name) =>
    Effect.flatMap(Connectors, ({ open }) => open(name, process.cwd())).pipe(
      Effect.mapError(
        ({ message }) => new UsageError({ detail: message, fix: "Install the connector here, or check its name." })
      ),
      Effect.flatMap((connector) => entry(connector, []))
    )
  )

/** The connector of each source of an outline. */
export const load = Effect.fnUntraced(function* (
  { folder, refuse }: Configuration.Outline,
  source: string,
  name: string
) {
  const connectors = yield* Connectors
  return yield* Effect.mapError(connectors.open(name, folder), ({ message, path }) =>
    refuse([{ path: ["sources", source, ...path], message }])
  )
})

const configured = Effect.gen(function* () {
  const outline = yield* Configuration.outline
  const found = new Map<string, { readonly connector: Connector.Connector; readonly sources: Array<string> }>()
  for (const [source, settings] of Object.entries(outline.sources)) {
    const connector = yield* load(outline, source, settings.connector)
    const before = found.get(connector.name)
    if (before === undefined) found.set(connector.name, { connector, sources: [source] })
    else before.sources.push(source)
  }
  return yield* Effect.forEach(found.values(), ({ connector, sources }) => entry(connector, sources))
})

/** Two connectors of one name would write the same files. */
const distinct = Effect.fnUntraced(function* (entries: ReadonlyArray<Entry>) {
  const taken = new Map<string, string>()
  for (const { name, package: packageName } of entries) {
    const other = taken.get(name)
    taken.set(name, packageName)
    if (other === undefined) continue
    return yield* new UsageError({
      detail: `${packageName} and ${other} would both write the folder ${name}.`,
      fix: "Write each into a folder of its own: --connector PACKAGE --dir DIR"
    })
  }
  return entries
})

/** The contracts of these packages; of the nearest inlet.yaml's connectors where none is named, or of our own. */
export const entries = Effect.fnUntraced(function* (packages: ReadonlyArray<string>) {
  const { file } = yield* Configuration.locate
  const found = Effect.gen(function* () {
    if (packages.length > 0) return yield* named(packages)
    return yield* file === null ? named(ownConnectors) : configured
  })
  return yield* distinct(yield* Activity.during("loading connectors", () => found))
})

/** @example datasets(entries) === "11 datasets" */
export const datasets = (entries: ReadonlyArray<Entry>): string => {
  const count = entries.reduce((sum, { contracts }) => sum + contracts.length, 0)
  return count === 1 ? "1 dataset" : `${count} datasets`
}
