// One stream on the bench: read twice as a runner would, the second time from where the first one ended. What laws look at, and
// where they take their examples from.
import type { Source } from "@inlet/core"
import * as Effect from "effect/Effect"
import * as Items from "./Items.ts"
import type { Law } from "./Laws.ts"
import type * as Reading from "./Reading.ts"
import type { Asked, Script } from "./Replay.ts"
import { type Finding, make, type Violation } from "./Violation.ts"
import * as World from "./World.ts"

export interface Bench {
  readonly world: World.World
  readonly stream: string
  readonly spec: Source.StreamSpec
  readonly first: World.Scene
  readonly second: World.Scene
  /** For each page of the first run the request that brought its list. */
  readonly lists: ReadonlyArray<Asked>
  /** Plays another run of the stream. */
  readonly play: (options?: World.Options) => Effect.Effect<World.Scene>
}

export const copy = ({ bodies, counts, cursor, position, rows }: Reading.Memory): Reading.Memory => ({
  cursor,
  position,
  rows: new Map(rows),
  bodies: new Map(bodies),
  counts: new Map(counts)
})

const isList = (world: World.World) => (asked: Asked) =>
  Items.find(Items.parse(world.answers(asked)?.text ?? null)) !== null

/** The requests that brought the pages: as the page says itself or else the first of those before it that brought a list. */
const listsOf = (world: World.World, { asked, pages }: World.Scene): ReadonlyArray<Asked> =>
  pages.flatMap(({ asked: until, page }, index) => {
    const window = asked.slice(pages[index - 1]?.asked ?? 0, until)
    const key = page.request.key.replace(/#.*$/s, "")
    return window.find(({ request }) => request === key) ?? window.find(isList(world)) ?? window[0] ?? []
  })

export const of = (world: World.World, stream: string, spec: Source.StreamSpec): Effect.Effect<Bench> =>
  Effect.gen(function* () {
    const play = (options?: World.Options) => World.scene(world, stream, options)
    const first = yield* play()
    const second = yield* play({ memory: copy(first.memory) })
    return { world, stream, spec, first, second, lists: listsOf(world, first), play }
  })

/** Answers one request by something else, as often as it is asked or the first time only. */
export const instead =
  ({ carried, request }: Pick<Asked, "request" | "carried">, answer: Script, once = false): Script =>
  (asked, usual) =>
    asked.request === request && asked.carried === carried && !(once && asked.before > 0)
      ? answer(asked, usual)
      : usual(asked)

/** The request of a page, as messages show it. */
export const shown = ({ page }: Reading.Taken): string => page.request.key.replace(/#.*$/s, "")

/** A request that the cassette has no answer to says nothing about a law. */
export const unanswered = (law: Law, stream: string, { unknown }: World.Scene): ReadonlyArray<Violation> => {
  const [request] = unknown
  if (request === undefined) return []
  const finding: Finding = {
    expected: "requests that were recorded",
    came: `the cassette has no answer for ${request}: record it again with inlet connector record`,
    todo: "record it again; where that changes nothing, the connector does not ask the same for the same"
  }
  return [make(law, stream, finding)]
}
