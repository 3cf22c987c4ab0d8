// Raw pages of people: recorded, and erased as the program does it.
import { Event, type EventStore, Hash, Items, Redaction } from "@inlet/core"
import * as Effect from "effect/Effect"
import { batchRecorded, iso, runStarted } from "./Facts.ts"
import { all } from "./Stores.ts"

type Store = EventStore.EventStore["Type"]

export const page = (text: string, subject?: string): EventStore.Blob => ({
  hash: Hash.sha256(text),
  bytes: Buffer.from(text),
  ...(subject !== undefined && { subject })
})

const next = (store: Store, stream: string) => Effect.map(store.standing(stream), ({ version }) => version)

/** Records pages, a batch of one record each; `second` is when. Gives the batches' names. */
export const record = (store: Store, stream: string, blobs: ReadonlyArray<EventStore.Blob>, second = 0) =>
  Effect.gen(function* () {
    const version = yield* next(store, stream)
    const run = `${stream}-${version}`
    const batches = blobs.map((_, n) => `${run}/${n + 1}`)
    const place = (id: string) => ({ id: `${run}/${id}`, run, second })
    const drafts = blobs.map(({ hash }, n) =>
      batchRecorded(place(`${n}`), batches[n] ?? "", 1, { key: `/asked/${n}/of/${hash}`, blob: hash, etag: '"tag"' })
    )
    yield* store.append(stream, version, [runStarted(place("started")), ...drafts], { blobs })
    return batches
  })

const fact = (fact: Event.Fact, id: string): Event.Draft => ({
  ...fact,
  id,
  schema: 1,
  at: iso(0),
  run: "erasing",
  cause: null,
  trace: null
})

/** Everything of these batches is at the sink. */
export const settle = (store: Store, stream: string, batches: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const version = yield* next(store, stream)
    const data = { part: 0, attempt: 0, ingestionId: null, received: 0, appended: 0, overwritten: 0, rejected: 0 }
    const drafts = batches.map((batch) =>
      fact({ type: "SendConfirmed", data: { ...data, batch, superseded: 1, items: "0" } }, `${batch}/settled`)
    )
    yield* store.append(stream, version, drafts)
  })

/** Erases pages and what events tell of them. */
export const erase = (
  store: Store,
  stream: string,
  hashes: ReadonlyArray<string>,
  datasets: ReadonlyArray<string> = []
) =>
  Effect.gen(function* () {
    const events = yield* all(store.read(stream))
    const gone = new Set(hashes)
    const names = new Set(
      events.flatMap(({ data }) => ("batch" in data && "blob" in data && gone.has(data.blob) ? [data.batch] : []))
    )
    const before = events.findLast(({ type }) => type === "DataErased")
    const told = before?.type === "DataErased" ? before.data.redacted?.versions : undefined
    const known = new Set(Items.parse(told ?? ""))
    const redacted = events.flatMap((event) => Redaction.redact(event, names) ?? [])
    const left = new Map(redacted.map((event) => [event.version, event]))
    const claimed = events
      .filter(({ version }) => left.has(version) || known.has(version))
      .map((event) => left.get(event.version) ?? event)
    const versions = Items.format(claimed.map(({ version }) => version))
    const digest = Event.digestOf(claimed.map(Event.fingerprint))
    const data = { subject: null, blobs: hashes, reason: "test", redacted: { versions, digest } }
    yield* store.append(
      stream,
      events.length,
      [fact({ type: "DataErased", data }, `${stream}/${events.length}/erased`)],
      { erasure: { blobs: hashes, redacted, datasets } }
    )
    return redacted
  })
