// Disturbances ordered over HTTP: which requests to disturb, how often, and in what way.
// Both emulators obey the same rules, so a test of the pipeline can hurt either side with one vocabulary.
import * as Schema from "effect/Schema"
import { PCGRandom } from "effect/Utils"

const Millis = Schema.NonNegativeInt
const Count = Schema.Int.pipe(Schema.positive())
const Headers = Schema.Record({ key: Schema.String, value: Schema.String })
const flag = Schema.optionalWith(Schema.Boolean, { exact: true, default: () => false })

const compiles = (source: string): boolean => {
  try {
    new RegExp(source)
    return true
  } catch {
    return false
  }
}
const Pattern = Schema.String.pipe(Schema.filter((source) => compiles(source) || "not a regular expression"))

/** What happens to a request. "Takes effect" means that the emulator's state changes as if nothing were wrong. */
export const Action = Schema.Union(
  /** The connection is reset; the request takes no effect. */
  Schema.Struct({ type: Schema.Literal("reset-before") }),
  /** The request takes effect, then the connection is reset without an answer. */
  Schema.Struct({ type: Schema.Literal("reset-after") }),
  /** The request takes effect, then the connection ends after the head and half of the body. */
  Schema.Struct({ type: Schema.Literal("reset-mid-body") }),
  /**
   * Another answer than the emulator's own: without `body` the service's error shape, with `html` a page as proxies send it.
   * The request takes effect only with `after`.
   */
  Schema.Struct({
    type: Schema.Literal("status"),
    status: Schema.Int.pipe(Schema.between(200, 599)),
    /** Text is sent as it is, anything else as JSON. */
    body: Schema.optionalWith(Schema.Unknown, { exact: true }),
    headers: Schema.optionalWith(Headers, { exact: true, default: () => ({}) }),
    html: flag,
    after: flag
  }),
  /** A refusal for being too fast, without effect. `retryAfter` is in seconds, sent as a number or as an HTTP date. */
  Schema.Struct({
    type: Schema.Literal("rate-limit"),
    status: Schema.optionalWith(Schema.Literal(429, 403), { exact: true, default: () => 429 as const }),
    retryAfter: Schema.optionalWith(Schema.NonNegativeInt, { exact: true }),
    retryAfterAs: Schema.optionalWith(Schema.Literal("seconds", "date"), {
      exact: true,
      default: () => "seconds" as const
    }),
    headers: Schema.optionalWith(Headers, { exact: true, default: () => ({}) }),
    html: flag
  }),
  /** The request takes effect; the body of the answer arrives in small pieces over `millis`. */
  Schema.Struct({ type: Schema.Literal("slow"), millis: Millis }),
  /** No answer, ever. The request takes effect only with `after`. */
  Schema.Struct({ type: Schema.Literal("hang"), after: flag }),
  /** A redirect (302 unless told) to `location`, without effect. */
  Schema.Struct({
    type: Schema.Literal("redirect"),
    location: Schema.String,
    status: Schema.optionalWith(Schema.Literal(301, 302, 303, 307, 308), { exact: true, default: () => 302 as const })
  }),
  /** The request waits for `millis`, then goes its usual way. */
  Schema.Struct({ type: Schema.Literal("delay"), millis: Millis })
)
export type Action = typeof Action.Type

export const Rule = Schema.Struct({
  id: Schema.optionalWith(Schema.NonEmptyString, { exact: true }),
  match: Schema.optionalWith(
    Schema.Struct({
      method: Schema.optionalWith(Schema.String, { exact: true }),
      /** A regular expression, tried on the path and on the path with its query. */
      path: Schema.optionalWith(Pattern, { exact: true }),
      /** Which of the matching requests, counted from 1. Absent: each of them. */
      nth: Schema.optionalWith(Schema.Array(Count), { exact: true })
    }),
    { exact: true, default: () => ({}) }
  ),
  /** How often the rule fires; 0 is for ever. Default: the length of `nth`, else 1. */
  times: Schema.optionalWith(Schema.NonNegativeInt, { exact: true }),
  /** Chance that a matching request is disturbed, drawn from `seed`. */
  probability: Schema.optionalWith(Schema.Number.pipe(Schema.between(0, 1)), { exact: true, default: () => 1 }),
  seed: Schema.optionalWith(Schema.Int, { exact: true, default: () => 1 }),
  action: Action
})
export type Rule = typeof Rule.Type
/** A rule as written by who orders it: everything with a default may be left out. */
export type RuleInput = typeof Rule.Encoded

/** A rule in force, with what it did so far. */
export interface Report extends Rule {
  readonly id: string
  readonly matched: number
  readonly fired: number
}

interface Armed {
  readonly id: string
  readonly rule: Rule
  readonly path: RegExp | undefined
  readonly times: number
  readonly random: PCGRandom
  matched: number
  fired: number
}

export interface Faults {
  readonly list: () => ReadonlyArray<Report>
  readonly add: (rule: Rule) => Report
  readonly replace: (rules: ReadonlyArray<Rule>) => void
  /** The first rule that fires for a request. Every matching rule counts it. */
  readonly next: (
    method: string,
    path: string,
    target: string
  ) => { readonly id: string; readonly action: Action } | undefined
}

const report = ({ fired, id, matched, rule }: Armed): Report => ({ ...rule, id, matched, fired })

export const make = (): Faults => {
  let armed: Array<Armed> = []
  let named = 0

  const arm = (rule: Rule): Armed => ({
    id: rule.id ?? `fault-${++named}`,
    rule,
    path: rule.match.path === undefined ? undefined : new RegExp(rule.match.path),
    times: rule.times ?? rule.match.nth?.length ?? 1,
    random: new PCGRandom(rule.seed),
    matched: 0,
    fired: 0
  })

  const fires = (one: Armed, method: string, path: string, target: string): boolean => {
    const { match, probability } = one.rule
    if (match.method !== undefined && match.method.toUpperCase() !== method) return false
    if (one.path !== undefined && !one.path.test(path) && !one.path.test(target)) return false
    one.matched++
    if (match.nth !== undefined && !match.nth.includes(one.matched)) return false
    // Drawn for each candidate, so that the outcome for the n-th request does not depend on `times`.
    if (probability < 1 && one.random.number() >= probability) return false
    return one.times === 0 || one.fired < one.times
  }

  return {
    list: () => armed.map(report),
    add: (rule) => {
      const one = arm(rule)
      armed.push(one)
      return report(one)
    },
    replace: (rules) => {
      armed = rules.map(arm)
    },
    next: (method, path, target) => {
      const hit = armed.filter((one) => fires(one, method, path, target))[0]
      if (hit === undefined) return undefined
      hit.fired++
      return { id: hit.id, action: hit.rule.action }
    }
  }
}
