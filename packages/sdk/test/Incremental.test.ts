// The end of a listing as a time and the records that have it.
import { assert, describe, it } from "@effect/vitest"
import { Incremental } from "../src/index.ts"

const at = (second: number) => `2026-01-31T00:00:${String(second).padStart(2, "0")}Z`
const entry = (id: string, second: number | null, content = ""): Incremental.Entry => ({
  id,
  updatedAt: second === null ? null : at(second),
  record: { id, second, content }
})

describe("a watermark", () => {
  const mark = Incremental.advance(null, [entry("a", 1), entry("b", 2), entry("c", 2)])

  it("holds the highest time and the records that have it", () => {
    assert.strictEqual(mark?.updatedAt, at(2))
    assert.hasAllKeys(mark?.seen, ["b", "c"])
    for (const digest of Object.values(mark?.seen ?? {})) assert.match(digest, /^[0-9a-f]{8}$/)
  })

  it("tells what is new", () => {
    assert.isFalse(Incremental.isFresh(mark, entry("a", 1)), "older")
    assert.isFalse(Incremental.isFresh(mark, entry("b", 2)), "seen at the boundary")
    assert.isTrue(Incremental.isFresh(mark, entry("b", 2, "changed within the second")))
    assert.isTrue(Incremental.isFresh(mark, entry("d", 2)), "another one at the boundary")
    assert.isTrue(Incremental.isFresh(mark, entry("a", 3)), "newer")
    assert.isTrue(Incremental.isFresh(mark, entry("x", null)), "of unknown time")
    assert.isTrue(Incremental.isFresh(null, entry("a", 1)), "the very first")
  })

  it("tells what comes a second time", () => {
    assert.isTrue(Incremental.isRepeated(mark, entry("b", 2)))
    const others = [entry("b", 2, "changed"), entry("d", 2), entry("a", 1), entry("b", 3), entry("b", null)]
    for (const other of others) assert.isFalse(Incremental.isRepeated(mark, other))
    assert.isFalse(Incremental.isRepeated(null, entry("b", 2)))
  })

  it("gathers records of its time and never falls", () => {
    const more = Incremental.advance(mark, [entry("d", 2), entry("a", 1), entry("x", null)])
    assert.strictEqual(more?.updatedAt, at(2))
    assert.hasAllKeys(more?.seen, ["b", "c", "d"])
    assert.deepStrictEqual(Incremental.advance(mark, [entry("a", 1)]), mark)
    assert.deepStrictEqual(
      Incremental.advance(mark, [entry("b", 3)])?.seen,
      Incremental.advance(null, [entry("b", 3)])?.seen
    )
  })

  it("is none without a time", () => assert.isNull(Incremental.advance(null, [entry("x", null)])))
})
