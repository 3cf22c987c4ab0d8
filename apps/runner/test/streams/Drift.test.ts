// A source whose answers change their form: what is new is told and kept, and a record that no longer fits is set aside
// alone.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Pipeline from "./Pipeline.ts"

describe("an answer of another form", () => {
  it.scopedLive("is a warning once, and costs only the records that cannot be mapped", () =>
    Effect.gen(function* () {
      const pipeline = yield* Pipeline.make()
      const first = yield* pipeline.sync("releases")
      assert.deepStrictEqual(first.warnings, [])
      const before = (yield* pipeline.rows("releases")).length

      const releases = yield* pipeline.items("releases")
      const body = releases.map((release, index) => ({
        ...release,
        name: `Release ${index}`,
        reviewed: { by: "ada" },
        ...(index === 1 && { tag_name: 5 })
      }))
      const changed = { match: { path: "/releases" }, times: 0, action: { type: "status", status: 200, body } }
      yield* pipeline.control("POST", "faults", changed)
      const second = yield* pipeline.sync("releases")
      assert.deepInclude(second.counts, {
        read: releases.length,
        sent: releases.length - 1,
        quarantined: 1,
        pending: 0
      })
      assert.strictEqual(second.warnings.length, 1)
      assert.include(second.warnings[0], "a new shape")
      const rows = yield* pipeline.rows("releases")
      assert.strictEqual(rows.length, before)
      assert.strictEqual(rows.filter(({ name }) => `${name}`.startsWith("Release ")).length, releases.length - 1)

      // The shape is known now.
      const third = yield* pipeline.sync("releases", { full: true })
      assert.deepStrictEqual(third.warnings, [])
    })
  )
})
