// A demo repository with all it holds: its issues and pull requests, and what people and machines leave beside them.
import type * as DemoCollection from "./DemoCollection.ts"
import * as DemoComments from "./DemoComments.ts"
import * as DemoCommits from "./DemoCommits.ts"
import * as DemoDeployments from "./DemoDeployments.ts"
import * as DemoItem from "./DemoItem.ts"
import * as DemoLife from "./DemoLife.ts"
import * as Random from "./DemoRandom.ts"
import * as DemoReleases from "./DemoReleases.ts"
import { full, type Identity, listed, starsAtFirst, type Version } from "./DemoRepository.ts"
import * as DemoReviews from "./DemoReviews.ts"
import * as DemoRuns from "./DemoRuns.ts"
import * as DemoStars from "./DemoStars.ts"
import * as DemoTable from "./DemoTable.ts"
import * as DemoTraffic from "./DemoTraffic.ts"

/** How much a repository has when the demo begins; as the days pass, each grows in proportion. */
export interface Size {
  readonly items: number
  /** 0 to 1 */
  readonly pullRequestShare: number
  /** Whether comments and reviews are held one by one; too many for a large repository. */
  readonly conversation: boolean
  readonly commits: number
  readonly releases: number
  readonly runs: number
  readonly deployments: number
}

export interface Options {
  readonly seed: number
  readonly identity: Identity
  /** Epoch seconds. */
  readonly until: number
  readonly size: Size
  /** Nothing happens in it by itself. */
  readonly still: boolean
  readonly deletedForks: boolean
}

/** The lists that can be steered from outside. */
export type ListName =
  | "issues"
  | "pulls"
  | "comments"
  | "reviews"
  | "commits"
  | "releases"
  | "runs"
  | "deployments"
  | "stargazers"

export interface Project {
  readonly id: number
  readonly identity: Identity
  readonly fullName: string
  readonly table: DemoTable.DemoTable
  /** The repository as GitHub's API gives it by itself, and in lists; `push`: whether the caller may. */
  readonly render: (version: Version, push: boolean) => object
  readonly listed: (version: Version, push: boolean) => object
  /** When somebody last pushed to it or starred it, epoch seconds. */
  readonly times: () => { readonly pushedAt: number; readonly updatedAt: number }
  /** An item as the issues list has it, a pull request too. */
  readonly issue: (item: DemoTable.Item, version: Version) => object
  /** A pull request as the pulls list has it. */
  readonly pull: (item: DemoTable.Item, version: Version) => object
  /** A pull request by itself. */
  readonly fullPull: (item: DemoTable.Item, version: Version) => object
  readonly issueId: (number: number) => number
  readonly pullId: (number: number) => number
  readonly comments: DemoComments.DemoComments
  readonly reviews: DemoReviews.DemoReviews
  readonly commits: DemoCommits.DemoCommits
  readonly releases: DemoReleases.DemoReleases
  readonly runs: DemoRuns.DemoRuns
  readonly deployments: DemoDeployments.DemoDeployments
  readonly stars: DemoStars.DemoStars
  readonly traffic: DemoTraffic.DemoTraffic
  readonly lists: Readonly<Record<ListName, DemoCollection.Steered>>
  /** What happens after `from` and until `until`, epoch seconds. */
  readonly pass: (from: number, until: number) => void
}

const day = 86_400
/** The past that a repository begins with. */
export const past = 730 * day

