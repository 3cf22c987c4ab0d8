// What each event changes in the views. The store carries the changes out; that it is a pure function of the event is why
// the views can be deleted and rebuilt to the byte.
import type { Event } from "./Event.ts"
import { counted } from "./PipelineState.ts"

export type Cell = string | number | null

/** Upsert of one row of a view: `set` replaces columns, `add` adds to numbers that start at 0. */
export interface ViewChange {
  readonly view: "runs" | "batches" | "sends" | "quarantine"
  readonly key: Readonly<Record<string, Cell>>
  readonly set?: Readonly<Record<string, Cell>>
  readonly add?: Readonly<Record<string, number>>
}

const json = (value: unknown): string => JSON.stringify(value ?? null)

/** The views' rows that an event touches. The `pipelines` view is the folded head (see PipelineState) and not here. */
export const project = (event: Event): ReadonlyArray<ViewChange> => {
  const run = { view: "runs", key: { run: event.run } } as const
  const tally = (): ViewChange => ({ ...run, add: { ...counted(event) } })
  switch (event.type) {
    case "RunStarted": {
      const { cursor, mode, trigger, versions } = event.data
      const { at, stream, trace } = event
      const set = { stream, mode, trigger, cursor: json(cursor), versions: json(versions), started_at: at, trace }
      return [{ ...run, set, add: { ...counted(event) } }]
    }
    case "BatchRecorded": {
      const { batch, blob, bytes, next, records, request, shape } = event.data
      const set = {
        stream: event.stream,
        run: event.run,
        version: event.version,
        at: event.at,
        blob,
        records,
        bytes,
        request_key: request.key,
        etag: request.etag,
        next: json(next),
        shape
      }
      return [{ view: "batches", key: { batch }, set }, tally()]
    }
    case "BatchReplayed": {
      const { batch, blob, records } = event.data
      const set = {
        stream: event.stream,
        run: event.run,
        version: event.version,
        at: event.at,
        blob,
        records,
        bytes: 0,
        // No request was made for it.
        request_key: "",
        etag: null,
        next: json(null),
        shape: ""
      }
      return [{ view: "batches", key: { batch }, set }, tally()]
    }
    case "SendStarted": {
      const { attempt, batch, columns, dataset, digest, items, mapping, part, rows } = event.data
      const set = {
        stream: event.stream,
        run: event.run,
        trace: event.trace,
        at: event.at,
        dataset,
        mapping,
        rows,
        columns: json(columns),
        items,
        digest,
        outcome: "started"
      }
      return [{ view: "sends", key: { batch, part, attempt }, set }]
    }
    case "SendAccepted": {
      const { attempt, batch, ingestionId, part, requestId } = event.data
      const set = { outcome: "accepted", request_id: requestId, ingestion_id: ingestionId }
      return [{ view: "sends", key: { batch, part, attempt }, set }]
    }
    case "SendConfirmed": {
      const { attempt, batch, part } = event.data
      const settled: ViewChange = { view: "batches", key: { batch }, add: { ...counted(event) } }
      return part === 0
        ? [settled, tally()]
        : [settled, tally(), { view: "sends", key: { batch, part, attempt }, set: { outcome: "confirmed" } }]
    }
    case "SendFailed": {
      const { attempt, batch, code, kind, message, part, status } = event.data
      const set = {
        outcome: "failed",
        error_kind: kind,
        error_code: code,
        error_message: message,
        error_status: status
      }
      return [{ view: "sends", key: { batch, part, attempt }, set }]
    }
    case "RowsQuarantined": {
      const { attempt, batch, part, rows, stage } = event.data
      const { at, run: id, stream } = event
      const rest = { stream, run: id, at, part, stage, state: "open" }
      return [
        { view: "batches", key: { batch }, add: { ...counted(event) } },
        tally(),
        ...rows.map(
          ({ code, index, key, path }): ViewChange => ({
            view: "quarantine",
            key: { batch, item: index },
            set: { ...rest, key, code, path }
          })
        ),
        ...(part === 0
          ? []
          : [{ view: "sends", key: { batch, part, attempt }, set: { outcome: "quarantined" } } as const])
      ]
    }
    case "QuarantineResolved": {
      const { how, items } = event.data
      const resolved = items.flatMap(
        ({ batch, index }): ReadonlyArray<ViewChange> => [
          { view: "quarantine", key: { batch, item: index }, set: { state: how } },
          ...(how === "released" ? [{ view: "batches", key: { batch }, add: { quarantined: -1 } } as const] : [])
        ]
      )
      return [tally(), ...resolved]
    }
    case "RunEnded": {
      const { error, outcome } = event.data
      const set = {
        ended_at: event.at,
        outcome,
        error_code: error?.code ?? null,
        error_message: error?.message ?? null
      }
      return [{ ...run, set }]
    }
    default:
      return []
  }
}

/** What has to be set where an event says other things from now on than it did. */
export const changes = (before: Event, after: Event): ReadonlyArray<ViewChange> => {
  const old = project(before)
  return project(after).flatMap(({ key, set = {}, view }, index) => {
    const had = old[index]?.set ?? {}
    const changed = Object.entries(set).filter(([name, value]) => had[name] !== value)
    return changed.length === 0 ? [] : [{ view, key, set: Object.fromEntries(changed) }]
  })
}
