// pure-mapping: rows are made again of what was recorded, years later and by another process.
import { Json, type Source } from "@inlet/core"
import { type Bench, shown } from "../Bench.ts"
import * as Items from "../Items.ts"
import type { Taken } from "../Reading.ts"
import { make, type Violation } from "../Violation.ts"

const LAW = "pure-mapping"
const YEAR = 365 * 86_400_000

const frozen = (value: unknown): unknown => {
  if (typeof value !== "object" || value === null) return value
  for (const member of Object.values(value)) frozen(member)
  return Object.freeze(value)
}

/** Runs with a clock that is a year ahead; synchronous, so that nobody else sees it. */
const aYearLater = <A>(work: () => A): A => {
  const Real = globalThis.Date
  const now = () => Real.now() + YEAR
  const Later = new Proxy(Real, {
    construct: (target, given, own) => Reflect.construct(target, given.length === 0 ? [now()] : given, own),
    apply: () => new Real(now()).toString(),
    get: (target, name, own) => (name === "now" ? now : Reflect.get(target, name, own))
  })
  globalThis.Date = Later
  try {
    return work()
  } finally {
    globalThis.Date = Real
  }
}

/** What the mapping makes of a body, as text; what it throws is a result as well. */
const made = (
  { map, records }: Source.StreamSpec,
  body: unknown,
  context: Readonly<Record<string, string>>,
  freeze: boolean
) => {
  try {
    const found = records(body, context)
    const kept = freeze ? frozen(found) : found
    return { records: Json.canonical(kept), rows: Json.canonical(found.map((record) => map(record))) }
  } catch (thrown) {
    return { records: `threw ${thrown instanceof Error ? thrown.name : ""}`, rows: "" }
  }
}

const problemOf = (spec: Source.StreamSpec, { page, text }: Taken): string | null => {
  const parse = () => Items.parse(text)
  const context = page.context ?? {}
  const body = parse()
  const first = made(spec, body, context, false)
  if (Json.canonical(body) !== Json.canonical(parse())) return "records or map changes the page that it is given"
  const ways = [
    ["made once more", () => made(spec, body, context, false)],
    ["made of a frozen copy", () => made(spec, frozen(parse()), Object.freeze({ ...context }), true)],
    ["made a year later", () => aYearLater(() => made(spec, parse(), context, false))]
  ] as const
  for (const [way, make] of ways) {
    const other = make()
    if (other.records !== first.records) return `${way}, the records are others`
    if (other.rows !== first.rows) return `${way}, the rows are others`
  }
  return null
}

export const check = ({ first, spec, stream }: Bench): ReadonlyArray<Violation> => {
  for (const taken of first.pages) {
    if (taken.text === "" || taken.page.request.status !== 200) continue
    const came = problemOf(spec, taken)
    if (came === null) continue
    const finding = {
      expected: "the same page gives the same records and rows, always, and stays as it is",
      came,
      example: shown(taken),
      todo: "take what only the moment of asking tells into the page's context (daily, context), and copy before changing"
    }
    return [make(LAW, stream, finding)]
  }
  return []
}
