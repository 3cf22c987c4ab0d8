// contract: what people and programs read of the datasets is what the connector makes.
import { join } from "node:path"
import { Contract, Recipes } from "@inlet/core"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import * as Contracts from "../../contract/Contracts.ts"
import type { Options } from "../Options.ts"
import * as Package from "../Package.ts"
import { make, type Violation } from "../Violation.ts"
import type { World } from "../World.ts"

const LAW = "contract"

const validate = Schema.validateEither(Contract.Contract)

const invalid = (contract: Contract.Contract): ReadonlyArray<Violation> => {
  const { columns, primaryKey, stream, time } = contract
  const names = columns.map(({ name }) => name)
  const lacking = [...primaryKey, time].filter((name) => !names.includes(name))
  const twice = names.filter((name, index) => names.indexOf(name) !== index)
  const problems = [
    ...(Either.isLeft(validate(contract)) ? ["the contract is not valid"] : []),
    ...lacking.map((name) => `the column ${name} is not defined`),
    ...twice.map((name) => `the column ${name} is there twice`),
    ...Recipes.problems(contract).map(({ message }) => message)
  ]
  return problems.map((came) =>
    make(LAW, stream, {
      expected: "a contract that a dataset and its metrics can be made of",
      came,
      todo: "make it by Dataset.make, which says what is wrong where it is written"
    })
  )
}

/** What is written down, where it is. */
const written = ({ connector }: World, folder: string): ReadonlyArray<Violation> => {
  const contracts = [...connector.streams.values()].map(({ contract }) => contract)
  const streams = contracts.map(({ stream }) => stream)
  const name = Package.foldersIn(folder).find(
    (one) => one !== "history" && streams.some((stream) => Package.read(join(folder, one, `${stream}.json`)) !== null)
  )
  const violation = (came: string, example: string): Violation =>
    make(LAW, null, {
      expected: "what is written of the contracts is what they are",
      came,
      example,
      todo: "write them again: inlet schema write --connector ."
    })
  if (name === undefined) return [violation("the folder holds no contract of the connector", folder)]
  const files = Contracts.files([{ name, package: connector.name, contracts }])
  return [...files].flatMap(([path, text]) => {
    // The index is one of all connectors of the folder.
    if (path === "index.md") return []
    const found = Package.read(join(folder, path))
    if (found === text) return []
    return [violation(found === null ? `${path} is missing` : `${path} is out of date`, path)]
  })
}

export const check = (world: World, options: Options): ReadonlyArray<Violation> => {
  const folder = Package.contractsOf(options)
  return [
    ...[...world.connector.streams.values()].flatMap(({ contract }) => invalid(contract)),
    ...(folder === null ? [] : written(world, folder).slice(0, 3))
  ]
}
