// What people see of pipelines under way, on a terminal and without one, as time passes.
import { assert, describe, it } from "@effect/vitest"
import type { Event, RunObserver } from "@inlet/core"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { Output } from "../src/output/Output.ts"
import * as Progress from "../src/output/Progress.ts"
import * as Width from "../src/output/Width.ts"
import { type Options, type Watched, watched } from "./support/Watched.ts"

const NONE: Event.Counts = { read: 0, sent: 0, unchanged: 0, superseded: 0, quarantined: 0, pending: 0 }
const counts = (some: Partial<Event.Counts>): Event.Counts => ({ ...NONE, ...some })

/** At 14:01:48, which is 192 seconds before 14:05. */
const NOON = Date.parse("2026-11-24T14:01:48Z")
const AT_FIVE = NOON + 192_000

/** Trackers on a terminal, or where there is none; ends with what the terminal shows then. */
const tracked = <A, E, R>(
  options: Options,
  work: (track: (name: string) => Progress.Tracker, seen: Watched) => Effect.Effect<A, E, R>
) => {
  const seen = watched(options)
  return TestClock.setTime(NOON).pipe(
    // It draws once it is let.
    Effect.zipRight(Effect.flatMap(Effect.zipLeft(Progress.make, Effect.yieldNow()), (track) => work(track, seen))),
    Effect.scoped,
    Effect.provideService(Output, seen.output),
    Effect.zipRight(Effect.sync(() => seen.screen()))
  )
}

const LIMIT: RunObserver.Wait = { kind: "rate_limit", what: "the rate limit of GitHub", until: AT_FIVE }

describe("progress on a terminal", () => {
  it.effect("shows counts, the rate over the last seconds, and how long it takes", () =>
    tracked({ live: true }, (track, { screen }) =>
      Effect.gen(function* () {
        const { begins, observation } = track("github/issues")
        assert.deepStrictEqual(screen(), ["1 waits for its turn"])
        yield* begins
        assert.deepStrictEqual(screen(), ["github/issues  0 read  0 sent  0 s"])
        for (let second = 1; second <= 20; second++) {
          yield* TestClock.adjust("1 seconds")
          observation.counts(counts({ read: 310 * second, sent: 100 * second, quarantined: 3 }))
        }
        assert.deepStrictEqual(screen(), ["github/issues  6,200 read  2,000 sent  3 quarantined  310 records/s  20 s"])
        // What was before the last seconds does not count any more.
        yield* TestClock.adjust("15 seconds")
        assert.deepStrictEqual(screen(), ["github/issues  6,200 read  2,000 sent  3 quarantined  35 s"])
      })
    )
  )

  it.effect("counts down to where a rate limit ends, in the words there is room for", () =>
    tracked({ live: true }, (track, { screen }) =>
      Effect.gen(function* () {
        const { begins, observation } = track("github/issues")
        yield* begins
        yield* TestClock.adjust("1 millis")
        observation.counts(counts({ read: 12_400, sent: 12_300 }))
        observation.waiting("source", { ...LIMIT, until: AT_FIVE + 1 })
        const at = (columns: number) => screen(columns)[0]
        const name = "github/issues  12,400 read  12,300 sent"
        assert.strictEqual(at(200), `${name}  waits for the rate limit of GitHub: goes on in 3 min 12 s, at 14:05 UTC`)
        assert.strictEqual(at(100), `${name}  rate limit of GitHub: goes on in 3 min 12 s, at 14:05 UTC`)
        assert.strictEqual(at(79), `${name}  rate limit: goes on in 3 min 12 s`)
        assert.strictEqual(at(50), "github/issues  12,400 read  rate limit: 3 min 12 s")
        assert.strictEqual(at(45), "github/issues  rate limit: 3 min 12 s")
        for (let columns = 1; columns < 120; columns++) assert.isAtMost(Width.of(at(columns) ?? ""), columns)
        yield* TestClock.adjust("2 minutes")
        assert.include(at(200), "goes on in 1 min 12 s, at 14:05 UTC")
        yield* TestClock.adjust("72 seconds")
        assert.notInclude(at(200), "rate limit")
      })
    )
  )

  it.effect("knows of each side what it waits for, and until its next request", () =>
    tracked({ live: true }, (track, { screen }) =>
      Effect.gen(function* () {
        const { begins, observation } = track("github/issues")
        yield* begins
        observation.waiting("source", LIMIT)
        observation.waiting("sink", { kind: "verdict", what: "Databox to confirm", until: null })
        assert.include(screen()[0], "rate limit of GitHub")
        observation.request("sink")
        assert.include(screen()[0], "rate limit of GitHub")
        observation.request("source")
        assert.strictEqual(screen()[0], "github/issues  0 read  0 sent  0 s")
        observation.waiting("source", { kind: "retry", what: "another attempt", until: NOON + 8_000, reason: "503" })
        assert.include(screen()[0], "asks the source again in 8 s (503)")
        observation.waiting("sink", { kind: "settle", what: "an unknown outcome to settle", until: NOON + 30_000 })
        assert.include(screen()[0], "waits for an unknown outcome to settle: 30 s")
        observation.request("sink")
        observation.request("source")
        // So short that it would only flicker.
        observation.waiting("source", { kind: "retry", what: "another attempt", until: NOON + 900, reason: "503" })
        assert.notInclude(screen()[0], "again")
      })
    )
  )

  it.effect("takes Databox's time for no wait while records go through", () =>
    tracked({ live: true }, (track, { screen }) =>
      Effect.gen(function* () {
        const { begins, observation } = track("github/issues")
        yield* begins
        observation.waiting("sink", { kind: "verdict", what: "Databox to confirm", until: null })
        assert.include(screen()[0], "waits for Databox to confirm")
        yield* TestClock.adjust("3 seconds")
        observation.counts(counts({ read: 100 }))
        assert.notInclude(screen()[0], "waits for Databox")
        yield* TestClock.adjust("3 seconds")
        assert.include(screen()[0], "waits for Databox to confirm")
      })
    )
  )

  it.effect("gives running pipelines a line each and all others one, within the rows there are", () =>
    tracked({ live: true }, (track, { screen }) =>
      Effect.gen(function* () {
        const trackers = Array.from({ length: 11 }, (_, index) => track(`github/stream_${index}`))
        for (const { begins } of trackers.slice(0, 6)) yield* begins
        yield* trackers[0]?.ends("completed") ?? Effect.void
        yield* trackers[1]?.ends("failed") ?? Effect.void
        const names = (lines: ReadonlyArray<string>) => lines.map((line) => line.split("  ")[0])
        const last = "5 more wait for their turn, 1 completed, 1 failed"
        assert.deepStrictEqual(names(screen()), ["2", "3", "4", "5"].map((n) => `github/stream_${n}`).concat(last))
        assert.deepStrictEqual(names(screen(200, 5)).length, 5)
        assert.deepStrictEqual(names(screen(200, 3)), [
          "github/stream_2",
          "github/stream_3",
          `2 more are running, ${last}`
        ])
        for (let rows = 1; rows < 8; rows++) assert.isAtMost(screen(80, rows).length, rows)
      })
    )
  )

  it.effect("leaves nothing behind", () =>
    Effect.map(
      tracked({ live: true }, (track, { screen, said }) =>
        Effect.gen(function* () {
          const { begins, ends } = track("github/issues")
          yield* begins
          yield* ends("completed")
          assert.deepStrictEqual(screen(), ["1 completed"])
          assert.isEmpty(said)
        })
      ),
      (screen) => assert.deepStrictEqual(screen, [])
    )
  )
})

