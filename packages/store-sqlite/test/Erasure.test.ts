// Erasures in the file: the log stays provable, and what was erased is nowhere in it.
import { readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Event } from "@inlet/core"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { SqliteStore } from "../src/index.ts"
import { cursorMoved } from "./Facts.ts"
import { erase, page, record, settle } from "./Pages.ts"
import { all, archive, brokenLinks, file, findings, folder, open, raw, STREAM } from "./Stores.ts"

const OTHER = Event.pipeline("github", "pulls")
const [A, R, S] = [page("[1]", "A"), page("[2]", "R"), page("[3]", "R")]

/** A store with pages of A and R, of which those of R are erased; one of them another stream has still. */
const erased = Effect.gen(function* () {
  const filename = yield* file
  const store = yield* open(filename)
  const batches = yield* record(store.events, STREAM, [A, R, S])
  yield* settle(store.events, STREAM, batches)
  yield* record(store.events, OTHER, [S])
  const redacted = yield* erase(store.events, STREAM, [R.hash, S.hash])
  return { ...store, filename, redacted, sql: yield* raw(filename) }
})

const change = (text: string) => `UPDATE events SET data = replace(data, ${text})`

describe("an erasure", () => {
  it.scoped(
    "takes pages, what events and views told of them, and the caches, and leaves a log that can be proved",
    () =>
      Effect.gen(function* () {
        const filename = yield* file
        const { events, recordings, sentRows } = yield* open(filename)
        yield* record(events, STREAM, [A, R])
        yield* events.append(STREAM, 3, [cursorMoved({ id: "moved" }, "R")])
        const key = Buffer.alloc(16)
        const remember = [{ key, digest: key }]
        yield* recordings.remember(STREAM, "/polled", { blob: A.hash, etag: null })
        yield* recordings.remember(OTHER, "/polled", { blob: A.hash, etag: null })
        yield* recordings.remember("pipeline/githubber/pulls", "/polled", { blob: A.hash, etag: null })
        for (const dataset of ["issues", "beside"]) {
          yield* events.append(STREAM, 4, [], { sentRows: { dataset, forget: [], remember } })
        }
        const redacted = yield* erase(events, STREAM, [R.hash], ["issues"])
        assert.deepStrictEqual(
          redacted.map(({ type, version }) => [type, version]),
          [
            ["BatchRecorded", 3],
            ["CursorMoved", 4]
          ]
        )
        assert.notInclude((yield* events.standing(STREAM)).head, '"R"')
        assert.strictEqual((yield* Effect.flip(events.blob(R.hash))).reason, "Missing")
        assert.strictEqual((yield* events.blob(A.hash)).length, 3)
        assert.isNull(yield* recordings.last(STREAM, `/asked/1/of/${R.hash}`))
        assert.isNotNull(yield* recordings.last(STREAM, `/asked/0/of/${A.hash}`))
        // Of the whole source, since somebody may have been asked for in vain.
        assert.isNull(yield* recordings.last(STREAM, "/polled"))
        assert.isNull(yield* recordings.last(OTHER, "/polled"))
        assert.isNotNull(yield* recordings.last("pipeline/githubber/pulls", "/polled"))
        assert.deepStrictEqual(yield* sentRows.lookup("issues", [key]), [null])
        assert.deepStrictEqual(yield* sentRows.lookup("beside", [key]), [new Uint8Array(key)])
        // Link by link the chain is not what it was; what the erasure says of it is.
        assert.deepStrictEqual(
          brokenLinks(yield* all(events.readAll())).map(({ version }) => version),
          [3, 4]
        )
        assert.deepStrictEqual(yield* findings(filename), [])
        const views = yield* SqliteStore.rebuildViews({ filename })
        assert.isTrue(views.every(({ missing, wrong }) => missing + wrong === 0))
      })
  )

  it.scoped("leaves the page that another stream has too, until it is erased there", () =>
    Effect.gen(function* () {
      const filename = yield* file
      const { events } = yield* open(filename)
      yield* record(events, STREAM, [R])
      yield* record(events, OTHER, [R])
      yield* erase(events, STREAM, [R.hash])
      assert.strictEqual((yield* events.blob(R.hash)).length, 3)
      assert.deepStrictEqual(yield* findings(filename), [])
      yield* erase(events, OTHER, [R.hash])
      assert.strictEqual((yield* Effect.flip(events.blob(R.hash))).reason, "Missing")
      assert.deepStrictEqual(yield* findings(filename), [])
      // It comes back, and is that stream's alone.
      yield* record(events, OTHER, [R])
      assert.strictEqual((yield* events.blob(R.hash)).length, 3)
      assert.deepStrictEqual(yield* findings(filename), [])
    })
  )

  it.scoped("on top of another one proves what both have left", () =>
    Effect.gen(function* () {
      const { events, filename, sql } = yield* erased
      yield* erase(events, STREAM, [A.hash])
      assert.deepStrictEqual(yield* findings(filename), [])
      sql.exec(`${change(`'"records":1', '"records":2'`)} WHERE position = 3`)
      assert.include((yield* findings(filename))[0]?.message, "not all are as event 11 says they were left")
    })
  )

  it.scoped(
    "does not hide a change: of what it redacted, of what it did not, of itself, or a redaction that nobody tells of",
    () =>
      Effect.gen(function* () {
        const changes = [
          [`${change(`'"records":1', '"records":2'`)} WHERE position = 3`, /^Of the events that erasures redacted/],
          [`${change(`'"records":1', '"records":2'`)} WHERE position = 2`, /^Event 2 .* is not what was written/],
          [`UPDATE events SET hash = zeroblob(32) WHERE position = 3`, /^Of the events that erasures redacted/],
          [
            `${change(`'"versions":"3-4"', '"versions":"2-4"'`)} WHERE position = 10`,
            /^Event 10 .* is not what was written/
          ],
          [
            `${change(`'"reason":"test"', '"reason":"none"'`)} WHERE position = 10`,
            /^Event 10 .* is not what was written/
          ],
          [`DELETE FROM events WHERE position = 10`, /^Event 3 .* is not what was written/],
          [`DELETE FROM events WHERE position = 3`, /^version 3 of the stream is missing/],
          [`DELETE FROM blobs WHERE subject = 'A'`, /^The raw page of batch pipeline.github.issues.* is gone/],
          [`DELETE FROM blobs WHERE subject = 'R'`, /^The raw page of batch pipeline.github.pulls.* is gone/]
        ] as const
        for (const [damage, told] of changes) {
          const { filename, sql } = yield* erased
          assert.deepStrictEqual(yield* findings(filename), [])
          sql.exec(damage)
          const messages = (yield* findings(filename)).map(({ message }) => message)
          assert.isTrue(
            messages.some((message) => told.test(message)),
            `${damage}: ${messages}`
          )
        }
      })
  )
})

