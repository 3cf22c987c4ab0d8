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

const two = (number: number): string => String(number).padStart(2, "0")

/**
 * How long something took, of nanoseconds.
 *
 * @example lasting(1_234_000_000) === "1.2 s"
 */
export const lasting = (nanos: number): string => {
  const seconds = nanos / 1e9
  if (seconds < 0.001) return `${Math.round(nanos / 1e3)} µs`
  if (seconds < 0.01) return `${(seconds * 1e3).toFixed(1)} ms`
  if (seconds < 0.9995) return `${Math.round(seconds * 1e3)} ms`
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 3600) return `${Math.floor(whole / 60)} m ${two(whole % 60)} s`
  const minutes = Math.round(seconds / 60)
  return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} m`
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
