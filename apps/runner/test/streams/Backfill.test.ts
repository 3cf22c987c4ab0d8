// Reading a time that is past, beside what is new: only that time arrives, and the live cursor does not know of it.
import { assert, describe, it } from "@effect/vitest"
import { RestStream } from "@inlet/sdk"
import * as Effect from "effect/Effect"
import * as Pipeline from "./Pipeline.ts"

const streams = [
  ["issues", "issues", "updated_at"],
  ["pull_requests", "pulls", "updated_at"],
  ["workflow_runs", "runs", "created_at"],
  ["stargazers", "stargazers", "starred_at"]
] as const

const day = 86_400_000

describe("a backfill", () => {
  for (const [stream, kind, time] of streams) {
    it.scopedLive(`of ${stream} brings what lies in its time, and goes on where it ended`, () =>
      Effect.gen(function* () {
        const pipeline = yield* Pipeline.make({ config: { details: 10, pageSize: 20 } })
        const range = {
          from: new Date(Date.now() - 500 * day).toISOString(),
          to: new Date(Date.now() - 300 * day).toISOString()
        }
        const within = (item: unknown) => {
          const at = Date.parse(String(RestStream.at(item, time)))
          return (
            at >= Math.floor(Date.parse(range.from) / 1000) * 1000 &&
            at < Math.floor(Date.parse(range.to) / 1000) * 1000
          )
        }
        const isRecord = (item: Pipeline.Item) => stream !== "issues" || item.pull_request === undefined
        const expected = (yield* pipeline.items(kind)).filter(isRecord).filter(within).length
        assert.isAbove(expected, 3)

        // Page by page, so that each run goes on where the one before ended.
        let sent = 0
        let runs = 0
        for (; runs < 100; runs++) {
          const { counts, error, mode, run } = yield* pipeline.sync(stream, { range, limit: 1 })
          assert.isNull(error)
          if (run === null || counts.read === 0) break
          assert.strictEqual(mode, "backfill")
          sent += counts.sent
        }
        assert.isAbove(runs, 1)
        assert.strictEqual(sent, expected)
        assert.strictEqual((yield* pipeline.rows(stream)).length, expected)

        // The live reading begins at the begin, and knows what is there already.
        const all = (yield* pipeline.items(kind)).filter(isRecord).length
        const live = yield* pipeline.sync(stream)
        assert.isNull(live.error)
        assert.strictEqual((yield* pipeline.rows(stream)).length, all)
        assert.isNull((yield* pipeline.sync(stream)).run)
        yield* pipeline.sync(stream, { range })
        assert.isNull((yield* pipeline.sync(stream)).run)
      })
    )
  }
})
