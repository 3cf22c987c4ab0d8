// A contract for people: what a row is, and where each of its columns comes from.
import { Contract } from "@inlet/core"
import { code, codes, page, plain, table } from "./Markdown.ts"
import { conditions, measure } from "./MetricsPage.ts"

const facts = (name: string, contract: Contract.Contract): ReadonlyArray<string> => {
  const { cost, primaryKey, stream, time, version } = contract
  const dataset = code(Contract.title("<source>", contract))
  const rows: ReadonlyArray<readonly [string, string | undefined]> = [
    ["dataset", `${dataset}, so ${code(Contract.title(name, contract))} of a source named ${code(name)}`],
    ["version", String(version)],
    ["primary key", codes(primaryKey)],
    ["time", code(time)],
    ["cost", cost === undefined ? undefined : plain(cost)],
    ["for programs", `[${stream}.json](${stream}.json)`]
  ]
  return table(
    ["", ""],
    rows.flatMap(([what, is]) => (is === undefined ? [] : [[what, is]]))
  )
}

const columns = ({ columns }: Contract.Contract): ReadonlyArray<string> => {
  const personal = columns.filter((column) => column.personal === true).map(({ name }) => name)
  const some = (test: (from: string) => boolean, line: string) => (columns.some(({ from }) => test(from)) ? [line] : [])
  const notes = [
    "An optional column is left out of a row where the source has no value.",
    ...some(
      (from) => from.startsWith("@."),
      "A field that begins with `@.` comes from the request, not from the answer."
    ),
    ...some(
      (from) => from.includes(" … "),
      "Two fields with `…` between are the begin and the end of what is measured."
    )
  ]
  return [
    "## Columns",
    "",
    ...table(
      ["field of the source", "column", "type", "unit", "meaning"],
      columns.map(({ from, meaning, name, optional, personal, type, unit = "" }) => [
        code(from),
        code(name),
        [type, ...(optional ? ["optional"] : []), ...(personal === true ? ["**personal**"] : [])].join(", "),
        plain(unit),
        plain(meaning)
      ])
    ),
    notes.join(" "),
    "",
    ...(personal.length === 0 ? [] : [`These columns identify a person: ${codes(personal)}.`, ""])
  ]
}

const metrics = ({ recipes = [] }: Contract.Contract): ReadonlyArray<string> =>
  recipes.length === 0
    ? []
    : [
        "## Metrics",
        "",
        ...table(
          ["metric", "measures", "by date", "broken down by", "only where"],
          recipes.map((recipe) => [
            plain(recipe.name),
            measure(recipe),
            code(recipe.date),
            codes(recipe.dimensions),
            conditions(recipe).join(" and ")
          ])
        ),
        "How to make them in the Databox app, and how to read them: [metrics.md](metrics.md).",
        ""
      ]

/** The page of a dataset. */
export const contractPage = (name: string, contract: Contract.Contract): string => {
  const { gaps = [], meaning, stream } = contract
  return page([
    `# ${name}/${stream}`,
    "",
    plain(meaning),
    "",
    ...facts(name, contract),
    ...columns(contract),
    ...(gaps.length === 0 ? [] : ["## Known gaps", "", ...gaps.map((gap) => `- ${plain(gap)}`), ""]),
    ...metrics(contract)
  ])
}
