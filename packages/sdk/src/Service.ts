// What a configured service is to its streams: the way to it, its parts, and what all lists have in common.
import type { Source } from "@inlet/core"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type { Ask, SourceHttp } from "./SourceHttp.ts"

/**
 * A part of a service with listings of its own.
 *
 * @since 0.1.0
 */
export interface Partition {
  /** Names it in cursors, so it must stay the same. */
  readonly name: string
  /** Fills the places of templates. */
  readonly params: NonNullable<Ask["params"]>
  /** What records may need to know of it; asked for by streams with `context` only. */
  readonly context?: Effect.Effect<{ readonly [name: string]: string }, Source.SourceError>
}

/**
 * The partitions to read, and why some that were wanted are not among them.
 *
 * @since 0.1.0
 */
export interface Partitions {
  readonly found: ReadonlyArray<Partition>
  readonly missing: ReadonlyArray<Source.SourceError>
}

/**
 * A configured service: the way to it, and what its streams have in common.
 *
 * @since 0.1.0
 */
export interface Service {
  readonly http: SourceHttp
  /** One partition without places unless told. */
  readonly partitions?: Effect.Effect<Partitions, Source.SourceError>
  /** Whose data all of it is, as the service names its people, such as an athlete's id; what was recorded can be erased by it. */
  readonly subject?: Effect.Effect<string, Source.SourceError>
  /** Query members of every list, such as the size of a page. */
  readonly query?: Ask["query"]
  /**
   * Items of a full page. The tag of a page with fewer is kept, to ask for it only if it has changed; behind a full one there
   * may be another by then, of which its own tag says nothing.
   */
  readonly pageSize?: number
  /** How many single items a first or full reading of a partition looks into, or a run of a stream that is `bounded`; 500 unless told. */
  readonly details?: number
  /** How far streams of `Order.lookingBack` look back, in the place of what they say. */
  readonly lookBack?: Duration.DurationInput
}
