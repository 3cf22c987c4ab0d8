// How contracts are written down, for programs and for people. The same contracts make the same bytes, so that what is
// committed can be compared with what is defined.
import { Contract } from "@inlet/core"
import type * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { contractPage } from "./ContractPage.ts"
import { indexPage } from "./IndexPage.ts"
import { metricsPage } from "./MetricsPage.ts"

export { conditions, measure } from "./MetricsPage.ts"
export { type Finding, type Seen, seen } from "./Seen.ts"

/**
 * A connector's contracts.
 *
 * @since 0.1.0
 */
export interface Documented {
  /** The folder that its files are in, which stands for the source's name too. */
  readonly name: string
  /** The connector's package. */
  readonly package: string
  readonly contracts: ReadonlyArray<Contract.Contract>
}

const encode = Schema.encodeSync(Contract.Contract)

/**
 * A contract as JSON text, led by the pattern of the dataset's title.
 *
 * @since 0.1.0
 */
export const json = (contract: Contract.Contract): string =>
  `${JSON.stringify({ dataset: Contract.title("<source>", contract), ...encode(contract) }, null, 2)}\n`

/**
 * The contract that such a text holds, if it does.
 *
 * @since 0.1.0
 */
export const parse: (text: string) => Option.Option<Contract.Contract> = Schema.decodeUnknownOption(
  Schema.parseJson(Contract.Contract)
)

/**
 * Where the released version of a contract is kept.
 *
 * @example historyPath("github", { stream: "issues", version: 2 }) === "history/github/issues.v2.json"
 * @since 0.1.0
 */
export const historyPath = (name: string, { stream, version }: Pick<Contract.Contract, "stream" | "version">): string =>
  `history/${name}/${stream}.v${version}.json`

const filesOf = ({ contracts, name }: Documented): ReadonlyArray<readonly [string, string]> => {
  const metrics = metricsPage(name, contracts)
  return [
    ...contracts.flatMap((contract) => {
      const text = json(contract)
      return [
        [`${name}/${contract.stream}.json`, text],
        [`${name}/${contract.stream}.md`, contractPage(name, contract)],
        [historyPath(name, contract), text]
      ] as const
    }),
    ...(metrics === undefined ? [] : [[`${name}/metrics.md`, metrics] as const])
  ]
}

/**
 * All files that these contracts make, by their paths within one folder: a JSON file and a page for each, what is kept of
 * its version, a page of metrics for each connector, and an index.
 *
 * @since 0.1.0
 */
export const files = (connectors: ReadonlyArray<Documented>): ReadonlyMap<string, string> =>
  new Map([...connectors.flatMap(filesOf), ["index.md", indexPage(connectors)]])
