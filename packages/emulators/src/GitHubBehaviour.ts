// The switches of the GitHub emulator: where GitHub may answer in more than one way, or a test wants the rarer one.
import * as Schema from "effect/Schema"

const names = Schema.Array(Schema.NonEmptyString)

export const Behaviour = Schema.Struct({
  /** How `Link` goes on: by page number, with `last`, or by opaque cursors, without it. */
  paging: Schema.optionalWith(Schema.Literal("page", "cursor"), { default: () => "page" as const }),
  /** The deepest page number that is served, others are 422; null: no limit. */
  maxPage: Schema.optionalWith(Schema.NullOr(Schema.Int.pipe(Schema.positive())), { default: () => null }),
  /** The deepest page of stargazers, which go by page number always: GitHub stops at 400. */
  maxStarPage: Schema.optionalWith(Schema.Int.pipe(Schema.positive()), { default: () => 400 }),
  /** Primary quota of the token an hour, and the status of a refusal for having spent it: GitHub uses both. */
  rateLimit: Schema.optionalWith(
    Schema.Struct({
      limit: Schema.optionalWith(Schema.NonNegativeInt, { default: () => 5000 }),
      status: Schema.optionalWith(Schema.Literal(403, 429), { default: () => 403 as const })
    }),
    { default: () => ({ limit: 5000, status: 403 as const }) }
  ),
  /** Full names of repositories that the token may not read. */
  forbidden: Schema.optionalWith(names, { default: () => [] }),
  /** Full names of repositories that the token may read but not push to: their traffic is 403. */
  withoutPush: Schema.optionalWith(names, { default: () => [] }),
  /** Old full name to present full name: the old one answers 301. */
  renamed: Schema.optionalWith(Schema.Record({ key: Schema.NonEmptyString, value: Schema.NonEmptyString }), {
    default: () => ({})
  }),
  /** What `Link` and `Location` begin with instead of the host that was asked, for an emulator behind a proxy. */
  publicUrl: Schema.optionalWith(Schema.NullOr(Schema.NonEmptyString), { default: () => null }),
  /** Time before each answer. */
  latencyMillis: Schema.optionalWith(Schema.NonNegativeInt, { default: () => 0 })
})
export type Behaviour = typeof Behaviour.Type
/** Switches as written by who sets them: what is left out has its default. */
export type BehaviourInput = typeof Behaviour.Encoded
