// Events behind the end of their stream, in the log and in the views alike. Whoever writes events writes them through here.
import type { Event, EventStore } from "@inlet/core"
import * as Option from "effect/Option"
import type { Connection } from "./Database.ts"
import * as Erasure from "./Erasure.ts"
import * as Failure from "./Failure.ts"
import * as Log from "./Log.ts"
import * as Views from "./Views.ts"

/** To be called within a transaction. */
export type Append = (
  stream: string,
  tail: Log.Tail,
  drafts: ReadonlyArray<Event.Draft>,
  erasure?: EventStore.Erasure
) => ReadonlyArray<Event.Event>

export const make = (database: Connection): Append => {
  const { filename, sql } = database
  const erase = Erasure.make(database)
  const log = Log.make(sql, filename)
  const views = Views.make(sql)
  // What each stream adds up to; good as long as its newest event is still the one of the file.
  const cache = new Map<string, Views.Folded>()
  const folded = (stream: string, { hash, version }: Log.Tail): Views.Folded => {
    if (version === 0) return Views.nothing
    const cached = cache.get(stream)
    if (cached?.hash === hash) return cached
    const sentence = `is damaged: its views of ${stream} are not those of version ${version}; they have to be rebuilt`
    return Option.getOrThrowWith(views.load(stream, hash), () =>
      Failure.storeError(filename, "append", "Damaged", sentence)
    )
  }
  return (stream, tail, drafts, erasure) => {
    const events = log.append(stream, tail, drafts)
    for (const event of events) views.apply(event)
    const before = folded(stream, tail)
    const after = erasure === undefined ? events.reduce(Views.evolve, before) : erase(stream, erasure)
    if (after !== before) views.save(stream, after)
    cache.set(stream, after)
    return events
  }
}
