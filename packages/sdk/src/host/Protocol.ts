// What a runner and a connector's process say to each other. It belongs to the API that connectors are written against
// (`Manifest.API_VERSION`): the process runs the connector's own copy of this package, the runner another one.
import { Contract, Event, EventStore, Mapping, type Row, Source } from "@inlet/core"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { ConfigError } from "../Connector.ts"
import { method, type Note, SpanId } from "./Channel.ts"

const Bytes = Schema.Uint8ArrayFromSelf
const Texts = Schema.Record({ key: Schema.String, value: Schema.String })
const Nothing = Schema.Struct({})
const { SourceError } = Source
const { StoreError } = EventStore

/** Checked no further: what is in a row is judged where it is prepared. */
const Mapped = Schema.declare(
  (value): value is Row.Mapped =>
    Predicate.isRecord(value) && (value._tag === "Row" ? Predicate.isRecord(value.row) : value._tag === "Rejected"),
  { identifier: "Mapped" }
)
const Rows = Schema.Array(Mapped)

const Configured = Schema.Struct({ name: Schema.String, config: Schema.Unknown })

/** Milliseconds of the epoch, or of a span. */
const Millis = Schema.Number

const Tokens = Schema.Struct({
  access: Schema.Redacted(Schema.String),
  refresh: Schema.NullOr(Schema.Redacted(Schema.String)),
  expiresAt: Schema.NullOr(Millis),
  scopes: Schema.Array(Schema.String)
})

/**
 * One answer of a source, as `Source.Page` tells.
 *
 * @since 0.1.0
 */
export const Page = Schema.Struct({
  request: Event.RequestInfo,
  /** The bytes, or the number of the answer that has just these. */
  body: Schema.Union(Bytes, Schema.Struct({ reply: Schema.Int })),
  subject: Schema.optionalWith(Schema.String, { exact: true }),
  rows: Schema.optionalWith(Rows, { exact: true }),
  context: Schema.optionalWith(Texts, { exact: true }),
  records: Schema.NonNegativeInt,
  fresh: Schema.Int,
  repeated: Schema.optionalWith(Schema.Array(Schema.NonNegativeInt), { exact: true }),
  shape: Schema.Struct({ fingerprint: Schema.String, lines: Schema.Array(Schema.String) }),
  next: Schema.Unknown,
  cursor: Schema.optionalWith(Schema.Unknown, { exact: true })
})

const RecordedPage = Schema.Struct({ stream: Schema.String, body: Bytes, context: Texts })

/**
 * A connector could not be had from its package.
 *
 * @since 0.1.0
 */
export class LoadError extends Schema.TaggedError<LoadError>("@inlet/sdk/LoadError")("LoadError", {
  /** One plain sentence's end, such as `exports no connector by default`. */
  what: Schema.String
}) {}

/**
 * What a connector is without a configuration.
 *
 * @since 0.1.0
 */
export const Description = Schema.Struct({
  name: Schema.String,
  version: Schema.String,
  hosts: Schema.Array(Schema.String),
  contracts: Schema.Array(Contract.Contract),
  /** How long raw answers may be kept, in milliseconds; null where the service's terms do not tell. */
  retention: Schema.NullOr(Millis),
  /** Where secrets stand in a configuration. */
  secrets: Schema.Array(Schema.Array(Schema.String))
})

/**
 * Asks for the connector. The first call.
 *
 * @since 0.1.0
 */
export const describe = method("describe", { arg: Nothing, value: Description, error: LoadError })

const PathPart = Schema.Union(Schema.String, Schema.Number)

/**
 * What is wrong with a configuration, as `ParseResult.ArrayFormatter` tells it, and who signs in.
 *
 * @since 0.1.0
 */
export const check = method("check", {
  arg: Configured,
  value: Schema.Struct({
    issues: Schema.Array(Schema.Struct({ _tag: Schema.String, path: Schema.Array(PathPart), message: Schema.String })),
    signsIn: Schema.Literal("person", "machine", "nobody"),
    /** Of who signs in: what is asked for, and without which of it nothing works. */
    scopes: Schema.optionalWith(
      Schema.Struct({ wanted: Schema.Array(Schema.String), needed: Schema.Array(Schema.String) }),
      { exact: true }
    )
  }),
  error: Schema.Never
})