describe("a store whose pages were erased and pruned", () => {
  it.scoped("goes through an export, and is as provable in another place", () =>
    Effect.gen(function* () {
      const filename = yield* file
      const { events, rawData } = yield* open(filename)
      const batches = yield* record(events, STREAM, [A, R, page("[4]", "B")])
      yield* settle(events, STREAM, batches.slice(0, 2))
      yield* erase(events, STREAM, [R.hash])
      yield* rawData.prune({ sources: {}, others: "2027-01-01" })
      const to = join(yield* folder, "new.db")
      const exported = yield* all((yield* archive(filename)).export({ app: "test", source: null }))
      const lines = exported.join("").trimEnd().split("\n")
      yield* (yield* archive(to)).import(Stream.fromIterable(lines))
      assert.deepStrictEqual(yield* findings(to), [])
      const copy = yield* open(to)
      assert.deepStrictEqual(yield* all(copy.events.readAll()), yield* all(events.readAll()))
      assert.deepStrictEqual([...(yield* copy.rawData.ofSubject("A"))], [A.hash])
      assert.strictEqual((yield* Effect.flip(copy.events.blob(A.hash))).reason, "Missing")
      assert.deepStrictEqual([...(yield* copy.rawData.ofSubject("R"))], [])
      // An export that was made before, with the event changed since, is refused.
      const tampered = lines.map((line) => line.replace('"method":"GET"', '"method":"PUT"'))
      const refused = (yield* archive(join(yield* folder, "other.db"))).import(Stream.fromIterable(tampered))
      assert.strictEqual((yield* Effect.flip(refused))._tag, "ImportError")
    })
  )
})

describe("scrub", () => {
  const SECRET = "a word that nobody else has"
  const holding = (filename: string, parts: ReadonlyArray<Buffer | string>) =>
    [filename, `${filename}-wal`].filter((path) => parts.some((part) => readFileSync(path).includes(part)))

  it.scoped("leaves nothing of what was erased in the file, its free pages, and its write-ahead log", () =>
    Effect.gen(function* () {
      const filename = yield* file
      const { events, rawData } = yield* open(filename)
      // So many that trees are split and pages are freed again.
      const noise = (n: number) => Buffer.from(Array.from({ length: 3_000 }, (_, i) => (i * i * (n + 7)) % 251))
      const theirs = Array.from({ length: 40 }, (_, n) => page(`${SECRET} ${noise(n).toString("hex")}`, "R"))
      const others = Array.from({ length: 40 }, (_, n) => page(`${noise(n + 50).toString("hex")}`, "A"))
      for (let n = 0; n < 40; n++) yield* record(events, STREAM, [...theirs.slice(n, n + 1), ...others.slice(n, n + 1)])
      const sql = yield* raw(filename)
      const packed = sql
        .prepare<[], Buffer>("SELECT bytes FROM blobs WHERE subject = 'R'")
        .pluck()
        .all()
        .map((bytes) => bytes.subarray(40, 80))
      const asked = theirs.map(({ hash }) => `of/${hash}`)
      assert.isNotEmpty(holding(filename, packed))
      assert.isNotEmpty(holding(filename, asked))
      yield* erase(
        events,
        STREAM,
        theirs.map(({ hash }) => hash)
      )
      yield* rawData.scrub
      assert.deepStrictEqual(holding(filename, [...packed, ...asked]), [])
      assert.strictEqual(statSync(`${filename}-wal`).size, 0)
      assert.strictEqual(sql.pragma("freelist_count", { simple: true }), 0)
      assert.deepStrictEqual(yield* findings(filename), [])
    })
  )

  it.scoped("says so where somebody keeps the store in use", () =>
    Effect.gen(function* () {
      const { filename, rawData } = yield* erased
      const sql = yield* raw(filename)
      sql.exec("BEGIN; SELECT count(*) FROM events")
      const scrubbing = yield* Effect.fork(Effect.flip(rawData.scrub))
      yield* TestClock.adjust("11 seconds")
      const { message, reason } = yield* Fiber.join(scrubbing)
      assert.strictEqual(reason, "Locked")
      assert.include(message, filename)
    })
  )
})
