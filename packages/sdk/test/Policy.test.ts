// Treatments of errors: none can be forgotten.
import { assert, describe, it } from "@effect/vitest"
import { Policy, Source } from "../src/index.ts"

describe("treatments", () => {
  it("name every reason there is", () => {
    const reasons = Source.SourceError.fields.reason.literals
    assert.deepStrictEqual(Object.keys(Policy.usual).sort(), [...reasons].sort())
    const { Malformed: _, ...others } = Policy.usual
    // @ts-expect-error Malformed is missing.
    const incomplete: Policy.Treatments = others
    // @ts-expect-error There is no such treatment.
    const unknown: Policy.Treatments = { ...Policy.usual, NotFound: "ignore" }
    assert.notDeepEqual(incomplete, unknown)
  })
})
