// A connector of somebody else's, as a package in a folder: what a test says of its datasets is all that there is to it.
import { mkdir, rm, symlink, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import { folder, inlet, type Options } from "./Inlet.ts"

const modules = fileURLToPath(new URL("../../../../node_modules", import.meta.url))

export interface Ride {
  readonly stream?: string
  readonly version?: number
  readonly primaryKey?: string
  readonly time?: string
  readonly recipes?: ReadonlyArray<unknown>
  /** Columns by their names, as text of JavaScript; undefined takes one away. */
  readonly columns?: Readonly<Record<string, string | undefined>>
}

const COLUMNS: Ride["columns"] = {
  ride_id: 'Column.id("id", { meaning })',
  started_at: 'Column.timestamp("started_at", { meaning })',
  ended_at: 'Column.timestamp("ended_at", { meaning })',
  distance: 'Column.number("distance", { meaning, unit: "metres" })',
  bike: 'Column.text("bike.name", { meaning, optional: true })'
}

export const RECIPE = {
  name: "Distance",
  value: "distance",
  aggregation: "sum",
  date: "started_at",
  dimensions: ["bike"],
  filters: [],
  reading: "How far people rode."
}

/** The recipes are put in behind `Dataset.make`, which would refuse those that do not fit. */
const dataset = ({ columns, recipes, ...facts }: Ride): string => {
  const all = Object.entries({ ...COLUMNS, ...columns }).filter(([, text]) => text !== undefined)
  const given = { stream: "rides", version: 1, primaryKey: "ride_id", time: "started_at", meaning: "Rides.", ...facts }
  const text = all.map(([name, text]) => `${name}: ${text}`).join(", ")
  return `[Dataset.make(${JSON.stringify(given)}, { ${text} }), ${JSON.stringify({ recipes })}]`
}

const module = (name: string, rides: ReadonlyArray<Ride>): string => `
import { Column, Connector, Dataset } from "@inlet/sdk"
import * as Schema from "effect/Schema"

const meaning = "What it is."
const datasets = [${rides.map(dataset).join(", ")}]
const streams = datasets.map(([{ contract, map }, more]) => {
  return [contract.stream, { contract: { ...contract, ...more }, map, records: () => [] }]
})

export default Connector.define({
  name: "${name}",
  version: "1.0.0",
  hosts: [],
  config: Schema.Struct({ token: Schema.Redacted(Schema.String) }),
  streams: Object.fromEntries(streams),
  make: () => { throw new Error("nobody configures this") }
})
`

const manifest = { api: 1, connector: "./index.js", streams: ["rides"], auth: "bearer", hosts: [] }

/** Puts the connector into the folder `at`, in the place of the one that is there. */
export const install = (at: string, rides: ReadonlyArray<Ride>, name = "@acme/inlet-connector-cycling") =>
  Effect.promise(async () => {
    await mkdir(at, { recursive: true })
    await writeFile(
      join(at, "package.json"),
      JSON.stringify({ name, version: "1.0.0", type: "module", exports: "./index.js", inlet: manifest })
    )
    await writeFile(join(at, "index.js"), module(name, rides))
  })

/** Lets packages in a folder find what is installed here. */
export const link = (cwd: string) => Effect.promise(() => symlink(modules, join(cwd, "node_modules"), "junction"))

/** A folder with the connector in `cycling`, and `inlet schema` run on it. */
export const cycling = (...rides: ReadonlyArray<Ride>) =>
  Effect.gen(function* () {
    const cwd = yield* folder()
    yield* link(cwd)
    const define = (...rides: ReadonlyArray<Ride>) => install(join(cwd, "cycling"), rides)
    const schema = (args: ReadonlyArray<string>, options: Options = {}) =>
      inlet(["schema", ...args, "--connector", "./cycling"], { cwd, ...options })
    yield* define(...rides)
    return {
      cwd,
      define,
      schema,
      /** Writes by hand; undefined takes the file away. */
      write: (path: string, text: string | undefined) =>
        Effect.promise(() => (text === undefined ? rm(join(cwd, path)) : writeFile(join(cwd, path), text)))
    }
  })
