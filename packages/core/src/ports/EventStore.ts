// The port to the log: append-only, all of one append or none, refused where the caller's version is not the newest.
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import type { Draft, Event } from "../model/Event.ts"

/** Local storage failed. Nothing that was acknowledged before is lost. */
export class StoreError extends Schema.TaggedError<StoreError>("@inlet/core/StoreError")("StoreError", {
  reason: Schema.Literal("Open", "Newer", "Locked", "Full", "ReadOnly", "Damaged", "Missing", "Failed"),
  operation: Schema.String,
  /** One plain sentence: what happened and where. */
  detail: Schema.String
}) {
  override get message() {
    return this.detail
  }
}

/** Somebody else appended to the stream: the caller no longer owns it. */
export class VersionConflict extends Schema.TaggedError<VersionConflict>("@inlet/core/VersionConflict")(
  "VersionConflict",
  { stream: Schema.String, expected: Schema.Int, actual: Schema.Int }
) {
  override get message() {
    return `${this.stream} is at version ${this.actual}, not ${this.expected}: another runner has taken over`
  }
}

/** A raw page, stored once by its content. */
export interface Blob {
  /** SHA-256 of `bytes`, hexadecimal. */
  readonly hash: string
  readonly bytes: Uint8Array
  /** Whose data it is, as the source names its people. */
  readonly subject?: string
}

/** What goes with the append of a `DataErased`. */
export interface Erasure {
  /** Pages; one that another stream has too, and has not erased, stays for its sake. */
  readonly blobs: ReadonlyArray<string>
  /** Earlier events of the stream, as they are from now on. */
  readonly redacted: ReadonlyArray<Event>
  /** Titles of the datasets of which nothing is known any more. */
  readonly datasets: ReadonlyArray<string>
}

/** A change of the cache of sent rows, made in the transaction of an append. Keys as `Row.cacheKey` and digests as `Row.digest` gives them. */
export interface SentRowsChange {
  readonly dataset: string
  /** True where nothing of the dataset is known any more. */
  readonly forgetAll?: boolean
  readonly forget: ReadonlyArray<Uint8Array>
  readonly remember: ReadonlyArray<{ readonly key: Uint8Array; readonly digest: Uint8Array }>
}

/** What has to be kept with an append. */
export interface Attachments {
  readonly blobs?: ReadonlyArray<Blob>
  /** Hashes of pages without which the append makes no sense. It fails with `Missing` where one is not kept any more. */
  readonly relied?: ReadonlyArray<string>
  readonly sentRows?: SentRowsChange
  readonly erasure?: Erasure
}

/** Where a stream stands, read from the views. */
export interface Standing {
  /** Version of the newest event; 0 for a stream without events. */
  readonly version: number
  /** The folded head of the pipeline as JSON text, or null for a stream without events. */
  readonly head: string | null
  /** Every event of a batch that still waits in the outbox has a version above this one. */
  readonly outboxAfter: number
}

export class EventStore extends Context.Tag("@inlet/core/EventStore")<
  EventStore,
  {
    /** Events, blobs, views and cache in one transaction. An append whose first id is stored already is recognised and changes nothing. */
    readonly append: (
      stream: string,
      expectedVersion: number,
      events: ReadonlyArray<Draft>,
      attachments?: Attachments
    ) => Effect.Effect<ReadonlyArray<Event>, StoreError | VersionConflict>
    readonly standing: (stream: string) => Effect.Effect<Standing, StoreError>
    /** The events of one stream with a version above `after`, in order, in chunks. */
    readonly read: (stream: string, after?: number) => Stream.Stream<Event, StoreError>
    /** The events of all streams with a position above `after`, in order, in chunks. */
    readonly readAll: (after?: number) => Stream.Stream<Event, StoreError>
    /** The bytes of a raw page, checked against their hash. Fails with `Missing` where they are not kept any more. */
    readonly blob: (hash: string) => Effect.Effect<Uint8Array, StoreError>
  }
>() {}
