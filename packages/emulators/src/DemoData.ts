// The demo: invented repositories, most of the organisation acme, generated from a seed, with a clock of their own that
// stands still until it is told to move. Two demos with the same options and the same calls hold exactly the same.
import { type Account, caller, organisation } from "./DemoCast.ts"
import * as DemoProject from "./DemoProject.ts"

export interface Options {
  /** Default 1. */
  readonly seed?: number | undefined
  /** Where the demo's clock stands at first; the items fill the two years before. Default 2026-11-01T00:00:00Z. */
  readonly until?: Date | undefined
  /**
   * Absent: `acme/app` (id 1001) and `acme/api` (id 1002) with some hundred issues and pull requests each, beside them
   * `acme/archive` (1004), `acme/empty` (1005) and `mira-lund/notes` (1006), which are small.
   * Given: only `acme/large` (id 1003) with so many items, at most 1,000,000, without comments and reviews.
   */
  readonly issues?: number | undefined
  /** Share of pull requests among the items of `acme/large`, 0 to 1. Default 0. */
  readonly pullRequestShare?: number | undefined
  /**
   * Whether some pull requests come from forks that are gone, `head.repo` null, as GitHub has them. Its API description
   * does not allow that; false gives them a fork. Default true.
   */
  readonly deletedForks?: boolean | undefined
}

export interface Demo {
  readonly repositories: ReadonlyArray<DemoProject.Project>
  /** By id or full name; names are compared as GitHub does, without regard to case. */
  readonly find: (idOrName: number | string) => DemoProject.Project | undefined
  /** The demo's clock, epoch seconds. */
  readonly now: () => number
  /** Moves the clock on; meanwhile all sorts of things happen in every repository that is not still. */
  readonly advance: (days: number) => void
  /** Moves the clock on to `at` (epoch seconds), unless it is there already; nothing happens meanwhile. */
  readonly moveTo: (at: number) => void
}

const day = 86_400
const defaultUntil = new Date("2026-11-01T00:00:00Z")

interface Plan {
  readonly owner?: Account
  readonly topics?: ReadonlyArray<string>
  readonly archived?: boolean
  readonly still?: boolean
  readonly size: DemoProject.Size
}

const usual = { conversation: true, commits: 320, releases: 14, runs: 450, deployments: 90 } as const
const few = { conversation: true, commits: 30, releases: 2, runs: 20, deployments: 4 } as const
const none = { conversation: true, commits: 0, releases: 0, runs: 0, deployments: 0 } as const

export const make = (options: Options = {}): Demo => {
  const { deletedForks = true, issues, pullRequestShare = 0, seed = 1, until = defaultUntil } = options
  let clock = Math.floor(until.getTime() / 1000)

  const build = (id: number, name: string, plan: Plan) => {
    const { archived = false, owner = organisation, size, still = false, topics = [] } = plan
    // What is archived had its life a year earlier.
    const ended = archived ? clock - 365 * day : clock
    const identity = { id, owner, name, fork: false, archived, topics, createdAt: ended - DemoProject.past }
    return DemoProject.make({ seed, identity, until: ended, size, still: still || archived, deletedForks })
  }

  const repositories =
    issues === undefined
      ? [
          build(1001, "app", { topics: ["backend", "core"], size: { ...usual, items: 420, pullRequestShare: 0.4 } }),
          build(1002, "api", { topics: ["backend"], size: { ...usual, items: 360, pullRequestShare: 0.45 } }),
          build(1004, "archive", { archived: true, size: { ...few, items: 24, pullRequestShare: 0.4 } }),
          build(1005, "empty", { still: true, size: { ...none, items: 0, pullRequestShare: 0 } }),
          build(1006, "notes", { owner: caller, size: { ...few, items: 12, pullRequestShare: 0.2 } })
        ]
      : [build(1003, "large", { size: { ...few, conversation: false, items: issues, pullRequestShare } })]

  const moveTo = (at: number) => {
    clock = Math.max(clock, at)
  }

  return {
    repositories,
    find: (idOrName) =>
      repositories.find(({ fullName, id }) =>
        typeof idOrName === "number" ? id === idOrName : fullName.toLowerCase() === idOrName.toLowerCase()
      ),
    now: () => clock,
    advance: (days) => {
      const until = clock + Math.round(days * day)
      for (const repository of repositories) repository.pass(clock, until)
      moveTo(until)
    },
    moveTo
  }
}
