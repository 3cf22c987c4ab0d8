// Points in time as people read and write them. All are UTC.
import * as Option from "effect/Option"
import * as Units from "../configuration/Units.ts"

/** @example stamp("2026-11-24T22:55:01.123Z") === "2026-11-24 22:55:01" */
export const stamp = (iso: string): string => iso.slice(0, 19).replace("T", " ")

const AGES = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000]
] as const

/** @example ago("2026-11-24T22:00:00.000Z", Date.parse("2026-11-24T23:30:00Z")) === "1h ago" */
export const ago = (iso: string, now: number): string => {
  const age = Math.max(0, now - Date.parse(iso))
  const unit = AGES.find(([, millis]) => age >= millis)
  return unit === undefined ? "now" : `${Math.floor(age / unit[1])}${unit[0]} ago`
}

const ISO = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/

/** A date, an ISO 8601 instant, or how long ago ("24h"), as an ISO 8601 instant in UTC. */
export const parse = (written: string, now: number): Option.Option<string> => {
  const span = Units.parseSpan(written)
  if (span !== undefined) return Option.some(new Date(now - span).toISOString())
  if (!ISO.test(written)) return Option.none()
  const utc = /T.*(Z|[+-]\d{2}:?\d{2})$/.test(written) || !written.includes("T") ? written : `${written}Z`
  const date = new Date(utc)
  return Number.isNaN(date.getTime()) ? Option.none() : Option.some(date.toISOString())
}
