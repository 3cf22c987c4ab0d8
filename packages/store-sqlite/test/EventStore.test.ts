import { createHash } from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import { Event, EventStore, Hash, PipelineState } from "@inlet/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Database from "../src/Database.ts"
import * as SqliteEventStore from "../src/EventStore.ts"
import {
  batchRecorded,
  cursorMoved,
  released,
  rowsQuarantined,
  runStarted,
  sendConfirmed,
  sendStarted
} from "./Facts.ts"
import { all, brokenLinks, file, open, raw, STREAM } from "./Stores.ts"

const page = (text: string): EventStore.Blob => ({ hash: Hash.sha256(text), bytes: Buffer.from(text) })

describe("append", () => {
  it.scoped("numbers events over the log and within their stream, and gives them back as appended", () =>
    Effect.gen(function* () {
      const { events } = yield* open(yield* file)
      const other = Event.pipeline("github", "pulls")
      const first = yield* events.append(STREAM, 0, [runStarted({ id: "a" }), cursorMoved({ id: "b" }, "x")])
      const second = yield* events.append(other, 0, [runStarted({ id: "c", run: "run-2" })])
      const third = yield* events.append(STREAM, 2, [cursorMoved({ id: "d" }, "y")])
      const stored = yield* all(events.readAll())
      assert.deepStrictEqual(stored, [...first, ...second, ...third])
      assert.deepStrictEqual(
        stored.map(({ position, stream, version }) => [position, stream, version]),
        [
          [1, STREAM, 1],
          [2, STREAM, 2],
          [3, other, 1],
          [4, STREAM, 3]
        ]
      )
      assert.deepStrictEqual(yield* all(events.read(STREAM, 1)), [...first.slice(1), ...third])
      assert.deepStrictEqual(yield* all(events.readAll(3)), third)
    })
  )

  it.scoped("never gives a position twice, even where events were deleted behind its back", () =>
    Effect.gen(function* () {
      const filename = yield* file
      const { events } = yield* open(filename)
      yield* events.append(STREAM, 0, [runStarted({ id: "a" })])
      yield* events.append("connection/github", 0, [cursorMoved({ id: "b" }, "x")])
      const sql = yield* raw(filename)
      sql.exec("DELETE FROM events WHERE position = 2")
      const [event] = yield* events.append(STREAM, 1, [cursorMoved({ id: "c" }, "x")])
      assert.strictEqual(event?.position, 3)
    })
  )

  it.scoped("is a fence: the second writer at a version is refused", () =>
    Effect.gen(function* () {
      const filename = yield* file
      const [one, two] = [yield* open(filename), yield* open(filename)]
      yield* one.events.append(STREAM, 0, [runStarted({ id: "a" })])
      const conflict = yield* Effect.flip(two.events.append(STREAM, 0, [runStarted({ id: "b", run: "run-2" })]))
      assert.deepInclude(conflict, { _tag: "VersionConflict", stream: STREAM, expected: 0, actual: 1 })
      // Both go on in turn, each from what the other wrote.
      yield* two.events.append(STREAM, 1, [batchRecorded({ id: "c" }, "run-1/1", 3)])
      yield* one.events.append(STREAM, 2, [sendConfirmed({ id: "d" }, "run-1/1", 1, 2)])
      const { head } = yield* two.events.standing(STREAM)
      const { run } = yield* Schema.decode(PipelineState.HeadJson)(head ?? "")
      assert.deepStrictEqual(run?.counts, { read: 3, sent: 2, unchanged: 0, superseded: 0, quarantined: 0, pending: 1 })
      assert.deepStrictEqual(brokenLinks(yield* all(one.events.readAll())), [])
    })
  )

  it.scoped("recognises a repeated append, at the old version and at the new one", () =>
    Effect.gen(function* () {
      const { events, sentRows } = yield* open(yield* file)
      const drafts = [runStarted({ id: "a" }), batchRecorded({ id: "b" }, "run-1/1", 3)]
      const first = yield* events.append(STREAM, 0, drafts)
      yield* events.append(STREAM, 2, [cursorMoved({ id: "c" }, "x")])
      const digest = Buffer.alloc(16)
      const sentRowsChange = { dataset: "d", forget: [], remember: [{ key: digest, digest }] }
      const again = yield* events.append(STREAM, 0, drafts, { blobs: [page("late")], sentRows: sentRowsChange })
      assert.deepStrictEqual(again, first)
      assert.deepStrictEqual(yield* events.append(STREAM, 3, drafts), first)
      assert.strictEqual((yield* events.standing(STREAM)).version, 3)
      assert.deepStrictEqual(yield* sentRows.lookup("d", [digest]), [null])
      assert.strictEqual((yield* Effect.flip(events.blob(page("late").hash))).reason, "Missing")
    })
  )

  it.scoped("does not take another append that begins with the same event for a repeated one", () =>
    Effect.gen(function* () {
      const { events } = yield* open(yield* file)
      yield* events.append(STREAM, 0, [runStarted({ id: "a" })])
      const other = [runStarted({ id: "a" }), cursorMoved({ id: "b" }, "x")]
      assert.strictEqual((yield* Effect.flip(events.append(STREAM, 0, other)))._tag, "VersionConflict")
      const failure = yield* Effect.flip(events.append(STREAM, 1, other))
      assert.include(failure.message, "UNIQUE constraint failed: events.id")
    })
  )

  it.scoped("stores all of it or nothing", () =>
    Effect.gen(function* () {
      const filename = yield* file
      const { events, sentRows } = yield* open(filename)
      yield* events.append(STREAM, 0, [runStarted({ id: "a" })])
      const sql = yield* raw(filename)
      const tables = ["events", "blobs", "pipelines", "runs", "batches", "sends", "sent_datasets", "sent_rows"]
      const contents = () => tables.map((table) => sql.prepare(`SELECT * FROM ${table}`).all())
      const before = contents()
      const key = Buffer.alloc(16)
      const attachments = {
        blobs: [page("[1]")],
        sentRows: { dataset: "issues", forget: [], remember: [{ key, digest: key }] }
      }
      const drafts = [batchRecorded({ id: "b" }, "run-1/1", 1), sendStarted({ id: "c" }, "run-1/1", 1)]
      // Refused by the third insert, after the first two and before the views.
      const failure = yield* Effect.flip(
        events.append(STREAM, 1, [...drafts, cursorMoved({ id: "b" }, "x")], attachments)
      )
      assert.strictEqual(failure._tag === "StoreError" && failure.reason, "Failed")
      assert.deepStrictEqual(contents(), before)
      // Refused by the very last statement of the transaction.
      sql.exec("CREATE TRIGGER no_rows BEFORE INSERT ON sent_rows BEGIN SELECT RAISE(ABORT, 'no rows'); END")
      assert.include((yield* Effect.flip(events.append(STREAM, 1, drafts, attachments))).message, "no rows")
      assert.deepStrictEqual(contents(), before)
      sql.exec("DROP TRIGGER no_rows")
      yield* events.append(STREAM, 1, drafts, attachments)
      assert.deepStrictEqual(yield* sentRows.lookup("issues", [key]), [key])
      assert.deepStrictEqual(brokenLinks(yield* all(events.readAll())), [])
    })
  )

  it.scoped("refuses to build on views that are not those of the log", () =>
    Effect.gen(function* () {
      const filename = yield* file
      yield* Effect.scoped(
        Effect.flatMap(open(filename), ({ events }) => events.append(STREAM, 0, [runStarted({ id: "a" })]))
      )
      const sql = yield* raw(filename)
      sql.exec("DELETE FROM pipelines")
      const { events } = yield* open(filename)
      const failure = yield* Effect.flip(events.append(STREAM, 1, [cursorMoved({ id: "b" }, "x")]))
      assert.strictEqual(failure._tag === "StoreError" && failure.reason, "Damaged")
      assert.strictEqual((yield* all(events.readAll())).length, 1)
    })
  )

  it.scoped("says that the disk is full, loses nothing, and goes on once there is room", () =>
    Effect.gen(function* () {
      const { sql } = yield* Database.Database
      const events = yield* EventStore.EventStore
      yield* events.append(STREAM, 0, [runStarted({ id: "a" })])
      const pages = Number(sql.pragma("page_count", { simple: true }))
      sql.pragma(`max_page_count = ${pages}`)
      // Hashes do not compress.
      const noise = Array.from({ length: 2000 }, (_, index) => Hash.sha256(`${index}`)).join("")
      const append = events.append(STREAM, 1, [batchRecorded({ id: "b" }, "run-1/1", 1)], { blobs: [page(noise)] })
      const failure = yield* Effect.flip(append)
      assert.strictEqual(failure._tag === "StoreError" && failure.reason, "Full")
      assert.strictEqual((yield* events.standing(STREAM)).version, 1)
      sql.pragma("max_page_count = 1000000")
      yield* append
      assert.strictEqual(Buffer.from(yield* events.blob(page(noise).hash)).toString(), noise)
    }).pipe(
      Effect.provide(
        Layer.unwrapScoped(
          Effect.map(file, (filename) => SqliteEventStore.layer.pipe(Layer.provideMerge(Database.layer(filename))))
        )
      )
    )
  )
})