export const make = ({ deletedForks, identity, seed, size, still, until }: Options): Project => {
  const { id, name, owner } = identity
  const began = identity.createdAt
  const table = DemoTable.make({
    seed,
    repositoryId: id,
    size: size.items,
    pullRequestShare: size.pullRequestShare,
    from: began,
    until
  })
  const item = DemoItem.make(seed, identity, deletedForks)
  const issueId = (number: number) => DemoItem.issueId(id, number)
  const pullId = (number: number) => DemoItem.pullId(id, number)
  const comments = DemoComments.make(seed, identity, table)
  const reviews = DemoReviews.make(seed, identity, table)
  const commits = DemoCommits.make(seed, identity)
  const releases = DemoReleases.make(seed, identity)
  const runs = DemoRuns.make(seed, identity, commits)
  const deployments = DemoDeployments.make(seed, identity, commits)
  const stars = DemoStars.make()
  const traffic = DemoTraffic.make(seed, id)

  /** All but issues and pull requests; `grown` says how many of what the repository has so many of at first. */
  const others = (random: Random.Random, from: number, to: number, grown: (atFirst: number) => number) => {
    commits.pass(random, from, to, grown(size.commits))
    releases.pass(random, from, to, grown(size.releases))
    runs.pass(random, from, to, grown(size.runs))
    deployments.pass(random, from, to, grown(size.deployments))
    stars.pass(random, from, to, grown(starsAtFirst(id)))
  }

  const random = Random.make(seed, id, 0)
  others(random, began, until, (atFirst) => atFirst)
  if (size.conversation) {
    comments.fill(random)
    reviews.fill(random)
  }

  /** Comments and reviews go with what happens to the items: they move no time of their own. */
  const conversation = (random: Random.Random) => (kind: DemoLife.Event, number: number, at: number) => {
    if (kind === "merge") reviews.write(number, at, "APPROVED")
    if (kind !== "comment") return
    comments.write(number, at)
    if (table.item(number)?.isPull && random.chance(0.4))
      reviews.write(number, at, random.chance(0.5) ? "CHANGES_REQUESTED" : "COMMENTED")
  }

  const pass = (from: number, to: number) => {
    if (still) return
    const days = (to - from) / day
    const random = Random.make(seed, id, from, 1)
    DemoLife.pass(table, Random.make(seed, id, from), {
      from,
      until: to,
      events: Math.round((days * table.highest()) / 100),
      pullRequestShare: size.pullRequestShare,
      ...(size.conversation ? { happened: conversation(random) } : {})
    })
    others(random, from, to, (atFirst) => (atFirst === 0 ? 0 : Math.max(1, Math.round((atFirst * days * day) / past))))
    comments.edit(random, from, to)
  }

  /** Issues, or pull requests alone, as the control surface steers them. */
  const items = (kind: "issues" | "pulls"): DemoCollection.Steered => {
    const idOf = kind === "issues" ? issueId : pullId
    const find = ({ id: wanted, number = Number(wanted) - idOf(0) }: DemoCollection.Reference) => {
      const found = table.item(number)
      return kind === "pulls" && found?.isPull === false ? undefined : found
    }
    return {
      objects: (version) =>
        Array.from({ length: table.highest() }, (_, index) => find({ number: index + 1 })).flatMap((found) =>
          found === undefined ? [] : [kind === "issues" ? item.issue(found, version) : item.pull(found, version)]
        ),
      add: (at) => {
        const number = table.create(at, kind === "pulls", false)
        return { number, id: idOf(number) }
      },
      touch: (which, at) => {
        const found = find(which)
        if (found === undefined) return false
        table.comment(found.number, at)
        comments.write(found.number, at)
        return true
      },
      remove: (which, at) => {
        const found = find(which)
        if (found === undefined) return false
        table.remove(found.number)
        for (const { item, number } of comments.entries()) if (item === found.number) comments.remove({ number }, at)
        for (const { number, pull } of reviews.entries()) if (pull === found.number) reviews.remove({ number }, at)
        return true
      }
    }
  }

  const times = () => {
    const pushedAt = commits.entries().reduce((last, { at }) => Math.max(last, at), began + 7200)
    return { pushedAt, updatedAt: stars.entries().reduce((last, { at }) => Math.max(last, at), pushedAt) }
  }
  const open = { kind: "issues", state: "open", sort: "created", since: undefined } as const
  const present = (push: boolean) => ({
    ...times(),
    openIssues: table.keys(open).length,
    stars: stars.entries().length,
    push
  })

  return {
    id,
    identity,
    fullName: `${owner.login}/${name}`,
    table,
    render: (version, push) => full(identity, version, present(push)),
    listed: (version, push) => listed(identity, version, present(push)),
    times,
    ...item,
    issueId,
    pullId,
    comments,
    reviews,
    commits,
    releases,
    runs,
    deployments,
    stars,
    traffic,
    lists: {
      issues: items("issues"),
      pulls: items("pulls"),
      comments,
      reviews,
      commits,
      releases,
      runs,
      deployments,
      stargazers: stars
    },
    pass
  }
}
