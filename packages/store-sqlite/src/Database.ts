// The one connection to the one file: opened with settings that are read back, waited for without blocking the event loop.
import { closeSync, existsSync, mkdirSync, openSync, rmSync } from "node:fs"
import { dirname, resolve } from "node:path"
import { EventStore } from "@inlet/core"
import Sqlite from "better-sqlite3"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Failure from "./Failure.ts"
import * as Migrations from "./Migrations.ts"
import * as Tip from "./Tip.ts"

/** What can be looked at. */
export interface Reader {
  readonly filename: string
  readonly sql: Sqlite.Database
  /** Runs `f`, again for some 10 seconds while another process holds a lock. */
  readonly run: <A>(operation: string, f: () => A) => Effect.Effect<A, EventStore.StoreError>
}

export interface Connection extends Reader {
  /**
   * The same within one `BEGIN IMMEDIATE` transaction: all of `f` is stored, or nothing. Refused where the log has lost its
   * end, since whatever is written next would cover that up.
   */
  readonly write: <A>(operation: string, f: () => A) => Effect.Effect<A, EventStore.StoreError>
  /** Remembers the newest event, once it is committed. */
  readonly acknowledge: (event: Tip.Tip) => void
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

/**
 * In this order, since `auto_vacuum` has to come before the first page is written. FULL: a commit outlives a power loss. What is
 * deleted is overwritten.
 */
const settings = (filename: string) => ({
  auto_vacuum: 2,
  journal_mode: filename === MEMORY ? "memory" : "wal",
  synchronous: 2,
  foreign_keys: 1,
  trusted_schema: 0,
  secure_delete: 1
})

const configure = (sql: Sqlite.Database, filename: string): void => {
  for (const [name, wanted] of Object.entries(settings(filename))) {
    // This one is written into the file, which is left alone where it has it.
    const has = name === "auto_vacuum" && sql.pragma(name, { simple: true }) === wanted
    if (!has) sql.pragma(`${name} = ${wanted}`)
    const actual = sql.pragma(name, { simple: true })
    if (actual !== wanted) {
      throw Failure.storeError(filename, "open", "Open", `cannot work: ${name} is ${actual}, where ${wanted} is needed`)
    }
  }
}

/** Makes the file before SQLite does: raw data is for nobody else to read. What is remembered of a former file goes. */
const create = (filename: string): void => {
  mkdirSync(dirname(filename), { recursive: true, mode: 0o700 })
  if (!existsSync(filename)) rmSync(Tip.pathOf(filename), { force: true })
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

const patient =
  (filename: string): Reader["run"] =>
  (operation, f) => {
    const attempt = Effect.try({ try: f, catch: (cause) => Failure.fromCause(filename, operation, cause) })
    // A schedule costs more than most attempts; it is set up only once it is needed.
    return Effect.catchIf(attempt, isLocked, () => Effect.retry(attempt, { schedule: patience, while: isLocked }))
  }

const connect = (run: Reader["run"], filename: string, options: Sqlite.Options = {}) =>
  Effect.acquireRelease(
    run("open", () => new Sqlite(filename, { ...options, timeout: 0 })),
    (sql) => Effect.sync(() => sql.close())
  )

/** Opens the store, and creates or migrates it where needed. One that a newer version wrote is left as it is. */
export const open = Effect.fnUntraced(function* (
  path: string
): Effect.fn.Return<Connection, EventStore.StoreError, Scope.Scope> {
  const filename = path === MEMORY ? path : resolve(path)
  const run = patient(filename)
  if (filename !== MEMORY) yield* run("open", () => create(filename))
  const sql = yield* connect(run, filename)
  const tip = filename === MEMORY ? undefined : Tip.read(filename)
  yield* run("open", () => {
    Migrations.check(sql, filename)
    configure(sql, filename)
    Migrations.migrate(sql)
  })
  const immediately = transactions(sql)
  let whole = tip === undefined
  const write: Connection["write"] = (operation, f) =>
    run(operation, () =>
      immediately(() => {
        const loss = whole || tip === undefined ? undefined : Tip.loss(sql, tip)
        if (loss !== undefined) throw Failure.storeError(filename, operation, "Damaged", Tip.describe(loss))
        whole = true
        return f()
      })
    )
  const { keep: acknowledge } =
    filename === MEMORY
      ? { keep: () => {} }
      : yield* Effect.acquireRelease(
          Effect.sync(() => Tip.keeper(filename, tip)),
          (keeper) => Effect.sync(keeper.close)
        )
  return { filename, sql, run, write, acknowledge }
})

/** A moment of the store. */
export interface Snapshot extends Reader {
  /** What was acknowledged before the moment. */
  readonly tip: Tip.Tip | undefined
}

/** Opens a store that is there to look at it as it is now, while others go on writing. Nothing of it is changed. */
export const look = Effect.fnUntraced(function* (
  path: string
): Effect.fn.Return<Snapshot, EventStore.StoreError, Scope.Scope> {
  const filename = resolve(path)
  const run = patient(filename)
  const sql = yield* connect(run, filename, { readonly: true, fileMustExist: true })
  const tip = Tip.read(filename)
  const begun = run("open", () => {
    if (!sql.inTransaction) sql.exec("BEGIN")
    return sql.prepare("SELECT count(*) FROM sqlite_schema").get()
  })
  // A store was here before, so a file that SQLite does not recognise is a damaged one.
  yield* Effect.mapError(
    begun,
    ({ detail, operation, reason }) =>
      new EventStore.StoreError({ detail, operation, reason: reason === "Open" ? "Damaged" : reason })
  )
  yield* run("open", () => {
    Migrations.check(sql, filename)
    if (sql.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'events'").get() === undefined) {
      throw Failure.storeError(filename, "open", "Damaged", "is damaged: its tables are gone")
    }
  })
  return { filename, sql, run, tip }
})

/** What a store that is there is like. */
export interface Examined {
  /** Whether the next command has to bring it to another format. */
  readonly older: boolean
  /** Position of the newest event; 0 without one. */
  readonly newest: number
}

/**
 * Whether a store that is there could be worked with: it is opened as every command does, its settings are read back, its log
 * reaches what was acknowledged, and it can be written to. Nothing is written; an older format stays as it is.
 */
export const examine: (path: string) => Effect.Effect<Examined, EventStore.StoreError> = Effect.fnUntraced(function* (
  path
) {
  const filename = resolve(path)
  const run = patient(filename)
  const sql = yield* connect(run, filename, { fileMustExist: true })
  const tip = Tip.read(filename)
  return yield* run("open", () => {
    Migrations.check(sql, filename)
    configure(sql, filename)
    const lock = transactions(sql)
    return lock((): Examined => {
      const filled = sql.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'events'").get() !== undefined
      const older = !Migrations.isCurrent(sql)
      if (!filled && !older) throw Failure.storeError(filename, "open", "Damaged", "is damaged: its tables are gone")
      const nothing = { position: 0, at: "" }
      const loss = tip === undefined ? undefined : filled ? Tip.loss(sql, tip) : { tip, end: nothing }
      if (loss !== undefined) throw Failure.storeError(filename, "open", "Damaged", Tip.describe(loss))
      const newest = filled ? sql.prepare<[], number | null>("SELECT max(position) FROM events").pluck().get() : 0
      return { older, newest: newest ?? 0 }
    })
  })
}, Effect.scoped)

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
