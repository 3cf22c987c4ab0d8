// How people make a connector's metrics in the Databox app: each recipe as steps. The concepts are Databox's own; the wording
// of the app's menus was not checked against it.
import { Contract } from "@inlet/core"
import { code, codes, page, plain, steps, table } from "./Markdown.ts"

const OF: Readonly<Record<Contract.Recipe["aggregation"], string>> = {
  sum: "sum of",
  avg: "average of",
  min: "smallest",
  max: "largest",
  count: "number of rows with"
}

const IN_THE_APP: Readonly<Record<Contract.Recipe["aggregation"], string>> = {
  sum: "Sum",
  avg: "Average",
  min: "Min",
  max: "Max",
  count: "Count"
}

/**
 * What a recipe measures, in a few words; `name` writes columns and values.
 *
 * @example measure(recipe) === "sum of `distance`"
 * @since 0.1.0
 */
export const measure = ({ aggregation, value }: Contract.Recipe, name: (text: string) => string = code): string =>
  value === undefined ? "number of rows" : `${OF[aggregation]} ${name(value)}`

/**
 * For which rows a recipe holds.
 *
 * @example conditions(recipe) is ["`state` is `open` or `closed`"]
 * @since 0.1.0
 */
export const conditions = (
  { filters }: Contract.Recipe,
  name: (text: string) => string = code
): ReadonlyArray<string> =>
  filters.map(({ column, is }) => `${name(column)} is ${is.map((one) => name(String(one))).join(" or ")}`)

/** What a unit asks of the metric's format in the app. */
const format = (unit: string): string => {
  switch (unit) {
    case "share":
      return "Format: the value is a share from 0 to 1; show it as a percentage, multiplied by 100."
    case "seconds":
      return "Format: the value is in seconds; show it as a duration."
    case "count":
      return "Format: a plain number without a unit."
    default:
      return `Format: the unit is ${plain(unit)}.`
  }
}

const recipeSteps = (contract: Contract.Contract, dataset: string, recipe: Contract.Recipe): ReadonlyArray<string> => {
  const { aggregation, date, dimensions, name, unit, value } = recipe
  const where = conditions(recipe)
  const counted = value ?? contract.primaryKey[0]
  return steps([
    "Open **Metrics** and begin a new custom metric.",
    `Choose the data source **Inlet**, then the dataset ${code(dataset)}.`,
    `Value: the column ${code(counted)}, aggregated by **${IN_THE_APP[aggregation]}**.${value === undefined ? " Every row has it, so this counts the rows." : ""} Where the app asks how values behave, take *all values*.`,
    `Date: ${code(date)}.`,
    dimensions.length === 0 ? "Dimensions: none." : `Dimensions: ${codes(dimensions)}.`,
    where.length === 0 ? "Filters: none." : `Filters, all of which must hold: ${where.join("; ")}.`,
    ...(unit === undefined ? [] : [format(unit)]),
    `Look at the preview, and save it as **${plain(name)}**.`
  ])
}

const recipeLines = (contract: Contract.Contract, dataset: string, recipe: Contract.Recipe): ReadonlyArray<string> => {
  const { beware, name, reading } = recipe
  return [
    `### ${plain(name)}`,
    "",
    `**How to read it.** ${plain(reading)}`,
    "",
    ...(beware === undefined ? [] : [`**What to watch out for.** ${plain(beware)}`, ""]),
    ...recipeSteps(contract, dataset, recipe)
  ]
}

const datasetLines = (name: string, contract: Contract.Contract): ReadonlyArray<string> => {
  const { recipes = [], stream } = contract
  if (recipes.length === 0) return []
  const dataset = Contract.title(name, contract)
  return [
    `## ${dataset}`,
    "",
    `The rows are described in [${stream}.md](${stream}.md).`,
    "",
    ...table(
      ["metric", "measures"],
      recipes.map((recipe) => [plain(recipe.name), measure(recipe)])
    ),
    ...recipes.flatMap((recipe) => recipeLines(contract, dataset, recipe))
  ]
}

const BOARD = [
  "## Put a metric on a databoard",
  "",
  ...steps([
    "Open **Databoards**, and a board of yours or a new one.",
    "Find the metric by its name and drag it onto the board.",
    "Choose how it is drawn, the range of dates, and by day, week or month. A metric with a dimension can be drawn as a table or as bars."
  ]),
  "## Share a databoard",
  "",
  ...steps([
    "In **Databoards** point at the board and choose **Share**; within the board it is in the toolbar.",
    "Open **Shareable Link**. By itself the link is for users of the account; switch **Public link** on for everybody who has it.",
    "Copy the link, and open it in a private window before you hand it on: that is what others will see. Columns marked as personal in a dataset's page do not belong on a public board."
  ])
]

/** The page of all recipes of a connector's datasets; undefined where there are none. */
export const metricsPage = (name: string, contracts: ReadonlyArray<Contract.Contract>): string | undefined => {
  const datasets = contracts.flatMap((contract) => datasetLines(name, contract))
  if (datasets.length === 0) return undefined
  return page([
    `# Metrics of ${name}`,
    "",
    "Inlet fills datasets with raw rows; metrics are made of them in the Databox app. Here is what to choose for each.",
    "",
    "The exact wording of the app's menus was not verified against the live app: look for what is meant.",
    "",
    "Before the first metric:",
    "",
    "- Run `inlet sync` until Databox confirmed rows: a metric cannot be made of a dataset without any.",
    `- The datasets are named after the source in \`inlet.yaml\`: here it is \`${name}\`.`,
    "- The data source is named by `databox.dataSource` in `inlet.yaml`: `Inlet` unless you changed it.",
    "",
    ...datasets,
    ...BOARD
  ])
}
