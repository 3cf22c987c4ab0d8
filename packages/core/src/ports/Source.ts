// The port to a service that data is copied from: streams of pages of raw records. The domain never looks into a record.
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import type { Contract } from "../model/Contract.ts"
import type { RequestInfo, TimeRange } from "../model/Event.ts"
import type { Mapped } from "../model/Row.ts"
import type { Mapping } from "./Mapping.ts"

/**
 * What a source can answer with instead of a page. `reason` says what the caller can do about it:
 * sign in again (`Unauthorized`), run again (`RateLimited`, `Unavailable`), decide (`Forbidden`, `NotFound`, `Rejected`,
 * `Redirected`, `Malformed`), mend the connector (`Misbehaved`).
 *
 * @since 0.1.0
 */
export class SourceError extends Schema.TaggedError<SourceError>("@inlet/core/SourceError")("SourceError", {
  reason: Schema.Literal(
    "Unauthorized",
    "Forbidden",
    "NotFound",
    "Rejected",
    "Redirected",
    "Malformed",
    "RateLimited",
    "Unavailable",
    "Misbehaved"
  ),
  /** One plain sentence without a secret or a personal value: what was asked (URL template) and what came back. */
  detail: Schema.String,
  status: Schema.NullOr(Schema.Int),
  /** Epoch milliseconds from which asking again makes sense, where the source said so. */
  retryAt: Schema.NullOr(Schema.Number)
}) {
  override get message() {
    return this.detail
  }
}

/**
 * One answer of a source.
 *
 * @since 0.1.0
 */
export interface Page {
  readonly request: RequestInfo
  /** The body as received. */
  readonly body: Uint8Array
  /** Whose data it is, as the source names its people, such as an athlete's id; absent where it is nobody's alone. */
  readonly subject?: string
  /** What all its records map to, where that is known already. */
  readonly rows?: ReadonlyArray<Mapped>
  /** What the records need and the body does not tell, such as what it was asked for. Recorded with the page. */
  readonly context?: Readonly<Record<string, string>>
  /** Records of this stream in the page, as `StreamSpec.records` finds them. */
  readonly records: number
  /** How many of them were not seen at the cursor already. A page with none says nothing new and is not recorded. */
  readonly fresh: number
  /** Positions of records that an earlier page had letter for letter, as where pages overlap. They are not read again. */
  readonly repeated?: ReadonlyArray<number>
  /** Fingerprint and parts of the page's shape. */
  readonly shape: Shape
  /** Where this listing goes on (opaque to all but the connector), or null at its end. */
  readonly next: unknown
  /** The cursor from which the next run starts; only on the last page of a listing. */
  readonly cursor?: unknown
}

/**
 * A page's form: path → JSON types seen there, as sorted text lines like `labels[].name string`.
 *
 * @since 0.1.0
 */
export interface Shape {
  readonly fingerprint: string
  readonly lines: ReadonlyArray<string>
}

/**
 * What a connector tells of a stream: the contract, and how records and rows come out of a page.
 *
 * @since 0.1.0
 */
export interface StreamSpec {
  readonly contract: Contract
  /** The records of this stream in a page's parsed body and its context. Pure. */
  readonly records: (body: unknown, context: Readonly<Record<string, string>>) => ReadonlyArray<unknown>
  /** One record as a row. Pure. */
  readonly map: (record: unknown) => Mapped
}

/**
 * From where a stream is read, and what is known of it already.
 *
 * @since 0.1.0
 */
export interface ReadOptions {
  /** Where the last completed listing ended, or null for everything. */
  readonly cursor: unknown
  /** Where an unfinished listing goes on, or null. Wins over the cursor. */
  readonly position: unknown
  /** Only records whose time lies in it, where the stream goes by times; it has neither cursor nor tags. */
  readonly range?: TimeRange
  /** The entity tag under which the same request was last answered. */
  readonly etag: (requestKey: string) => Effect.Effect<string | null>
  /** The parsed body that the same request brought when it was last recorded; null where it is not kept, or none was. */
  readonly recorded?: (requestKey: string) => Effect.Effect<unknown>
}

/**
 * The streams of one configured connector.
 *
 * @since 0.1.0
 */
export class Source extends Context.Tag("@inlet/core/Source")<
  Source,
  {
    /** The configured name, for example `github`. */
    readonly name: string
    /** Package and version of the connector, for the record. */
    readonly connector: string
    readonly streams: ReadonlyMap<string, Mapping>
    /** Asks for the next page only when pulled. Its own retries are over when it fails. */
    readonly read: (stream: string, options: ReadOptions) => Stream.Stream<Page, SourceError>
  }
>() {}
