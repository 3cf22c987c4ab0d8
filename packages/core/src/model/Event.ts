// The facts of a pipeline and their envelope. The encoded form is a public contract: types are never renamed, a new
// optional member is no new schema, and whatever else changes raises `schema` and keeps a reader for the older one.
import * as Schema from "effect/Schema"
import { sha256 } from "./Hash.ts"
import { canonical } from "./Json.ts"

const optional = <S extends Schema.Schema.All>(schema: S) => Schema.optionalWith(schema, { exact: true })
const Count = Schema.NonNegativeInt
const Nullable = Schema.NullOr

/**
 * How a run came by its records: read as usual, read for past times, or sent again with the recorded or the current mapping.
 *
 * @since 0.1.0
 */
export const Mode = Schema.Literal("sync", "backfill", "resend", "remap")
export type Mode = typeof Mode.Type

/**
 * How a run ended. `abandoned` is said by the next one, of a run whose process died.
 *
 * @since 0.1.0
 */
export const RunOutcome = Schema.Literal("completed", "failed", "abandoned", "interrupted")
export type RunOutcome = typeof RunOutcome.Type

/**
 * What a failed attempt means for the next step: the sink may have the rows, it can be repeated, or it cannot.
 *
 * @since 0.1.0
 */
export const FailureKind = Schema.Literal("uncertain", "retryable", "permanent")
export type FailureKind = typeof FailureKind.Type

/**
 * What became of the records that a run took up; they add up: read = the sum of the others.
 *
 * @since 0.1.0
 */
export const Counts = Schema.Struct({
  read: Count,
  sent: Count,
  unchanged: Count,
  superseded: Count,
  quarantined: Count,
  pending: Count
})
export type Counts = typeof Counts.Type

/**
 * A request to a source, and how it was answered. Recorded with each page, so without a secret.
 *
 * @since 0.1.0
 */
export const RequestInfo = Schema.Struct({
  method: Schema.String,
  /** The template, for example `/repos/{owner}/{repo}/issues`. */
  url: Schema.String,
  /** Names this very request among others of the stream: path and query, no secret. Equal keys ask the same thing. */
  key: Schema.String,
  query: Schema.Record({ key: Schema.String, value: Schema.String }),
  status: Schema.Int,
  etag: Nullable(Schema.String),
  requestId: Nullable(Schema.String)
})
export type RequestInfo = typeof RequestInfo.Type

/**
 * A dataset at the sink, and the version of the contract that it was made for.
 *
 * @since 0.1.0
 */
export const DatasetRef = Schema.Struct({
  title: Schema.String,
  id: Schema.String,
  dataSource: Schema.String,
  contractVersion: Schema.Int,
  api: Schema.String
})
export type DatasetRef = typeof DatasetRef.Type

/**
 * From an instant on, ISO 8601, and up to another, which is not in it; null for no bound.
 *
 * @since 0.1.0
 */
export const TimeRange = Schema.Struct({ from: Nullable(Schema.String), to: Nullable(Schema.String) })
export type TimeRange = typeof TimeRange.Type

/**
 * What a replay is.
 *
 * @since 0.1.0
 */
export const Replays = Schema.Struct({
  mapping: Schema.Literal("recorded", "current"),
  /** Title of the dataset that the rows go to. */
  dataset: Schema.String,
  purge: Schema.Boolean,
  /** The newest of the runs that it replays, with the traceparent of each. */
  runs: Schema.Array(Schema.Struct({ run: Schema.String, trace: Nullable(Schema.String) }))
})
export type Replays = typeof Replays.Type

/**
 * A record that did not become a row at the sink: where it is and why, never a value.
 *
 * @since 0.1.0
 */
export const QuarantinedRow = Schema.Struct({
  /** Position of the record in its batch, from 0. */
  index: Count,
  key: Nullable(Schema.String),
  code: Schema.String,
  path: Nullable(Schema.String)
})
export type QuarantinedRow = typeof QuarantinedRow.Type

/**
 * The `data` of every type, schema 1. `batch` is `<run>/<n>`; a part's `items` are positions in its batch (see Items).
 *
 * @since 0.1.0
 */