describe("the chain", () => {
  it.scoped("can be recomputed by whoever reads the table and knows the rule", () =>
    Effect.gen(function* () {
      const filename = yield* file
      const { events } = yield* open(filename)
      yield* events.append(STREAM, 0, [runStarted({ id: "a" }), batchRecorded({ id: "b" }, "run-1/1", 3)])
      yield* events.append(STREAM, 2, [sendConfirmed({ id: "c" }, "run-1/1", 1, 3)])
      const sorted = (value: unknown): unknown =>
        Array.isArray(value)
          ? value.map(sorted)
          : typeof value === "object" && value !== null
            ? Object.fromEntries(
                Object.entries(value)
                  .sort(([a], [b]) => (a < b ? -1 : 1))
                  .map(([name, member]) => [name, sorted(member)])
              )
            : value
      const sql = yield* raw(filename)
      const rows = sql.prepare<[], { data: string; hash: Buffer }>("SELECT * FROM events ORDER BY version").all()
      let previous = ""
      for (const { data, hash, ...row } of rows) {
        const text = JSON.stringify(sorted({ ...row, data: JSON.parse(data) }))
        previous = createHash("sha256").update(`${previous}${text}`).digest("hex")
        assert.strictEqual(hash.toString("hex"), previous)
      }
      assert.strictEqual(rows.length, 3)
    })
  )

  it.scoped("breaks where an event is changed afterwards", () =>
    Effect.gen(function* () {
      const filename = yield* file
      const { events } = yield* open(filename)
      yield* events.append(STREAM, 0, [runStarted({ id: "a" }), cursorMoved({ id: "b" }, "x"), runStarted({ id: "c" })])
      const sql = yield* raw(filename)
      sql.exec(`UPDATE events SET data = json_set(data, '$.to', 'y') WHERE id = 'b'`)
      const broken = brokenLinks(yield* all(events.readAll()))
      assert.deepStrictEqual(
        broken.map(({ id }) => id),
        ["b"]
      )
    })
  )
})

