// `inlet schema show`: one contract in full.
import { Contract } from "@inlet/core"
import { Contracts } from "@inlet/sdk"
import * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import { wrap } from "../cli/Help.ts"
import { didYouMean } from "../cli/Suggest.ts"
import * as Connectors from "../configuration/Connectors.ts"
import { UsageError } from "../output/Failure.ts"
import { Output, type Paint } from "../output/Output.ts"
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

/** Paragraphs below each other, each with a title in front. */
const block = (rows: ReadonlyArray<readonly [title: string, text: string]>, width: number, paint: Paint) => {
  const indent = Math.max(...rows.map(([title]) => title.length)) + 2
  return rows.flatMap(([title, text]) =>
    wrap(text, Math.max(24, width - indent)).map((line, index) =>
      index === 0 ? `${paint("bold", title)}${" ".repeat(indent - title.length)}${line}` : " ".repeat(indent) + line
    )
  )
}

const recipeText = (recipe: Contract.Recipe): string => {
  const where = Contracts.conditions(recipe, identity)
  return `${Contracts.measure(recipe, identity)} by ${recipe.date}${where.length === 0 ? "" : ` where ${where.join(" and ")}`}`
}

const lines = ({ contract, entry }: Named, width: number, paint: Paint): ReadonlyArray<string> => {
  const { columns, cost, gaps = [], meaning, primaryKey, recipes = [], stream, time, version } = contract
  const section = (title: string, rows: ReadonlyArray<readonly [string, string]>) =>
    rows.length === 0
      ? []
      : ["", paint("bold", title), ...block(rows, width - 2, (_, text) => text).map((line) => `  ${line}`)]
  return [
    ...block(
      [
        ["dataset", `${Contract.title(entry.name, contract)} (${entry.name}/${stream} of ${entry.package})`],
        ["rows", meaning],
        ["version", String(version)],
        ["key", primaryKey.join(", ")],
        ["time", time],
        ...(cost === undefined ? [] : [["cost", cost] as const]),
        ...gaps.map((gap) => ["gap", gap] as const)
      ],
      width,
      paint
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
  for (const line of lines(found, Math.min(output.columns, 110), output.paint)) yield* output.say(line)
  return 0
}, Effect.provide(Connectors.layer))
