// Each stream of GitHub's from the source to the rows at Databox: in full, what changed, nothing, and while it changes.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Pipeline from "./Pipeline.ts"
import * as Streams from "./Streams.ts"

/** The expected rows are there, none else but those that GitHub has forgotten, and each of them once. */
const assertThere = (pipeline: Pipeline.Pipeline, { key, keepsRemoved, rows, stream }: Streams.Expected) =>
  Effect.gen(function* () {
    const keyOf = (row: Pipeline.Row, names: ReadonlyArray<string>) => JSON.stringify(names.map((name) => row[name]))
    const expected = yield* rows(pipeline)
    const names = Object.keys(expected[0] ?? {}).slice(0, key)
    const there = yield* pipeline.rows(stream)
    const byKey = new Map(there.map((row) => [keyOf(row, names), row]))
    assert.strictEqual(byKey.size, there.length)
    assert.isAbove(expected.length, 0)
    for (const row of expected) assert.deepInclude(byKey.get(keyOf(row, names)), row)
    if (keepsRemoved !== true) assert.strictEqual(there.length, expected.length)
    return expected.length
  })

const isDone = (report: Effect.Effect.Success<ReturnType<Pipeline.Pipeline["sync"]>>) => {
  assert.isNull(report.error)
  assert.strictEqual(report.outcome, "completed")
  assert.deepInclude(report.counts, { quarantined: 0, pending: 0 })
  return report.counts
}

for (const expected of Streams.all) {
  const { stream } = expected
  describe(stream, () => {
    it.scopedLive("arrives in full, and a second run over the unchanged source is no event", () =>
      Effect.gen(function* () {
        const pipeline = yield* Pipeline.make({ config: { details: 10_000 } })
        const first = yield* pipeline.sync(stream)
        const count = yield* assertThere(pipeline, expected)
        assert.strictEqual(isDone(first).sent, count)
        const second = yield* pipeline.sync(stream)
        assert.isNull(second.run)
        assert.deepInclude(isDone(second), { read: 0, sent: 0 })
        assert.strictEqual(second.requests.source, expected.unchanged)
        assert.strictEqual(second.requests.sink, 0)
      })
    )

    it.scopedLive("brings what is new, and an old entry that changed today, and nothing else", () =>
      Effect.gen(function* () {
        const { pageSize = 50 } = expected
        const pipeline = yield* Pipeline.make({ config: { details: 10_000, pageSize } })
        const before = isDone(yield* pipeline.sync(stream)).sent
        for (const happen of [expected.add(pipeline, 1), expected.touch(pipeline)]) {
          yield* happen
          const again = isDone(yield* pipeline.sync(stream))
          yield* assertThere(pipeline, expected)
          assert.isAbove(again.sent, 0)
          assert.isBelow(again.sent, Math.max(before, 3))
          assert.isNull((yield* pipeline.sync(stream)).run)
        }
      })
    )

    it.scopedLive("loses and doubles nothing where many share a time across the pages' borders", () =>
      Effect.gen(function* () {
        const pipeline = yield* Pipeline.make({ config: { details: 10_000, pageSize: 7 } })
        yield* expected.add(pipeline, 25)
        isDone(yield* pipeline.sync(stream))
        yield* assertThere(pipeline, expected)
        // Exactly a page of one second, and more of the same second later.
        const at = new Date(Math.floor(Date.now() / 1000 + 600) * 1000)
        for (const count of expected.bySeconds === true ? [7] : [7, 3]) {
          yield* expected.add(pipeline, count, at)
          isDone(yield* pipeline.sync(stream))
          isDone(yield* pipeline.sync(stream))
          yield* assertThere(pipeline, expected)
        }
        yield* expected.add(pipeline, 25)
        isDone(yield* pipeline.sync(stream))
        yield* assertThere(pipeline, expected)
        const { counts, run } = yield* pipeline.sync(stream)
        assert.isNull(run)
        assert.strictEqual(counts.read, 0)
      })
    )

    it.scopedLive("goes on at the page where a run ended, and asks for none twice", () =>
      Effect.gen(function* () {
        const whole = yield* Pipeline.make({ config: { details: 10_000, pageSize: 100 } })
        const { requests } = yield* whole.sync(stream)
        const pipeline = yield* Pipeline.make({ config: { details: 10_000, pageSize: 100 } })
        let asked = 0
        let runs = 0
        for (;;) {
          const { counts, requests, run } = yield* pipeline.sync(stream, { limit: 1 })
          asked += requests.source
          if (run === null || counts.read === 0) break
          runs++
        }
        yield* assertThere(pipeline, expected)
        // Each run asks for what it has to know of the repository, and the last one for what is new.
        assert.isAtMost(asked, requests.source + 2 * (runs + 1))
      })
    )

    it.scopedLive("loses nothing where the pages move while they are read", () =>
      Effect.gen(function* () {
        const pipeline = yield* Pipeline.make({ config: { details: 10_000, pageSize: 20 } })
        let turn = 0
        yield* pipeline.meanwhile(() => (turn < 8 ? expected.shift(pipeline, turn++) : Effect.void))
        isDone(yield* pipeline.sync(stream))
        yield* pipeline.meanwhile(() => Effect.void)
        isDone(yield* pipeline.sync(stream))
        yield* assertThere(pipeline, expected)
      })
    )
  })
}
