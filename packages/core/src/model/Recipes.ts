// Whether recipes fit the columns of their dataset: a metric that nobody can make in the app is a mistake of the contract.
import type { ColumnType, Contract, Recipe } from "./Contract.ts"

export interface Problem {
  /** Name of the recipe. */
  readonly recipe: string
  readonly column?: string
  readonly message: string
}

const KINDS: Readonly<Record<ColumnType, string>> = { string: "text", number: "number", datetime: "time" }

type Asked = Pick<Contract, "columns" | "recipes">

const problemsOf = ({ columns }: Asked, recipe: Recipe): ReadonlyArray<Problem> => {
  const { aggregation, date, dimensions, filters, name, value } = recipe
  const wants = (column: string, role: string, type: ColumnType): ReadonlyArray<Problem> => {
    const found = columns.find((one) => one.name === column)
    if (found?.type === type) return []
    const what = found === undefined ? "is not defined" : `is no ${KINDS[type]}`
    return [{ recipe: name, column, message: `the recipe ${name}: its ${role} ${column} ${what}` }]
  }
  const filtered = filters.flatMap(({ column, is }) => {
    const type = columns.find((one) => one.name === column)?.type === "number" ? "number" : "string"
    const wrong = wants(column, "filter", type)
    if (wrong.length > 0 || is.every((one) => typeof one === type)) return wrong
    return [{ recipe: name, column, message: `the recipe ${name}: ${column} can never be ${is.join(" or ")}` }]
  })
  return [
    ...(value === undefined ? [] : wants(value, "value", "number")),
    ...(value === undefined && aggregation !== "count"
      ? [{ recipe: name, message: `the recipe ${name}: there is no value for ${aggregation}` }]
      : []),
    ...wants(date, "date", "datetime"),
    ...dimensions.flatMap((dimension) => wants(dimension, "dimension", "string")),
    ...filtered
  ]
}

/** What is wrong with the recipes of a contract; two of one name are, too. Pure. */
export const problems = (contract: Asked): ReadonlyArray<Problem> => {
  const recipes = contract.recipes ?? []
  const names = recipes.map(({ name }) => name)
  const twice = [...new Set(names.filter((name, index) => names.indexOf(name) !== index))]
  return [
    ...recipes.flatMap((recipe) => problemsOf(contract, recipe)),
    ...twice.map((name) => ({ recipe: name, message: `two recipes have the name ${name}` }))
  ]
}
