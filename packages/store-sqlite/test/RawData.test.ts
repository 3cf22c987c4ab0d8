// Raw pages as such: which are past their time, whose they are, and that what was removed is known to have been there.
import { assert, describe, it } from "@effect/vitest"
import { Event } from "@inlet/core"
import * as Effect from "effect/Effect"
import { batchRecorded, iso, rowsQuarantined } from "./Facts.ts"
import { page, record, settle } from "./Pages.ts"
import { file, findings, open, raw, STREAM } from "./Stores.ts"

const OTHER = Event.pipeline("strava", "activities")
const [A, B, C, D] = [page("[1]"), page("[2]"), page("[3]"), page("[4]")]
const after = (second: number) => ({ sources: {}, others: iso(second) })

describe("pages that are past their time", () => {
  it.scoped("are removed, but for those of which something waits or is in quarantine", () =>
    Effect.gen(function* () {
      const filename = yield* file
      const { events, rawData } = yield* open(filename)
      const [a = "", , c = ""] = yield* record(events, STREAM, [A, B, C], 10)
      const [d = ""] = yield* record(events, STREAM, [D], 20)
      yield* settle(events, STREAM, [a, d])
      yield* events.append(STREAM, 8, [rowsQuarantined({ id: "q" }, c, [0])])

      assert.deepStrictEqual(yield* rawData.overdue(after(10)), [])
      const [overdue] = yield* rawData.overdue(after(20))
      const { bytes, ...counts } = overdue ?? { bytes: 0 }
      assert.deepStrictEqual(counts, { source: "github", pages: 1, waiting: 1, quarantined: 1 })
      const sql = yield* raw(filename)
      assert.strictEqual(bytes, sql.prepare("SELECT length(bytes) FROM blobs WHERE rowid = 1").pluck().get())

      yield* rawData.prune(after(20), "gitlab")
      assert.strictEqual((yield* events.blob(A.hash)).length, 3)
      yield* rawData.prune(after(20), "github")
      const { message, reason } = yield* Effect.flip(events.blob(A.hash))
      assert.deepStrictEqual([reason, message.includes("does not keep the raw page")], ["Missing", true])
      for (const { hash } of [B, C, D]) assert.strictEqual((yield* events.blob(hash)).length, 3)
      assert.deepStrictEqual(yield* findings(filename), [])
      // Once, and not again.
      assert.deepInclude((yield* rawData.overdue(after(20)))[0], { pages: 0, waiting: 1, quarantined: 1 })
    })
  )

  it.scoped("are so for each of the sources that have them, and as old as their newest recording", () =>
    Effect.gen(function* () {
      const { events, rawData } = yield* open(yield* file)
      const first = yield* record(events, STREAM, [A, B], 10)
      const other = yield* record(events, OTHER, [A], 10)
      const again = yield* record(events, STREAM, [B], 30)
      yield* settle(events, STREAM, [...first, ...again])
      yield* settle(events, OTHER, other)
      const pages = (github: number, strava: number) =>
        Effect.map(rawData.overdue({ sources: { strava: iso(strava) }, others: iso(github) }), (found) =>
          found.map(({ pages, source }) => [source, pages])
        )
      assert.deepStrictEqual(yield* pages(20, 0), [])
      assert.deepStrictEqual(yield* pages(0, 20), [])
      assert.deepStrictEqual(yield* pages(20, 20), [["github", 1]])
      assert.deepStrictEqual(yield* pages(40, 20), [["github", 2]])
      // Sending it again makes a page no younger.
      const replayed: Event.Draft = {
        id: "replayed",
        schema: 1,
        at: iso(50),
        run: "run-1",
        cause: null,
        trace: null,
        type: "BatchReplayed",
        data: { batch: "run-1/again", replays: first[1] ?? "", blob: B.hash, records: 1, dataset: "issues" }
      }
      const { version } = yield* events.standing(STREAM)
      yield* events.append(STREAM, version, [replayed])
      yield* settle(events, STREAM, ["run-1/again"])
      assert.deepStrictEqual(yield* pages(40, 20), [["github", 2]])
    })
  )

  it.scoped("come back where they are recorded again", () =>
    Effect.gen(function* () {
      const filename = yield* file
      const { events, rawData, recordings } = yield* open(filename)
      yield* settle(events, STREAM, yield* record(events, STREAM, [A], 10))
      const key = `/asked/0/of/${A.hash}`
      assert.deepInclude(yield* recordings.last(STREAM, key), { at: iso(10), kept: true })
      yield* rawData.prune(after(20))
      assert.deepInclude(yield* recordings.last(STREAM, key), { at: iso(10), kept: false })
      // A batch that relies on it is not recorded, and nothing else of that append.
      const relying = events.append(STREAM, 3, [batchRecorded({ id: "b" }, "run-1/1", 1)], { relied: [A.hash] })
      assert.strictEqual((yield* Effect.flip(relying))._tag, "StoreError")
      assert.strictEqual((yield* events.standing(STREAM)).version, 3)
      yield* record(events, STREAM, [A], 30)
      assert.deepInclude(yield* recordings.last(STREAM, key), { at: iso(30), kept: true })
      assert.strictEqual((yield* events.blob(A.hash)).length, 3)
      assert.deepStrictEqual(yield* findings(filename), [])
    })
  )
})

describe("the person of a page", () => {
  it.scoped("is who it was recorded of, pruned or not; of two it is nobody's", () =>
    Effect.gen(function* () {
      const { events, rawData } = yield* open(yield* file)
      const of = (subject: string) => Effect.map(rawData.ofSubject(subject), (hashes) => [...hashes])
      yield* settle(
        events,
        STREAM,
        yield* record(events, STREAM, [page("[]", "R"), page("[1]", "R"), page("[2]", "S")])
      )
      yield* settle(events, OTHER, yield* record(events, OTHER, [page("[1]", "R")]))
      assert.deepStrictEqual(yield* of("R"), [page("[]").hash, A.hash])
      yield* record(events, STREAM, [page("[]", "S"), page("[2]")])
      assert.deepStrictEqual([yield* of("R"), yield* of("S")], [[A.hash], []])
      yield* record(events, STREAM, [page("[]", "R")])
      assert.deepStrictEqual(yield* of("R"), [A.hash])
      yield* rawData.prune(after(20))
      assert.strictEqual((yield* Effect.flip(events.blob(A.hash))).reason, "Missing")
      assert.deepStrictEqual(yield* of("R"), [A.hash])
    })
  )
})
