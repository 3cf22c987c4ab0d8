// A process that appends for ever and says which version it was told is stored; the tests kill it at any moment.
import { EventStore, Hash } from "@inlet/core"
import * as Effect from "effect/Effect"
import { SqliteStore } from "../src/index.ts"
import { batchRecorded, runStarted, sendConfirmed, sendStarted } from "./Facts.ts"

const [filename = "", stream = ""] = process.argv.slice(2)

const program = Effect.gen(function* () {
  const events = yield* EventStore.EventStore
  let { version } = yield* events.standing(stream)
  while (true) {
    const run = `run-${version}`
    const batch = `${run}/1`
    const bytes = Buffer.from(JSON.stringify(Array.from({ length: 200 }, (_, id) => ({ id, run }))))
    const drafts = [
      runStarted({ id: `${run}/started`, run }),
      batchRecorded({ id: batch, run }, batch, 2, { key: run, blob: Hash.sha256(bytes), etag: null }),
      sendStarted({ id: `${batch}/1`, run }, batch, 1),
      sendConfirmed({ id: `${batch}/1/confirmed`, run }, batch, 1, 1)
    ]
    yield* events.append(stream, version, drafts, { blobs: [{ hash: Hash.sha256(bytes), bytes }] })
    version += drafts.length
    process.stdout.write(`${version}\n`)
  }
})

Effect.runFork(Effect.provide(program, SqliteStore.layer({ filename })))
