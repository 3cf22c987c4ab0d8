// The switches of the Strava emulator: where Strava may answer in more than one way, or a test wants the rarer one.
import * as Schema from "effect/Schema"
import { Scope } from "./StravaScope.ts"

const choice = <const L extends readonly [string, ...Array<string>]>(...values: L) =>
  Schema.optionalWith(Schema.Literal<L>(...values), { default: (): L[number] => values[0] })
const orNull = <A, I>(schema: Schema.Schema<A, I>) =>
  Schema.optionalWith(Schema.NullOr(schema), { default: () => null })

/** Calls allowed in a quarter of an hour and in a day. */
const Limit = Schema.Struct({ quarter: Schema.NonNegativeInt, day: Schema.NonNegativeInt })
export type Limit = typeof Limit.Type

export const Behaviour = Schema.Struct({
  /** The athlete in front of the browser: agrees at once, cancels at once, or is shown a form. */
  consent: choice("willing", "unwilling", "ask"),
  /** Id of the athlete who is signed in there; null: the first. */
  signedIn: orNull(Schema.Int),
  /** What the athlete leaves ticked of the scopes that are asked for; null: all. */
  granted: orNull(Schema.Array(Scope)),
  /** Athletes that the application may have, one more is refused; null: no limit. */
  capacity: orNull(Schema.NonNegativeInt),
  /** Life of an access token. */
  tokenSeconds: Schema.optionalWith(Schema.Int.pipe(Schema.positive()), { default: () => 21_600 }),
  /** When a refresh gives new tokens: each time, or only when the access token has an hour left at most. */
  rotate: choice("always", "near-expiry"),
  /** Applications that do not pay are inactive: every call of the API is 403. */
  inactive: Schema.optionalWith(Schema.Boolean, { default: () => false }),
  /** Status of a refusal for want of a scope: clients have met both. */
  missingScope: Schema.optionalWith(Schema.Literal(403, 401), { default: () => 403 as const }),
  /** The order of activities where only `after` is given. */
  afterOrder: choice("newest", "oldest"),
  /** Limits of the application, by default those of a new one. */
  rateLimit: Schema.optionalWith(Schema.Struct({ overall: Limit, read: Limit }), {
    default: () => ({ overall: { quarter: 200, day: 2000 }, read: { quarter: 100, day: 1000 } })
  }),
  /** Not all of Strava's answers say how much of the limits is used. */
  rateLimitHeaders: Schema.optionalWith(Schema.Boolean, { default: () => true }),
  /** Time before each answer. */
  latencyMillis: Schema.optionalWith(Schema.NonNegativeInt, { default: () => 0 })
})
export type Behaviour = typeof Behaviour.Type
/** Switches as written by who sets them: what is left out has its default. */
export type BehaviourInput = typeof Behaviour.Encoded