export const Data = {
  RunStarted: Schema.Struct({
    mode: Mode,
    trigger: Schema.String,
    cursor: Schema.Unknown,
    /** Rows that earlier runs left in the outbox and this run takes up. */
    outbox: Count,
    versions: Schema.Struct({ app: Schema.String, connector: Schema.String, mapping: Schema.String }),
    /** Of a backfill: which times it reads. */
    range: optional(TimeRange),
    /** Of a replay: where its rows go, whether that dataset is emptied first, and the runs that it replays. */
    replays: optional(Replays)
  }),
  BatchRecorded: Schema.Struct({
    batch: Schema.String,
    blob: Schema.String,
    /** Records of the page that the run takes up: all but the repeated ones. */
    records: Count,
    /** Items of records that the listing showed before, letter for letter, as where two pages overlap. */
    repeated: optional(Schema.String),
    bytes: Count,
    request: RequestInfo,
    /** What the records need and the page does not tell, such as the repository it was asked for. */
    context: optional(Schema.Record({ key: Schema.String, value: Schema.String })),
    /** Where the listing goes on, or null at its end. */
    next: Schema.Unknown,
    /** Fingerprint of the page's shape. */
    shape: Schema.String,
    /** Parts of the shape seen for the first time, while no run of the stream was completed yet. */
    learned: optional(Schema.Array(Schema.String))
  }),
  /** A batch of an earlier run goes out again, under a name of its own; the raw page is the same. */
  BatchReplayed: Schema.Struct({
    batch: Schema.String,
    replays: Schema.String,
    blob: Schema.String,
    context: optional(Schema.Record({ key: Schema.String, value: Schema.String })),
    /** Records that go out: those whose key no later record has. */
    records: Count,
    /** Items of the others. */
    omitted: optional(Schema.String),
    /** Title of the dataset. */
    dataset: Schema.String,
    /** Traceparent of the span in which the page was recorded. */
    trace: optional(Schema.String)
  }),
  SchemaDrifted: Schema.Struct({
    batch: Schema.String,
    added: Schema.Array(Schema.String),
    removed: Schema.Array(Schema.String),
    retyped: Schema.Array(Schema.String)
  }),
  CursorMoved: Schema.Struct({
    from: Schema.Unknown,
    to: Schema.Unknown,
    reason: Schema.Literal("extracted", "operator", "erase")
  }),
  SendStarted: Schema.Struct({
    batch: Schema.String,
    part: Count,
    attempt: Count,
    dataset: Schema.String,
    mapping: Schema.String,
    rows: Count,
    columns: Schema.Array(Schema.String),
    items: Schema.String,
    /** SHA-256 of the exact body. */
    digest: Schema.String
  }),
  SendAccepted: Schema.Struct({
    batch: Schema.String,
    part: Count,
    attempt: Count,
    requestId: Nullable(Schema.String),
    ingestionId: Schema.String
  }),
  /** Part 0 needs no request: its rows are at the sink already (`unchanged`) or a later record of the batch has their key (`superseded`). */
  SendConfirmed: Schema.Struct({
    batch: Schema.String,
    part: Count,
    attempt: Count,
    ingestionId: Nullable(Schema.String),
    received: Count,
    appended: Nullable(Count),
    overwritten: Nullable(Count),
    rejected: Count,
    /** Title of the dataset. */
    dataset: optional(Schema.String),
    unchanged: optional(Count),
    superseded: optional(Count),
    items: optional(Schema.String)
  }),
  SendFailed: Schema.Struct({
    batch: Schema.String,
    part: Count,
    attempt: Count,
    kind: FailureKind,
    code: Schema.String,
    message: Schema.String,
    status: Nullable(Schema.Int),
    /** Milliseconds that the sink asked to wait, where it did. */
    retryAfter: Nullable(Schema.Number)
  }),
  RowsQuarantined: Schema.Struct({
    batch: Schema.String,
    /** 0 for rows that the mapping refused. */
    part: Count,
    attempt: Count,
    stage: Schema.Literal("map", "sink"),
    rows: Schema.Array(QuarantinedRow)
  }),
  QuarantineResolved: Schema.Struct({
    items: Schema.Array(Schema.Struct({ batch: Schema.String, index: Count })),
    how: Schema.Literal("released", "discarded")
  }),
  RunEnded: Schema.Struct({
    outcome: RunOutcome,
    error: Nullable(Schema.Struct({ code: Schema.String, message: Schema.String })),
    totals: Counts,
    /** What whoever ran it was warned of. */
    warnings: optional(Schema.Array(Schema.String))
  }),
  DatasetProvisioned: Schema.Struct({ dataset: DatasetRef }),
  /** Every row of the dataset was removed; by title. */
  DatasetPurged: Schema.Struct({ dataset: Schema.String }),
  /** Raw pages are gone, and with them what earlier events of the stream told of them. What the sink has of them is to go too. */
  DataErased: Schema.Struct({
    /** Whose they were: the pseudonym (see Hash) of the name that the source gives, with the stream as place; null for all. */
    subject: Nullable(Schema.String),
    blobs: Schema.Array(Schema.String),
    reason: Schema.String,
    /**
     * All earlier events of the stream that are redacted, by this erasure or by one before it: their versions (see Items), and
     * the digest of what is left of them.
     */
    redacted: optional(Schema.Struct({ versions: Schema.String, digest: Schema.String })),
    /** When the last part of theirs went out that may still arrive at the sink, ISO 8601; absent where none was on its way. */
    unsettled: optional(Schema.String)
  }),
  TokenChanged: Schema.Struct({
    reason: Schema.Literal("authorized", "refreshed", "revoked", "invalid"),
    expiry: Nullable(Schema.String),
    scopes: Schema.Array(Schema.String)
  })
}

