// A loopback GitHub: the REST lists of issues and pull requests of demo repositories, with GitHub's paging, conditional
// requests, rate limit, versions and refusals, so that a connector can be tried without an account.
import * as Crypto from "node:crypto"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as DemoData from "./DemoData.ts"
import { type Version, versions } from "./DemoRepository.ts"
import { Behaviour, type BehaviourInput } from "./GitHubBehaviour.ts"
import * as GitHubControl from "./GitHubControl.ts"
import * as GitHubError from "./GitHubError.ts"
import * as GitHubList from "./GitHubList.ts"
import * as GitHubQuota from "./GitHubQuota.ts"
import type { Credential } from "./Journal.ts"
import * as Loopback from "./Loopback.ts"
import { json, type Reply, type Request } from "./Message.ts"

export interface Options extends DemoData.Options {
  /** 0 or absent: a free port. */
  readonly port?: number | undefined
  /** The one token that is right. Default `ghp_emulator`. Requests without any are served too, 60 an hour. */
  readonly token?: string | undefined
  readonly behaviour?: BehaviourInput | undefined
}

export interface Started {
  readonly url: string
  readonly port: number
  readonly token: string
}

const anonymousLimit = 60
const route = /^\/(?:repos\/([^/]+)\/([^/]+)|repositories\/(\d+))(?:\/(issues|pulls))?$/

/** What the token lacks when a repository is forbidden. */
const permissions = { issues: "issues=read", pulls: "pull_requests=read" } as const

const selectVersion = (given: string | undefined): Version | undefined =>
  given === undefined ? "2022-11-28" : versions.find((version) => version === given)

const sameName = (one: string, other: string) => one.toLowerCase() === other.toLowerCase()

const withHeaders = (reply: Reply, headers: Readonly<Record<string, string>>): Reply => ({
  ...reply,
  headers: { ...reply.headers, ...headers }
})

