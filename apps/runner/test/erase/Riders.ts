// A source of rides of several people: each page is one person's, and says so. Whatever could tell of a person holds a word
// that is found wherever it was left.
import { mkdir, readFile, writeFile } from "node:fs/promises"
import { createServer } from "node:http"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { packed, written } from "../secrets/Search.ts"
import { link } from "../support/Cycling.ts"
import { jsonLines, type Options } from "../support/Inlet.ts"
import { type Settings, type World, world } from "../support/World.ts"

export interface Ride {
  readonly id: string
  readonly at: string
  readonly [field: string]: unknown
}

export interface Rides extends Settings {
  /** How long raw pages are kept: what the connector demands, such as `7 days`, and what inlet.yaml says, such as `30d`. */
  readonly retention?: string
  readonly raw?: string
}

/** Words of a person: in ids of rides, in names, and in what a page is asked for by. */
export const wordsOf = (rider: string): ReadonlyArray<string> =>
  ["ID", "NAME", "ASKED"].map((word) => `${rider}x${word}`)

const module = (url: string, retention: string | undefined) => `
import { Column, Connector, Dataset } from "@inlet/sdk"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

const meaning = "What it is."
const stream = (name) => ({
  ...Dataset.make({ stream: name, version: 1, primaryKey: "ride_id", time: "updated_at", meaning: "Rides." }, {
    ride_id: Column.id("id", { meaning }),
    updated_at: Column.timestamp("at", { meaning }),
    distance: Column.number("distance", { meaning, unit: "metres" }),
    title: Column.text("title", { meaning, optional: true })
  }),
  records: (body) => body
})

const page = (name, rider, cursor, last) => Effect.promise(async () => {
  const asked = rider + "xASKED"
  const key = "/" + name + "?rider=" + rider + "&word=" + asked + "&after=" + (cursor[asked] ?? 0)
  const body = new Uint8Array(await (await fetch("${url}" + key)).arrayBuffer())
  const { length } = JSON.parse(new TextDecoder().decode(body))
  const reached = { ...cursor, [asked]: (cursor[asked] ?? 0) + length }
  return {
    page: {
      request: { method: "GET", url: "/" + name, key, query: { word: asked }, status: 200, etag: null, requestId: null },
      subject: rider,
      body,
      context: { rider: asked },
      records: length,
      fresh: length,
      shape: { fingerprint: "rides", lines: ["[].id string"] },
      next: last ? null : { after: asked, cursor: reached },
      ...(last && { cursor: reached })
    },
    reached
  }
})

const read = (name) => ({ cursor, position }) => Stream.unwrap(Effect.promise(async () => {
  const riders = await (await fetch("${url}/riders")).json()
  const from = position === null ? 0 : riders.findIndex((rider) => rider + "xASKED" === position.after) + 1
  const start = { index: from, cursor: position?.cursor ?? cursor ?? {} }
  return Stream.paginateChunkEffect(start, ({ cursor, index }) => index >= riders.length
    ? Effect.succeed([Chunk.empty(), Option.none()])
    : Effect.map(page(name, riders[index], cursor, index === riders.length - 1), ({ page, reached }) =>
        [Chunk.of(page), Option.some({ index: index + 1, cursor: reached })]))
}))

export default Connector.define({
  name: "@acme/inlet-connector-cycling",
  version: "1.0.0",
  hosts: [],
  config: Schema.Struct({}),
  ${retention === undefined ? "" : `retention: { raw: "${retention}" },`}
  streams: { rides: stream("rides"), walks: stream("walks") },
  make: () => Effect.succeed({ rides: read("rides"), walks: read("walks") })
})
`

/** Answers `/riders`, and `/rides?rider=R&after=N` with what was written of R behind the N-th. */
const service = Effect.acquireRelease(
  Effect.promise(async () => {
    const written = new Map<string, Array<Ride>>()
    const state = { asked: [] as string[], riders: [] as string[], hold: false }
    const server = createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? "", "http://localhost")
      state.asked.push(request.url ?? "")
      if (state.hold) return
      if (pathname === "/riders") return response.end(JSON.stringify(state.riders))
      const rides = written.get(`${pathname.slice(1)} ${searchParams.get("rider")}`) ?? []
      response.end(JSON.stringify(rides.slice(Number(searchParams.get("after")))))
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const address = server.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    return { written, state, server, url: `http://127.0.0.1:${port}` }
  }),
  ({ server }) =>
    Effect.promise(
      () =>
        new Promise((resolve) => {
          server.close(() => resolve(undefined))
          server.closeAllConnections()
        })
    )
)

const preload = fileURLToPath(new URL("../../torture/preload.mjs", import.meta.url))

