// The lines of an export: a manifest, the events in their order with each raw page before the first event that names it, the
// cache of sent rows, and an end that tells whether all of it is there. The form is a public contract, like that of events.
import * as Schema from "effect/Schema"

/** What writers write. Readers refuse what is newer. */
export const FORMAT = 1

const Count = Schema.NonNegativeInt

const Streams = Schema.Record({ key: Schema.String, value: Schema.Struct({ version: Count, hash: Schema.String }) })
/** The newest event of each stream. */
export type Streams = typeof Streams.Type

export const Manifest = Schema.Struct({
  format: Schema.Int,
  app: Schema.String,
  at: Schema.String,
  /** The only source that is in it, or null for the whole log. */
  source: Schema.NullOr(Schema.String),
  events: Count,
  pages: Count,
  streams: Streams,
  /** SHA-256 of the canonical `streams`; since hashes are chained it stands for every event. */
  digest: Schema.String
})
export type Manifest = typeof Manifest.Type

export const Event = Schema.Struct({
  position: Count,
  stream: Schema.String,
  version: Count,
  id: Schema.String,
  type: Schema.String,
  schema: Schema.Int,
  at: Schema.String,
  run: Schema.String,
  cause: Schema.NullOr(Schema.String),
  trace: Schema.NullOr(Schema.String),
  data: Schema.Unknown,
  hash: Schema.String
})

export const Page = Schema.Struct({
  hash: Schema.String,
  /** Whose data it is; null where it is nobody's alone. */
  subject: Schema.optionalWith(Schema.NullOr(Schema.String), { exact: true, default: () => null }),
  /** How `bytes` is packed; "pruned" and without bytes where the page was removed after its time. */
  codec: Schema.String,
  /** Bytes of the page as it was received. */
  size: Count,
  storedAt: Schema.String,
  /** As they are stored, in base64. */
  bytes: Schema.String
})

/** Dataset, key and digest of a row, the latter two in base64. */
export const Sent = Schema.Tuple(Schema.String, Schema.String, Schema.String)

export const End = Schema.Struct({
  events: Count,
  pages: Count,
  sent: Count,
  /** Over all lines before this one, each with its line feed. */
  sha256: Schema.String
})

export const Line = Schema.Union(
  Schema.Struct({ inlet: Manifest }),
  Schema.Struct({ page: Page }),
  Schema.Struct({ event: Event }),
  Schema.Struct({ sent: Schema.Array(Sent) }),
  Schema.Struct({ end: End })
)
export type Line = typeof Line.Type
