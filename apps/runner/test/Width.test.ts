import { assert, describe, it } from "@effect/vitest"
import * as Width from "../src/output/Width.ts"

const WIDTHS: ReadonlyArray<readonly [text: string, columns: number]> = [
  ["", 0],
  ["github/issues", 13],
  ["überfällig – 3 €", 16],
  ["漢字かな", 8],
  ["한국어", 6],
  ["🚀 go", 5],
  ["❤️", 2],
  ["e\u0301", 1],
  ["\u001b[31mred\u001b[39m", 3],
  ["a\u200bb", 2]
]

describe("Width", () => {
  for (const [text, columns] of WIDTHS) {
    it(`${JSON.stringify(text)} takes ${columns}`, () => assert.strictEqual(Width.of(text), columns))
  }

  it("cuts at whole letters, and says so", () => {
    assert.strictEqual(Width.cut("github", 6), "github")
    assert.strictEqual(Width.cut("github", 5), "gith…")
    assert.strictEqual(Width.cut("漢字かな", 8), "漢字かな")
    // Half a letter cannot be shown.
    assert.strictEqual(Width.cut("漢字かな", 6), "漢字…")
    assert.strictEqual(Width.cut("漢字かな", 5), "漢字…")
    assert.strictEqual(Width.cut("e\u0301e\u0301e\u0301", 2), "e\u0301…")
    assert.strictEqual(Width.cut("github", 0), "")
  })

  it("fills up to a width", () => {
    assert.strictEqual(`${Width.padEnd("漢字", 6)}|`, "漢字  |")
    assert.strictEqual(Width.padStart("12", 4), "  12")
    assert.strictEqual(Width.padEnd("github", 3), "github")
  })
})
