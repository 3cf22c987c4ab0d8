// Looks into the items of a page one by one, where the page does not tell all, and puts the answers with it.
import { Buffer } from "node:buffer"
import { RunObserver, type Source } from "@inlet/core"
import * as Effect from "effect/Effect"
import type * as Bundle from "./Bundle.ts"
import * as Pages from "./Pages.ts"
import * as RestStream from "./RestStream.ts"
import type { Answer, Ask, SourceHttp } from "./SourceHttp.ts"

interface Options {
  readonly http: SourceHttp
  readonly details: RestStream.Details
  /** Path of an item's identifier. */
  readonly id: string
  /** What the items belong to. */
  readonly partition: { readonly name: string; readonly params: NonNullable<Ask["params"]> }
}

/** So many pages of details are read of one item. */
const MOST_PAGES = 100

const Gone: Effect.Effect<Uint8Array | null> = Effect.succeed(null)

/** All that is told of one item; null where it is gone. Pages of a list become one list. */
const ask = Effect.fnUntraced(function* ({ details, http, partition }: Options, item: unknown) {
  const { query, template } = details
  const params = { ...partition.params, ...details.params?.(item) }
  const get = (at: Pages.At | null) => http.get({ template, params, ...(query && { query }), ...Pages.link.ask(at) })
  const first = yield* get(null)
  if (first.status !== 200) return null
  if (!Array.isArray(first.json)) return first.body
  const lists: Array<unknown> = [first.json]
  let answer: Answer = first
  for (let pages = 1; pages < MOST_PAGES; pages++) {
    const next = Pages.link.next(answer, null, lists.length)
    if (next === null) break
    answer = yield* get(next.at)
    lists.push(answer.json)
  }
  return lists.length === 1 ? first.body : Buffer.from(JSON.stringify(lists.flat()))
})

/** The answers for the first `room` of the items; null for the others, and for those that are gone. */
export const of = (options: Options, items: ReadonlyArray<unknown>, room: number) =>
  Effect.gen(function* () {
    const { details, id, partition } = options
    if (items.length > room && details.lacking !== undefined) {
      const observer = yield* RunObserver.RunObserver
      const whose = partition.name === "" ? "" : ` of ${partition.name}`
      observer.warning(
        `only the newest items${whose} were looked into one by one; the older ones lack ${details.lacking}`
      )
    }
    const answer = (item: unknown, index: number): Effect.Effect<Uint8Array | null, Source.SourceError> =>
      index >= room
        ? Gone
        : Effect.catchIf(
            ask(options, item),
            ({ reason }) => reason === "NotFound",
            () => Gone
          )
    // How many are under way at a time is up to the way to the service.
    const answers = yield* Effect.forEach(
      items,
      (item, index) => Effect.map(answer(item, index), (body) => [RestStream.idOf(item, id) ?? "", body] as const),
      { concurrency: "unbounded" }
    )
    const found: Bundle.Answers = new Map(answers)
    return found
  })
