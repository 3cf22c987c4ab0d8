// From what is configured, `acme/app`, `acme/web-*`, `topic:backend`, to the repositories to read. Names are taken as they
// are; only selectors cost requests, and those are made once for all streams.
import { Link, type Rest, RestStream, RunObserver, Source, type SourceHttp } from "@inlet/sdk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { Settings } from "./Settings.ts"

/** How a credential asks for all repositories that it may read; null where there is none. */
export type Own = { readonly template: string; readonly list?: string } | null

export const ownOf = ({ app, token }: Settings): Own => {
  if (app !== undefined) return { template: "/installation/repositories", list: "repositories" }
  return token === undefined ? null : { template: "/user/repos" }
}

interface Options {
  readonly http: SourceHttp.SourceHttp
  readonly repositories: ReadonlyArray<string>
  readonly own: Own
}

interface Found {
  readonly name: string
  readonly topics: ReadonlyArray<unknown>
  readonly context: Readonly<Record<string, string>>
}

/** So many pages of 100 repositories are looked through for one selector. */
const MOST_PAGES = 1000

const fail = (reason: Source.SourceError["reason"], detail: string) =>
  new Source.SourceError({ reason, detail, status: null, retryAt: null })

const text = (value: unknown): string => (typeof value === "string" ? value : "")

const read = (repository: unknown): Found => {
  const name = text(RestStream.at(repository, "full_name"))
  const topics = RestStream.at(repository, "topics")
  return { name, topics: Array.isArray(topics) ? topics : [], context: contextOf(repository) }
}

/** What records of streams need to know of their repository. */
const contextOf = (repository: unknown): Readonly<Record<string, string>> => ({
  repository: text(RestStream.at(repository, "full_name")),
  repository_id: String(RestStream.at(repository, "id"))
})

const list = Effect.fnUntraced(function* (
  http: SourceHttp.SourceHttp,
  ask: SourceHttp.Ask,
  member: string | undefined
) {
  const all: Array<Found> = []
  let url: string | null = null
  for (let page = 0; page < MOST_PAGES; page++) {
    const { headers, json }: SourceHttp.Answer = yield* http.get({ ...ask, url })
    const items = member === undefined ? json : RestStream.at(json, member)
    if (!Array.isArray(items)) return yield* fail("Malformed", `GitHub answered GET ${ask.template} with no list`)
    all.push(...items.map(read))
    const next = Link.target(headers.link, "next")
    if (next === null) break
    url = next
  }
  return all
})

const query = { per_page: 100, sort: "full_name" }

/** All that the credential may read. */
const ofCredential = ({ http, own }: Options) =>
  own === null ? Effect.succeed([]) : list(http, { template: own.template, query: { per_page: 100 } }, own.list)

/**
 * All repositories of an account, which may be an organisation or a person. Of a person the list has public ones only; what
 * else the credential may read of it stands in its own list.
 */
const ofOwner = (options: Options, owner: string) =>
  Effect.catchIf(
    list(options.http, { template: "/orgs/{org}/repos", params: { org: owner }, query }, undefined),
    ({ reason }) => reason === "NotFound",
    () =>
      Effect.zipWith(
        list(options.http, { template: "/users/{username}/repos", params: { username: owner }, query }, undefined),
        ofCredential(options),
        (listed, own) => [...listed, ...own]
      )
  )

const SELECTOR = /^(?:([^/]+)\/)?(?:topic:(.+)|(.*))$/

/** `*` stands for any text. */
const matcher = (pattern: string) => {
  const escaped = pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*")
  return new RegExp(`^${escaped}$`, "i")
}

/** The repositories that a selector means; null for a plain name. */
const selected = (options: Options, written: string) =>
  Effect.gen(function* () {
    const { own } = options
    const [, owner, topic, pattern = ""] = SELECTOR.exec(written) ?? []
    if (topic === undefined && !pattern.includes("*")) return null
    if (owner === undefined && own === null) {
      return yield* fail("Forbidden", `${written} needs a token, or the name of an account: acme/${written}`)
    }
    const all = yield* owner === undefined ? ofCredential(options) : ofOwner(options, owner)
    const matches = matcher(`${owner ?? "*"}/${topic === undefined ? pattern : "*"}`)
    const fits = all.filter(({ name, topics }) => matches.test(name) && (topic === undefined || topics.includes(topic)))
    if (fits.length === 0) {
      const observer = yield* RunObserver.RunObserver
      observer.warning(`${written} selects no repository`)
    }
    return fits
  })

const partition = (name: string, context: NonNullable<Rest.Partition["context"]>): Rest.Partition => {
  const [owner = "", repo = ""] = name.split("/")
  return { name, params: { owner, repo }, context }
}

/** The selected repositories, each once, in the order in which they are configured. Asked for at most once. */
export const make = (options: Options): Effect.Effect<Effect.Effect<Rest.Partitions, Source.SourceError>> =>
  Effect.cached(
    Effect.gen(function* () {
      const { http, repositories } = options
      const found = new Map<string, Rest.Partition>()
      const missing: Array<Source.SourceError> = []
      const add = (one: Rest.Partition) => {
        const key = one.name.toLowerCase()
        if (!found.has(key)) found.set(key, one)
      }
      for (const written of repositories) {
        const result = yield* Effect.either(selected(options, written))
        if (Either.isLeft(result)) {
          // One selector that leads nowhere does not keep the others from being read.
          if (!["Forbidden", "NotFound"].includes(result.left.reason)) return yield* result.left
          missing.push(result.left)
        } else if (result.right !== null) {
          for (const { context, name } of result.right) add(partition(name, Effect.succeed(context)))
        } else {
          const [owner = "", repo = ""] = written.split("/")
          const identity = http.get({ template: "/repos/{owner}/{repo}", params: { owner, repo } })
          add(partition(written, yield* Effect.cached(Effect.map(identity, ({ json }) => contextOf(json)))))
        }
      }
      return { found: [...found.values()], missing }
    })
  )
