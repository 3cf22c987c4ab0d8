// A copy of the store as it is at one moment, made while others go on writing. It holds the tokens, which stay encrypted; an
// export does not.
import { closeSync, openSync } from "node:fs"
import type { EventStore } from "@inlet/core"
import Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import * as Database from "./Database.ts"
import * as Failure from "./Failure.ts"

/** Within the transaction of the snapshot, so that what others commit meanwhile does not make it begin again. */
export const make = (filename: string, to: string): Effect.Effect<void, EventStore.StoreError> =>
  Effect.gen(function* () {
    const { run, sql } = yield* Database.look(filename)
    yield* run("backup", () => closeSync(openSync(to, "wx", 0o600)))
    yield* Effect.tryPromise({
      try: () => sql.backup(to),
      catch: (cause) => Failure.fromCause(to, "backup", cause)
    })
    // One file, and nothing beside it that could be forgotten; a store that is opened has its write-ahead log again.
    yield* run("backup", () => {
      const copy = new Sqlite(to)
      copy.pragma("journal_mode = DELETE")
      copy.close()
    })
  }).pipe(Effect.scoped)
