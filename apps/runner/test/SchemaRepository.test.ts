// What this repository says of its own connectors' datasets is true, and breaks nothing that was released.
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { folder, inlet } from "./support/Inlet.ts"

const schemas = fileURLToPath(new URL("../../../schemas", import.meta.url))

describe("the contracts of this repository", () => {
  // If this fails: npx inlet schema write, and look at the difference.
  it.scopedLive("fit its connectors and their history", () =>
    Effect.gen(function* () {
      // From a folder of its own: an inlet.yaml of whoever works here would choose other connectors.
      const { code, stderr, stdout } = yield* inlet(["schema", "check", "--dir", schemas], { cwd: yield* folder() })
      assert.deepStrictEqual([code, stderr], [0, ""])
      assert.match(stdout, /fits the connectors: [1-9]\d* datasets\.$/m)
    })
  )
})
