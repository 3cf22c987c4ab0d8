// A source whose records the test writes: a service of rides on loopback, and the connector for it as a package in the
// world's folder. What the mapping makes of a ride is the test's as well, so it can change between two commands.
import { mkdir, writeFile } from "node:fs/promises"
import { createServer } from "node:http"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { link } from "../support/Cycling.ts"
import { type Settings, world } from "../support/World.ts"

export interface Ride {
  readonly id: string
  readonly at: string
  readonly [field: string]: unknown
}

/** Columns by their names, as text of JavaScript. */
export type Columns = Readonly<Record<string, string>>

export const COLUMNS: Columns = {
  ride_id: 'Column.id("id", { meaning })',
  updated_at: 'Column.timestamp("at", { meaning })',
  distance: 'Column.number("distance", { meaning, unit: "metres" })'
}

const module = (url: string, columns: Columns) => `
import { Column, Connector, Dataset } from "@inlet/sdk"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

const meaning = "What it is."
const stream = (name) => ({
  ...Dataset.make({ stream: name, version: 1, primaryKey: "ride_id", time: "updated_at", meaning: "Rides." }, {
    ${Object.entries(columns).map(([name, text]) => `${name}: ${text}`)}
  }),
  records: (body) => body
})

const read = (name) => ({ cursor }) => Stream.fromEffect(Effect.promise(async () => {
  const key = "/" + name + "?after=" + (cursor ?? 0)
  const body = new Uint8Array(await (await fetch("${url}" + key)).arrayBuffer())
  const { length } = JSON.parse(new TextDecoder().decode(body))
  return {
    request: { method: "GET", url: "/" + name, key, query: {}, status: 200, etag: null, requestId: null },
    body,
    records: length,
    fresh: length,
    shape: { fingerprint: "rides", lines: ["[].id string"] },
    next: null,
    cursor: (cursor ?? 0) + length
  }
}))

export default Connector.define({
  name: "@acme/inlet-connector-cycling",
  version: "1.0.0",
  hosts: [],
  config: Schema.Struct({}),
  streams: { rides: stream("rides"), walks: stream("walks") },
  make: () => Effect.succeed({ rides: read("rides"), walks: read("walks") })
})
`

/** A service that answers `/rides?after=N` with all that was written behind the N-th. */
const service = Effect.acquireRelease(
  Effect.promise(async () => {
    const written: Record<string, Array<Ride>> = { rides: [], walks: [] }
    const state = { asked: 0, down: false }
    const server = createServer((request, response) => {
      state.asked += 1
      if (state.down) return request.socket.destroy()
      const { pathname, searchParams } = new URL(request.url ?? "", "http://localhost")
      const rides = written[pathname.slice(1)] ?? []
      response.end(JSON.stringify(rides.slice(Number(searchParams.get("after")))))
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const address = server.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    return { written, state, server, url: `http://127.0.0.1:${port}` }
  }),
  ({ server }) => Effect.promise(() => new Promise((resolve) => server.close(() => resolve(undefined))))
)

/** The world with a source `cycling` beside GitHub's, or in its place. */
export const rides = (settings: Settings & { readonly alone?: boolean } = {}) =>
  Effect.gen(function* () {
    const it = yield* world({ streams: ["issues"], repositories: ["acme/large"], github: { issues: 120 }, ...settings })
    const { server: _, state, url, written } = yield* service
    yield* link(it.cwd)
    const define = (columns: Columns = COLUMNS) =>
      Effect.promise(async () => {
        const at = join(it.cwd, "cycling")
        const inlet = { api: 1, connector: "./index.js", streams: ["rides"], auth: "none", hosts: ["127.0.0.1"] }
        const about = { name: "@acme/inlet-connector-cycling", version: "1.0.0", type: "module", inlet }
        await mkdir(at, { recursive: true })
        await writeFile(join(at, "package.json"), JSON.stringify(about))
        await writeFile(join(at, "index.js"), module(url, columns))
      })
    yield* define()
    /** With these streams of the two sources. */
    const configure = (cycling: ReadonlyArray<string>, github: ReadonlyArray<string> = []) =>
      it.write(
        "inlet.yaml",
        `databox:
  apiKey: \${DATABOX_API_KEY}
  baseUrl: ${it.databox.url}
  settle: 1s
  limits: { records: 100, bytes: 8MB, perSecond: 10000, perHour: 10000000 }
sources:
  cycling: { connector: "./cycling", config: {}, streams: [${cycling.join(", ")}] }
${
  github.length === 0
    ? ""
    : `  github:
    connector: "@inlet/connector-github"
    config: { token: "\${GITHUB_TOKEN}", baseUrl: "${it.github.url}", repositories: [acme/large] }
    streams: [${github.join(", ")}]
`
}`
      )
    yield* configure(["rides"])
    return {
      ...it,
      define,
      configure,
      service: state,
      /** The source has these too from now on. */
      writes: (...rides: ReadonlyArray<Ride>) => Effect.sync(() => void written.rides?.push(...rides)),
      walks: (...rides: ReadonlyArray<Ride>) => Effect.sync(() => void written.walks?.push(...rides))
    }
  })

/** Rides r0, r1 … of one minute of a day. */
export const some = (count: number, more: Readonly<Record<string, unknown>> = {}, minute = 0): ReadonlyArray<Ride> =>
  Array.from({ length: count }, (_, n) => ({ id: `r${n}`, at: moment(minute), distance: n, ...more }))

/** @example moment(3) === "2026-01-01T00:03:00.000Z" */
export const moment = (minute: number): string => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString()
