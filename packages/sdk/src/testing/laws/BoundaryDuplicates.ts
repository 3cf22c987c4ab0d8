// boundary-duplicates: while a list is read, an item in front of it moves the others, and the last one of a page becomes the
// first of the next.
import * as Effect from "effect/Effect"
import type { Bench } from "../Bench.ts"
import * as Items from "../Items.ts"
import type { Asked, Reply, Script } from "../Replay.ts"
import * as Rows from "../Rows.ts"
import { make, type Violation } from "../Violation.ts"

const LAW = "boundary-duplicates"

/** A page of the first run as it was answered. */
interface Page {
  readonly asked: Asked
  readonly reply: Reply
  readonly body: unknown
  readonly path: ReadonlyArray<string>
  readonly items: ReadonlyArray<unknown>
}

const pagesOf = ({ lists, world }: Bench): ReadonlyArray<Page> => {
  const seen = new Set<string>()
  return lists.flatMap((asked) => {
    const reply = world.answers(asked)
    const body = Items.parse(reply?.text ?? null)
    const path = Items.find(body)
    if (reply === null || path === null || seen.has(asked.request)) return []
    seen.add(asked.request)
    return [{ asked, reply, body, path, items: Items.at(body, path) }]
  })
}

const pathOf = ({ asked }: Page) => asked.url.pathname

/** Whether the second page goes on with the list of the first. */
const follows = (one: Page, other: Page) =>
  one.items.length > 0 &&
  one.path.join() === other.path.join() &&
  (pathOf(one) === pathOf(other) || other.asked.url.search !== "")

const answering =
  (changed: ReadonlyMap<string, Reply>): Script =>
  (asked, usual) =>
    changed.get(asked.request) ?? usual(asked)

const withItems = ({ body, path, reply }: Page, items: ReadonlyArray<unknown>): Reply => {
  const { etag: _, ...headers } = reply.headers
  return { ...reply, headers, text: JSON.stringify(Items.put(body, path, items)) }
}

/** The item stands on both pages, and no other one has moved: so it is where pages go by the last item before them. */
const repeated = (one: Page, other: Page): Script =>
  answering(new Map([[other.asked.request, withItems(other, [...one.items.slice(-1), ...other.items])]]))

/** Every item behind has moved by one: so it is where pages go by numbers. */
const shifted = (pages: ReadonlyArray<Page>, from: number): Script => {
  const changed = new Map<string, Reply>()
  for (const [index, page] of pages.entries()) {
    const before = pages[index - 1]
    if (index <= from || before === undefined) continue
    const own = index === pages.length - 1 ? page.items : page.items.slice(0, -1)
    changed.set(page.asked.request, withItems(page, [...before.items.slice(-1), ...own]))
  }
  return answering(changed)
}

export const check = (bench: Bench) =>
  Effect.gen(function* () {
    const { first, play, stream } = bench
    const pages = pagesOf(bench)
    for (const [index, page] of pages.slice(0, -1).entries()) {
      const next = pages[index + 1]
      if (next === undefined || !follows(page, next)) continue
      for (const script of [repeated(page, next), shifted(pages, index)]) {
        const scene = yield* play({ script })
        // A list that goes by its items asks for something else then: the other way tells.
        if (scene.unknown.length > 0) continue
        const why = scene.broke ?? scene.error?.detail
        const difference = Rows.difference(first.memory.rows, scene.memory.rows)
        if (why === undefined && difference === null) break
        const finding = {
          expected: "the same rows as where it stands on one page only",
          came: `an item stands at the end of page ${index + 1} and at the beginning of the next one: ${why ?? difference?.came}`,
          example: `${page.asked.request}, then ${next.asked.request}${difference === null ? "" : `; ${difference.example}`}`,
          todo: "take what a page repeats for what it is: neither the end of the list nor another record"
        }
        const found: ReadonlyArray<Violation> = [make(LAW, stream, finding)]
        return found
      }
    }
    return []
  })
