// What the emulator serves under a repository: each path with the permission it takes and how it is answered.
import * as Either from "effect/Either"
import type { Deployment } from "./DemoDeployments.ts"
import type { Project } from "./DemoProject.ts"
import type { Selection } from "./DemoTable.ts"
import { type Call, type Listed, list, mayPush } from "./GitHubCall.ts"
import * as GitHubCreated from "./GitHubCreated.ts"
import * as GitHubError from "./GitHubError.ts"
import { directions, type Query } from "./GitHubQuery.ts"
import { json, type Reply } from "./Message.ts"

interface Route {
  /** What follows the repository's own path. */
  readonly path: RegExp
  readonly permission: string
  readonly answer: (call: Call, repository: Project, numbers: ReadonlyArray<number>) => Reply
}

type Read = (query: Query, call: Call, repository: Project) => Either.Either<Listed, Reply>

const itemSorts = {
  issues: { created: "created", updated: "updated", comments: "comments" },
  pulls: { created: "created", updated: "updated", popularity: "comments" }
} as const

const items =
  (kind: Selection["kind"]): Read =>
  (query, { version }, repository) =>
    Either.gen(function* () {
      const state = yield* query.choice("state", { open: "open", closed: "closed", all: "all" } as const, "open")
      const sort = yield* query.choice<Selection["sort"]>("sort", itemSorts[kind], "created")
      // The default of the pulls list depends on its sort, that of the issues list does not (GitHub's API description).
      const byDefault = kind === "pulls" && sort !== "created"
      const since = kind === "issues" ? yield* query.instant("since", "from") : undefined
      const render = kind === "issues" ? repository.issue : repository.pull
      return {
        keys: repository.table.keys({ kind, state, sort, since }),
        ascending: yield* query.choice("direction", directions, byDefault),
        object: (number) => {
          const item = repository.table.item(number)
          return item === undefined ? undefined : render(item, version)
        }
      }
    })

const comments: Read = (query, { version }, { comments }) =>
  Either.gen(function* () {
    const sort = yield* query.choice("sort", { created: "created", updated: "updated" } as const, "created")
    const direction = yield* query.choice("direction", directions, true)
    const since = (yield* query.instant("since", "from")) ?? 0
    // Without a sort they come by id, and the direction is of no account (GitHub's API description).
    const sorted = query.has("sort")
    return {
      keys: comments.keys(
        ({ at, updatedAt }) => (sorted ? (sort === "created" ? at : updatedAt) : 0),
        ({ updatedAt }) => updatedAt >= since
      ),
      ascending: !sorted || direction,
      object: (number) => comments.object(number, version)
    }
  })

const commits: Read = (query, { version }, { commits }) =>
  Either.gen(function* () {
    if (commits.entries().length === 0) return yield* Either.left(GitHubError.emptyRepository)
    const since = (yield* query.instant("since", "from")) ?? 0
    const until = (yield* query.instant("until", "to")) ?? Infinity
    return {
      keys: commits.keys(undefined, ({ at }) => at >= since && at <= until),
      ascending: false,
      object: (number) => commits.object(number, version)
    }
  })

const releases: Read = (_query, { version }, { releases }) =>
  Either.right({
    keys: releases.keys(),
    ascending: false,
    object: (number) => releases.object(number, version)
  })

/** With any filter GitHub gives no more than these of the newest, whatever `total_count` says. */
const filteredRuns = 1000

const runs: Read = (query, { version }, { runs }) =>
  Either.gen(function* () {
    const created = query.text("created")
    const range = created === undefined ? { from: 0, to: Infinity } : GitHubCreated.parse(created)
    if (range === undefined) return yield* query.refused("created")
    const [status, event, branch] = ["status", "event", "branch"].map(query.text)
    const keys = runs.keys(undefined, (run) => {
      const facts = runs.facts(run)
      return (
        run.at >= range.from &&
        run.at <= range.to &&
        (status === undefined || status === facts.status || status === facts.conclusion) &&
        (event === undefined || event === facts.event) &&
        (branch === undefined || branch === facts.branch)
      )
    })
    const filtered = [created, status, event, branch].some((given) => given !== undefined)
    return {
      keys: filtered ? keys.subarray(-filteredRuns) : keys,
      ascending: false,
      object: (number) => runs.object(number, version),
      wrap: (items) => ({ total_count: keys.length, workflow_runs: items })
    }
  })