/**
 * The name of a type of event.
 *
 * @since 0.1.0
 */
export type Type = keyof typeof Data
/**
 * The `data` of one type.
 *
 * @since 0.1.0
 */
export type DataOf<T extends Type> = (typeof Data)[T]["Type"]

const fact = <T extends Type>(type: T) => Schema.Struct({ type: Schema.Literal(type), data: Data[type] })

/**
 * Something that happened, without its envelope.
 *
 * @since 0.1.0
 */
export const Fact = Schema.Union(
  fact("RunStarted"),
  fact("BatchRecorded"),
  fact("BatchReplayed"),
  fact("SchemaDrifted"),
  fact("CursorMoved"),
  fact("SendStarted"),
  fact("SendAccepted"),
  fact("SendConfirmed"),
  fact("SendFailed"),
  fact("RowsQuarantined"),
  fact("QuarantineResolved"),
  fact("RunEnded"),
  fact("DatasetProvisioned"),
  fact("DatasetPurged"),
  fact("DataErased"),
  fact("TokenChanged")
)
export type Fact = typeof Fact.Type
/**
 * A fact of one type.
 *
 * @since 0.1.0
 */
export type FactOf<T extends Type> = Extract<Fact, { readonly type: T }>

/**
 * What every event has whatever its type.
 *
 * @since 0.1.0
 */
export interface Envelope {
  readonly id: string
  readonly schema: number
  /** ISO 8601 in UTC with milliseconds. */
  readonly at: string
  readonly run: string
  /** The id of the event behind this one. */
  readonly cause: string | null
  /** W3C traceparent of the span that appended it, or null. */
  readonly trace: string | null
}

/**
 * A fact that is to be appended.
 *
 * @since 0.1.0
 */
export type Draft = Fact & Envelope

/**
 * A fact of the log. `position` counts over the whole log, `version` within its stream, both from 1.
 *
 * @since 0.1.0
 */
export type Event = Draft & {
  readonly position: number
  readonly stream: string
  readonly version: number
  /** Hexadecimal; covers everything else of this event and the hash before it in the stream. */
  readonly hash: string
}

/**
 * The newest schema of every type: what writers write.
 *
 * @since 0.1.0
 */
export const SCHEMA = 1

/**
 * A pipeline's stream of events.
 *
 * @since 0.1.0
 */
export const pipeline = (source: string, stream: string): string => `pipeline/${source}/${stream}`

/**
 * The stream of events of what a source signs in with; its lease has the same name.
 *
 * @since 0.1.0
 */
export const connection = (source: string): string => `connection/${source}`

/**
 * The parts of a pipeline's name.
 *
 * @example parse("pipeline/github/issues") is { source: "github", stream: "issues" }
 * @since 0.1.0
 */
export const parsePipeline = (name: string): { readonly source: string; readonly stream: string } => {
  const [, source = "", ...stream] = name.split("/")
  return { source, stream: stream.join("/") }
}

/** Everything of an event that its hash covers, whether anybody knows its type or not. */
interface Hashed extends Envelope, Pick<Event, "position" | "stream" | "version"> {
  readonly type: string
  readonly data: unknown
  readonly hash?: unknown
}

/**
 * The hash of an event: SHA-256 over the stream's previous hash (empty at the start) and the canonical rest.
 *
 * @since 0.1.0
 */
export const hash = (previous: string, { hash: _, ...rest }: Hashed): string => sha256(previous + canonical(rest))

/**
 * SHA-256 over a stored event, its link of the chain included.
 *
 * @since 0.1.0
 */
export const fingerprint = (event: Hashed & { readonly hash: string }): string => hash(event.hash, event)

/**
 * What `DataErased` holds of redacted events: stands for all of these fingerprints, in the order of the versions.
 *
 * @since 0.1.0
 */
export const digestOf = (fingerprints: ReadonlyArray<string>): string => sha256(fingerprints.join(""))
