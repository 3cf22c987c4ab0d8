// The switches of the Databox emulator. What the real service does in these cases is not documented, so every reading
// that a client must survive is a value here; the first value of a choice is its default.
import * as Schema from "effect/Schema"

const choice = <const L extends readonly [string, ...Array<string>]>(...values: L) =>
  Schema.optionalWith(Schema.Literal<L>(...values), { exact: true, default: (): L[number] => values[0] })
const flag = Schema.optionalWith(Schema.Boolean, { exact: true, default: () => false })
const natural = (value: number) => Schema.optionalWith(Schema.NonNegativeInt, { exact: true, default: () => value })
const positive = (value: number) =>
  Schema.optionalWith(Schema.Int.pipe(Schema.positive()), { exact: true, default: () => value })

/** Matches records whose column holds exactly this value. */
export const Selector = Schema.Struct({
  column: Schema.String,
  equals: Schema.Union(Schema.String, Schema.Number, Schema.Boolean, Schema.Null)
})
export type Selector = typeof Selector.Type

const selectors = Schema.optionalWith(Schema.NullOr(Schema.Union(Selector, Schema.Array(Selector))), {
  exact: true,
  default: () => null
})

export const Behaviour = Schema.Struct({
  /** `status` of an ingestion's detail: its state, or always success so that only the metrics tell. */
  detailStatus: choice("state", "constant"),
  /** The word for an ingestion that succeeded. */
  successWord: choice("success", "processed", "completed"),
  /** Metrics of an ingestion still running. */
  runningMetrics: choice("absent", "zeros"),
  /** A record with a null or a boolean: its whole ingestion fails later, or the record is rejected or stored. */
  nullOrBoolean: choice("fail", "reject", "accept"),
  /** A number where the column holds text or the reverse, or a nested value: as above, or refused at once with 400. */
  typeConflict: choice("reject", "fail", "refuse"),
  /** A record whose key is stored: takes the place of the whole row, or only of the columns it has. */
  upsert: choice("replace", "merge"),
  /** Records of one batch with the same key; `reject` rejects all of them. */
  duplicateKey: choice("last", "first", "reject"),
  /** A record without one of its key columns: rejected, or its batch is refused at once. */
  missingKey: choice("reject", "refuse"),
  /** The refusal of a batch above `maxRecords`. */
  tooManyRecords: choice("invalid_input", "request_too_large"),
  /** A batch without records. */
  emptyRecords: choice("refuse", "accept"),
  /** The refusal of an id that does not exist. */
  unknownId: choice("not_found", "invalid_input"),
  /** Members of a body that the API does not document. */
  unknownMembers: choice("ignore", "refuse"),
  /** Operations and members only the vendor's own client used: dataset detail, datasets of an account, `schema`, `key`. */
  extras: choice("absent", "present"),
  /** How data source ids are written. */
  ids: choice("number", "string"),
  /** Error envelopes are sent with HTTP status 200. */
  errorIn2xx: flag,

  /** Requests allowed per key in each second and hour of the clock, reads included; null for no limit. */
  rateLimit: Schema.optionalWith(
    Schema.NullOr(
      Schema.Struct({ perSecond: Schema.Int.pipe(Schema.positive()), perHour: Schema.Int.pipe(Schema.positive()) })
    ),
    { exact: true, default: () => ({ perSecond: 10, perHour: 10_000 }) }
  ),
  /** How a 429 says when to come back. */
  rateLimitRetryAfter: choice("seconds", "date", "none"),
  rateLimitBody: choice("json", "html"),

  maxRecords: positive(100),
  maxBytes: positive(10_000_000),

  /** How long an ingestion runs before it is applied, and how much is added at random; a new `seed` restarts the draw. */
  processMillis: natural(50),
  jitterMillis: natural(0),
  seed: Schema.optionalWith(Schema.Int, { exact: true, default: () => 1 }),

  /** Ingestions that are accepted and then fail as a whole: every n-th, or those with a matching record. */
  failIngestions: Schema.optionalWith(
    Schema.Union(
      Schema.Literal("none", "all"),
      Schema.Struct({ every: Schema.Int.pipe(Schema.positive()) }),
      Schema.Struct({ rows: Selector })
    ),
    { exact: true, default: () => "none" as const }
  ),
  /** Records rejected one by one while the rest of their batch is applied. */
  rejectRows: selectors,
  /** Records for which a batch is refused at once with 400 `invalid_field_value`. */
  refuseRows: selectors,

  /** Every API request is answered with 503. */
  down: flag,
  /** Time every API request waits before it takes effect. */
  latencyMillis: natural(0),
  /** How long a new data source or dataset is missing from the lists. */
  creationVisibleAfterMillis: natural(0),
  /** How long a new ingestion is missing from its list and its detail is unknown. */
  visibilityDelayMillis: natural(0),

  /** Keeps a log of every row application, with the value of `versionColumn`. Costs memory for each row. */
  recordApplied: flag,
  versionColumn: Schema.optionalWith(Schema.String, { exact: true, default: () => "updated_at" })
})
export type Behaviour = typeof Behaviour.Type

export const matches = (
  selector: Selector | ReadonlyArray<Selector> | null,
  record: Readonly<Record<string, unknown>>
): boolean =>
  selector !== null &&
  ("column" in selector
    ? record[selector.column] === selector.equals
    : selector.some(({ column, equals }) => record[column] === equals))
