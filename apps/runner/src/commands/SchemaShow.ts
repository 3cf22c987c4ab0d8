// `inlet schema show`: one contract in full.
import { Contract } from "@inlet/core"
import { Contracts } from "@inlet/sdk"
import * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import { didYouMean } from "../cli/Suggest.ts"
import * as Connectors from "../configuration/Connectors.ts"
import * as Facts from "../output/Facts.ts"
import { UsageError } from "../output/Failure.ts"
import { Output, type Surface } from "../output/Output.ts"
import * as SchemaContracts from "./SchemaContracts.ts"

export interface Options {
  readonly dataset: string
  readonly connector: ReadonlyArray<string>
}

interface Named {
  readonly entry: SchemaContracts.Entry
  readonly contract: Contract.Contract
  /** What it may be called; the full name first. */
  readonly names: ReadonlyArray<string>
}

const named = (entry: SchemaContracts.Entry): ReadonlyArray<Named> =>
  entry.contracts.map((contract) => ({
    entry,
    contract,
    names: [
      ...[entry.name, ...entry.sources].flatMap((name) => [
        `${name}/${contract.stream}`,
        Contract.title(name, contract)
      ]),
      contract.stream
    ]
  }))

const find = Effect.fnUntraced(function* (asked: string, all: ReadonlyArray<Named>) {
  const [found, ...others] = all.filter(({ names }) => names.includes(asked))
  const full = (named: ReadonlyArray<Named>) => named.flatMap(({ names }) => names.slice(0, 1)).join(", ")
  if (found === undefined) {
    const known = all.flatMap(({ names }) => names)
    return yield* new UsageError({
      detail: `There is no dataset "${asked}".${didYouMean(asked, known)}`,
      fix: `Known: ${full(all)}`
    })
  }
  if (others.length > 0) {
    return yield* new UsageError({
      detail: `There are ${others.length + 1} datasets "${asked}".`,
      fix: `Name one: ${full([found, ...others])}`
    })
  }
  return found
})

/** The widest that a text is set. */
const WIDE = 110

const recipeText = (recipe: Contract.Recipe): string => {
  const where = Contracts.conditions(recipe, identity)
  return `${Contracts.measure(recipe, identity)} by ${recipe.date}${where.length === 0 ? "" : ` where ${where.join(" and ")}`}`
}

const lines = ({ contract, entry }: Named, { columns: width, paint }: Surface): ReadonlyArray<string> => {
  const { columns, cost, gaps = [], meaning, primaryKey, recipes = [], stream, time, version } = contract
  const inside: Surface = { columns: width - 2, paint: (_, text) => text }
  const section = (title: string, facts: ReadonlyArray<Facts.Fact>) =>
    facts.length === 0 ? [] : ["", paint("bold", title), ...Facts.lines(facts, inside).map((line) => `  ${line}`)]
  return [
    ...Facts.lines(
      [
        ["dataset", `${Contract.title(entry.name, contract)} (${entry.name}/${stream} of ${entry.package})`],
        ["rows", meaning],
        ["version", String(version)],
        ["key", primaryKey.join(", ")],
        ["time", time],
        ...(cost === undefined ? [] : [["cost", cost] as const]),
        ...gaps.map((gap) => ["gap", gap] as const)
      ],
      { columns: width, paint }
    ),
    ...section(
      "Columns",
      columns.map(({ from, meaning, name, optional, personal, type, unit }) => {
        const marks = [type, unit, optional ? "optional" : undefined, personal === true ? "personal" : undefined]
        return [name, `${meaning} (${marks.filter((mark) => mark !== undefined).join(", ")}; from ${from})`]
      })
    ),
    ...section(
      "Metrics",
      recipes.map((recipe) => [recipe.name, `${recipeText(recipe)}. ${recipe.reading}`])
    )
  ]
}

export const run = Effect.fnUntraced(function* ({ connector, dataset }: Options) {
  const output = yield* Output
  const found = yield* find(dataset, (yield* SchemaContracts.entries(connector)).flatMap(named))
  if (output.json) yield* output.item(JSON.parse(Contracts.json(found.contract)))
  const surface = { columns: Math.min(output.columns, WIDE), paint: output.paint }
  for (const line of lines(found, surface)) yield* output.say(line)
  return 0
}, Effect.provide(Connectors.layer))
