// The one connection to the one file: opened with settings that are read back, waited for without blocking the event loop.
import { closeSync, mkdirSync, openSync } from "node:fs"
import { dirname, resolve } from "node:path"
import type { EventStore } from "@inlet/core"
import Sqlite from "better-sqlite3"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Failure from "./Failure.ts"
import * as Migrations from "./Migrations.ts"

export interface Connection {
  readonly filename: string
  readonly sql: Sqlite.Database
  /** Runs `f`, again for some 10 seconds while another process holds a lock. */
  readonly run: <A>(operation: string, f: () => A) => Effect.Effect<A, EventStore.StoreError>
  /** The same within one `BEGIN IMMEDIATE` transaction: all of `f` is stored, or nothing. */
  readonly write: <A>(operation: string, f: () => A) => Effect.Effect<A, EventStore.StoreError>
}

export class Database extends Context.Tag("@inlet/store-sqlite/Database")<Database, Connection>() {}

/** A store without a file, gone with its connection. */
export const MEMORY = ":memory:"

/** How long a lock of another process is waited for. */
const patience = Schedule.exponential("1 millis").pipe(
  Schedule.either(Schedule.spaced("50 millis")),
  Schedule.jittered,
  Schedule.upTo("10 seconds")
)

const isLocked = ({ reason }: EventStore.StoreError): boolean => reason === "Locked"

/** In this order, since `auto_vacuum` has to come before the first page is written. FULL: a commit outlives a power loss. */
const settings = (filename: string) => ({
  auto_vacuum: 2,
  journal_mode: filename === MEMORY ? "memory" : "wal",
  synchronous: 2,
  foreign_keys: 1,
  trusted_schema: 0
})

const configure = (sql: Sqlite.Database, filename: string): void => {
  for (const [name, wanted] of Object.entries(settings(filename))) {
    sql.pragma(`${name} = ${wanted}`)
    const actual = sql.pragma(name, { simple: true })
    if (actual !== wanted) {
      throw Failure.storeError(filename, "open", "Open", `cannot work: ${name} is ${actual}, where ${wanted} is needed`)
    }
  }
}

/** Makes the file before SQLite does: raw data is for nobody else to read. */
const create = (filename: string): void => {
  mkdirSync(dirname(filename), { recursive: true, mode: 0o700 })
  closeSync(openSync(filename, "a", 0o600))
}

/** Runs a function in a transaction that has the write lock from its begin on. better-sqlite3's own would be made anew each time. */
const transactions = (sql: Sqlite.Database) => {
  const begin = sql.prepare("BEGIN IMMEDIATE")
  const commit = sql.prepare("COMMIT")
  const rollback = sql.prepare("ROLLBACK")
  return <A>(f: () => A): A => {
    begin.run()
    try {
      const result = f()
      commit.run()
      return result
    } catch (cause) {
      if (sql.inTransaction) rollback.run()
      throw cause
    }
  }
}

/** Opens the store, and creates or migrates it where needed. One that a newer version wrote is left as it is. */
export const open = Effect.fn("Database.open")(function* (
  path: string
): Effect.fn.Return<Connection, EventStore.StoreError, Scope.Scope> {
  const filename = path === MEMORY ? path : resolve(path)
  const run: Connection["run"] = (operation, f) => {
    const attempt = Effect.try({ try: f, catch: (cause) => Failure.fromCause(filename, operation, cause) })
    // A schedule costs more than most attempts; it is set up only once it is needed.
    return Effect.catchIf(attempt, isLocked, () => Effect.retry(attempt, { schedule: patience, while: isLocked }))
  }
  if (filename !== MEMORY) yield* run("open", () => create(filename))
  const sql = yield* Effect.acquireRelease(
    run("open", () => new Sqlite(filename, { timeout: 0 })),
    (sql) => Effect.sync(() => sql.close())
  )
  yield* run("open", () => {
    Migrations.check(sql, filename)
    configure(sql, filename)
    Migrations.migrate(sql)
  })
  const immediately = transactions(sql)
  const write: Connection["write"] = (operation, f) => run(operation, () => immediately(f))
  return { filename, sql, run, write }
})

/** A port on the connection. */
export type PortLayer<Port> = Layer.Layer<Port, EventStore.StoreError, Database>

export const port = <Port, Shape>(
  tag: Context.Tag<Port, Shape>,
  make: (connection: Connection) => Shape
): PortLayer<Port> =>
  Layer.effect(
    tag,
    Effect.flatMap(Database, (connection) => connection.run("open", () => make(connection)))
  )

export const layer = (filename: string): Layer.Layer<Database, EventStore.StoreError> =>
  Layer.scoped(Database, open(filename))
