// The tables that are only a fold of the events: changed with every append, and made again from nothing by `rebuild`.
import { type Event, type EventStore, PipelineState, Projection } from "@inlet/core"
import type Sqlite from "better-sqlite3"
import type * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { Connection } from "./Database.ts"
import * as Log from "./Log.ts"

const VIEWS = ["pipelines", "runs", "batches", "sends", "quarantine"] as const
export type View = (typeof VIEWS)[number]

// A head is written as it is: nothing in it has another encoded form, which the type holds to.
// Its members stand in one order, whichever of the optional ones came and went, since rebuilt views are compared as texts.
const encodeHead = (head: typeof PipelineState.Head.Encoded): string => {
  const { backfill, cursor, datasets, grown, position, purge, run, shape } = head
  return JSON.stringify({ run, cursor, position, shape, grown, datasets, backfill, purge })
}
const decodeHead = Schema.decodeOption(PipelineState.HeadJson)

/** What the events of a stream add up to: a row of the `pipelines` view. */
export interface Folded {
  readonly version: number
  /** The hash of the newest event. */
  readonly hash: string
  readonly head: PipelineState.Head
  readonly lastRun: string | null
}

export const nothing: Folded = { version: 0, hash: "", head: PipelineState.emptyHead, lastRun: null }

export const evolve = (folded: Folded, event: Event.Event): Folded => ({
  version: event.version,
  hash: event.hash,
  head: PipelineState.evolveHead(folded.head, event),
  lastRun: event.type === "RunStarted" ? event.run : folded.lastRun
})

/** The statements that keep the views; to be called within a transaction. */
export interface Views {
  /** Carries out what an event changes in the views other than `pipelines`. */
  readonly apply: (event: Event.Event) => void
  readonly change: (change: Projection.ViewChange) => void
  readonly save: (stream: string, folded: Folded) => void
  /** What was saved of a stream, where it is readable and up to the event with this hash. */
  readonly load: (stream: string, hash: string) => Option.Option<Folded>
}

/**
 * A change that says which `stream` a row is of describes the row from its first event on, and creates it. Every other one
 * changes a row that is there already.
 */
const statement = ({ add = {}, key, set = {}, view }: Projection.ViewChange): string => {
  const keys = Object.keys(key)
  const sets = Object.keys(set)
  const adds = Object.keys(add)
  if (set.stream === undefined) {
    const changes = [...sets.map((name) => `${name} = ?`), ...adds.map((name) => `${name} = ${name} + ?`)]
    return `UPDATE ${view} SET ${changes.join(", ")} WHERE ${keys.map((name) => `${name} = ?`).join(" AND ")}`
  }
  const columns = [...sets, ...adds, ...keys]
  const changes = [
    ...sets.map((name) => `${name} = excluded.${name}`),
    ...adds.map((name) => `${name} = ${name} + excluded.${name}`)
  ]
  return `INSERT INTO ${view} (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})
    ON CONFLICT (${keys.join(", ")}) DO UPDATE SET ${changes.join(", ")}`
}

export const make = (sql: Sqlite.Database): Views => {
  const statements = new Map<string, Sqlite.Statement<Array<Projection.Cell>>>()
  const prepared = (one: Projection.ViewChange) => {
    const shape = `${one.view} ${Object.keys(one.set ?? {})} ${Object.keys(one.add ?? {})}`
    const known = statements.get(shape)
    if (known !== undefined) return known
    const made = sql.prepare<Array<Projection.Cell>>(statement(one))
    statements.set(shape, made)
    return made
  }
  const save = sql.prepare<[string, number, Buffer, string | null, string]>(
    "REPLACE INTO pipelines (stream, version, hash, last_run, head) VALUES (?, ?, ?, ?, ?)"
  )
  const load = sql.prepare<[string, Buffer], { version: number; head: string; last_run: string | null }>(
    "SELECT version, head, last_run FROM pipelines WHERE stream = ? AND hash = ?"
  )
  const change = (one: Projection.ViewChange) => {
    const { add = {}, key, set = {} } = one
    prepared(one).run(...Object.values(set), ...Object.values(add), ...Object.values(key))
  }
  return {
    apply: (event) => {
      for (const one of Projection.project(event)) change(one)
    },
    change,
    save: (stream, { hash, head, lastRun, version }) => {
      save.run(stream, version, Buffer.from(hash, "hex"), lastRun, encodeHead(head))
    },
    load: (stream, hash) => {
      const row = load.get(stream, Buffer.from(hash, "hex"))
      if (row === undefined) return Option.none()
      return Option.map(decodeHead(row.head), (head) => ({ version: row.version, hash, head, lastRun: row.last_run }))
    }
  }
}

