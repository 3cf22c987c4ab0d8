// What has to hold whatever happened, looked at from outside: the source, the sink's own records, and the file.
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { isDeepStrictEqual } from "node:util"
import { Event, Items } from "@inlet/core"
import { SqliteStore } from "@inlet/store-sqlite"
import Database from "better-sqlite3"
import * as Effect from "effect/Effect"
import { CANARIES, PART } from "./world.mjs"

/** The rows at the sink, by key; none before the dataset was made. */
export const rowsAtSink = async (world, { dataset, key }) => {
  const { datasets } = await world.sink("GET", "datasets")
  if (datasets.length === 0) return new Map()
  const rows = await world.sink("GET", `datasets/${dataset}/rows?limit=1000000`)
  return new Map(rows.map((row) => [row[key], row]))
}

const reading = (world, use) => {
  const sql = new Database(world.store, { readonly: true })
  try {
    return use(sql)
  } finally {
    sql.close()
  }
}

/** Keys that lie in quarantine for everybody to see. */
export const quarantined = (world) =>
  reading(
    world,
    (sql) =>
      new Set(
        sql
          .prepare("SELECT key FROM quarantine WHERE state = 'open'")
          .pluck()
          .all()
          .map((key) => JSON.parse(key)[0])
      )
  )

/** I1, I2 and I3: each row as the source has it, no other, and in one dataset. */
const rows = async (world, source, apart) => {
  const problems = []
  const { version } = source
  const expected = await source.rows()
  const found = await rowsAtSink(world, source)
  for (const [key, row] of expected) {
    if (apart.has(key)) continue
    const stored = found.get(key)
    if (stored === undefined) problems.push(`I1: ${key} is lost`)
    else if (stored[version] < row[version]) problems.push(`I1: ${key} is old: ${stored[version]} < ${row[version]}`)
    else if (!isDeepStrictEqual(stored, row)) problems.push(`I2: ${key} is not what the source served`)
  }
  for (const key of found.keys()) if (!expected.has(key)) problems.push(`I2: the source never had ${key}`)
  const { datasets } = await world.sink("GET", "datasets")
  const { dataSources } = await world.sink("GET", "data-sources")
  if (datasets.length !== 1 || dataSources.length !== 1) {
    problems.push(`I3: there are ${datasets.length} datasets in ${dataSources.length} data sources`)
  }
  for (const { primaryKeys } of datasets) {
    if (!isDeepStrictEqual(primaryKeys, [source.key])) problems.push(`I3: the dataset's key is ${primaryKeys}`)
  }
  return problems
}

/** I4, by the order in which the sink applied rows, and the rest of I2: no version that the source never had. */
const neverBack = async (world, source) => {
  const problems = []
  const expected = await source.rows()
  const last = new Map()
  const { applied } = await world.sink("GET", "applied")
  for (const { key: text, seq, version } of applied) {
    const key = JSON.parse(text)
    const before = last.get(key) ?? source.first.get(key)?.[source.version] ?? 0
    if (version < before) problems.push(`I4: ${key} went back from ${before} to ${version} (application ${seq})`)
    if (!(version <= expected.get(key)?.[source.version])) problems.push(`I2: ${key} was never of version ${version}`)
    last.set(key, version)
  }
  return problems
}

/** I5: what the send log says was sent is what the sink was asked. */
const sendLog = async (world) => {
  const problems = []
  const { code, stdout } = await world.inlet(["sends", "--json"])
  const sends = stdout
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line))
  const started = reading(world, (sql) =>
    sql.prepare("SELECT data FROM events WHERE type = 'SendStarted'").pluck().all()
  ).map((data) => JSON.parse(data))
  if (code !== 0 || sends.length !== started.length) {
    problems.push(`I5: inlet sends ended with ${code} and tells ${sends.length} sends of ${started.length}`)
  }
  const { entries } = await world.sink("GET", "journal?path=/data$")
  if (entries.length > sends.length) problems.push(`I5: ${entries.length} requests, ${sends.length} in the send log`)
  const intended = new Map()
  for (const { digest } of started) intended.set(digest, (intended.get(digest) ?? 0) + 1)
  const ingestions = new Map()
  for (const { note } of entries.filter(({ note }) => note?.digest !== undefined)) {
    const left = intended.get(note.digest) ?? 0
    if (left === 0) problems.push(`I5: nothing in the log announced ingestion ${note.ingestion} (body ${note.digest})`)
    intended.set(note.digest, left - 1)
    ingestions.set(note.ingestion, note)
  }
  const digests = new Map(started.map(({ attempt, batch, digest, part }) => [`${batch}/${part}/${attempt}`, digest]))
  for (const { attempt, batch, ingestionId, outcome, part, rows } of sends) {
    const name = `${batch}/${part}/${attempt}`
    const sunk = ingestions.get(ingestionId)
    if (ingestionId === null) {
      if (outcome === "accepted" || outcome === "confirmed") problems.push(`I5: ${name} is ${outcome} without a proof`)
    } else if (sunk?.records !== rows || sunk.digest !== digests.get(name)) {
      problems.push(`I5: ${name} was told to be ingestion ${ingestionId}, which is another`)
    }
  }
  return problems
}

const parse = (row) => ({ ...row, data: JSON.parse(row.data), hash: row.hash.toString("hex") })

