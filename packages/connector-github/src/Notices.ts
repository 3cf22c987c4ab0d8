// What whoever runs it should know while GitHub still answers: that a repository has another name, and how long it will take
// without a token.
import { Link, RunObserver, type SourceHttp } from "@inlet/sdk"
import * as Effect from "effect/Effect"

/** Requests an hour that GitHub answers without a credential. */
const ANONYMOUS = 60

const renamed = ({ params }: SourceHttp.Ask): string =>
  `${params?.owner}/${params?.repo} has another name now; GitHub leads on to it, but put the new one into inlet.yaml`

/** @example hours(130) === "more than 2 hours" */
const hours = (requests: number): string => {
  const full = Math.floor(requests / ANONYMOUS)
  return full < 1 ? "less than an hour" : `more than ${full === 1 ? "an hour" : `${full} hours`}`
}

/** How many pages a list has, as its first page tells. Only good for an estimate: no page is asked for by its number. */
const pagesOf = ({ headers }: SourceHttp.Answer): number => {
  const last = Link.target(headers.link, "last")
  return last === null || !URL.canParse(last) ? 1 : Number(new URL(last).searchParams.get("page") ?? 1)
}

const slow = (ask: SourceHttp.Ask, answer: SourceHttp.Answer): string | null => {
  const pages = pagesOf(answer)
  if (ask.url !== undefined && ask.url !== null) return null
  const limit = `without a token GitHub answers ${ANONYMOUS} requests an hour`
  if (!(pages > 1)) return `${limit}, all streams and repositories together`
  const whose = `${ask.template} of ${ask.params?.owner}/${ask.params?.repo}`
  return `${limit}; to read ${whose} takes ${pages} of them or more, so ${hours(pages)}`
}

/** The way to GitHub, with warnings about what its answers tell beside. */
export const make = (
  http: SourceHttp.SourceHttp,
  { anonymous }: { readonly anonymous: boolean }
): SourceHttp.SourceHttp => {
  /** The lists that a run was told about: a list that is read by time begins anew with each page. */
  const told = new WeakMap<RunObserver.Observation, Set<string>>()
  const isFirst = (observer: RunObserver.Observation, { params, template }: SourceHttp.Ask): boolean => {
    const lists = told.get(observer) ?? new Set()
    const list = `${template} ${params?.owner}/${params?.repo}`
    const first = !lists.has(list)
    told.set(observer, lists.add(list))
    return first
  }
  return {
    ...http,
    get: (ask: SourceHttp.Ask) =>
      Effect.tap(http.get(ask), (answer) =>
        Effect.map(RunObserver.RunObserver, (observer) => {
          if (answer.moved !== null && ask.params?.repo !== undefined) observer.warning(renamed(ask))
          const warning = anonymous && isFirst(observer, ask) ? slow(ask, answer) : null
          if (warning !== null) observer.warning(warning)
        })
      )
  }
}
