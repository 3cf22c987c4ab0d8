// A change of a public face is seen in review: the committed reports say what the sources declare.
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join, relative } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { packages, reports } from "./faces.mjs"
import { root } from "./steps.mjs"

const made = reports()

describe("the API reports", () => {
  for (const [file, text] of made) {
    it(`${relative(root, file)} is up to date`, () => {
      const kept = existsSync(file) ? readFileSync(file, "utf8") : ""
      assert.strictEqual(kept, text, "The public face is not what the report says. Where that is meant: npm run api")
    })
  }

  it("are all there is", () => {
    const kept = packages
      .map(({ folder }) => join(folder, "api"))
      .filter(existsSync)
      .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    assert.sameMembers(kept, [...made.keys()])
  })
})