describe("read", () => {
  it.scoped("comes in chunks, and goes on over their borders", () =>
    Effect.gen(function* () {
      const { events } = yield* open(yield* file)
      const drafts = Array.from({ length: 1200 }, (_, index) => cursorMoved({ id: `${index}` }, `${index}`))
      const stored = yield* events.append(STREAM, 0, drafts)
      const sizes = yield* all(Stream.map(Stream.chunks(events.read(STREAM)), (chunk) => chunk.length))
      assert.deepStrictEqual(sizes, [500, 500, 200])
      assert.deepStrictEqual(yield* all(events.read(STREAM)), stored)
      assert.deepStrictEqual(yield* all(events.readAll(700)), stored.slice(700))
      assert.deepStrictEqual(yield* all(events.read(STREAM, 200)), stored.slice(200))
    })
  )

  it.scoped("keeps members that a newer version added, since the hash covers them", () =>
    Effect.gen(function* () {
      const { events } = yield* open(yield* file)
      const data = { from: null, to: "x", reason: "extracted", added: { later: true } }
      const newer = Schema.decodeUnknownSync(Event.Fact, { onExcessProperty: "preserve" })({
        type: "CursorMoved",
        data
      })
      yield* events.append(STREAM, 0, [{ ...runStarted({ id: "a" }), ...newer }])
      const [event] = yield* all(events.read(STREAM))
      assert.deepEqual<unknown>(event?.data, data)
      assert.deepStrictEqual(brokenLinks(yield* all(events.readAll())), [])
    })
  )

  it.scoped("tells an event of a newer version from a damaged one", () =>
    Effect.gen(function* () {
      const filename = yield* file
      const { events } = yield* open(filename)
      yield* events.append(STREAM, 0, [runStarted({ id: "a" })])
      const sql = yield* raw(filename)
      sql.pragma("ignore_check_constraints = ON")
      const reasonAfter = (change: string) =>
        Effect.gen(function* () {
          sql.exec(`SAVEPOINT before; UPDATE events SET ${change}; RELEASE before`)
          const failure = yield* Effect.flip(all(events.read(STREAM)))
          assert.include(failure.message, filename)
          return failure.reason
        })
      assert.strictEqual(yield* reasonAfter("type = 'MoonRose'"), "Newer")
      assert.strictEqual(yield* reasonAfter("type = 'RunStarted', schema = 2"), "Newer")
      assert.strictEqual(yield* reasonAfter("schema = 1, data = '{}'"), "Damaged")
      assert.strictEqual(yield* reasonAfter("data = '{\"mode'"), "Damaged")
    })
  )
})

