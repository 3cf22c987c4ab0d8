// What can be said of the file before anybody asks what is in it: SQLite's own check, its write-ahead log, and whether the log
// reaches what was acknowledged.
import * as Effect from "effect/Effect"
import * as Affected from "./Affected.ts"
import * as Database from "./Database.ts"
import * as Findings from "./Findings.ts"
import * as Tip from "./Tip.ts"
import * as Wal from "./Wal.ts"

/** Where a name or a root page in SQLite's words points to. */
const places = (sql: Database.Reader["sql"]) => {
  const objects = sql
    .prepare<[], { name: string; tbl_name: string; rootpage: number }>(
      "SELECT name, tbl_name, rootpage FROM main.sqlite_schema WHERE rootpage > 0"
    )
    .all()
  return (said: string): string => {
    const tree = Number(/^Tree (\d+)/m.exec(said)?.[1])
    const object = objects.find(({ rootpage }) => rootpage === tree)
    return object === undefined ? "" : ` (table ${object.tbl_name})`
  }
}

/** Of content SQLite knows nothing; that is what the hashes are for. On a connection of its own: one that fails spoils it. */
export const structure = ({ filename }: Database.Reader): Findings.Checking =>
  Effect.gen(function* () {
    const { run, sql } = yield* Database.look(filename)
    const findings = Findings.make()
    const place = yield* run("verify", () => places(sql))
    const said = yield* run("verify", () => sql.prepare<[], string>("PRAGMA main.integrity_check").pluck().all())
    for (const sentence of said) {
      if (sentence === "ok") continue
      const words = sentence.replace(/^\*\*\* in database main \*\*\*\s*/, "")
      findings.add({ message: `SQLite finds: ${words.replaceAll(/\s+/g, " ")}${place(words)}.`, fix: Affected.RESTORE })
    }
    return { findings, summary: "SQLite's own check of the file" }
  }).pipe(Effect.scoped)

export const wal = ({ filename, run }: Database.Reader): Findings.Checking =>
  Effect.gen(function* () {
    const findings = Findings.make()
    const found = yield* run("verify", () => Wal.inspect(filename))
    if (found !== null && found.problem !== null) {
      findings.add({
        message: `The write-ahead log ${filename}-wal is damaged: ${found.problem}. What was committed there is lost; Databox may have rows that the log no longer knows of.`,
        fix: Affected.RESTORE
      })
    }
    const frames = found === null || found.frames === 0 ? "nothing waits in it" : `${found.frames} frames, all readable`
    return { findings, summary: `write-ahead log: ${findings.count() === 0 ? frames : "damaged"}` }
  })

export const end = ({ filename, run, sql, tip }: Database.Snapshot): Findings.Checking =>
  Effect.gen(function* () {
    const findings = Findings.make()
    if (tip === undefined) {
      const summary = `end of the log: nothing remembers it (${Tip.pathOf(filename)}), so events that vanished from it would not be seen`
      return { findings, summary }
    }
    const loss = yield* run("verify", () => Tip.loss(sql, tip))
    if (loss !== undefined) {
      findings.add({
        message: `The store ${Tip.describe(loss)}. Databox may have rows that the log no longer knows of.`,
        fix: `Restore a newer backup. Without one: remove ${Tip.pathOf(filename)} and run inlet sync --full; the log goes on from the end that it has, what vanished is read from the sources again, and rows at Databox are overwritten by their keys.`
      })
    }
    return { findings, summary: `end of the log: event ${tip.position} was acknowledged last` }
  })
