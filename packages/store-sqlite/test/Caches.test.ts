import { assert, describe, it } from "@effect/vitest"
import { EventStore, Recordings, Row } from "@inlet/core"
import * as Effect from "effect/Effect"
import { SqliteStore } from "../src/index.ts"
import { batchRecorded, iso, runStarted } from "./Facts.ts"
import { file, open, STREAM } from "./Stores.ts"

describe("sent rows", () => {
  it.scoped("are remembered, replaced and forgotten with an append, for each dataset", () =>
    Effect.gen(function* () {
      const filename = yield* file
      const { events, sentRows } = yield* open(filename)
      const keys = ["[1]", "[2]", "[3]"].map(Row.digest)
      const [one, two, three] = keys
      const row = (text: string, key = Row.digest("")) => ({ key, digest: Row.digest(text) })
      assert.deepStrictEqual(yield* sentRows.lookup("issues", keys), [null, null, null])
      const remember = [row("a", one), row("b", two)]
      yield* events.append(STREAM, 0, [runStarted({ id: "a" })], {
        sentRows: { dataset: "issues", forget: [], remember }
      })
      assert.deepStrictEqual(yield* sentRows.lookup("issues", keys), [Row.digest("a"), Row.digest("b"), null])
      yield* events.append(STREAM, 1, [runStarted({ id: "b" })], {
        sentRows: { dataset: "issues", forget: keys.slice(0, 1), remember: [row("c", two), row("d", three)] }
      })
      const other = yield* open(filename)
      assert.deepStrictEqual(yield* other.sentRows.lookup("issues", keys.toReversed()), [
        Row.digest("d"),
        Row.digest("c"),
        null
      ])
      assert.deepStrictEqual(yield* sentRows.lookup("pulls", keys), [null, null, null])
    })
  )
})

describe("recordings", () => {
  it.scoped("are of the batch or of the poll that came last", () =>
    Effect.gen(function* () {
      const recorded = (id: string, blob: string) =>
        batchRecorded({ id }, `run-1/${id}`, 1, { key: "/issues", blob, etag: null })
      const { events, recordings } = yield* open(yield* file)
      const last = recordings.last(STREAM, "/issues")
      const kept = { at: iso(0), kept: false }
      assert.isNull(yield* last)
      const empty = { blob: "01", etag: '"one"' }
      yield* recordings.remember(STREAM, "/issues", empty)
      assert.deepStrictEqual(yield* last, { ...empty, at: null, kept: false })
      yield* events.append(STREAM, 0, [recorded("a", "02"), recorded("b", "03")])
      assert.deepStrictEqual(yield* last, { blob: "03", etag: null, ...kept })
      yield* recordings.remember(STREAM, "/issues", { blob: "03", etag: '"two"' })
      assert.deepStrictEqual(yield* last, { blob: "03", etag: '"two"', ...kept })
      yield* events.append(STREAM, 2, [recorded("c", "04")])
      assert.deepStrictEqual(yield* last, { blob: "04", etag: null, ...kept })
      assert.isNull(yield* recordings.last(STREAM, "/issues?page=2"))
      assert.isNull(yield* recordings.last("pipeline/github/pulls", "/issues"))
    })
  )
})

describe("a store in memory", () => {
  it.effect("does the same without a file", () =>
    Effect.gen(function* () {
      const events = yield* EventStore.EventStore
      const recordings = yield* Recordings.Recordings
      yield* events.append(STREAM, 0, [runStarted({ id: "a" }), batchRecorded({ id: "b" }, "run-1/1", 1)])
      assert.deepStrictEqual(yield* recordings.last(STREAM, "/issues?page=1"), {
        blob: "00",
        etag: null,
        at: iso(0),
        kept: false
      })
    }).pipe(Effect.provide(SqliteStore.layerMemory))
  )
})
