import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { jsonSchemaText } from "../src/configuration/ConfigurationFile.ts"

describe("inlet.schema.json", () => {
  it("is what the Schema of the configuration says (npm run schema -w @inlet/runner)", () => {
    assert.strictEqual(readFileSync(new URL("../inlet.schema.json", import.meta.url), "utf8"), jsonSchemaText())
  })
})
