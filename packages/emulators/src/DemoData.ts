// The demo: invented repositories of the organisation acme, generated from a seed, with a clock of their own that stands
// still until it is told to move. Two demos with the same options and the same calls hold exactly the same.

import { organisation } from "./DemoCast.ts"
import * as DemoItem from "./DemoItem.ts"
import * as DemoLife from "./DemoLife.ts"
import * as Random from "./DemoRandom.ts"
import { full, type Identity, type Version } from "./DemoRepository.ts"
import * as DemoTable from "./DemoTable.ts"

export interface Options {
  /** Default 1. */
  readonly seed?: number | undefined
  /** Where the demo's clock stands at first; the items fill the two years before. Default 2026-11-01T00:00:00Z. */
  readonly until?: Date | undefined
  /**
   * Absent: `acme/app` (id 1001) and `acme/api` (id 1002) with some hundred issues and pull requests each.
   * Given: only `acme/large` (id 1003) with so many items, at most 1,000,000.
   */
  readonly issues?: number | undefined
  /** Share of pull requests among the items of `acme/large`, 0 to 1. Default 0. */
  readonly pullRequestShare?: number | undefined
}

export interface Repository {
  readonly id: number
  readonly fullName: string
  readonly table: DemoTable.DemoTable
  /** The repository as GitHub's API gives it. */
  readonly render: (version: Version) => object
  /** An item as the issues list has it, a pull request too. */
  readonly issue: (item: DemoTable.Item, version: Version) => object
  /** A pull request as the pulls list has it. */
  readonly pull: (item: DemoTable.Item, version: Version) => object
  readonly issueId: (number: number) => number
  readonly pullId: (number: number) => number
}

export interface Demo {
  readonly repositories: ReadonlyArray<Repository>
  /** By id or full name; names are compared as GitHub does, without regard to case. */
  readonly find: (idOrName: number | string) => Repository | undefined
  /** The demo's clock, epoch seconds. */
  readonly now: () => number
  /** Moves the clock on; meanwhile items are created, commented, closed, merged and reopened in every repository. */
  readonly advance: (days: number) => void
  /** A comment on one item, at `at` (epoch seconds) or a second from now, to where the clock moves. */
  readonly touch: (repository: Repository, number: number, at?: number) => void
}

const day = 86_400
const twoYears = 730 * day
const defaultUntil = new Date("2026-11-01T00:00:00Z")

export const make = (options: Options = {}): Demo => {
  const seed = options.seed ?? 1
  let clock = Math.floor((options.until ?? defaultUntil).getTime() / 1000)

  const build = (id: number, name: string, size: number, pullRequestShare: number) => {
    const from = clock - twoYears
    const identity: Identity = { id, owner: organisation, name, fork: false, createdAt: from }
    const table = DemoTable.make({ seed, repositoryId: id, size, pullRequestShare, from, until: clock })
    const open = { kind: "issues", state: "open", sort: "created", since: undefined } as const
    const made: Repository = {
      id,
      fullName: `${organisation.login}/${name}`,
      table,
      render: (version) => full(identity, version, table.keys(open).length),
      ...DemoItem.make(seed, identity),
      issueId: (number) => DemoItem.issueId(id, number),
      pullId: (number) => DemoItem.pullId(id, number)
    }
    return { ...made, pullRequestShare }
  }

  const repositories =
    options.issues === undefined
      ? [build(1001, "app", 420, 0.4), build(1002, "api", 360, 0.45)]
      : [build(1003, "large", options.issues, options.pullRequestShare ?? 0)]

  return {
    repositories,
    find: (idOrName) =>
      repositories.find(({ fullName, id }) =>
        typeof idOrName === "number" ? id === idOrName : fullName.toLowerCase() === idOrName.toLowerCase()
      ),
    now: () => clock,
    advance: (days) => {
      const until = clock + Math.round(days * day)
      for (const { id, pullRequestShare, table } of repositories) {
        const events = Math.round((days * table.highest()) / 100)
        DemoLife.pass(table, Random.make(seed, id, clock), { from: clock, until, events, pullRequestShare })
      }
      clock = until
    },
    touch: ({ table }, number, at = clock + 1) => {
      table.comment(number, at)
      clock = Math.max(clock, at)
    }
  }
}
