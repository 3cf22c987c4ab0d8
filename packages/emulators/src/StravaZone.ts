// Time where the demo athletes are: wall clocks, days with a summer time change, and how Strava labels a zone.
// A wall clock is written as the epoch seconds it would be in UTC. Rules come from the platform's time zone data.
import * as DateTime from "effect/DateTime"

export const daySeconds = 86_400

/** A time zone of the IANA database. */
export const isZone = (zone: string): boolean => DateTime.zoneMakeNamed(zone)._tag === "Some"

/** What a wall clock there is ahead of UTC, in seconds, at an instant in epoch seconds. */
export const offset = (zone: string, at: number): number =>
  DateTime.zonedOffset(DateTime.unsafeMakeZoned(at * 1000, { timeZone: zone })) / 1000

/** The instant of a wall clock: the first of two, and in a gap the one after it. */
export const instant = (zone: string, wall: number): number =>
  DateTime.toEpochMillis(DateTime.unsafeMakeZoned(new Date(wall * 1000), { timeZone: zone, adjustForTimeZone: true })) /
  1000

/** Number of the local day since 1970-01-01. */
export const dayOf = (zone: string, at: number): number => Math.floor((at + offset(zone, at)) / daySeconds)

/** From 1, in the calendar year of a day. */
export const dayOfYear = (day: number): number =>
  day - Date.UTC(new Date(day * daySeconds * 1000).getUTCFullYear(), 0, 1) / (daySeconds * 1000) + 1

/** Whether the clocks are changed on a day. */
export const changesOn = (zone: string, day: number): boolean =>
  instant(zone, (day + 1) * daySeconds) - instant(zone, day * daySeconds) !== daySeconds

/** The label has the zone's standard time all the year round. */
export const label = (zone: string, at: number): string => {
  const year = new Date(at * 1000).getUTCFullYear()
  const standard = Math.min(...[0, 6].map((month) => offset(zone, Date.UTC(year, month, 1) / 1000)))
  const minutes = Math.abs(standard) / 60
  const two = (value: number) => String(value).padStart(2, "0")
  return `(GMT${standard < 0 ? "-" : "+"}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}) ${zone}`
}

/** ISO 8601 to the second with a Z, which is a false one for a wall clock. */
export const stamp = (seconds: number): string => `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`
