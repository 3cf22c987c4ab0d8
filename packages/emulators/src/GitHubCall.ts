// A request on its way through the emulator: what every answer may depend on, and how a list is answered.
import * as Either from "effect/Either"
import type { Demo } from "./DemoData.ts"
import type { Project } from "./DemoProject.ts"
import type { Version } from "./DemoRepository.ts"
import type { Behaviour } from "./GitHubBehaviour.ts"
import * as GitHubError from "./GitHubError.ts"
import * as GitHubList from "./GitHubList.ts"
import * as GitHubQuery from "./GitHubQuery.ts"
import { json, type Reply, type Request } from "./Message.ts"

/** Who asks: nobody, the user of the token, an installation of the app, the app itself, or somebody unknown. */
export type Caller = "nobody" | "user" | "installation" | "app" | "stranger"

export interface Call {
  readonly request: Request
  readonly caller: Caller
  readonly version: Version
  readonly behaviour: Behaviour
  readonly demo: Demo
}

/** What a list holds for a request, before a page is cut out of it. */
export interface Listed {
  readonly keys: Float64Array
  readonly ascending: boolean
  readonly object: (number: number) => object | undefined
  /** Set where the list goes by page number always. */
  readonly numbered?: { readonly deepest: number | null; readonly tooDeep: Reply }
  /** The answer around the items; absent: the bare array. */
  readonly wrap?: (items: ReadonlyArray<object>) => object
}

/** Full names are compared as GitHub does, without regard to case. */
export const names = (list: ReadonlyArray<string>, repository: Project): boolean =>
  list.some((name) => name.toLowerCase() === repository.fullName.toLowerCase())

export const mayPush = ({ behaviour, request }: Call, repository: Project): boolean =>
  request.credential !== "none" && !names(behaviour.withoutPush, repository)

/** The address of a path in answers: that of the emulator, or the one it is known by. */
export const address = ({ behaviour, request }: Call, path: string): string =>
  `${behaviour.publicUrl?.replace(/\/$/, "") ?? `http://${request.headers.host}`}${path}`

/** One page of a list; `path` is where its Link header leads. */
export const list = (
  call: Call,
  resource: string,
  path: string,
  read: (query: GitHubQuery.Query) => Either.Either<Listed, Reply>
): Reply => {
  const { behaviour, request } = call
  const query = GitHubQuery.make(resource, request.query)
  return Either.merge(
    Either.gen(function* () {
      const { ascending, keys, numbered, object, wrap } = yield* read(query)
      const paging = yield* GitHubList.paging(query)
      const { deepest, tooDeep } = numbered ?? { deepest: behaviour.maxPage, tooDeep: GitHubError.tooDeep }
      if (deepest !== null && paging.page > deepest) return tooDeep
      const by = numbered === undefined ? behaviour.paging : "page"
      const { links, numbers } = GitHubList.cut(keys, ascending, paging, by)
      const items = numbers.flatMap((number) => object(number) ?? [])
      const link = GitHubList.linkHeader(address(call, path), request.query, links)
      return json(200, wrap === undefined ? items : wrap(items), link === "" ? {} : { link })
    })
  )
}
