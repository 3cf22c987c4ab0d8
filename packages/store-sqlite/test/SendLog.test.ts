import { assert, describe, it } from "@effect/vitest"
import { Event, SendLog } from "@inlet/core"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import {
  batchRecorded,
  cursorMoved,
  iso,
  rowsQuarantined,
  runEnded,
  runStarted,
  sendAccepted,
  sendConfirmed,
  sendFailed,
  sendStarted
} from "./Facts.ts"
import { all, file, open, STREAM } from "./Stores.ts"

const PULLS = Event.pipeline("github", "pulls")
const OTHER = Event.pipeline("github-cloud", "activities")

/** Three pipelines: one with a run that failed and one that goes on, one with a part accepted, one with a part started. */
const story = Effect.gen(function* () {
  const store = yield* open(yield* file)
  const { events } = store
  yield* events.append(STREAM, 0, [
    runStarted({ id: "a1", second: 1 }),
    batchRecorded({ id: "a2", second: 2 }, "run-1/1", 6),
    cursorMoved({ id: "a3", second: 2 }, "2026-01-01"),
    sendStarted({ id: "a4", second: 3 }, "run-1/1", 1),
    sendConfirmed({ id: "a5", second: 9 }, "run-1/1", 1, 2),
    sendConfirmed({ id: "a6", second: 9 }, "run-1/1", 3, 1),
    rowsQuarantined({ id: "a6/1", second: 9 }, "run-1/1", [5]),
    sendStarted({ id: "a7", second: 10 }, "run-1/1", 2),
    sendFailed({ id: "a8", second: 11 }, "run-1/1", 2),
    runEnded({ id: "a9", second: 12 })
  ])
  const second = { run: "run-2", second: 4 }
  yield* events.append(PULLS, 0, [
    runStarted({ id: "b1", ...second }),
    batchRecorded({ id: "b2", ...second }, "run-2/1", 2),
    sendStarted({ id: "b3", ...second }, "run-2/1", 1, "pulls"),
    sendAccepted({ id: "b4", ...second }, "run-2/1", 1)
  ])
  const third = { run: "run-3", second: 3 }
  yield* events.append(OTHER, 0, [
    runStarted({ id: "c1", ...third }),
    batchRecorded({ id: "c2", ...third }, "run-3/1", 2),
    sendStarted({ id: "c3", ...third }, "run-3/1", 1, "activities")
  ])
  yield* events.append(STREAM, 10, [runStarted({ id: "a10", run: "run-4", second: 20 }, 2)])
  return store
})

describe("the send log", () => {
  it.scoped("tells each attempt, in the order in which they happened", () =>
    Effect.gen(function* () {
      const { sendLog } = yield* story
      const sends = yield* all(sendLog.sends({}))
      assert.deepStrictEqual(
        sends.map(({ at, batch, outcome, part }) => [at, batch, part, outcome]),
        [
          [iso(3), "run-1/1", 1, "confirmed"],
          [iso(3), "run-3/1", 1, "started"],
          [iso(4), "run-2/1", 1, "accepted"],
          [iso(10), "run-1/1", 2, "failed"]
        ]
      )
      assert.deepStrictEqual(sends[2], {
        at: iso(4),
        source: "github",
        stream: "pulls",
        dataset: "pulls",
        rows: 2,
        columns: ["id", "title"],
        outcome: "accepted",
        batch: "run-2/1",
        part: 1,
        attempt: 1,
        requestId: "request",
        ingestionId: "ingestion",
        error: null,
        run: "run-2",
        trace: null
      })
      assert.deepStrictEqual(sends[3]?.error, { code: "bad", message: "Bad row" })
      const exactly = Schema.validate(Schema.Array(SendLog.Send), { onExcessProperty: "error" })
      assert.strictEqual((yield* exactly(sends)).length, 4)
    })
  )

  it.scoped("can be narrowed down, by one member or by several", () =>
    Effect.gen(function* () {
      const { sendLog } = yield* story
      const found = (filter: SendLog.SendFilter) =>
        Effect.map(all(sendLog.sends(filter)), (sends) => sends.map(({ batch, part }) => `${batch}#${part}`))
      assert.deepStrictEqual(yield* found({ source: "github-cloud" }), ["run-3/1#1"])
      assert.deepStrictEqual(yield* found({ source: "git" }), [])
      assert.deepStrictEqual(yield* found({ dataset: "issues" }), ["run-1/1#1", "run-1/1#2"])
      assert.deepStrictEqual(yield* found({ outcome: "failed" }), ["run-1/1#2"])
      assert.deepStrictEqual(yield* found({ run: "run-2" }), ["run-2/1#1"])
      assert.deepStrictEqual(yield* found({ since: iso(4) }), ["run-2/1#1", "run-1/1#2"])
      assert.deepStrictEqual(yield* found({ since: "2026-01-01T01:00:10+01:00" }), ["run-1/1#2"])
      assert.deepStrictEqual(yield* found({ source: "github", outcome: "confirmed", since: iso(1) }), ["run-1/1#1"])
      assert.deepStrictEqual(yield* found({ source: "github", dataset: "activities" }), [])
    })
  )

  it.scoped("comes in chunks, and is whole where many sends share one moment", () =>
    Effect.gen(function* () {
      const { events, sendLog } = yield* open(yield* file)
      const parts = Array.from({ length: 1100 }, (_, part) => part)
      const drafts = parts.map((part) => sendStarted({ id: `${part}`, second: part % 2 }, "run-1/1", part))
      yield* events.append(STREAM, 0, drafts)
      const chunks = yield* all(Stream.chunks(sendLog.sends({ since: iso(0) })))
      assert.deepStrictEqual(
        chunks.map((chunk) => chunk.length),
        [500, 500, 100]
      )
      assert.deepStrictEqual(
        chunks.flatMap((chunk) => Array.from(chunk, ({ part }) => part)),
        [...parts.filter((part) => part % 2 === 0), ...parts.filter((part) => part % 2 === 1)]
      )
    })
  )
})

