// The port to the raw pages as such: which of them are past their time, whose they are, and that what is deleted is gone.
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { StoreError } from "./EventStore.ts"

/** Instants, ISO 8601. What was recorded before is past its time. */
export interface Limits {
  /** By the source's name. */
  readonly sources: Readonly<Record<string, string>>
  /** Of every source that is not among them. */
  readonly others: string
}

/** Pages of a source that are past their time. A page that others have too is past it when it is for each of them. */
export interface Overdue {
  readonly source: string
  /** To be removed: every record of theirs is at the sink, or was given up. */
  readonly pages: number
  /** As they are stored. */
  readonly bytes: number
  /** Not to be removed, since records of theirs still wait in the outbox. */
  readonly waiting: number
  /** Not to be removed, since nobody decided about records of theirs in quarantine. */
  readonly quarantined: number
}

export class RawData extends Context.Tag("@inlet/core/RawData")<
  RawData,
  {
    readonly overdue: (limits: Limits) => Effect.Effect<ReadonlyArray<Overdue>, StoreError>
    /** Removes the pages that `overdue` tells of; of one source, where it is named. That they were there stays known. */
    readonly prune: (limits: Limits, source?: string) => Effect.Effect<void, StoreError>
    /** Hashes of all pages of a person, of whatever source. */
    readonly ofSubject: (subject: string) => Effect.Effect<ReadonlySet<string>, StoreError>
    /** Overwrites whatever the files still hold of what was deleted. Fails with `Locked` where somebody keeps it in use. */
    readonly scrub: Effect.Effect<void, StoreError>
  }
>() {}
