// The store's ports in memory, for tests of the programs. It keeps the rules that matter: expected versions, one append or
// none, the cache changed with the append.
import { Event, EventStore, Leases, PipelineState, RawData, Recordings, SentRows } from "@inlet/core"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex")

interface AnyFact {
  readonly type: string
  readonly data: unknown
}

const is =
  <T extends Event.Type>(type: T) =>
  (fact: AnyFact): fact is { readonly type: T; readonly data: Event.DataOf<T> } =>
    fact.type === type

export class Memory {
  readonly events: Array<Event.Event> = []
  readonly blobs = new Map<string, Uint8Array>()
  readonly subjects = new Map<string, string>()
  readonly sent = new Map<string, string>()
  readonly polls = new Map<string, Recordings.Recording>()
  readonly polled: Array<string> = []
  readonly held = new Map<string, string>()
  tokens = 0

  of(stream: string) {
    return this.events.filter((event) => event.stream === stream)
  }

  types() {
    return this.events.map(({ type }) => type)
  }

  ofType<T extends Event.Type>(type: T): ReadonlyArray<Event.DataOf<T>> {
    const facts: ReadonlyArray<AnyFact> = this.events
    return facts.filter(is(type)).map(({ data }) => data)
  }

  head(stream: string): PipelineState.Head {
    return this.of(stream).reduce(PipelineState.evolveHead, PipelineState.emptyHead)
  }
}

const encodeHead = Schema.encodeSync(PipelineState.HeadJson)

const store = (memory: Memory): EventStore.EventStore["Type"] => ({
  append: (stream, expected, drafts, attachments) =>
    Effect.gen(function* () {
      const actual = memory.of(stream).length
      if (actual !== expected) return yield* new EventStore.VersionConflict({ stream, expected, actual })
      const events = drafts.map((draft, index): Event.Event => {
        const rest = { ...draft, stream, version: actual + index + 1, position: memory.events.length + index + 1 }
        return { ...rest, hash: Event.hash("", rest) }
      })
      memory.events.push(...events)
      for (const { bytes, hash, subject } of attachments?.blobs ?? []) {
        memory.blobs.set(hash, bytes)
        if (subject !== undefined) memory.subjects.set(hash, subject)
      }
      const { blobs: erased = [], datasets = [], redacted = [] } = attachments?.erasure ?? {}
      for (const hash of erased) {
        memory.blobs.delete(hash)
        memory.subjects.delete(hash)
      }
      for (const left of redacted) memory.events[left.position - 1] = left
      const { dataset = "", forget = [], remember = [] } = attachments?.sentRows ?? {}
      const unknown = attachments?.sentRows?.forgetAll === true ? [...datasets, dataset] : datasets
      for (const key of [...memory.sent.keys()]) {
        if (unknown.some((dataset) => key.startsWith(`${dataset}/`))) memory.sent.delete(key)
      }
      for (const key of forget) memory.sent.delete(`${dataset}/${hex(key)}`)
      for (const { digest, key } of remember) memory.sent.set(`${dataset}/${hex(key)}`, hex(digest))
      return events
    }),
  standing: (stream) =>
    Effect.sync(() => {
      const events = memory.of(stream)
      const outbox = PipelineState.waiting(events.reduce(PipelineState.evolveOutbox, PipelineState.emptyOutbox))
      const head = events.length === 0 ? null : encodeHead(memory.head(stream))
      return { version: events.length, head, outboxAfter: (outbox[0]?.version ?? events.length + 1) - 1 }
    }),
  read: (stream, after = 0) => Stream.fromIterable(memory.of(stream).filter(({ version }) => version > after)),
  readAll: (after = 0) => Stream.fromIterable(memory.events.filter(({ position }) => position > after)),
  blob: (hash) =>
    Effect.mapError(
      Effect.fromNullable(memory.blobs.get(hash)),
      () => new EventStore.StoreError({ reason: "Missing", operation: "blob", detail: `${hash} is gone` })
    )
})

const recordings = (memory: Memory): Recordings.Recordings["Type"] => ({
  last: (stream, key) =>
    Effect.sync(() => {
      const recorded = memory
        .of(stream)
        .flatMap((event) =>
          event.type === "BatchRecorded" && event.data.request.key === key
            ? [{ blob: event.data.blob, etag: event.data.request.etag, at: event.at }]
            : []
        )
      const last = memory.polls.get(`${stream} ${key}`) ?? recorded.at(-1) ?? null
      if (last === null) return null
      const at = recorded.findLast(({ blob }) => blob === last.blob)?.at ?? null
      return { ...last, at, kept: memory.blobs.has(last.blob) }
    }),
  remember: (stream, key, recording) => Effect.sync(() => memory.polls.set(`${stream} ${key}`, recording))
})

const leases = (memory: Memory): Leases.Leases["Type"] => ({
  claim: (name) =>
    Effect.suspend(() => {
      const owner = memory.held.get(name)
      if (owner !== undefined) {
        const at = new Date(0).toISOString()
        return new Leases.LeaseHeld({ name, owner, since: at, until: at })
      }
      memory.held.set(name, "test:1")
      memory.tokens += 1
      return Effect.succeed({ name, token: String(memory.tokens), takenOver: false })
    }),
  renew: () => Effect.void,
  release: ({ name }) => Effect.sync(() => void memory.held.delete(name)),
  polled: (name) => Effect.sync(() => void memory.polled.push(name)),
  renewEvery: 3_000
})

export const layer = (memory: Memory) =>
  Layer.succeedContext(
    Context.empty().pipe(
      Context.add(EventStore.EventStore, store(memory)),
      Context.add(Recordings.Recordings, recordings(memory)),
      Context.add(SentRows.SentRows, {
        lookup: (dataset, keys) =>
          Effect.sync(() =>
            keys.map((key) => {
              const digest = memory.sent.get(`${dataset}/${hex(key)}`)
              return digest === undefined ? null : new Uint8Array(Buffer.from(digest, "hex"))
            })
          )
      }),
      Context.add(RawData.RawData, {
        overdue: () => Effect.succeed([]),
        prune: () => Effect.void,
        ofSubject: (subject) =>
          Effect.sync(() => new Set([...memory.subjects].flatMap(([hash, one]) => (one === subject ? [hash] : [])))),
        scrub: Effect.void
      }),
      Context.add(Leases.Leases, leases(memory))
    )
  )