/** The world with a source `cycling` of rides and walks. */
export const riders = (settings: Rides = {}) =>
  Effect.gen(function* () {
    const it = yield* world(settings)
    const { state, url, written } = yield* service
    yield* link(it.cwd)
    const at = join(it.cwd, "cycling")
    const inlet = { api: 1, connector: "./index.js", streams: ["rides", "walks"], auth: "none", hosts: ["127.0.0.1"] }
    const about = { name: "@acme/inlet-connector-cycling", version: "1.0.0", type: "module", inlet }
    yield* Effect.promise(async () => {
      await mkdir(at, { recursive: true })
      await writeFile(join(at, "package.json"), JSON.stringify(about))
      await writeFile(join(at, "index.js"), module(url, settings.retention))
    })
    /** With these streams of the source; all unless told. */
    const configure = (streams = ["rides", "walks"]) =>
      it.write(
        "inlet.yaml",
        `databox:
  apiKey: \${DATABOX_API_KEY}
  baseUrl: ${it.databox.url}
  settle: 1s
  limits: { records: 100, bytes: 8MB, perSecond: 10000, perHour: 10000000 }
sources:
  cycling: { connector: "./cycling", streams: [${streams.join(", ")}] }
${settings.raw === undefined ? "" : `retention: { raw: ${settings.raw} }`}
`
      )
    yield* configure()
    const report = join(it.cwd, "points.jsonl")
    /** Runs a command that is killed at a point of torture/preload.mjs; tells whether it was. */
    const killed = (args: ReadonlyArray<string>, point: string, options: Options = {}) =>
      Effect.gen(function* () {
        yield* Effect.promise(() => writeFile(report, ""))
        const env = {
          NODE_OPTIONS: `--import=${preload}`,
          TORTURE_KILL: point,
          TORTURE_REPORT: report,
          TORTURE_SINK: it.databox.url
        }
        const ended = yield* it.run(args, { ...options, env: { ...env, ...options.env } })
        const told = yield* Effect.promise(() => readFile(report, "utf8"))
        return { ...ended, told, dead: ended.code === null && told.includes('"killed"') }
      })
    return {
      ...it,
      configure,
      killed,
      service: state,
      /** The source has these of a person too from now on. */
      writes: (stream: "rides" | "walks", rider: string, ...rides: ReadonlyArray<Ride>) =>
        Effect.sync(() => {
          if (!state.riders.includes(rider)) state.riders.push(rider)
          const name = `${stream} ${rider}`
          written.set(name, [...(written.get(name) ?? []), ...rides])
        }),
      /** Which of the words are in any file of the store's folder, also packed. */
      found: (words: ReadonlyArray<string>) => foundIn(dirname(it.store), words)
    }
  })

export type Riders = Effect.Effect.Success<ReturnType<typeof riders>>

const foundIn = (folder: string, words: ReadonlyArray<string>) =>
  Effect.sync(() =>
    [...written(folder), ...packed(folder)].flatMap(([place, text]) =>
      words.filter((word) => text.includes(word)).map((word) => `${word} in ${place}`)
    )
  )

/** Rides of a person, of one minute of a day. */
export const ridesOf = (
  rider: string,
  count: number,
  more: Readonly<Record<string, unknown>> = {},
  from = 0
): ReadonlyArray<Ride> =>
  Array.from({ length: count }, (_, n) => ({
    id: `${rider}xID${from + n}`,
    at: "2026-01-01T00:00:00.000Z",
    distance: n,
    title: `${rider}xNAME`,
    ...more
  }))

const Erased = Schema.Struct({ subject: Schema.NullOr(Schema.String), blobs: Schema.Array(Schema.String) })
const decodeErased = Schema.decodeUnknownSync(Schema.parseJson(Erased))

const reading = <A>(store: string, read: (sql: Sqlite.Database) => A): A => {
  const sql = new Sqlite(store, { readonly: true })
  try {
    return read(sql)
  } finally {
    sql.close()
  }
}

/** How many events the log has. */
export const events = ({ store }: Pick<World, "store">): number =>
  reading(store, (sql) => Number(sql.prepare("SELECT count(*) FROM events").pluck().get()))

/** How many pages were recorded. */
export const batches = ({ store }: Pick<World, "store">): number =>
  reading(store, (sql) => Number(sql.prepare("SELECT count(*) FROM batches").pluck().get()))

/** How many of the pages are kept. */
export const pages = ({ store }: Pick<World, "store">): number =>
  reading(store, (sql) => Number(sql.prepare("SELECT count(*) FROM blobs WHERE length(bytes) > 0").pluck().get()))

const clock = fileURLToPath(new URL("../login/clock.mjs", import.meta.url))

/** A command that is run so many days later. */
export const later = (days: number): Options => ({
  env: { NODE_OPTIONS: `--import=${clock}`, CLOCK_OFF: String(days * 86_400_000) }
})

/** What the log says was erased: from which stream, whose, how many pages. */
export const erasures = ({ store }: Pick<World, "store">) =>
  reading(store, (sql) =>
    sql
      .prepare<[], { stream: string; data: string }>(
        "SELECT stream, data FROM events WHERE type = 'DataErased' ORDER BY stream, version"
      )
      .all()
  ).map(({ data, stream }) => {
    const { blobs, subject } = decodeErased(data)
    return [stream, subject, blobs.length] as const
  })

/** The views that are not what the events give. */
export const differences = (it: World) =>
  Effect.map(it.run(["replay", "views", "--json"]), ({ stdout }) =>
    jsonLines(stdout).filter((view) => !JSON.stringify(view).includes('"missing":0,"wrong":0'))
  )
