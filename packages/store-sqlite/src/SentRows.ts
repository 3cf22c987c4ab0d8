// The cache of sent rows on SQLite: the key, 16 bytes of digest, and a number for the dataset's name.
import { type EventStore, SentRows } from "@inlet/core"
import type Sqlite from "better-sqlite3"
import * as Database from "./Database.ts"

const datasets = (sql: Sqlite.Database) =>
  sql.prepare<[string], number>("SELECT number FROM sent_datasets WHERE name = ?").pluck()

/** Carries out a change of the cache. Within the transaction of an append. */
export const changes = (sql: Sqlite.Database): ((change: EventStore.SentRowsChange) => void) => {
  const select = datasets(sql)
  const insert = sql.prepare<[string]>("INSERT INTO sent_datasets (name) VALUES (?)")
  const forget = sql.prepare<[number, Uint8Array]>("DELETE FROM sent_rows WHERE dataset = ? AND key = ?")
  const remember = sql.prepare<[number, Uint8Array, Uint8Array]>(
    "REPLACE INTO sent_rows (dataset, key, digest) VALUES (?, ?, ?)"
  )
  const forgetAll = sql.prepare<[number]>("DELETE FROM sent_rows WHERE dataset = ?")
  return (change) => {
    const dataset = select.get(change.dataset) ?? Number(insert.run(change.dataset).lastInsertRowid)
    if (change.forgetAll === true) forgetAll.run(dataset)
    for (const key of change.forget) forget.run(dataset, key)
    for (const { digest, key } of change.remember) remember.run(dataset, key, digest)
  }
}

const make = ({ run, sql }: Database.Connection): SentRows.SentRows["Type"] => {
  const select = datasets(sql)
  const digest = sql
    .prepare<[number, Uint8Array], Uint8Array>("SELECT digest FROM sent_rows WHERE dataset = ? AND key = ?")
    .pluck()
  const lookup = sql.transaction((name: string, keys: ReadonlyArray<Uint8Array>) => {
    const dataset = select.get(name)
    return keys.map((key) => (dataset === undefined ? null : (digest.get(dataset, key) ?? null)))
  })
  return { lookup: (dataset, keys) => run("lookup", () => lookup(dataset, keys)) }
}

export const layer: Database.PortLayer<SentRows.SentRows> = Database.port(SentRows.SentRows, make)