/** I6 and I7: the log without gaps, its chain, the views as a fold of it, and counts that add up. */
const eventLog = async (world) => {
  const problems = []
  const { events, integrity } = reading(world, (sql) => ({
    events: sql.prepare("SELECT * FROM events ORDER BY position").all().map(parse),
    integrity: sql.pragma("integrity_check", { simple: true })
  }))
  if (integrity !== "ok") problems.push(`I6: the file is damaged: ${integrity}`)
  const tails = new Map()
  // What an erasure took out of earlier events is not there to be hashed; `inlet verify` compares the rest with its digest.
  const redacted = new Set(
    events
      .filter(({ type }) => type === "DataErased")
      .flatMap(({ data, stream }) => Items.parse(data.redacted.versions).map((version) => `${stream} ${version}`))
  )
  for (const [index, event] of events.entries()) {
    const { hash, position, stream, version } = event
    const tail = tails.get(stream) ?? { version: 0, hash: "" }
    if (position !== index + 1 || version !== tail.version + 1) problems.push(`I6: a gap before event ${position}`)
    if (!redacted.has(`${stream} ${version}`) && Event.hash(tail.hash, event) !== hash)
      problems.push(`I6: the chain is broken at event ${position}`)
    tails.set(stream, event)
  }
  for (const { missing, view, wrong } of await Effect.runPromise(SqliteStore.rebuildViews({ filename: world.store }))) {
    if (missing + wrong > 0) problems.push(`I6: the view ${view} was not the fold of the events`)
  }
  const settled = ({ quarantined, sent, superseded, unchanged }) => sent + unchanged + superseded + quarantined
  const totals = events.filter(({ type }) => type === "RunEnded").map(({ data }) => data.totals)
  for (const one of totals) {
    if (one.read !== settled(one) + one.pending) problems.push("I7: the counts of a run do not add up")
  }
  const recorded = events.filter(({ type }) => type === "BatchRecorded").reduce((n, { data }) => n + data.records, 0)
  const all = totals.reduce((n, one) => n + settled(one), 0)
  if (all !== recorded) problems.push(`I7: ${recorded} records were recorded and ${all} accounted for`)
  const [begun, ended] = ["RunStarted", "RunEnded"].map((name) => events.filter(({ type }) => type === name).length)
  if (begun !== ended) problems.push(`I7: ${begun} runs began and ${ended} ended`)
  return problems
}

/** I10: what went out, against what there was to send. */
const economy = async (world, source, kills) => {
  const { entries } = await world.sink("GET", "journal?path=/data$")
  const sent = entries.reduce((n, { note }) => n + (note?.records ?? 0), 0)
  const most = 3 * source.versions() + kills * 100
  const large = entries.some(({ note }) => note?.records > PART)
  return [
    ...(sent > most ? [`I10: ${sent} rows sent, of ${source.versions()} versions and after ${kills} kills`] : []),
    ...(large ? [`I10: a request had more than ${PART} rows`] : [])
  ]
}

/** Each file of a folder and of the folders in it: its name and its bytes. */
const filesOf = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map(({ name, parentPath, path = parentPath }) => [name, readFileSync(join(path, name))])

/** I11: no secret in any output or file. */
const secrets = (world) => {
  const places = [...world.outputs.map((text) => ["an output", Buffer.from(text)]), ...filesOf(world.cwd)]
  return places.flatMap(([name, bytes]) =>
    Object.entries(CANARIES)
      .filter(([, secret]) => bytes.includes(secret))
      .map(([which]) => `I11: the ${which} is in ${name}`)
  )
}

/** I13: nothing that these words name is in the store's files or at the sink, and the log is valid without it. */
export const forgotten = async (world, source, words) => {
  const left = filesOf(dirname(world.store)).flatMap(([name, bytes]) =>
    words.filter((word) => bytes.includes(word)).map((word) => [word, name])
  )
  const pages = reading(world, (sql) => sql.prepare("SELECT count(*) FROM blobs").pluck().get())
  const rows = await rowsAtSink(world, source)
  const { code, stdout } = await world.inlet(["verify", "--json"])
  return [
    ...left.map(([word, name]) => `I13: "${word}" is still in ${name}`),
    ...(pages > 0 ? [`I13: ${pages} raw pages are still there`] : []),
    ...(rows.size > 0 ? [`I13: ${rows.size} rows are still at the sink`] : []),
    ...(code !== 0 ? [`I13: inlet verify ended with ${code}: ${stdout}`] : [])
  ]
}

/** What was sent by a process that is dead may still be on its way into the rows. */
const settled = async (world) => {
  for (;;) {
    const { ingestions } = await world.sink("GET", "ingestions")
    if (!ingestions.some(({ state }) => state === "running")) return []
    await sleep(50)
  }
}

/** All of them, for a world at rest. `apart`: keys that may wait in quarantine. Returns what is wrong, a sentence each. */
export const check = async (world, source, { apart = new Set(), kills }) => [
  ...(await settled(world)),
  ...(await rows(world, source, apart)),
  ...(await neverBack(world, source)),
  ...(await sendLog(world)),
  ...(await eventLog(world)),
  ...(await economy(world, source, kills)),
  ...secrets(world)
]

/** Whether the next run goes on with a listing that an earlier one began. */
export const resumes = (world) =>
  existsSync(world.store) &&
  reading(world, (sql) => {
    const known = sql.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'pipelines'").get() !== undefined
    const head = known
      ? sql.prepare("SELECT head FROM pipelines WHERE stream LIKE 'pipeline/%'").pluck().get()
      : undefined
    return head !== undefined && JSON.parse(head).position !== null
  })

/** I8, where the source goes on changing: exit 0 is a promise for all that there was when the listing began. */
export const promise = (world, source) => {
  let held = new Map()
  return {
    /** To be called before a run. */
    begin: async () => {
      if (!resumes(world)) held = await source.rows()
    },
    /** What is wrong after a run that ended with 0. */
    kept: async () => {
      const { version } = source
      const found = await rowsAtSink(world, source)
      return [...held]
        .filter(([key, row]) => !(found.get(key)?.[version] >= row[version]))
        .map(([key, row]) => `I8: exit 0, but ${key} is not at the sink with version ${row[version]}`)
    }
  }
}
