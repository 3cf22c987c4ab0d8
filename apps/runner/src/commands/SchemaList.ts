// `inlet schema list`: the datasets that there are contracts of.
import { Contract } from "@inlet/core"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as Connectors from "../configuration/Connectors.ts"
import * as Listing from "../output/Listing.ts"
import { Output } from "../output/Output.ts"
import * as SchemaContracts from "./SchemaContracts.ts"

export interface Options {
  readonly connector: ReadonlyArray<string>
}

interface Item {
  readonly entry: SchemaContracts.Entry
  readonly contract: Contract.Contract
}

const listing: Listing.Listing<Item> = {
  columns: [
    { title: "dataset", name: true },
    { title: "version", spare: 2 },
    { title: "key", least: 16 },
    { title: "time" },
    { title: "columns" },
    { title: "metrics", spare: 1 }
  ],
  cells: ({ contract, entry }) => [
    Contract.title(entry.name, contract),
    contract.version,
    contract.primaryKey.join(", "),
    contract.time,
    contract.columns.length,
    contract.recipes?.length ?? 0
  ],
  json: ({ contract, entry }) => ({
    dataset: Contract.title(entry.name, contract),
    connector: entry.package,
    stream: contract.stream,
    version: contract.version,
    primaryKey: contract.primaryKey,
    time: contract.time,
    columns: contract.columns.map(({ name }) => name),
    recipes: (contract.recipes ?? []).map(({ name }) => name)
  })
}

export const run = Effect.fnUntraced(function* ({ connector }: Options) {
  const output = yield* Output
  const entries = yield* SchemaContracts.entries(connector)
  const items = entries.flatMap((entry) => entry.contracts.map((contract) => ({ entry, contract })))
  yield* Listing.print(Stream.fromIterable(items), listing, { json: output.json, none: "There is no dataset." })
  return 0
}, Effect.provide(Connectors.layer))