describe("progress without a terminal", () => {
  it.effect("tells of begin and end, and once a minute", () =>
    tracked({}, (track, { said }) =>
      Effect.gen(function* () {
        const { begins, ends, observation } = track("github/issues")
        track("github/commits")
        yield* begins
        yield* TestClock.adjust("50 seconds")
        observation.counts(counts({ read: 9_300, sent: 12_300, pending: 100 }))
        yield* TestClock.adjust("9 seconds")
        observation.counts(counts({ read: 12_400, sent: 12_300, pending: 100 }))
        assert.deepStrictEqual(said, ["github/issues begins"])
        yield* TestClock.adjust("1 seconds")
        assert.deepStrictEqual(said.slice(1), ["github/issues: 12,400 read, 12,300 sent, 100 pending, 310 records/s"])
        yield* TestClock.adjust("1 minutes")
        assert.deepStrictEqual(said.slice(2), ["github/issues: 12,400 read, 12,300 sent, 100 pending"])
        yield* ends("completed")
        yield* TestClock.adjust("5 minutes")
        assert.deepStrictEqual(said.slice(3), ["github/issues completed: 12,400 read, 12,300 sent, 100 pending"])
      })
    )
  )

  it.effect("tells of a wait that takes longer, once, and of one of its kind no sooner than after a minute", () =>
    tracked({}, (track, { said }) =>
      Effect.gen(function* () {
        const issues = track("github/issues")
        const commits = track("github/commits")
        yield* issues.begins
        yield* commits.begins
        const before = said.length
        issues.observation.waiting("source", LIMIT)
        issues.observation.waiting("source", LIMIT)
        // The same limit, for another pipeline.
        commits.observation.waiting("source", LIMIT)
        issues.observation.waiting("sink", { kind: "pace", what: "its pace", until: NOON + 60_000 })
        issues.observation.waiting("source", { kind: "retry", what: "another attempt", until: NOON + 1_000 })
        assert.deepStrictEqual(said.slice(before), [
          "github/issues waits for the rate limit of GitHub: goes on in 3 min 12 s, at 14:05 UTC"
        ])
        yield* TestClock.adjust("30 seconds")
        issues.observation.waiting("source", { ...LIMIT, until: AT_FIVE + 5_000 })
        assert.lengthOf(said.slice(before), 1)
        yield* TestClock.adjust("29 seconds")
        yield* TestClock.adjust("1 seconds")
        const later = said.length
        issues.observation.waiting("source", { ...LIMIT, until: AT_FIVE + 60_000 })
        assert.deepStrictEqual(said.slice(later), [
          "github/issues waits for the rate limit of GitHub: goes on in 3 min 12 s, at 14:06 UTC"
        ])
      })
    )
  )

  for (const option of ["json", "quiet"] as const) {
    it.effect(`says nothing with --${option}`, () =>
      tracked({ [option]: true }, (track, { said }) =>
        Effect.gen(function* () {
          const { begins, ends, observation } = track("github/issues")
          yield* begins
          observation.waiting("source", LIMIT)
          yield* TestClock.adjust("2 minutes")
          yield* ends("completed")
          assert.isEmpty(said)
        })
      )
    )
  }
})
