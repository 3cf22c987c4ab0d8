// The calendar day on which an activity began for its athlete. Strava writes the local time with a `Z` that is not true, and the
// name of a zone with an offset that ignores summer time: so the day is made of the instant and of the offset that held then.
import { RestStream } from "@inlet/sdk"
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"

/** What a wall clock there is ahead of UTC in milliseconds, or the zone, as `(GMT-05:00) America/New_York` names it. */
const zoneOf = (activity: unknown): number | string | undefined => {
  const offset = RestStream.at(activity, "utc_offset")
  return typeof offset === "number"
    ? offset * 1000
    : /^\(.*\) (\S+)$/.exec(String(RestStream.at(activity, "timezone")))?.[1]
}

/**
 * `YYYY-MM-DD`, by the offset; where it is missing by the zone, and else as the local time says. Undefined where nothing tells.
 *
 * @example of({ start_date: "2026-11-24T17:45:00Z", utc_offset: 20700 }) === "2026-11-24"
 */
export const of = (activity: unknown): string | undefined => {
  const timeZone = zoneOf(activity)
  const start = String(RestStream.at(activity, "start_date"))
  return Option.getOrElse(
    timeZone === undefined
      ? Option.none()
      : Option.map(DateTime.makeZoned(start, { timeZone }), DateTime.formatIsoDate),
    () => /^\d{4}-\d\d-\d\d/.exec(String(RestStream.at(activity, "start_date_local")))?.[0]
  )
}