/** How a view differed from the fold of the events, in rows; a changed row counts on both sides. */
export interface Difference {
  readonly view: View
  /** Rows that the view had and the events do not give. */
  readonly wrong: number
  /** Rows that the events give and the view had not. */
  readonly missing: number
}

/** Takes all events, in their order, into views that were empty before. */
export interface Folding {
  readonly take: (event: Event.Event) => void
  readonly end: () => void
}

export const folding = (sql: Sqlite.Database): Folding => {
  const views = make(sql)
  const pipelines = new Map<string, Folded>()
  return {
    take: (event) => {
      views.apply(event)
      pipelines.set(event.stream, evolve(pipelines.get(event.stream) ?? nothing, event))
    },
    end: () => {
      for (const [stream, folded] of pipelines) views.save(stream, folded)
    }
  }
}

/** How the rows of one stream in a view differ. */
export interface Deviation extends Difference {
  readonly stream: string
}

const deviations = (sql: Sqlite.Database, view: View, had: string, right: string): ReadonlyArray<Deviation> => {
  const without = (rows: string, others: string) => `SELECT * FROM ${rows} EXCEPT SELECT * FROM ${others}`
  return sql
    .prepare<[string], Deviation>(
      `SELECT ? AS view, stream, sum(wrong) AS wrong, sum(missing) AS missing FROM (
         SELECT stream, 1 AS wrong, 0 AS missing FROM (${without(had, right)})
         UNION ALL SELECT stream, 0, 1 FROM (${without(right, had)})
       ) GROUP BY stream`
    )
    .all(view)
}

/** Folds all events again into empty views, in one transaction that keeps every other writer out, and tells what changed. */
export const rebuild = (database: Connection): Effect.Effect<ReadonlyArray<Difference>, EventStore.StoreError> =>
  database.write("rebuild", () => {
    const { filename, sql } = database
    for (const view of VIEWS) {
      sql.exec(`CREATE TEMP TABLE old_${view} AS SELECT * FROM main.${view}; DELETE FROM main.${view}`)
    }
    const fold = folding(sql)
    const log = Log.make(sql, filename)
    for (let page = log.all(0); page.length > 0; page = log.all(page.at(-1)?.position ?? 0)) {
      for (const row of page) fold.take(log.decode(row))
    }
    fold.end()
    return VIEWS.map((view) => {
      const differing = deviations(sql, view, `old_${view}`, view)
      sql.exec(`DROP TABLE temp.old_${view}`)
      const sum = (side: "wrong" | "missing") => differing.reduce((total, one) => total + one[side], 0)
      return { view, wrong: sum("wrong"), missing: sum("missing") }
    })
  })

/** The same beside the views of the file, which stay as they are: a temporary table goes before one of the same name. */
export const beside = (sql: Sqlite.Database): Folding & { readonly deviations: () => ReadonlyArray<Deviation> } => {
  const definition = sql.prepare<[string], string>("SELECT sql FROM main.sqlite_schema WHERE name = ?").pluck()
  for (const view of VIEWS) sql.exec(String(definition.get(view)).replace("CREATE TABLE", "CREATE TEMP TABLE"))
  return {
    ...folding(sql),
    deviations: () => VIEWS.flatMap((view) => deviations(sql, view, `main.${view}`, `temp.${view}`))
  }
}
