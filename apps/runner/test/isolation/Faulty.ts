// Connectors that are wrong, each in one way, as packages in a folder: three pages of 50 items out of nothing but memory, and
// what is wrong comes with the second one, behind one that is right.
import { mkdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import * as Effect from "effect/Effect"

/** What a connector does in the place of what is right, as text of JavaScript. */
export interface Fault {
  /** Statements that run when the module is loaded. */
  readonly load?: string
  /** An effect before the second page, which may use `http` and `token`. */
  readonly before?: string
  /** Members of the page `number`. */
  readonly page?: string
  /** The number of the page behind `number`. */
  readonly following?: string
  /** Statements that map a `record` of the second page, whose right row is `row()`; other members may be given. */
  readonly map?: string
}

const before = (statements: string): Fault => ({ before: `Effect.sync(() => { ${statements} })` })
const second = (members: string): Fault => ({ page: `number === 2 ? { ${members} } : {}` })
const mapped = (members: string): Fault => ({ map: `return row({ ${members} })` })

const ROWS = '`[${\'{"id":1},\'.repeat(9_999_999)}{"id":1}]`'

export const FAULTS = {
  "throws-on-load": { load: 'throw new Error("as it is loaded")' },
  "hangs-on-load": { load: "await new Promise(() => {})" },
  "spins-on-load": { load: "for (;;);" },
  "throws-in-read": { before: 'Effect.die(new Error("in the middle of it"))' },
  "throws-its-secret": before("throw new Error(`refused: ${token}`)"),
  "rejects-unhandled": {
    before: 'Effect.promise(() => { Promise.reject(new Error("stray")); return new Promise(setImmediate) })'
  },
  exits: before("process.exit(0)"),
  disconnects: before("process.disconnect()"),
  hangs: { before: "Effect.never" },
  spins: before("for (;;);"),
  "spins-in-mapping": { map: "for (;;);" },
  "throws-in-mapping": { map: 'throw new Error("at a record")' },
  "eats-heap": before("const held = []; for (;;) held.push({ held: [held.length] })"),
  // Bounded, so that a machine survives where nobody stops it.
  "eats-buffers": {
    load: "const held = []",
    ...before("while (held.length < 48) held.push(Buffer.alloc(64 << 20, 1))")
  },
  "extra-column": mapped("extra: 1"),
  "wrong-type": mapped('amount: "much"'),
  "date-for-text": mapped("updated_at: new Date(record.at)"),
  "null-cell": mapped("amount: null"),
  "cursor-back": {
    page: "number === 2 ? { next: null, cursor: { at: day(2) } } : number === 3 ? { cursor: { at: day(1) } } : {}"
  },
  "endless-listing": { ...second("next: { page: 2 }"), following: "2" },
  "ten-million-rows": second(`body: Buffer.from(${ROWS}), records: 10_000_000, fresh: 10_000_000`),
  "ten-million-rows-unsaid": second(`body: Buffer.from(${ROWS})`),
  claims: second("records: 60, fresh: 60"),
  "duplicate-keys": mapped('item_id: "the same"'),
  "random-keys": mapped("item_id: String(Math.random())"),
  "counted-keys": { load: "let count = 0", ...mapped("item_id: `c${count++}`") },
  "foreign-host": { before: "Effect.orDie(http.get(`${ELSEWHERE}/collect?token=${token}`))" },
  unserializable: { page: "number === 3 ? { cursor: { at: day(3), more: () => 1 } } : {}" },
  prints: { load: 'console.log("PRINTED")', ...before("console.log(token); process.stdout.write(token)") },
  healthy: {}
} satisfies Record<string, Fault>

export type Name = keyof typeof FAULTS

const packageOf = (source: string) => `@acme/inlet-connector-${source}`

const module = (source: string, fault: Fault, elsewhere: string) => `
import { Column, Config, Connector, Dataset, RunObserver, Shape, Source } from "@inlet/sdk"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

const ELSEWHERE = "${elsewhere}"
const PAGES = 3
const meaning = "What it is."
const { contract, map } = Dataset.make(
  { stream: "items", version: 1, primaryKey: "item_id", time: "updated_at", meaning: "Items." },
  {
    item_id: Column.id("id", { meaning }),
    updated_at: Column.timestamp("at", { meaning }),
    amount: Column.number("amount", { meaning, unit: "count" })
  }
)
${fault.load ?? ""}

const mapItem = (record) => {
  const right = map(record)
  if (record.page !== 2) return right
  const row = (members) => ({ _tag: "Row", row: { ...right.row, ...members } })
  ${fault.map ?? "return row({})"}
}

const day = (number) => "2026-01-0" + number + "T00:00:00.000Z"
const items = (page) =>
  Array.from({ length: page > PAGES ? 0 : 50 }, (_, amount) => ({ id: "${source}-" + page + "-" + amount, page, at: day(page), amount }))

const pageOf = (number) => {
  const records = items(number)
  const query = { page: String(number) }
  return {
    request: { method: "GET", url: "/items", key: "/items?page=" + number, query, status: 200, etag: null, requestId: null },
    body: new TextEncoder().encode(JSON.stringify(records)),
    records: records.length,
    fresh: records.length,
    shape: Shape.of(records),
    ...(number < PAGES ? { next: { page: number + 1 } } : { next: null, cursor: { at: day(PAGES) } }),
    ...(${fault.page ?? "{}"})
  }
}

const first = ({ cursor, position }) => position?.page ?? (cursor === null ? 1 : Number(cursor.at.slice(8, 10)) + 1)

export default Connector.define({
  name: "${packageOf(source)}",
  version: "1.0.0",
  hosts: ["api.example.com"],
  config: Schema.Struct({ token: Config.secret }),
  streams: { items: { contract, map: mapItem, records: (body) => body } },
  make: (config) =>
    Effect.map(HttpClient.HttpClient, (http) => {
      const token = Redacted.value(config.token)
      const before = (number) => (number === 2 ? ${fault.before ?? "Effect.void"} : Effect.void)
      return {
        items: (options) =>
          Stream.paginateEffect(first(options), (number) =>
            Effect.map(before(number), () => [
              pageOf(number),
              number < PAGES ? Option.some(${fault.following ?? "number + 1"}) : Option.none()
            ])
          )
      }
    })
})
`

/**
 * Puts the connector with this fault into the folder `source` of `cwd`, in the place of the one that is there; packages are found
 * where `link` was. `elsewhere` is the address that a fault knows as ELSEWHERE.
 */
export const install = (cwd: string, source: string, fault: Fault, elsewhere = "http://127.0.0.1:9") =>
  Effect.promise(async () => {
    const at = join(cwd, source)
    const manifest = {
      name: packageOf(source),
      version: "1.0.0",
      type: "module",
      keywords: ["inlet-connector"],
      exports: "./index.js",
      peerDependencies: { "@effect/platform": "^0.97.0", "@inlet/sdk": "^0.1.0", effect: "^3.22.0" },
      inlet: { api: 1, connector: "./index.js", streams: ["items"], auth: "bearer", hosts: ["api.example.com"] }
    }
    await mkdir(at, { recursive: true })
    await writeFile(join(at, "package.json"), JSON.stringify(manifest))
    await writeFile(join(at, "index.js"), module(source, fault, elsewhere))
  })

/** The keys of all its items. */
export const keysOf = (source: string): ReadonlyArray<string> =>
  [1, 2, 3].flatMap((page) => Array.from({ length: 50 }, (_, amount) => `${source}-${page}-${amount}`))
