import { assert, it } from "@effect/vitest"
import * as Journal from "../src/Journal.ts"

it("keeps the last entries and the totals of all", () => {
  const journal = Journal.make()
  const entry = { time: "", method: "GET", path: "/", query: "", headers: {}, credential: "none", bytes: 2 } as const
  const opened = 2 * Journal.limit + 1
  for (let n = 0; n < opened; n++) journal.open(entry)
  const kept = journal.read({ after: 0 })
  assert.strictEqual(kept.length, Journal.limit)
  assert.strictEqual(kept[0]?.seq, opened - Journal.limit + 1)
  assert.deepStrictEqual(journal.totals(), { requests: opened, bytes: 2 * opened })
})
