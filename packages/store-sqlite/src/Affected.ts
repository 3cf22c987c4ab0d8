// What a damage means for whoever has to decide: which batch, how many of its records Databox has, and what to do.
import { Event } from "@inlet/core"
import Sqlite from "better-sqlite3"

/** The name of a pipeline as people know it. */
export const pipelineOf = (stream: string): string => {
  const { source, stream: name } = Event.parsePipeline(stream)
  return name === "" ? source : `${source}/${name}`
}

export const RESTORE =
  "Restore a backup. Without one: move the store and the files beside it away and run inlet sync; the sources are read from their beginning, and rows at Databox are overwritten by their keys."

/** A batch as the views know it. */
export interface Batch {
  readonly batch: string
  readonly stream: string
  readonly run: string
  readonly records: number
  readonly there: number
  readonly quarantined: number
}

const BATCH = "batch, stream, run, records, sent + unchanged + superseded AS there, quarantined"

/** What the views know is welcome; where they are damaged too, nothing is known. */
const known = <A>(f: () => A): A | undefined => {
  try {
    return f()
  } catch (cause) {
    if (cause instanceof Sqlite.SqliteError) return undefined
    throw cause
  }
}

export const make = (sql: Sqlite.Database) => {
  const batches = (condition: string) =>
    sql.prepare<Array<string | number>, Batch>(`SELECT ${BATCH} FROM main.batches WHERE ${condition} LIMIT 3`)
  const byPlace = batches("stream = ? AND version BETWEEN ? AND ?")
  const byName = batches("batch = ?")
  const byPage = batches("blob = ?")
  const versions = sql.prepare<[], { stream: string; version: number }>("SELECT stream, version FROM main.pipelines")
  return {
    /** The first batch that events of these versions recorded. */
    recordedAt: (stream: string, from: number, to = from) => known(() => byPlace.get(stream, from, to)),
    named: (batch: string) => known(() => byName.get(batch)),
    /** Some of the batches with this page. */
    ofPage: (hash: string) => known(() => byPage.all(hash)) ?? [],
    /** How far each stream has come. */
    versions: () => known(() => versions.all()) ?? []
  }
}

const waiting = ({ quarantined, records, there }: Batch): number => records - there - quarantined

/** @example "Of its 100 records 60 are at Databox, 40 wait." */
export const standing = (batch: Batch): string => {
  const { quarantined, records, there } = batch
  if (there === records) return `All of its ${records} records are at Databox.`
  const parts = [
    `${there} are at Databox`,
    ...(quarantined > 0 ? [`${quarantined} are in quarantine`] : []),
    ...(waiting(batch) > 0 ? [`${waiting(batch)} wait to be sent`] : [])
  ]
  return `Of its ${records} records ${parts.join(", ")}.`
}

/** What to do about a raw page that is gone. */
export const fixOfPage = (batch: Batch): string => {
  const { source, stream } = Event.parsePipeline(batch.stream)
  if (waiting(batch) > 0) return `They cannot be sent from here. ${RESTORE}`
  return `Only a replay of this batch needs its page: restore a backup for that. What the source holds now can be read again: inlet sync ${source} --stream ${stream} --full`
}
