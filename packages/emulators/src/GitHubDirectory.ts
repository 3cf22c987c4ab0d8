// The lists of repositories: of an organisation, of a user, of the caller, and of the app's installation.
import * as Either from "effect/Either"
import { type Account, organisation, caller as owner, people } from "./DemoCast.ts"
import type { Project } from "./DemoProject.ts"
import { keyOf } from "./DemoTable.ts"
import { type Call, type Listed, list, mayPush } from "./GitHubCall.ts"
import * as GitHubError from "./GitHubError.ts"
import { directions, type Query } from "./GitHubQuery.ts"
import type { Reply } from "./Message.ts"

const types = {
  all: true,
  public: true,
  sources: true,
  owner: true,
  member: true,
  // All that the demo has is public and its own.
  private: false,
  forks: false
} as const

const orders = {
  created: ({ identity }: Project) => identity.createdAt,
  updated: ({ times }: Project) => times().updatedAt,
  pushed: ({ times }: Project) => times().pushedAt,
  full_name: () => 0
} as const

/** In the order asked for; repositories that are equal in it go by name. */
const listed = (
  call: Call,
  query: Query,
  repositories: ReadonlyArray<Project>,
  byDefault: keyof typeof orders
): Either.Either<Listed, Reply> =>
  Either.gen(function* () {
    const order = yield* query.choice<(repository: Project) => number>("sort", orders, orders[byDefault])
    const ascending = yield* query.choice("direction", directions, order === orders.full_name)
    const shown = yield* query.choice("type", types, true)
    const named = repositories.toSorted((one, other) => (one.fullName < other.fullName ? -1 : 1))
    const keys = named.map((repository, nth) => keyOf(order(repository), nth))
    return {
      keys: Float64Array.from(shown ? keys : []).sort(),
      ascending,
      object: (nth) => {
        const repository = named[nth]
        return repository?.listed(call.version, mayPush(call, repository))
      }
    }
  })

const login = (name: string | undefined) => {
  const wanted = name?.toLowerCase()
  return (account: Account) => account.login.toLowerCase() === wanted
}

const owned = ({ demo }: Call, account: Account) =>
  demo.repositories.filter(({ identity }) => identity.owner === account)

const ofAccount = (call: Call, account: Account, path: string, byDefault: "created" | "full_name") =>
  list(call, "Repository", path, (query) => listed(call, query, owned(call, account), byDefault))

const ofOrganisation = (call: Call) =>
  ofAccount(call, organisation, `/organizations/${organisation.id}/repos`, "created")

const ofUser = (call: Call, user: Account | undefined) =>
  user === undefined ? GitHubError.notFound : ofAccount(call, user, `/user/${user.id}/repos`, "full_name")

const ofCaller = (call: Call): Reply => {
  if (call.caller === "installation") return GitHubError.notForIntegrations
  if (call.caller !== "user") return GitHubError.unauthenticated
  return list(call, "Repository", "/user/repos", (query) => {
    if (query.has("type") && (query.has("visibility") || query.has("affiliation"))) return query.refused("type")
    const affiliations = (query.text("affiliation") ?? "owner,collaborator,organization_member").split(",")
    return Either.gen(function* () {
      const visible = yield* query.choice("visibility", { all: true, public: true, private: false }, true)
      const mine = call.demo.repositories.filter(
        ({ identity }) => visible && affiliations.includes(identity.owner === owner ? "owner" : "organization_member")
      )
      return yield* listed(call, query, mine, "full_name")
    })
  })
}

const ofInstallation = (call: Call): Reply => {
  if (call.caller === "nobody") return GitHubError.unauthenticated
  if (call.caller !== "installation")
    return GitHubError.error(
      403,
      "You must authenticate with an installation access token in order to list repositories for an installation."
    )
  return list(call, "Repository", "/installation/repositories", (query) =>
    Either.map(listed(call, query, owned(call, organisation), "created"), (all) => ({
      ...all,
      ascending: true,
      wrap: (repositories) => ({ total_count: all.keys.length, repositories })
    }))
  )
}

/** Answers a list of repositories; undefined for any other path. */
export const answer = (call: Call): Reply | undefined => {
  const { path } = call.request
  if (path === "/user/repos") return ofCaller(call)
  if (path === "/installation/repositories") return ofInstallation(call)
  const [, kind, name] = /^\/(orgs|organizations|users|user)\/([^/]+)\/repos$/.exec(path) ?? []
  if (kind === "orgs") return login(name)(organisation) ? ofOrganisation(call) : GitHubError.notFound
  if (kind === "organizations") return Number(name) === organisation.id ? ofOrganisation(call) : GitHubError.notFound
  if (kind === "users") return ofUser(call, people.find(login(name)))
  return kind === "user"
    ? ofUser(
        call,
        people.find(({ id }) => id === Number(name))
      )
    : undefined
}
