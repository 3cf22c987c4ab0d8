import { assert, describe, it } from "@effect/vitest"
import * as Width from "../src/output/Width.ts"
import * as Wrap from "../src/output/Wrap.ts"

const lines = (text: string, width: number) => Wrap.text(text, width).split("\n")

describe("Wrap", () => {
  it("breaks sentences where they are too wide, and nowhere else", () => {
    const sentence = "Exports and backups that were made before are out of reach: delete them yourself."
    assert.deepStrictEqual(lines(sentence, 200), [sentence])
    assert.deepStrictEqual(lines(sentence, 40), [
      "Exports and backups that were made",
      "before are out of reach: delete them",
      "yourself."
    ])
    for (const width of [20, 33, 40, 79]) {
      assert.isTrue(lines(sentence, width).every((line) => Width.of(line) <= width))
      assert.strictEqual(lines(sentence, width).join(" "), sentence)
    }
  })

  it("indents what goes on of an item", () => {
    assert.deepStrictEqual(lines("error: there is no such source\n  kept: nothing was changed at all", 24), [
      "error: there is no such",
      "  source",
      "  kept: nothing was",
      "    changed at all"
    ])
  })

  it("leaves commands, paths and addresses in one piece, however long", () => {
    const url = `https://example.com/${"a".repeat(60)}?code=1`
    assert.include(lines(`Open this address: ${url} in a browser`, 40), url)
    const told = "Put a valid credential into .env, then run: inlet sync github --stream issues; it goes on"
    for (const width of [20, 40, 50]) {
      const kept = lines(told, width).some((line) => line.includes("inlet sync github --stream issues;"))
      assert.isTrue(kept, `at ${width}`)
    }
  })

  it("counts columns, not letters, and no colours", () => {
    assert.deepStrictEqual(lines("漢字 漢字 漢字", 9), ["漢字 漢字", "漢字"])
    assert.deepStrictEqual(lines("\u001b[31merror:\u001b[39m all is well", 18), [
      "\u001b[31merror:\u001b[39m all is well"
    ])
  })
})
