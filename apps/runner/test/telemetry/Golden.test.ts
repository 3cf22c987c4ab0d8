// What a trace looks like, word by word: the trees in `golden` are read by whoever changes a span.
import { assert, describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { notes, signIn } from "../login/Notes.ts"
import { decodeReport, type World, world } from "../support/World.ts"
import type * as Otlp from "./Otlp.ts"
import { type Event, eventsOf, spanOf, spansOf, tell } from "./Story.ts"

const small = { streams: ["issues"], repositories: ["acme/large"] }

/** The facts that each kind of span stands for. */
const FACTS: ReadonlyArray<readonly [name: RegExp, types: ReadonlyArray<string>]> = [
  [/^run /, ["RunStarted", "RunEnded"]],
  [/^page$/, ["BatchRecorded", "CursorMoved", "SchemaDrifted"]],
  [/^provision$/, ["DatasetProvisioned"]],
  [/^send batch$/, ["SendStarted", "SendAccepted", "SendFailed", "RowsQuarantined", "SendConfirmed"]],
  [/^confirm$/, ["SendConfirmed", "SendFailed", "RowsQuarantined"]],
  [/^isolate$/, ["RowsQuarantined"]],
  [/^refresh token$/, ["TokenChanged"]],
  [/^map /, ["BatchReplayed", "QuarantineResolved"]]
]

/** Each event is in a span that stands for it, and each such span that appended something has an event. */
const together = (spans: ReadonlyArray<Otlp.Read>, events: ReadonlyArray<Event>) => {
  const byId = new Map(spans.map((span) => [span.spanId, span]))
  for (const event of events) {
    const span = byId.get(spanOf(event))
    assert.isDefined(span, `${event.type} names a span that is not in the trace`)
    const types = FACTS.find(([name]) => name.test(span?.name ?? ""))?.[1] ?? []
    assert.include(types, event.type, span?.name)
  }
  const told = new Set(events.map(spanOf))
  for (const { name, spanId } of spans) {
    const appended = spans.some((span) => span.parent === spanId && /^(append events|record send)$/.test(span.name))
    if (appended || /^(send batch|confirm|refresh token)$/.test(name)) assert.isTrue(told.has(spanId), name)
  }
  assert.isAbove(events.length, 0)
}

/** No span is lost: one root, and every other has its parent. */
const whole = (spans: ReadonlyArray<Otlp.Read>) => {
  const ids = new Set(spans.map(({ spanId }) => spanId))
  assert.lengthOf(
    spans.filter(({ parent }) => parent === undefined),
    1
  )
  assert.deepStrictEqual(
    spans.filter(({ parent }) => parent !== undefined && !ids.has(parent)).map(({ name }) => name),
    []
  )
}

const read = (it: Parameters<typeof eventsOf>[0], traceId: string) =>
  Effect.gen(function* () {
    const spans = yield* spansOf(it, traceId)
    whole(spans)
    together(spans, yield* eventsOf(it, traceId))
    return spans
  })

const golden = (name: string, story: string) =>
  Effect.promise(() => expect(story).toMatchFileSnapshot(`golden/${name}.txt`))

const synced = (it: World, ...args: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const { code, traceId } = yield* it.report("sync", ...args)
    return { code, spans: yield* read(it, traceId) }
  })

describe("the trace of", () => {
  it.scopedLive("a sync and its replay", () =>
    Effect.gen(function* () {
      const it = yield* world({ ...small, github: { issues: 120 } })
      const { code, spans } = yield* synced(it)
      assert.strictEqual(code, 0)
      yield* golden("sync", tell(spans))
      const replayed = yield* it.run(["replay", "sends", "--json"])
      assert.strictEqual(replayed.code, 0)
      const replay = yield* read(it, decodeReport(replayed.stdout).traceId)
      assert.deepStrictEqual(
        replay.filter(({ attributes }) => attributes["peer.service"] === "github"),
        []
      )
      yield* golden("replay", tell(replay, spans))
    })
  )

  it.scopedLive("a sync that is refused for a while on both sides", () =>
    Effect.gen(function* () {
      const it = yield* world({ ...small, github: { issues: 20 } })
      yield* it.githubFaults([
        { match: { path: "/issues", nth: [1] }, action: { type: "status", status: 502 } },
        { match: { path: "/issues", nth: [2] }, action: { type: "rate-limit", retryAfter: 1 } }
      ])
      yield* it.databoxFaults([{ match: { path: "/data$" }, action: { type: "status", status: 503 } }])
      const { code, spans } = yield* synced(it)
      assert.strictEqual(code, 0)
      yield* golden("retries", tell(spans))
    })
  )

  it.scopedLive("a sync of which Databox refuses a row", () =>
    Effect.gen(function* () {
      const it = yield* world({ ...small, github: { issues: 3 } })
      const [first] = yield* it.items("acme/large", "issues")
      yield* it.databoxBehaves({ rejectRows: { column: "issue_id", equals: String(first?.id) } })
      const { code, spans } = yield* synced(it)
      assert.strictEqual(code, 3)
      yield* golden("quarantine", tell(spans))
    })
  )

  it.scopedLive("a sync that renews what it signs in with", () =>
    Effect.gen(function* () {
      const it = yield* notes()
      yield* signIn(it)
      yield* it.run(["sync", "notes"])
      yield* it.expire
      const { code, stdout } = yield* it.run(["sync", "notes", "--json"])
      assert.strictEqual(code, 0)
      yield* golden("refresh", tell(yield* read(it, decodeReport(stdout).traceId)))
    })
  )
})
