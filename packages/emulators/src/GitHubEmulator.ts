// A loopback GitHub: the REST lists that Inlet reads, of demo repositories, with GitHub's paging, conditional requests, rate
// limit, versions, app tokens and refusals, so that a connector can be tried without an account.
import * as Crypto from "node:crypto"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as DemoData from "./DemoData.ts"
import { type Version, versions } from "./DemoRepository.ts"
import * as GitHubApp from "./GitHubApp.ts"
import { Behaviour, type BehaviourInput } from "./GitHubBehaviour.ts"
import { address, type Call, type Caller, names } from "./GitHubCall.ts"
import * as GitHubControl from "./GitHubControl.ts"
import * as GitHubDirectory from "./GitHubDirectory.ts"
import * as GitHubError from "./GitHubError.ts"
import * as GitHubQuota from "./GitHubQuota.ts"
import * as GitHubRoutes from "./GitHubRoutes.ts"
import type { Credential } from "./Journal.ts"
import * as Loopback from "./Loopback.ts"
import { json, type Reply, type Request, withHeaders } from "./Message.ts"

export interface Options extends DemoData.Options {
  /** 0 or absent: a free port. */
  readonly port?: number | undefined
  /** The user's token that is right. Default `ghp_emulator`. Requests without any are served too, 60 an hour. */
  readonly token?: string | undefined
  /** An app that may sign in as well; its installation is on the organisation acme. */
  readonly app?: GitHubApp.Options | undefined
  readonly behaviour?: BehaviourInput | undefined
}

export interface Started {
  readonly url: string
  readonly port: number
  readonly token: string
}

const anonymousLimit = 60
const repositoryPath = /^\/(?:repos\/([^/]+)\/([^/]+)|repositories\/(\d+))(?:\/(.+))?$/
const tokenPath = /^\/app\/installations\/([^/]+)\/access_tokens$/

const credentials: Readonly<Record<Caller, Credential>> = {
  nobody: "none",
  user: "right",
  installation: "right",
  app: "right",
  stranger: "wrong"
}

const selectVersion = (given: string | undefined): Version | undefined =>
  given === undefined ? "2022-11-28" : versions.find((version) => version === given)

const sameName = (one: string, other: string) => one.toLowerCase() === other.toLowerCase()

const bearer = ({ authorization }: Request["headers"]) =>
  /^(?:bearer|token) (.*)$/i.exec(authorization ?? "")?.[1] ?? ""

