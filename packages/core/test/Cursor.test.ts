// What is said of cursors whose meaning only their connector knows.
import { assert, describe, it } from "@effect/vitest"
import { Cursor } from "@inlet/core"

const cases: ReadonlyArray<readonly [string, unknown, unknown, boolean]> = [
  ["a later time", { since: "2026-01-01T00:00:00Z" }, { since: "2026-01-02T00:00:00Z" }, false],
  ["an earlier time", { since: "2026-01-02T00:00:00Z" }, { since: "2026-01-01T00:00:00Z" }, true],
  ["an earlier day", "2026-01-02", "2026-01-01", true],
  ["a higher number", { after: 7 }, { after: 8 }, false],
  ["a lower number", { after: 8 }, { after: 7 }, true],
  ["one part, though another went on", { a: { at: 9 }, b: { at: 9 } }, { a: { at: 10 }, b: { at: 1 } }, true],
  [
    "an older floor below the same time",
    { at: "2026-01-09", floor: "2026-01-05" },
    { at: "2026-01-09", floor: "2026-01-02" },
    false
  ],
  ["a count that begins anew on a later day", { day: "2026-01-01", n: 9 }, { day: "2026-01-02", n: 1 }, false],
  ["a new part", { a: { at: 9 } }, { a: { at: 9 }, b: { at: 1 } }, false],
  ["a part that is gone", { a: { at: 9 }, b: { at: 9 } }, { a: { at: 9 } }, false],
  ["the same", { at: "2026-01-02" }, { at: "2026-01-02" }, false],
  ["a first one", null, { at: "2026-01-02" }, false],
  ["texts that are no times", { page: "zz" }, { page: "aa" }, false],
  ["a number in the place of a time", { at: "2026-01-02" }, { at: 1 }, false]
]

describe("a cursor", () => {
  for (const [what, from, to, expected] of cases) {
    it(`${expected ? "goes back" : "does not go back"} by ${what}`, () => {
      assert.strictEqual(Cursor.goesBack(from, to), expected)
    })
  }

  it("is JSON", () => {
    assert.isTrue(Cursor.isJson({ a: [1, "x", null, true, { b: undefined }] }))
    for (const value of [() => 1, new Date(0), Number.NaN, new Map(), [undefined], { a: { b: 1n } }, Symbol("s")]) {
      assert.isFalse(Cursor.isJson(value), String(value))
    }
  })
})
