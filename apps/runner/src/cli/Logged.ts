// Names in the log, for completion. They are apart from those in the configuration, since a database takes longer to open.
import { Event, SendLog } from "@inlet/core"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { nameOf } from "../commands/Quarantine.ts"
import { glance } from "../run/Store.ts"
import type { Candidate } from "./Cursor.ts"

interface Filter {
  readonly source?: string
}

/** As many as somebody looks through. */
const MOST = 50

const first = <A, E>(ask: (log: SendLog.SendLog["Type"]) => Stream.Stream<A, E>, candidate: (one: A) => Candidate) =>
  SendLog.SendLog.pipe(
    Effect.flatMap((log) => Stream.runCollect(Stream.take(ask(log), MOST))),
    Effect.map((found) => [...found].map(candidate)),
    Effect.provide(glance)
  )

export const runs = (filter: Filter) =>
  first(
    (log) => log.runs(filter),
    ({ outcome, run, source, stream }) => [run, `${source}/${stream} ${outcome ?? "running"}`]
  )

/** Rows in quarantine. */
export const rows = (filter: Filter) =>
  first(
    (log) => log.quarantine(filter),
    (row) => [nameOf(row), `${row.source}/${row.stream} ${row.code}`]
  )

/** Of events. */
export const types: ReadonlyArray<Candidate> = Object.keys(Event.Data).map((type) => [type, ""] as const)