const deployments: Read = (query, { version }, { deployments }) => {
  const environment = query.text("environment") ?? "none"
  const fits = (one: Deployment) => environment === "none" || one.environment === environment
  return Either.right({
    keys: deployments.keys(undefined, fits),
    ascending: false,
    object: (number) => deployments.object(number, version)
  })
}

const starType = /application\/vnd\.github\.(?:v3\.)?star\+json/

const stargazers: Read = (_query, { behaviour, request, version }, { stars }) => {
  const dated = starType.test(request.headers.accept ?? "")
  return Either.right({
    keys: stars.keys(),
    ascending: true,
    numbered: { deepest: behaviour.maxStarPage, tooDeep: GitHubError.tooDeepForStars },
    object: (number) => {
      if (dated) return stars.object(number, version)
      const star = stars.entry(number)
      return star === undefined ? undefined : stars.user(star)
    }
  })
}

const listing =
  (resource: string, path: string, read: Read): Route["answer"] =>
  (call, repository) =>
    list(call, resource, `/repositories/${repository.id}/${path}`, (query) => read(query, call, repository))

const pullRequest: Route["answer"] = ({ version }, { fullPull, table }, [number = 0]) => {
  const item = table.item(number)
  return item?.isPull ? json(200, fullPull(item, version)) : GitHubError.notFound
}

const reviews: Route["answer"] = (call, { id, reviews, table }, [number = 0]) => {
  if (!table.item(number)?.isPull) return GitHubError.notFound
  return list(call, "PullRequestReview", `/repositories/${id}/pulls/${number}/reviews`, () =>
    Either.right({
      keys: reviews.keys(undefined, ({ pull }) => pull === number),
      ascending: true,
      object: (review) => reviews.object(review, call.version)
    })
  )
}

const statuses: Route["answer"] = (call, { deployments, id }, [deployment = 0]) => {
  const found = deployments.statuses(deployment)
  if (found === undefined) return GitHubError.notFound
  return list(call, "DeploymentStatus", `/repositories/${id}/deployments/${deployment}/statuses`, () =>
    Either.right({ keys: Float64Array.from(found.keys()), ascending: true, object: (nth) => found[nth] })
  )
}

const traffic =
  (kind: "views" | "clones"): Route["answer"] =>
  (call, repository) => {
    if (!mayPush(call, repository)) return GitHubError.withoutPush
    const per = call.request.query.get("per") === "week" ? "week" : "day"
    const { count, entries, uniques } = repository.traffic.read(kind, call.demo.now(), per)
    return json(200, { count, uniques, [kind]: entries })
  }

const routes: ReadonlyArray<Route> = [
  {
    path: /^$/,
    permission: "metadata=read",
    answer: (call, repository) => json(200, repository.render(call.version, mayPush(call, repository)))
  },
  { path: /^issues$/, permission: "issues=read", answer: listing("Issue", "issues", items("issues")) },
  {
    path: /^issues\/comments$/,
    permission: "issues=read",
    answer: listing("IssueComment", "issues/comments", comments)
  },
  { path: /^pulls$/, permission: "pull_requests=read", answer: listing("PullRequest", "pulls", items("pulls")) },
  { path: /^pulls\/(\d+)$/, permission: "pull_requests=read", answer: pullRequest },
  { path: /^pulls\/(\d+)\/reviews$/, permission: "pull_requests=read", answer: reviews },
  { path: /^commits$/, permission: "contents=read", answer: listing("Commit", "commits", commits) },
  { path: /^releases$/, permission: "contents=read", answer: listing("Release", "releases", releases) },
  { path: /^actions\/runs$/, permission: "actions=read", answer: listing("WorkflowRun", "actions/runs", runs) },
  { path: /^deployments$/, permission: "deployments=read", answer: listing("Deployment", "deployments", deployments) },
  { path: /^deployments\/(\d+)\/statuses$/, permission: "deployments=read", answer: statuses },
  { path: /^stargazers$/, permission: "metadata=read", answer: listing("Stargazer", "stargazers", stargazers) },
  { path: /^traffic\/views$/, permission: "administration=read", answer: traffic("views") },
  { path: /^traffic\/clones$/, permission: "administration=read", answer: traffic("clones") }
]

export interface Found {
  readonly permission: string
  readonly answer: (call: Call, repository: Project) => Reply
}

/** The route of what follows a repository's own path, without the slash between them. */
export const find = (rest: string): Found | undefined => {
  for (const { answer, path, permission } of routes) {
    const match = path.exec(rest)
    if (match === null) continue
    const numbers = match.slice(1).map(Number)
    return { permission, answer: (call, repository) => answer(call, repository, numbers) }
  }
  return undefined
}
