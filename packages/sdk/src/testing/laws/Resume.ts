// resume: a process can end after any page, and another one goes on there with nothing but JSON.
import * as Effect from "effect/Effect"
import { type Bench, shown, unanswered } from "../Bench.ts"
import * as Reading from "../Reading.ts"
import * as Rows from "../Rows.ts"
import { make, type Violation } from "../Violation.ts"

const LAW = "resume"

/** A long stream is stopped at so many of its pages, spread over all of it. */
const MOST = 25

const stopAt = ({ first, play, stream }: Bench, pages: number) =>
  Effect.gen(function* () {
    const memory = Reading.memory()
    yield* play({ memory, stop: pages })
    const rest = yield* play({ memory })
    const lost = unanswered(LAW, stream, rest)
    if (lost.length > 0) return lost
    const why = rest.broke ?? rest.error?.detail
    const difference = Rows.difference(first.memory.rows, rest.memory.rows)
    if (why === undefined && difference === null) return []
    const last = first.pages[pages - 1]
    const finding = {
      expected: `the same ${Rows.count(first.memory.rows.size, "row")} as without the stop`,
      came:
        why === undefined
          ? `stopped after page ${pages} and gone on from its next, the run differs: ${difference?.came}`
          : `stopped after page ${pages} and gone on from its next, the run ends with: ${why}`,
      example: `${last === undefined ? "" : `the next of ${shown(last)}`}${difference === null ? "" : `; ${difference.example}`}`,
      todo: "put all that the next request needs into next, and read nothing of it from memory"
    }
    return [make(LAW, stream, finding)]
  })

export const check = (bench: Bench): Effect.Effect<ReadonlyArray<Violation>> => {
  const stops = bench.first.pages.length - 1
  const step = Math.max(1, Math.ceil(stops / MOST))
  const pages = Array.from({ length: Math.ceil(stops / step) }, (_, index) => 1 + index * step)
  const none: ReadonlyArray<Violation> = []
  return Effect.reduce(pages, none, (found, page) => (found.length > 0 ? Effect.succeed(found) : stopAt(bench, page)))
}
