// unchanged-second-run: where nothing happened, nothing is recorded and nothing is sent.
import { Json } from "@inlet/core"
import { type Bench, shown, unanswered } from "../Bench.ts"
import { make, type Violation } from "../Violation.ts"

const LAW = "unchanged-second-run"

export const check = ({ first, second, stream }: Bench): ReadonlyArray<Violation> => {
  const lost = unanswered(LAW, stream, second)
  if (lost.length > 0) return lost
  const expected = "a second run over the same answers brings no fresh record and leaves the cursor as it is"
  const why = second.broke ?? second.error?.detail
  if (why !== undefined) {
    const todo = "let a run that begins at the cursor end as the first one does"
    return [make(LAW, stream, { expected, came: `the second run ends with: ${why}`, todo })]
  }
  const fresh = second.pages.find(({ kept }) => kept)
  if (fresh !== undefined) {
    const finding = {
      expected,
      came: `a page of the second run counts ${fresh.page.fresh} of its ${fresh.page.records} records as fresh`,
      example: shown(fresh),
      todo: "count a record as fresh where it differs from what the cursor knows (Incremental.isFresh); if the service changed while it was recorded, record again"
    }
    return [make(LAW, stream, finding)]
  }
  const [before, after] = [first.memory.cursor, second.memory.cursor]
  if (Json.canonical(before) === Json.canonical(after)) return []
  const last = second.pages.at(-1)
  const finding = {
    expected,
    came: "the cursor is another one after a second run that brought nothing new",
    ...(last !== undefined && { example: shown(last) }),
    todo: "make the cursor of what the records say only, not of the time of the run"
  }
  return [make(LAW, stream, finding)]
}