describe("blob", () => {
  it.scoped("comes back as it was stored, compressed and only once", () =>
    Effect.gen(function* () {
      const filename = yield* file
      const { events } = yield* open(filename)
      const text = page(JSON.stringify(Array.from({ length: 1000 }, (_, id) => ({ id, title: "ünïcode" }))))
      const empty = page("")
      yield* events.append(STREAM, 0, [runStarted({ id: "a" })], { blobs: [text, empty] })
      yield* events.append(STREAM, 1, [cursorMoved({ id: "b" }, "x")], { blobs: [text] })
      assert.deepStrictEqual(Buffer.from(yield* events.blob(text.hash)), Buffer.from(text.bytes))
      assert.strictEqual((yield* events.blob(empty.hash)).length, 0)
      const sql = yield* raw(filename)
      const rows = sql
        .prepare<[], { codec: string; size: number; stored_at: string; packed: number }>(
          "SELECT codec, size, stored_at, length(bytes) AS packed FROM blobs ORDER BY size DESC"
        )
        .all()
      assert.strictEqual(rows.length, 2)
      assert.deepInclude(rows[0], { codec: "gzip", size: text.bytes.length, stored_at: "1970-01-01T00:00:00.000Z" })
      assert.isBelow(rows[0]?.packed ?? 0, text.bytes.length / 4)
    })
  )

  it.scoped("is refused with a flipped bit anywhere, exchanged, or gone", () =>
    Effect.gen(function* () {
      const filename = yield* file
      const { events } = yield* open(filename)
      const [one, two] = [page("[1]"), page("[2]")]
      yield* events.append(STREAM, 0, [runStarted({ id: "a" })], { blobs: [one, two] })
      const sql = yield* raw(filename)
      const read = sql.prepare<[Buffer], Buffer>("SELECT bytes FROM blobs WHERE hash = ?").pluck()
      const write = sql.prepare<[Buffer, Buffer]>("UPDATE blobs SET bytes = ? WHERE hash = ?")
      const hash = Buffer.from(one.hash, "hex")
      const whole = read.get(hash) ?? Buffer.alloc(0)
      // The ten bytes of a gzip header tell about the file, not its content.
      for (let index = 10; index < whole.length; index++) {
        const flipped = Buffer.from(whole)
        flipped.writeUInt8(flipped.readUInt8(index) ^ 1, index)
        write.run(flipped, hash)
        const failure = yield* Effect.flip(events.blob(one.hash))
        assert.strictEqual(failure.reason, "Damaged", `byte ${index}`)
        assert.include(failure.message, one.hash)
      }
      write.run(read.get(Buffer.from(two.hash, "hex")) ?? whole, hash)
      assert.strictEqual((yield* Effect.flip(events.blob(one.hash))).reason, "Damaged")
      sql.prepare("UPDATE blobs SET codec = 'zstd' WHERE hash = ?").run(hash)
      assert.strictEqual((yield* Effect.flip(events.blob(one.hash))).reason, "Newer")
      sql.prepare("DELETE FROM blobs WHERE hash = ?").run(hash)
      assert.strictEqual((yield* Effect.flip(events.blob(one.hash))).reason, "Missing")
    })
  )
})

describe("standing", () => {
  it.scoped("points before the oldest batch that still waits", () =>
    Effect.gen(function* () {
      const { events } = yield* open(yield* file)
      assert.deepStrictEqual(yield* events.standing(STREAM), { version: 0, head: null, outboxAfter: 0 })
      const outboxAfter = (expected: number, drafts: ReadonlyArray<Event.Draft>) =>
        Effect.gen(function* () {
          const stored = yield* events.append(STREAM, expected, drafts)
          const standing = yield* events.standing(STREAM)
          assert.strictEqual(standing.version, expected + stored.length)
          return standing.outboxAfter
        })
      assert.strictEqual(yield* outboxAfter(0, [runStarted({ id: "a" })]), 1)
      const batches = [batchRecorded({ id: "b" }, "run-1/1", 2), batchRecorded({ id: "c" }, "run-1/2", 2)]
      assert.strictEqual(yield* outboxAfter(1, batches), 1)
      assert.strictEqual(yield* outboxAfter(3, [sendConfirmed({ id: "d" }, "run-1/1", 1, 1)]), 1)
      assert.strictEqual(yield* outboxAfter(4, [rowsQuarantined({ id: "e" }, "run-1/1", [1])]), 2)
      assert.strictEqual(yield* outboxAfter(5, [sendConfirmed({ id: "f" }, "run-1/2", 1, 2)]), 6)
      assert.strictEqual(yield* outboxAfter(6, [released({ id: "g" }, "run-1/1", 1)]), 1)
    })
  )
})
