import { assert, describe, it } from "@effect/vitest"
import type { Counts, Failure } from "../src/DataboxApi.ts"
import { isUnsettled, unknownWord, verdict } from "../src/Verdict.ts"

const counts = (received: number | null, rejected: number | null): Counts => ({
  received,
  appended: 2,
  overwritten: 1,
  rejected
})
const failure: Failure = { code: "schema_mismatch" }

// word, counts, errors → verdict on three rows
type Row = readonly [string | null, Counts | null, Failure | null, object]
const confirmed = { _tag: "Confirmed", received: 3, appended: 2, overwritten: 1 }
const refused = (code: string, rejected: number | null) => ({ _tag: "Refused", code, rejected })
const rows: ReadonlyArray<Row> = [
  ...["in_progress", "In Progress", "inprogress", "PENDING", "processing", "queued", "running", "accepted"].map(
    (word): Row => [word, null, null, { _tag: "Running" }]
  ),
  ["in_progress", counts(0, 0), null, { _tag: "Running" }],
  ["some_new_word", counts(3, 0), null, { _tag: "Running" }],
  [null, counts(3, 0), null, { _tag: "Running" }],
  ...["success", "Succeeded", "processed", "completed", "complete", "done"].map(
    (word): Row => [word, counts(3, 0), null, confirmed]
  ),
  ["success", null, null, { _tag: "Unproven" }],
  ["success", counts(0, 0), null, { _tag: "Unproven" }],
  ["success", counts(2, 0), null, { _tag: "Unproven" }],
  ["success", counts(4, 0), null, { _tag: "Unproven" }],
  ["success", counts(3, null), null, { _tag: "Unproven" }],
  ["success", counts(null, 0), null, { _tag: "Unproven" }],
  ["success", counts(3, 1), null, refused("rows_rejected", 1)],
  ["success", counts(2, 1), null, refused("rows_rejected", 1)],
  ["success", counts(3, 3), null, refused("rows_rejected", null)],
  ["success", counts(3, 0), failure, refused("schema_mismatch", null)],
  ["some_new_word", counts(3, 2), null, refused("rows_rejected", 2)],
  ...["failed", "Failure", "error", "cancelled", "rejected"].map(
    (word): Row => [word, null, null, refused("processing_failed", null)]
  ),
  ["failed", counts(3, 3), failure, refused("schema_mismatch", null)],
  ["failed", counts(3, 1), { code: null }, refused("rows_rejected", 1)]
]

describe("verdict", () => {
  for (const [word, given, errors, expected] of rows)
    it(`${word} with ${JSON.stringify(given)} and ${JSON.stringify(errors)}`, () => {
      const found = verdict({ state: word, counts: given, failure: errors }, 3)
      assert.deepInclude(found, expected)
      assert.include(Object.values(expected), found._tag)
    })
})

describe("isUnsettled", () => {
  const now = Date.parse("2026-11-23T16:00:00.000Z")
  const recent = "2026-11-23T15:30:00.000000Z"
  const old = "2026-11-23T14:30:00.000000Z"
  const rows: ReadonlyArray<readonly [string | null, string | null, boolean]> = [
    ["in_progress", recent, true],
    ["in_progress", old, true],
    ["success", recent, false],
    ["failed", recent, false],
    [null, recent, true],
    [null, old, false],
    ["some_new_word", recent, true],
    ["some_new_word", old, false],
    [null, null, true]
  ]
  for (const [state, at, expected] of rows)
    it(`${state} of ${at} is ${expected ? "unsettled" : "settled"}`, () =>
      assert.strictEqual(isUnsettled({ id: "i", state, at }, now), expected))
})

describe("unknownWord", () => {
  it("is a plain word that no rule knows", () => {
    assert.deepStrictEqual(["success", "in_progress", "On Hold", null, "id 4711!"].map(unknownWord), [
      null,
      null,
      "onhold",
      null,
      null
    ])
  })
})