/** Weak and strong forms of a tag are the same to If-None-Match. */
const matches = (header: string | undefined, etag: string) => {
  const opaque = (tag: string) => tag.trim().replace(/^W\//, "")
  return (header ?? "").split(",").some((tag) => tag.trim() === "*" || opaque(tag) === opaque(etag))
}

/** Serves until the scope closes. Control: the shared surface of every emulator, and `GitHubControl`. */
export const start: (options?: Options) => Effect.Effect<Started, Loopback.EmulatorError, Scope.Scope> =
  Effect.fnUntraced(function* (options = {}) {
    const { issues, pullRequestShare = 0, token = "ghp_emulator" } = options
    const invalid = (detail: string) => new Loopback.EmulatorError({ reason: "InvalidOptions", detail })
    if (issues !== undefined && !(Number.isInteger(issues) && issues >= 1 && issues <= 1_000_000))
      return yield* invalid("issues is not 1 to 1,000,000")
    if (!(pullRequestShare >= 0 && pullRequestShare <= 1)) return yield* invalid("pullRequestShare is not 0 to 1")
    const initial = yield* Schema.decode(Behaviour)(options.behaviour ?? {}).pipe(
      Effect.mapError(({ message }) => invalid(message))
    )

    const clock = yield* Effect.clock
    const now = () => clock.unsafeCurrentTimeMillis()
    const quota = GitHubQuota.make(now)
    const app =
      options.app === undefined
        ? undefined
        : GitHubApp.make(options.app, yield* Effect.mapError(GitHubApp.readKey(options.app.publicKey), invalid), now)
    let behaviour = initial
    let demo = DemoData.make(options)
    let requests = 0

    const callerOf = (headers: Request["headers"]): Caller => {
      if (headers.authorization === undefined) return "nobody"
      const given = bearer(headers)
      if (given === token) return "user"
      if (app?.holds(given)) return "installation"
      return app !== undefined && app.refusal(given) === undefined ? "app" : "stranger"
    }

    const identified = (reply: Reply, headers: Readonly<Record<string, string>> = {}): Reply =>
      withHeaders(reply, {
        ...headers,
        "x-github-request-id": `E0E0:${(++requests).toString(16).toUpperCase().padStart(8, "0")}`
      })

    const moved = (call: Call, newName: string, rest: string): Reply => {
      const repository = demo.find(newName)
      if (repository === undefined) return GitHubError.notFound
      const { query } = call.request
      const path = `/repositories/${repository.id}${rest === "" ? "" : `/${rest}`}`
      const url = address(call, `${path}${query.size === 0 ? "" : `?${query}`}`)
      return withHeaders(GitHubError.error(301, "Moved Permanently", { url }), { location: url })
    }

    const inRepository = (call: Call): Reply => {
      const [matched, owner, name, id, rest = ""] = repositoryPath.exec(call.request.path) ?? []
      const route = matched === undefined ? undefined : GitHubRoutes.find(rest)
      if (route === undefined) return GitHubError.notFound
      const named = id === undefined ? `${owner}/${name}` : Number(id)
      const renamed = Object.entries(behaviour.renamed).find(([old]) => sameName(old, String(named)))
      if (renamed !== undefined) return moved(call, renamed[1], rest)
      const repository = demo.find(named)
      if (repository === undefined) return GitHubError.notFound
      if (names(behaviour.forbidden, repository)) {
        const { caller } = call
        const whose = caller === "installation" ? "integration" : "personal access token"
        return withHeaders(GitHubError.error(403, `Resource not accessible by ${whose}`), {
          "x-accepted-github-permissions": route.permission
        })
      }
      return route.answer(call, repository)
    }

    const resource = (call: Call): Reply => {
      const { method, path } = call.request
      if (method !== "GET") return GitHubError.notFound
      if (path === "/versions") return json(200, versions)
      return GitHubDirectory.answer(call) ?? inRepository(call)
    }

    /** Tags an answer; one that the client has already is 304. The tag varies with the token, as GitHub's does. */
    const conditional = (reply: Reply, { request: { headers }, version }: Call): Reply => {
      if (reply.status !== 200) return reply
      const hash = Crypto.createHash("sha1").update(`${bearer(headers)} ${version} `)
      const etag = `W/"${hash.update(reply.body).digest("hex")}"`
      return matches(headers["if-none-match"], etag)
        ? { status: 304, headers: { etag }, body: "" }
        : withHeaders(reply, { etag })
    }

    const limitOf = ({ credential }: Request) => (credential === "right" ? behaviour.rateLimit.limit : anonymousLimit)

    const limits = ({ request, version }: Call) => {
      const core = quota.status(request.credential, limitOf(request))
      const rest = { limit: 30, remaining: 30, used: 0, reset: core.reset }
      return json(200, {
        resources: { core, search: rest, graphql: { ...core, used: 0, remaining: core.limit } },
        ...(version === "2022-11-28" ? { rate: core } : {})
      })
    }

    const metered = (call: Call): Reply => {
      const { credential, path } = call.request
      if (path === "/rate_limit") return limits(call)
      if (quota.status(credential, limitOf(call.request)).remaining === 0)
        return GitHubError.error(behaviour.rateLimit.status, "API rate limit exceeded for user ID 410101.")
      const reply = conditional(resource(call), call)
      // A 304 costs nothing, but only to those who signed in.
      if (reply.status !== 304 || credential === "none") quota.spend(credential)
      return reply
    }

    /** The app signs in with its JWT and nothing else. */
    const installationToken = (app: GitHubApp.GitHubApp, { headers }: Request, installation: string): Reply => {
      const refusal = app.refusal(bearer(headers))
      return refusal === undefined ? app.issue(installation) : GitHubError.error(401, refusal)
    }

    const handler = (request: Request): Reply => {
      if (!request.headers["user-agent"]) return identified(GitHubError.noUserAgent)
      const asked = request.headers["x-github-api-version"]
      const version = selectVersion(asked === undefined ? undefined : String(asked))
      if (version === undefined) return identified(GitHubError.error(400, `${asked} is not a supported API version`))
      const selected = { "x-github-api-version-selected": version }
      const [, installation] = tokenPath.exec(request.path) ?? []
      if (installation !== undefined && request.method === "POST" && app !== undefined)
        return identified(installationToken(app, request, installation), selected)
      const caller = callerOf(request.headers)
      if (caller === "stranger" || caller === "app") return identified(GitHubError.badCredentials, selected)
      const reply = metered({ request, caller, version, behaviour, demo })
      return identified(reply, {
        ...selected,
        ...(caller === "user" ? { "x-oauth-scopes": "repo" } : {}),
        ...GitHubQuota.headers(quota.status(request.credential, limitOf(request)))
      })
    }

    const served = yield* Loopback.serve({
      port: options.port,
      handler,
      credential: (headers) => credentials[callerOf(headers)],
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
        app?.clear()
      }
    })
    return { ...served, token }
  })
