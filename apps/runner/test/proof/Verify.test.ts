// Damage of every kind is found, and told with what it means and what to do; whatever is healthy is told to be.
import type { ChildProcess } from "node:child_process"
import { rmSync, statSync, truncateSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type { World } from "../support/World.ts"
import { world } from "../support/World.ts"
import { bytes, damage, firstPage, overwrite, synced, tipOf, until, verify } from "./Store.ts"

const ALL = ["file", "wal", "end", "events", "pages", "views"]
const RESTORE = /^Restore a backup\./

/** A sync that was killed once its log had come to this event, with its write-ahead log as it was. */
const killed = (it: World, position: number) =>
  Effect.gen(function* () {
    let child: ChildProcess | undefined
    const sync = yield* Effect.fork(
      it.run(["sync"], {
        seen: (_, running) => {
          child = running
        }
      })
    )
    yield* until(() => tipOf(it) >= position)
    child?.kill("SIGKILL")
    assert.strictEqual((yield* Fiber.join(sync)).code, null)
  })

describe("inlet verify", () => {
  it.scopedLive("finds nothing in a healthy store, and leaves every byte of it as it is", () =>
    Effect.gen(function* () {
      const it = yield* synced()
      const before = yield* bytes(it)
      const found = yield* verify(it)
      assert.deepStrictEqual([found.code, found.passed, found.findings, found.stderr], [0, ALL, [], ""])
      assert.deepStrictEqual(yield* bytes(it), before)
    })
  )

  it.scopedLive("needs a store", () =>
    Effect.gen(function* () {
      const it = yield* world()
      const { code, error } = yield* it.refusal(["verify"])
      assert.deepStrictEqual([code, error.code], [40, "E_STORE_MISSING"])
      assert.isFalse(it.hasStore())
    })
  )

  it.scopedLive("finds a changed byte of an event: which one, and what became of its batch", () =>
    Effect.gen(function* () {
      const it = yield* synced()
      const event = yield* damage(it, (sql) => {
        const position = sql
          .prepare<[], number>("SELECT position FROM events WHERE type = 'SendConfirmed'")
          .pluck()
          .get()
        sql
          .prepare(`UPDATE events SET data = replace(data, '"rejected":0', '"rejected":1') WHERE position = ?`)
          .run(position)
        return position ?? 0
      })
      const { code, error, failed, findings } = yield* verify(it)
      assert.deepStrictEqual([code, error, failed], [40, "E_STORE_DAMAGED", ["events", "views"]])
      const [finding, second] = findings
      assert.deepInclude(finding ?? {}, { check: "events", event, pipeline: "github/issues" })
      assert.match(
        finding?.message ?? "",
        /^Event \d+ \(SendConfirmed of .*\) is not what was written.* All of its \d+ records are at Databox\.$/
      )
      assert.match(finding?.batch ?? "", /\/\d+$/)
      assert.match(finding?.fix ?? "", RESTORE)
      assert.deepInclude(second ?? {}, { check: "views", message: "They were not compared, since events are damaged." })
      const people = yield* it.run(["verify"])
      assert.match(people.stdout, /^ok {6}SQLite's own check/m)
      assert.match(people.stdout, /^FAILED {2}\d+ events in 1 stream$/m)
      assert.match(people.stdout, /^ {8}next: Restore a backup\./m)
      assert.match(people.stderr, /E_STORE_DAMAGED/)
    })
  )

  it.scopedLive("finds a changed hash as one thing that is wrong", () =>
    Effect.gen(function* () {
      const it = yield* synced()
      yield* damage(it, (sql) => sql.exec("UPDATE events SET hash = zeroblob(32) WHERE position = 3"))
      const { findings } = yield* verify(it)
      assert.deepStrictEqual(
        findings.filter(({ check }) => check === "events").map(({ event }) => event),
        [3]
      )
    })
  )

  it.scopedLive("finds events that are gone: from the middle, and the newest of a stream", () =>
    Effect.gen(function* () {
      const it = yield* synced()
      const last = yield* damage(it, (sql) => {
        sql.exec("DELETE FROM events WHERE position = 2")
        const last = sql.prepare<[], number>("SELECT max(position) FROM events").pluck().get()
        sql.prepare("DELETE FROM events WHERE position = ?").run(last)
        return last
      })
      const { code, failed, findings } = yield* verify(it)
      assert.deepStrictEqual([code, failed], [40, ["end", "events", "views"]])
      const [end, middle, newest] = findings
      assert.include(end?.message, `event ${last} is missing`)
      assert.match(
        middle?.message ?? "",
        /^version 2 of the stream is missing, between the positions 1 and 3\. Batch .* was recorded there\. All of its/
      )
      assert.match(middle?.batch ?? "", /\/1$/)
      assert.include(newest?.message, `version ${last} of the stream is missing, behind position ${Number(last) - 1}.`)
      for (const { fix } of [middle, newest].filter((one) => one !== undefined)) assert.match(fix ?? "", RESTORE)
    })
  )

  it.scopedLive("finds a changed raw page, and one that is gone, with what waits for it", () =>
    Effect.gen(function* () {
      const it = yield* synced()
      const [first, second] = yield* damage(it, (sql) => {
        const [one, two] = sql
          .prepare<[], { batch: string; blob: string }>("SELECT batch, blob FROM batches ORDER BY version")
          .all()
        const bytes = sql
          .prepare<[string], Buffer>("SELECT bytes FROM blobs WHERE hash = unhex(?)")
          .pluck()
          .get(one?.blob ?? "")
        bytes?.writeUInt8(bytes.readUInt8(100) ^ 1, 100)
        sql.prepare("UPDATE blobs SET bytes = ? WHERE hash = unhex(?)").run(bytes, one?.blob)
        sql.prepare("DELETE FROM blobs WHERE hash = unhex(?)").run(two?.blob)
        return [one?.batch ?? null, two?.batch ?? null]
      })
      const { code, failed, findings } = yield* verify(it)
      assert.deepStrictEqual([code, failed], [40, ["pages"]])
      assert.deepStrictEqual(
        findings.map(({ batch, pipeline }) => [batch, pipeline]),
        [
          [first, "github/issues"],
          [second, "github/issues"]
        ]
      )
      assert.match(findings[0]?.message ?? "", /is not what was stored .* All of its \d+ records are at Databox\.$/)
      assert.match(findings[1]?.message ?? "", /is gone .* All of its \d+ records are at Databox\.$/)
      for (const { fix } of findings) assert.match(fix ?? "", /inlet sync github --stream issues --full$/)
    })
  )

  it.scopedLive("says of a damaged page whose records wait that they cannot be sent", () =>
    Effect.gen(function* () {
      const it = yield* world({ repositories: ["acme/app"], streams: ["issues"], env: { DATABOX_API_KEY: "wrong" } })
      assert.strictEqual((yield* it.report("sync")).code, 11)
      yield* damage(it, (sql) => sql.exec("UPDATE blobs SET bytes = x'00' WHERE rowid = 1"))
      const { findings } = yield* verify(it)
      assert.match(findings[0]?.message ?? "", /Of its (\d+) records 0 are at Databox, \1 wait to be sent\.$/)
      assert.match(findings[0]?.fix ?? "", /^They cannot be sent from here\. Restore a backup\./)
    })
  )

  it.scopedLive("finds a changed view, says what it is for, and that it can be made again", () =>
    Effect.gen(function* () {
      const it = yield* synced()
      yield* damage(it, (sql) => sql.exec("UPDATE batches SET sent = sent - 1 WHERE version = 2; DELETE FROM runs"))
      const { code, failed, findings } = yield* verify(it)
      assert.deepStrictEqual([code, failed], [40, ["views"]])
      assert.deepStrictEqual(
        findings.map(({ fix, pipeline }) => [fix, pipeline]),
        [
          ["inlet replay views", "github/issues"],
          ["inlet replay views", "github/issues"]
        ]
      )
      assert.match(
        findings[0]?.message ?? "",
        /^The view runs \(the history of runs\) .*: 0 of its rows are wrong, 1 are missing\./
      )
      assert.match(
        findings[1]?.message ?? "",
        /^The view batches \(what is recorded.*\) .*: 1 of its rows are wrong, 1 are missing\./
      )
      assert.strictEqual((yield* it.run(["replay", "views"])).code, 0)
      assert.strictEqual((yield* verify(it)).code, 0)
    })
  )

  for (const [table, failing, told] of [
    [
      "events",
      "events",
      /^versions 1 to \d+ of the stream are missing, between the positions 0 and \d+\. Batch .* All of its/
    ],
    ["blobs", "pages", /^The raw page of batch .* cannot be read: SQLite finds the file damaged there .* All of its/],
    ["batches", "views", /SQLITE_CORRUPT/]
  ] as const) {
    it.scopedLive(`finds a page of ${table} that SQLite cannot read, and does not break`, () =>
      Effect.gen(function* () {
        const it = yield* synced()
        yield* overwrite(it, yield* firstPage(it, table))
        const { code, error, failed, findings } = yield* verify(it)
        assert.deepStrictEqual([code, error], [40, "E_STORE_DAMAGED"])
        assert.includeMembers(failed, ["file", failing])
        assert.match(findings.find(({ check }) => check === failing)?.message ?? "", told)
        for (const { fix } of findings) assert.match(fix ?? "", /Restore a backup|restore a backup/)
      })
    )
  }

  it.scopedLive("tells of a file whose first page is damaged, and of one without its tables", () =>
    Effect.gen(function* () {
      const it = yield* synced()
      yield* overwrite(it, 1)
      const damaged = yield* verify(it)
      assert.deepStrictEqual([damaged.code, damaged.error, damaged.failed], [40, "E_STORE_DAMAGED", ["file"]])
      truncateSync(it.store, 0)
      const empty = yield* verify(it)
      assert.deepStrictEqual([empty.code, empty.error, empty.failed], [40, "E_STORE_DAMAGED", ["file"]])
      assert.match(empty.findings[0]?.message ?? "", /its tables are gone/)
    })
  )
})

describe("the write-ahead log", () => {
  it.scopedLive("of a killed sync is healthy; cut in half it is found out, and nothing is written over the loss", () =>
    Effect.gen(function* () {
      const it = yield* world({ repositories: ["acme/large"], streams: ["issues"], github: { issues: 2_000 } })
      yield* killed(it, 24)
      const known = tipOf(it)
      const before = yield* bytes(it)
      const healthy = yield* verify(it)
      assert.deepStrictEqual([healthy.code, healthy.passed], [0, ALL])
      assert.deepStrictEqual(yield* bytes(it), before)

      truncateSync(`${it.store}-wal`, statSync(`${it.store}-wal`).size / 2)
      const cut = yield* verify(it)
      assert.deepStrictEqual([cut.code, cut.error, cut.failed], [40, "E_STORE_DAMAGED", ["end"]])
      const [finding] = cut.findings
      assert.match(
        finding?.message ?? "",
        new RegExp(
          `has lost the end of its log: it ends at event \\d+ of 20.*Z, but event ${known} of 20.*Z was acknowledged; events? \\d+`
        )
      )
      assert.include(finding?.message, "Databox may have rows that the log no longer knows of")
      assert.match(
        finding?.fix ?? "",
        /^Restore a newer backup\. Without one: remove .*\.tip and run inlet sync --full/
      )

      const refused = yield* it.report("sync")
      assert.deepStrictEqual([refused.code, refused.runs[0]?.error?.code], [40, "E_STORE_DAMAGED"])
      assert.strictEqual(tipOf(it), known)
      assert.strictEqual((yield* it.run(["status"])).code, 0)

      rmSync(`${it.store}.tip`)
      assert.strictEqual((yield* it.report("sync", "--full")).code, 0)
      assert.strictEqual((yield* it.rows("github_issues")).size, (yield* it.items("acme/large", "issues")).length)
      assert.strictEqual((yield* verify(it)).code, 0)
    })
  )
})
