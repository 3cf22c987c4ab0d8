import { assert, describe, it } from "@effect/vitest"
import * as Csv from "../src/output/Csv.ts"

describe("Csv", () => {
  it("quotes what would be read as something else", () => {
    assert.strictEqual(
      Csv.line(["plain", 'a "word"', "a,b", "two\nlines", " edge", null, 7]),
      'plain,"a ""word""","a,b","two\nlines"," edge",,7\n'
    )
  })
})
