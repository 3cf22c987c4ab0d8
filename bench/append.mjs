// How many events a second the store takes, one a transaction, against the same insert made with better-sqlite3 alone.
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { EventStore } from "@inlet/core"
import { SqliteStore } from "@inlet/store-sqlite"
import Database from "better-sqlite3"
import * as Effect from "effect/Effect"

const COUNT = 3_000
const data = { from: null, to: { since: "2026-01-01T00:00:00.000Z" }, reason: "extracted" }

const draft = (n) => ({
  type: "CursorMoved",
  data,
  id: `run/cursor/${n}`,
  schema: 1,
  at: "2026-01-01T00:00:00.000Z",
  run: "run",
  cause: null,
  trace: null
})

const seconds = (from) => Number(process.hrtime.bigint() - from) / 1e9

const bareRate = (folder) => {
  const db = new Database(join(folder, "bare.db"))
  db.pragma("journal_mode = WAL")
  db.pragma("synchronous = FULL")
  db.exec(
    "CREATE TABLE events (position INTEGER PRIMARY KEY AUTOINCREMENT, stream TEXT, version INTEGER, id TEXT UNIQUE, type TEXT, schema INTEGER, at TEXT, run TEXT, cause TEXT, trace TEXT, data TEXT CHECK (json_valid(data)), hash BLOB, UNIQUE (stream, version)) STRICT"
  )
  const insert = db.prepare(
    "INSERT INTO events (stream, version, id, type, schema, at, run, cause, trace, data, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
  )
  const hash = Buffer.alloc(32)
  const one = db.transaction((n) => {
    const event = draft(n)
    const text = JSON.stringify(event.data)
    insert.run("pipeline/a/b", n, event.id, event.type, 1, event.at, event.run, null, null, text, hash)
  })
  const from = process.hrtime.bigint()
  for (let n = 1; n <= COUNT; n++) one.immediate(n)
  const rate = COUNT / seconds(from)
  db.close()
  return rate
}

const ourRate = (folder) =>
  Effect.gen(function* () {
    const store = yield* EventStore.EventStore
    const from = process.hrtime.bigint()
    for (let n = 0; n < COUNT; n++) yield* store.append("pipeline/a/b", n, [draft(n + 1)])
    return COUNT / seconds(from)
  }).pipe(Effect.provide(SqliteStore.layer({ filename: join(folder, "ours.db") })), Effect.runPromise)

export const appendRate = async (folder) => {
  const pairs = []
  for (let pair = 0; pair < 3; pair++) {
    const inner = join(folder, `append-${pair}`)
    mkdirSync(inner)
    pairs.push({ bare: bareRate(inner), inlet: await ourRate(inner) })
  }
  return pairs.toSorted((a, b) => a.inlet / a.bare - b.inlet / b.bare)[1]
}