/**
 * Opens the configured source.
 *
 * @since 0.1.0
 */
export const open = method("open", { arg: Configured, value: Nothing, error: Schema.Union(SourceError, ConfigError) })

/**
 * Looks whether the service lets the configured source in, which is open: what it may not do there. Null where the connector has no
 * way to tell but to read a stream.
 *
 * @since 0.1.0
 */
export const probe = method("probe", {
  arg: Configured,
  value: Schema.NullOr(Schema.Array(Schema.String)),
  error: Schema.Union(SourceError, ConfigError)
})

/**
 * Closes it again: what it keeps for its end is told before the answer.
 *
 * @since 0.1.0
 */
export const close = method("close", { arg: Nothing, value: Nothing, error: Schema.Never })

/**
 * Begins to read a stream, under a number that the later calls name.
 *
 * @since 0.1.0
 */
export const read = method("read", {
  arg: Schema.Struct({
    read: Schema.Int,
    stream: Schema.String,
    cursor: Schema.Unknown,
    position: Schema.Unknown,
    range: Schema.NullOr(Event.TimeRange),
    /** Whether pages that were recorded can be asked for. */
    recorded: Schema.Boolean
  }),
  value: Nothing,
  error: SourceError
})

/**
 * The next page; null at the end.
 *
 * @since 0.1.0
 */
export const pull = method("pull", {
  arg: Schema.Struct({ read: Schema.Int }),
  value: Schema.NullOr(Page),
  error: SourceError
})

/**
 * A stream is not read any further.
 *
 * @since 0.1.0
 */
export const leave: Note<{ readonly read: number }, { readonly read: number }> = {
  name: "leave",
  arg: Schema.Struct({ read: Schema.Int })
}

/**
 * The rows of a recorded page.
 *
 * @since 0.1.0
 */
export const rows = method("rows", { arg: RecordedPage, value: Rows, error: Mapping.ConnectorError })

/**
 * The records of a recorded page.
 *
 * @since 0.1.0
 */
export const records = method("records", {
  arg: RecordedPage,
  value: Schema.Array(Schema.Unknown),
  error: Mapping.ConnectorError
})

/**
 * Sends a request. Its answer's body is whole.
 *
 * @since 0.1.0
 */
export const http = method("http", {
  arg: Schema.Struct({ method: Schema.String, url: Schema.String, headers: Texts, body: Schema.NullOr(Bytes) }),
  value: Schema.Struct({ reply: Schema.Int, status: Schema.Int, headers: Texts, body: Bytes }),
  error: Schema.Struct({
    _tag: Schema.Literal("RequestError", "ResponseError"),
    /** The system's code, such as `ECONNREFUSED`. */
    code: Schema.NullOr(Schema.String)
  })
})

/**
 * An answer is not named by its number any more.
 *
 * @since 0.1.0
 */
export const forget: Note<{ readonly reply: number }, { readonly reply: number }> = {
  name: "forget",
  arg: Schema.Struct({ reply: Schema.Int })
}

const Recorded = Schema.Struct({ read: Schema.Int, key: Schema.String })

/**
 * The entity tag of a request, as `Source.ReadOptions.etag` has it.
 *
 * @since 0.1.0
 */
export const etag = method("etag", { arg: Recorded, value: Schema.NullOr(Schema.String), error: Schema.Never })

/**
 * A recorded answer, as `Source.ReadOptions.recorded` has it.
 *
 * @since 0.1.0
 */
export const recorded = method("recorded", { arg: Recorded, value: Schema.Unknown, error: Schema.Never })

const Remaining = Schema.Struct({ remaining: Schema.Number, resetsAt: Millis })

/**
 * `Budget.take`.
 *
 * @since 0.1.0
 */
