// The views as people read them: filters and order are SQL's work, only a page at a time is held.
import { Event, type EventStore, SendLog } from "@inlet/core"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Database from "./Database.ts"
import { WAITING } from "./Migrations.ts"
import * as Pages from "./Pages.ts"

interface SendRow extends Omit<SendLog.Send, "source" | "columns" | "error"> {
  readonly number: number
  readonly columns: string
  readonly errorCode: string | null
  readonly errorMessage: string | null
}

interface RunRow extends Omit<SendLog.Run, "source" | "error" | "counts">, Omit<Event.Counts, "pending"> {
  readonly number: number
  readonly errorCode: string | null
  readonly errorMessage: string | null
}

interface PipelineRow {
  readonly stream: string
  readonly cursor: string | null
  readonly lastRun: string | null
  readonly polledAt: string | null
  readonly pending: number
  readonly quarantined: number
}

const SEND = `number, at, stream, dataset, rows, columns, outcome, batch, part, attempt, request_id AS requestId,
  ingestion_id AS ingestionId, error_code AS errorCode, error_message AS errorMessage, run, trace`

const RUN = `number, run, stream, mode, trigger, started_at AS startedAt, ended_at AS endedAt, outcome, trace,
  error_code AS errorCode, error_message AS errorMessage, read, sent, unchanged, superseded, quarantined`

const PIPELINE = `stream, head -> '$.cursor' AS cursor, last_run AS lastRun, polled AS polledAt,
  (SELECT coalesce(sum(records - sent - unchanged - superseded - quarantined), 0) FROM batches
    WHERE stream = known.stream AND ${WAITING}) AS pending,
  (SELECT count(*) FROM quarantine WHERE stream = known.stream AND state = 'open') AS quarantined`

/** One condition for each member that a filter has; "0" is the character behind "/". */
const CONDITIONS = {
  source: "stream >= 'pipeline/' || @source || '/' AND stream < 'pipeline/' || @source || '0'",
  dataset: "dataset = @dataset",
  outcome: "outcome = @outcome",
  run: "run = @run"
}

type Filter = { readonly [Name in keyof typeof CONDITIONS]?: string }

const where = (filter: Filter, after: string): string =>
  [after, ...Object.entries(CONDITIONS).flatMap(([name, sql]) => (Object.hasOwn(filter, name) ? [sql] : []))].join(
    " AND "
  )

const errorOf = (code: string | null, message: string | null): SendLog.Run["error"] =>
  code === null ? null : { code, message: message ?? "" }

const toSend = ({ columns, errorCode, errorMessage, number: _, ...row }: SendRow): SendLog.Send => ({
  ...row,
  ...Event.parsePipeline(row.stream),
  columns: JSON.parse(columns),
  error: errorOf(errorCode, errorMessage)
})

const toRun = (row: RunRow): SendLog.Run => {
  const { errorCode, errorMessage, number: _, quarantined, read, sent, superseded, unchanged, ...rest } = row
  const pending = read - sent - unchanged - superseded - quarantined
  return {
    ...rest,
    ...Event.parsePipeline(row.stream),
    error: errorOf(errorCode, errorMessage),
    counts: { read, sent, unchanged, superseded, quarantined, pending }
  }
}

const make = (database: Database.Reader): SendLog.SendLog["Type"] => {
  const { sql } = database
  const runByName = sql.prepare<[string], RunRow>(`SELECT ${RUN} FROM runs WHERE run = ?`)
  // A pipeline that never brought anything has a lease and no event.
  const pipelines = sql.prepare<[string, number], PipelineRow>(
    `SELECT ${PIPELINE} FROM (SELECT stream FROM pipelines UNION SELECT stream FROM leases) AS known
     LEFT JOIN pipelines USING (stream) LEFT JOIN leases USING (stream)
     WHERE stream > ? AND stream < 'pipeline0' ORDER BY stream LIMIT ?`
  )
  return {
    sends: ({ since, ...filter }) =>
      Pages.stream(database, "sends", {
        after: { at: since === undefined ? "" : DateTime.formatIso(DateTime.unsafeMake(since)), number: 0 },
        rows: (after) =>
          sql
            .prepare<object, SendRow>(
              `SELECT ${SEND} FROM sends WHERE ${where(filter, "(at, number) > (@at, @number)")}
               ORDER BY at, number LIMIT @limit`
            )
            .all({ ...filter, ...after, limit: Pages.PAGE }),
        key: ({ at, number }) => ({ at, number }),
        decode: toSend
      }),
    runs: (filter) =>
      Pages.stream(database, "runs", {
        after: Number.MAX_SAFE_INTEGER,
        rows: (number) =>
          sql
            .prepare<object, RunRow>(
              `SELECT ${RUN} FROM runs WHERE ${where(filter, "number < @number")} ORDER BY number DESC LIMIT @limit`
            )
            .all({ ...filter, number, limit: Pages.PAGE }),
        key: ({ number }) => number,
        decode: toRun
      }),
    quarantine: ({ all = false, ...filter }) =>
      Pages.stream(database, "quarantine", {
        after: { batch: "", item: -1 },
        rows: (after) =>
          sql
            .prepare<object, Omit<SendLog.Quarantined, "source">>(
              `SELECT batch, item, stream, run, at, stage, key, code, path, state FROM quarantine
               WHERE ${where(filter, `(batch, item) > (@batch, @item)${all ? "" : " AND state = 'open'"}`)}
               ORDER BY batch, item LIMIT @limit`
            )
            .all({ ...filter, ...after, limit: Pages.PAGE }),
        key: ({ batch, item }) => ({ batch, item }),
        decode: (row) => ({ ...row, ...Event.parsePipeline(row.stream) })
      }),
    pipelines: () =>
      Pages.stream(database, "pipelines", {
        after: "pipeline/",
        rows: (stream) => pipelines.all(stream, Pages.PAGE),
        key: ({ stream }) => stream,
        decode: ({ cursor, lastRun, stream, ...row }) => {
          const run = lastRun === null ? undefined : runByName.get(lastRun)
          return {
            ...row,
            ...Event.parsePipeline(stream),
            lastRun: run === undefined ? null : toRun(run),
            cursor: JSON.parse(cursor ?? "null")
          }
        }
      })
  }
}

export const layer: Database.PortLayer<SendLog.SendLog> = Database.port(SendLog.SendLog, make)

/** Of a store that is there, as it is now; nothing of it is changed. */
export const layerReadOnly = (filename: string): Layer.Layer<SendLog.SendLog, EventStore.StoreError> =>
  Layer.scoped(SendLog.SendLog, Effect.map(Database.look(filename), make))