describe("the history of runs", () => {
  it.scoped("begins with the newest, and tells what became of each", () =>
    Effect.gen(function* () {
      const { sendLog } = yield* story
      const runs = yield* all(sendLog.runs({}))
      assert.deepStrictEqual(
        runs.map(({ run }) => run),
        ["run-4", "run-3", "run-2", "run-1"]
      )
      assert.deepStrictEqual(runs[3], {
        run: "run-1",
        source: "github",
        stream: "issues",
        mode: "sync",
        trigger: "cli",
        startedAt: iso(1),
        endedAt: iso(12),
        outcome: "failed",
        error: { code: "sink", message: "The sink is down" },
        counts: { read: 6, sent: 3, unchanged: 0, superseded: 0, quarantined: 1, pending: 2 },
        trace: null
      })
      assert.deepInclude(runs[0], { outcome: null, endedAt: null, error: null })
      assert.deepInclude(runs[0]?.counts, { read: 2, pending: 2 })
      assert.deepStrictEqual(
        (yield* all(sendLog.runs({ source: "github-cloud" }))).map(({ run }) => run),
        ["run-3"]
      )
      assert.deepStrictEqual(
        (yield* all(sendLog.runs({ run: "run-2" }))).map(({ run }) => run),
        ["run-2"]
      )
      assert.deepStrictEqual(yield* all(sendLog.runs({ source: "github-cloud", run: "run-2" })), [])
    })
  )

  it.scoped("comes in chunks", () =>
    Effect.gen(function* () {
      const { events, sendLog } = yield* open(yield* file)
      const names = Array.from({ length: 501 }, (_, number) => `run-${number}`)
      yield* events.append(
        STREAM,
        0,
        names.map((run) => runStarted({ id: run, run }))
      )
      const runs = yield* all(sendLog.runs({}))
      assert.deepStrictEqual(
        runs.map(({ run }) => run),
        names.toReversed()
      )
    })
  )
})

describe("the pipelines", () => {
  it.scoped("tell where each stands, also one that never brought anything", () =>
    Effect.gen(function* () {
      const { events, leases, sendLog } = yield* story
      yield* TestClock.adjust("5 seconds")
      yield* leases.release(yield* leases.claim(STREAM))
      yield* leases.polled(STREAM)
      yield* leases.polled(Event.pipeline("github", "labels"))
      yield* events.append("connection/github", 0, [cursorMoved({ id: "d1" }, "x")])
      const [activities, issues, labels, pulls] = yield* all(
        Stream.map(sendLog.pipelines(), ({ lastRun, ...pipeline }) => ({ ...pipeline, lastRun: lastRun?.run ?? null }))
      ).pipe(Effect.tap((pipelines) => assert.strictEqual(pipelines.length, 4)))
      const polledAt = "1970-01-01T00:00:05.000Z"
      assert.deepStrictEqual(issues, {
        source: "github",
        stream: "issues",
        cursor: "2026-01-01",
        polledAt,
        pending: 2,
        quarantined: 1,
        lastRun: "run-4"
      })
      assert.deepInclude(labels, { stream: "labels", cursor: null, polledAt, pending: 0, lastRun: null })
      assert.deepInclude(pulls, { stream: "pulls", cursor: null, polledAt: null, pending: 2, lastRun: "run-2" })
      assert.deepInclude(activities, { source: "github-cloud", stream: "activities", pending: 2, quarantined: 0 })
    })
  )
})
