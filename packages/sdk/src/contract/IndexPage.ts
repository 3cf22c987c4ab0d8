// The list of all datasets, with the way to each.
import { Contract } from "@inlet/core"
import type { Documented } from "./Contracts.ts"
import { code, codes, page, plain, table } from "./Markdown.ts"

const connectorLines = ({ contracts, name, package: packageName }: Documented): ReadonlyArray<string> => [
  `## ${name}`,
  "",
  contracts.some(({ recipes = [] }) => recipes.length > 0)
    ? `From ${code(packageName)}. How to make metrics of the rows: [metrics](${name}/metrics.md).`
    : `From ${code(packageName)}.`,
  "",
  ...table(
    ["dataset", "version", "primary key", "time", "columns", "metrics", "rows"],
    contracts.map((contract) => [
      `[${Contract.title(name, contract)}](${name}/${contract.stream}.md)`,
      String(contract.version),
      codes(contract.primaryKey),
      code(contract.time),
      String(contract.columns.length),
      String(contract.recipes?.length ?? 0),
      plain(contract.meaning)
    ])
  )
]

/** The page that lists the datasets of all connectors. */
export const indexPage = (connectors: ReadonlyArray<Documented>): string =>
  page([
    "# Dataset contracts",
    "",
    "What the rows of each dataset look like. A dataset is named after its source in `inlet.yaml`; here each source has the",
    "name of its connector. Every released version is kept in `history`.",
    "",
    ...connectors.flatMap(connectorLines)
  ])
