// What the tests of a whole store share: a synced world, its verification, and a hand that damages it.
import { closeSync, existsSync, openSync, readFileSync, writeSync } from "node:fs"
import { Archive } from "@inlet/core"
import Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import { jsonLines } from "../support/Inlet.ts"
import { type Settings, type World, world } from "../support/World.ts"

const decode = Schema.decodeUnknownSync(Archive.Finding, { onExcessProperty: "error" })
const isError = Schema.is(Schema.Struct({ error: Schema.Struct({ code: Schema.String }) }))

/** One repository's issues, all of them sent and confirmed. */
export const synced = (settings: Settings = {}) =>
  Effect.gen(function* () {
    const it = yield* world({ repositories: ["acme/app"], streams: ["issues"], ...settings })
    const { code, runs } = yield* it.report("sync")
    if (code !== 0) yield* Effect.dieMessage(JSON.stringify(runs))
    return { ...it, sent: runs[0]?.counts.sent ?? 0 }
  })

/** `inlet verify --json`: what it found, the checks that failed, and the code of its error. */
export const verify = (it: World, ...args: ReadonlyArray<string>) =>
  Effect.map(it.run(["verify", "--json", ...args]), ({ code, stderr, stdout }) => {
    const lines = jsonLines(stdout)
    const error = lines.find(isError)?.error.code
    const items = lines.filter((line) => !isError(line)).map((line) => decode(line))
    return {
      code,
      error,
      stderr,
      failed: items.filter(({ fix, ok }) => !ok && fix === null).map(({ check }) => check),
      passed: items.filter(({ ok }) => ok).map(({ check }) => check),
      findings: items.filter(({ fix }) => fix !== null)
    }
  })

/** Whether two looks at a store saw the very same files. */
export const bytes = (it: World) =>
  Effect.sync(() =>
    ["", "-wal", ".tip"].map((end) => (existsSync(it.store + end) ? readFileSync(it.store + end, "hex") : ""))
  )

/** Somebody else's hand in the file. */
export const damage = <A>(it: World, f: (sql: Sqlite.Database) => A) =>
  Effect.sync(() => {
    const sql = new Sqlite(it.store)
    const result = f(sql)
    sql.close()
    return result
  })

/** Writes over a page of the file. */
export const overwrite = (it: World, page: number) =>
  Effect.sync(() => {
    const file = openSync(it.store, "r+")
    writeSync(file, Buffer.alloc(4096, 0xff), 0, 4096, (page - 1) * 4096)
    closeSync(file)
  })

/** The page with the first rows of a table; the table's own page points to it where there are several. */
export const firstPage = (it: World, table: string) =>
  Effect.map(
    damage(it, (sql) => Number(sql.prepare("SELECT rootpage FROM sqlite_schema WHERE name = ?").pluck().get(table))),
    (root) => {
      const page = readFileSync(it.store).subarray((root - 1) * 4096, root * 4096)
      return page[0] === 5 ? page.readUInt32BE(page.readUInt16BE(12)) : root
    }
  )

/** Looks again until it holds. */
export const until = (holds: () => boolean) =>
  Effect.repeat(Effect.sync(holds), { until: (held) => held, schedule: Schedule.spaced("10 millis") })

/** The position that the store remembers as its end. */
export const tipOf = (it: World): number =>
  existsSync(`${it.store}.tip`) ? Number(JSON.parse(readFileSync(`${it.store}.tip`, "utf8")).position) : 0