export const take = method("take", {
  arg: Schema.Struct({
    credential: Schema.String,
    window: Schema.Struct({ limit: Schema.Number, millis: Millis }),
    count: Schema.Number
  }),
  value: Schema.Struct({ granted: Schema.Number, ...Remaining.fields }),
  error: StoreError
})

/**
 * `Budget.observe`.
 *
 * @since 0.1.0
 */
export const observe = method("observe", {
  arg: Schema.Struct({ credential: Schema.String, window: Schema.String, seen: Remaining }),
  value: Nothing,
  error: StoreError
})

/**
 * `Budget.seen`.
 *
 * @since 0.1.0
 */
export const seen = method("seen", {
  arg: Schema.Struct({ credential: Schema.String, window: Schema.String }),
  value: Schema.NullOr(Remaining),
  error: StoreError
})

/**
 * `Connections.tokens`. While it is under way, `renew` may be called back under its number.
 *
 * @since 0.1.0
 */
export const tokens = method("tokens", {
  arg: Schema.Struct({
    want: Schema.Int,
    connection: Schema.String,
    ahead: Millis,
    refused: Schema.NullOr(Schema.Redacted(Schema.String))
  }),
  value: Tokens,
  error: SourceError,
  whole: true
})

/**
 * `Connections.Want.renew`. Whoever is interrupted meanwhile does not take it back: its answer may hold the only good tokens.
 *
 * @since 0.1.0
 */
export const renew = method("renew", {
  arg: Schema.Struct({ want: Schema.Int, old: Schema.NullOr(Tokens) }),
  value: Tokens,
  error: SourceError,
  whole: true
})

const Observed = Schema.Struct({
  read: Schema.Int,
  what: Schema.Union(
    Schema.Struct({ is: Schema.Literal("request") }),
    Schema.Struct({
      is: Schema.Literal("waiting"),
      kind: Schema.Literal("retry", "rate_limit", "pace", "settle", "verdict", "person"),
      what: Schema.String,
      until: Schema.NullOr(Millis),
      reason: Schema.optionalWith(Schema.String, { exact: true })
    }),
    Schema.Struct({ is: Schema.Literal("warning"), sentence: Schema.String })
  )
})

/**
 * What `RunObserver` is told during a read.
 *
 * @since 0.1.0
 */
export const observed: Note<typeof Observed.Type, typeof Observed.Encoded> = { name: "observed", arg: Observed }

const Attribute = Schema.Union(Schema.String, Schema.Number, Schema.Boolean)

const Span = Schema.Struct({
  name: Schema.String,
  kind: Schema.Literal("internal", "client"),
  /** The span of the runner that the work was done in, as `Channel` brought it. */
  parent: SpanId,
  /** Nanoseconds of the epoch. */
  begun: Schema.BigIntFromSelf,
  ended: Schema.BigIntFromSelf,
  attributes: Schema.Record({ key: Schema.String, value: Attribute }),
  /** What it failed with; null also where it was broken off. */
  error: Schema.NullOr(SourceError),
  interrupted: Schema.Boolean
})

/**
 * A span that has ended: an attempt at a request, or the decoding of an answer. Others are not told.
 *
 * @since 0.1.0
 */
export const span: Note<typeof Span.Type, typeof Span.Encoded> = { name: "span", arg: Span }

/**
 * Asks for a sign of life.
 *
 * @since 0.1.0
 */
export const ping: Note<typeof Nothing.Type, typeof Nothing.Encoded> = { name: "ping", arg: Nothing }

/**
 * The answer to it: the bytes of memory that the process holds.
 *
 * @since 0.1.0
 */
export const pong: Note<{ readonly memory: number }, { readonly memory: number }> = {
  name: "pong",
  arg: Schema.Struct({ memory: Schema.Number })
}

/**
 * The process is about to end by an error that nobody caught.
 *
 * @since 0.1.0
 */
export const crashed: Note<{ readonly what: string }, { readonly what: string }> = {
  name: "crashed",
  arg: Schema.Struct({ what: Schema.String })
}
