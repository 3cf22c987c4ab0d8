// Two athletes on a loopback Strava, a configuration with a source for each of them, and the built `inlet`.
import { randomBytes } from "node:crypto"
import { StravaEmulator } from "@inlet/emulators"
import Sqlite from "better-sqlite3"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import { hoursOff } from "../login/Notes.ts"
import { decodeReport, type Run, world } from "../support/World.ts"

export const SOURCES = ["anna", "ben"] as const
export type SourceName = (typeof SOURCES)[number]

export interface Settings {
  /** Of each athlete, beside what a test adds; none unless told. */
  readonly activities?: number
  readonly streams?: ReadonlyArray<string>
  readonly lookBackDays?: number
  readonly behaviour?: StravaEmulator.Options["behaviour"]
}

const Added = Schema.Struct({ added: Schema.Tuple(Schema.Int) })
const Items = Schema.Array(
  Schema.Struct({ id: Schema.Int, start_date_local: Schema.String }, { key: Schema.String, value: Schema.Unknown })
)

const Rows = Schema.Array(Schema.Record({ key: Schema.String, value: Schema.Union(Schema.String, Schema.Number) }))

const most = { quarter: 100_000, day: 100_000 }

/** Everything up, and both athletes signed in, until the scope ends. */
export const athletes = (settings: Settings = {}) =>
  Effect.gen(function* () {
    const { activities = 0, lookBackDays = 30, streams = ["activities", "activity_details", "laps"] } = settings
    const it = yield* world({ env: { INLET_KEY: randomBytes(32).toString("base64") } })
    const strava = yield* StravaEmulator.start({
      activities,
      athletes: SOURCES.length,
      behaviour: { rateLimit: { overall: most, read: most }, ...settings.behaviour }
    })
    const source = (name: SourceName) => `
  ${name}:
    connector: "@inlet/connector-strava"
    config:
      clientId: ${strava.clientId}
      clientSecret: \${STRAVA_CLIENT_SECRET}
      apiUrl: ${strava.apiUrl}
      authUrl: ${strava.authUrl}
      details: 1000
      lookBackDays: ${lookBackDays}
    streams: [${streams.join(", ")}]`
    yield* it.write(
      "inlet.yaml",
      `databox:
  apiKey: \${DATABOX_API_KEY}
  baseUrl: ${it.databox.url}
  settle: 1s
  limits: { perSecond: 10000, perHour: 10000000 }
sources:${SOURCES.map(source).join("")}
`
    )
    yield* it.write(".env", `STRAVA_CLIENT_SECRET=${strava.clientSecret}\n`)

    const control = (method: string, path: string, body?: object) =>
      Effect.promise(async (): Promise<unknown> => {
        const sent = body === undefined ? {} : { body: JSON.stringify(body) }
        const response = await fetch(`${strava.url}/_emulator/${path}`, { method, ...sent })
        if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`)
        return response.json()
      })
    const idOf = (name: SourceName) => strava.athletes[SOURCES.indexOf(name)]?.id ?? 0

    /** Signs in as a person does, whose browser is signed in to Strava already. */
    const signIn = (name: SourceName) =>
      Effect.gen(function* () {
        yield* control("PUT", "behaviour", { signedIn: idOf(name) })
        const address = yield* Deferred.make<string>()
        let text = ""
        const running = yield* Effect.fork(
          it.run(["login", name, "--no-browser"], {
            seen: (piece) => {
              text += piece
              const [, url] = /^ {2}(http\S+)\n/m.exec(text) ?? []
              if (url !== undefined) Deferred.unsafeDone(address, Effect.succeed(url))
            }
          })
        )
        const early = Effect.flatMap(Fiber.join(running), ({ stderr }) => Effect.dieMessage(`it ended:\n${stderr}`))
        const url = yield* Effect.raceFirst(Deferred.await(address), early)
        yield* Effect.promise(() => fetch(url))
        return yield* Fiber.join(running)
      })
    for (const name of SOURCES) {
      const { code, stderr } = yield* signIn(name)
      if (code !== 0) return yield* Effect.dieMessage(stderr)
    }

    const rows = (title: string) =>
      Effect.promise(async () => {
        const answer = await fetch(`${it.databox.url}/_emulator/datasets/${title}/rows?limit=5000`)
        return Schema.decodeUnknownSync(Rows)(await answer.json())
      })
    const query = <A>(sql: string, ...bound: ReadonlyArray<string>) =>
      Effect.sync(() => {
        const store = new Sqlite(it.store, { readonly: true })
        const found = store
          .prepare<Array<string>, A>(sql)
          .pluck()
          .all(...bound)
        store.close()
        return found
      })
    return {
      ...it,
      strava,
      idOf,
      /** `inlet sync`, for which it is so many days later. */
      sync: (source: SourceName, daysLater = 0) =>
        Effect.map(it.run(["sync", source, "--json"], hoursOff(24 * daysLater)), ({ code, stderr, stdout }) => ({
          code,
          stderr,
          ...decodeReport(stdout)
        })),
      /** Time passes at Strava, and life goes on. */
      advance: (days: number) => control("POST", "advance", { days }),
      /** The id of what is added. */
      add: (name: SourceName, facts: object) =>
        Effect.map(
          control("POST", "add", { athlete: idOf(name), ...facts }),
          (answer) => Schema.decodeUnknownSync(Added)(answer).added[0]
        ),
      touch: (id: number | undefined, facts: object) => control("POST", "touch", { id, ...facts }),
      remove: (id: number | undefined) => control("POST", "remove", { id }),
      /** What an athlete has at Strava now. */
      activities: (name: SourceName) =>
        Effect.map(control("GET", `items?athlete=${idOf(name)}`), Schema.decodeUnknownSync(Items)),
      /** The rows of an activity in one of a source's datasets. */
      of: (name: SourceName, stream: string, id: number | undefined) =>
        Effect.map(rows(`${name}_${stream}`), (all) => all.filter(({ activity_id }) => activity_id === String(id))),
      dataset: rows,
      /** How many events the log holds. */
      events: Effect.map(query<number>("SELECT count(*) FROM events"), ([count]) => count),
      /** Whose data raw pages of a source are. */
      subjects: (name: SourceName) =>
        query<string | null>(
          `SELECT DISTINCT subject FROM blobs JOIN batches ON blobs.hash = unhex(batches.blob)
           WHERE batches.stream LIKE 'pipeline/' || ? || '/%'`,
          name
        ),
      /** When raw pages were recorded last that are kept still. */
      kept: query<string>(
        `SELECT max(batches.at) FROM blobs JOIN batches ON blobs.hash = unhex(batches.blob)
         WHERE length(blobs.bytes) > 0 GROUP BY hash`
      )
    }
  })

export type Athletes = Effect.Effect.Success<ReturnType<typeof athletes>>

/** All of a sync's pipelines are done, and nothing is left over. */
export const sent = (runs: ReadonlyArray<Run>): number => {
  for (const { counts, outcome, stream } of runs) {
    if (outcome !== "completed" || counts.pending + counts.quarantined > 0) {
      throw new Error(`${stream}: ${outcome} ${JSON.stringify(counts)}`)
    }
  }
  return runs.reduce((sum, { counts }) => sum + counts.sent, 0)
}
