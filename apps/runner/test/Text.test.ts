import { assert, describe, it } from "@effect/vitest"
import * as Option from "effect/Option"
import { didYouMean } from "../src/cli/Suggest.ts"
import * as Units from "../src/configuration/Units.ts"
import * as Time from "../src/output/Time.ts"

describe("what people write", () => {
  it("sizes", () => {
    assert.deepStrictEqual(["8MB", "512KiB", "1.5 gb", "10B", "8", "MB", "8 apples"].map(Units.parseSize), [
      8_000_000,
      524_288,
      1_500_000_000,
      10,
      undefined,
      undefined,
      undefined
    ])
  })

  it("spans of time", () => {
    assert.deepStrictEqual(["30s", "15m", "24h", "90d", "2w", "250ms", "90", "3 moons"].map(Units.parseSpan), [
      30_000,
      900_000,
      86_400_000,
      7_776_000_000,
      1_209_600_000,
      250,
      undefined,
      undefined
    ])
  })

  it("points in time, UTC where no zone is said", () => {
    const now = Date.parse("2026-11-24T22:00:00Z")
    const cases: ReadonlyArray<readonly [string, string | null]> = [
      ["24h", "2026-11-23T22:00:00.000Z"],
      ["2026-11-24", "2026-11-24T00:00:00.000Z"],
      ["2026-11-24T10:30", "2026-11-24T10:30:00.000Z"],
      ["2026-11-24T10:30:00+02:00", "2026-11-24T08:30:00.000Z"],
      ["2026-13-45", null],
      ["yesterday", null]
    ]
    for (const [written, iso] of cases) assert.strictEqual(Option.getOrNull(Time.parse(written, now)), iso, written)
  })

  it("names that are nearly right", () => {
    const known = ["sync", "send", "sends", "status", "repositories"]
    assert.strictEqual(didYouMean("snyc", known), ' Did you mean "sync"?')
    assert.strictEqual(didYouMean("repositorys", known), ' Did you mean "repositories"?')
    assert.strictEqual(didYouMean("xyzzy", known), "")
  })
})