/** Weak and strong forms of a tag are the same to If-None-Match. */
const matches = (header: string | undefined, etag: string) => {
  const opaque = (tag: string) => tag.trim().replace(/^W\//, "")
  return (header ?? "").split(",").some((tag) => tag.trim() === "*" || opaque(tag) === opaque(etag))
}

/** Serves until the scope closes. Control: the shared surface of every emulator, and `GitHubControl`. */
export const start: (options?: Options) => Effect.Effect<Started, Loopback.EmulatorError, Scope.Scope> =
  Effect.fnUntraced(function* (options = {}) {
    const { issues, pullRequestShare = 0, token = "ghp_emulator" } = options
    if (issues !== undefined && !(Number.isInteger(issues) && issues >= 1 && issues <= 1_000_000))
      return yield* new Loopback.EmulatorError({ reason: "InvalidOptions", detail: "issues is not 1 to 1,000,000" })
    if (!(pullRequestShare >= 0 && pullRequestShare <= 1))
      return yield* new Loopback.EmulatorError({ reason: "InvalidOptions", detail: "pullRequestShare is not 0 to 1" })
    const initial = yield* Schema.decode(Behaviour)(options.behaviour ?? {}).pipe(
      Effect.mapError(({ message }) => new Loopback.EmulatorError({ reason: "InvalidOptions", detail: message }))
    )

    const clock = yield* Effect.clock
    const quota = GitHubQuota.make(() => clock.unsafeCurrentTimeMillis())
    let behaviour = initial
    let demo = DemoData.make(options)
    let requests = 0

    const credential = (headers: Request["headers"]): Credential => {
      const { authorization } = headers
      if (authorization === undefined) return "none"
      return /^(?:bearer|token) (.*)$/i.exec(authorization)?.[1] === token ? "right" : "wrong"
    }

    const identified = (reply: Reply, headers: Readonly<Record<string, string>> = {}): Reply =>
      withHeaders(reply, {
        ...headers,
        "x-github-request-id": `E0E0:${(++requests).toString(16).toUpperCase().padStart(8, "0")}`
      })

    const list = (
      repository: DemoData.Repository,
      kind: GitHubList.Kind,
      { headers, query }: Request,
      version: Version
    ): Reply =>
      Either.merge(
        Either.map(GitHubList.parse(kind, query), (listing) => {
          if (behaviour.maxPage !== null && listing.page > behaviour.maxPage) return GitHubError.tooDeep
          const render = kind === "issues" ? repository.issue : repository.pull
          const { links, numbers } = GitHubList.cut(repository.table.keys(listing.selection), listing, behaviour.paging)
          const items = numbers.flatMap((number) => {
            const item = repository.table.item(number)
            return item === undefined ? [] : [render(item, version)]
          })
          const address = `http://${headers.host}/repositories/${repository.id}/${kind}`
          const link = GitHubList.linkHeader(address, query, links)
          return json(200, items, link === "" ? {} : { link })
        })
      )

    const moved = (request: Request, newName: string, kind: GitHubList.Kind | undefined): Reply => {
      const repository = demo.find(newName)
      if (repository === undefined) return GitHubError.notFound
      const path = `/repositories/${repository.id}${kind === undefined ? "" : `/${kind}`}`
      const url = `http://${request.headers.host}${path}${request.query.size === 0 ? "" : `?${request.query}`}`
      return withHeaders(GitHubError.error(301, "Moved Permanently", { url }), { location: url })
    }

    const resource = (request: Request, version: Version): Reply => {
      if (request.method === "GET" && request.path === "/versions") return json(200, versions)
      const found = route.exec(request.path)
      if (found === null || request.method !== "GET") return GitHubError.notFound
      const [, owner, name, id, last] = found
      const kind = last === "issues" || last === "pulls" ? last : undefined
      const named = id === undefined ? `${owner}/${name}` : Number(id)
      const renamed = Object.entries(behaviour.renamed).find(([old]) => sameName(old, String(named)))
      if (renamed !== undefined) return moved(request, renamed[1], kind)
      const repository = demo.find(named)
      if (repository === undefined) return GitHubError.notFound
      if (behaviour.forbidden.some((name) => sameName(name, repository.fullName)))
        return withHeaders(GitHubError.error(403, "Resource not accessible by personal access token"), {
          "x-accepted-github-permissions": kind === undefined ? "metadata=read" : permissions[kind]
        })
      return kind === undefined ? json(200, repository.render(version)) : list(repository, kind, request, version)
    }

    /** Tags an answer; one that the client has already is 304. The tag varies with the token, as GitHub's does. */
    const conditional = (reply: Reply, { credential, headers }: Request, version: Version): Reply => {
      if (reply.status !== 200) return reply
      const hash = Crypto.createHash("sha1").update(`${credential === "right" ? token : ""} ${version} `)
      const etag = `W/"${hash.update(reply.body).digest("hex")}"`
      return matches(headers["if-none-match"], etag)
        ? { status: 304, headers: { etag }, body: "" }
        : withHeaders(reply, { etag })
    }

    const limits = (request: Request, version: Version) => {
      const core = quota.status(request.credential, limitOf(request))
      const rest = { limit: 30, remaining: 30, used: 0, reset: core.reset }
      return json(200, {
        resources: { core, search: rest, graphql: { ...core, used: 0, remaining: core.limit } },
        ...(version === "2022-11-28" ? { rate: core } : {})
      })
    }

    const limitOf = (request: Request) => (request.credential === "right" ? behaviour.rateLimit.limit : anonymousLimit)

    const metered = (request: Request, version: Version): Reply => {
      if (request.path === "/rate_limit") return limits(request, version)
      if (quota.status(request.credential, limitOf(request)).remaining === 0)
        return GitHubError.error(behaviour.rateLimit.status, "API rate limit exceeded for user ID 410101.")
      const reply = conditional(resource(request, version), request, version)
      // A 304 costs nothing, but only to those who signed in.
      if (reply.status !== 304 || request.credential === "none") quota.spend(request.credential)
      return reply
    }

    const handler = (request: Request): Reply => {
      if (!request.headers["user-agent"]) return identified(GitHubError.noUserAgent)
      const asked = request.headers["x-github-api-version"]
      const version = selectVersion(asked === undefined ? undefined : String(asked))
      if (version === undefined) return identified(GitHubError.error(400, `${asked} is not a supported API version`))
      const selected = { "x-github-api-version-selected": version }
      if (request.credential === "wrong") return identified(GitHubError.badCredentials, selected)
      const reply = metered(request, version)
      return identified(reply, {
        ...selected,
        ...(request.credential === "right" ? { "x-oauth-scopes": "repo" } : {}),
        ...GitHubQuota.headers(quota.status(request.credential, limitOf(request)))
      })
    }

    const served = yield* Loopback.serve({
      port: options.port,
      handler,
      credential,
      control: GitHubControl.make({
        demo: () => demo,
        behaviour: () => behaviour,
        setBehaviour: (next) => {
          behaviour = next
        }
      }),
      refuse: (status) => identified(GitHubError.usual(status)),
      latencyMillis: () => behaviour.latencyMillis,
      reset: () => {
        behaviour = initial
        demo = DemoData.make(options)
        quota.clear()
      }
    })
    return { ...served, token }
  })
