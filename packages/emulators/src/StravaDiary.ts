// What one demo athlete has on Strava: the facts of each activity. Whatever else its objects say is drawn when they are
// rendered (see StravaActivity.ts).
import * as Schema from "effect/Schema"
import type { Athlete } from "./StravaAthlete.ts"
import { isZone } from "./StravaZone.ts"

const Metres = Schema.Number.pipe(Schema.nonNegative())
const EpochSeconds = Schema.transform(
  Schema.Date.pipe(Schema.betweenDate(new Date(0), new Date("2100-01-01"))),
  Schema.Int,
  {
    decode: (date) => Math.floor(date.getTime() / 1000),
    encode: (seconds) => new Date(seconds * 1000)
  }
)

/** Named as Strava names them. Seconds and metres; `start_date` is written as ISO 8601 and kept in epoch seconds. */
export const Facts = Schema.Struct({
  name: Schema.String,
  sport_type: Schema.NonEmptyString,
  start_date: EpochSeconds,
  /** IANA name of the time zone it took place in. */
  timezone: Schema.String.pipe(Schema.filter((zone) => isZone(zone) || "not a time zone of the IANA database")),
  /** Null without GPS. */
  start_latlng: Schema.NullOr(Schema.Tuple(Schema.Number, Schema.Number)),
  distance: Metres,
  moving_time: Schema.NonNegativeInt,
  elapsed_time: Schema.NonNegativeInt,
  total_elevation_gain: Metres,
  gear_id: Schema.NullOr(Schema.NonEmptyString),
  /** Typed in, not recorded by a device. */
  manual: Schema.Boolean,
  trainer: Schema.Boolean,
  commute: Schema.Boolean,
  visibility: Schema.Literal("everyone", "followers_only", "only_me"),
  description: Schema.String,
  kudos_count: Schema.NonNegativeInt,
  comment_count: Schema.NonNegativeInt
})
export type Facts = typeof Facts.Type

export interface Activity extends Facts {
  readonly id: number
}

export interface Diary {
  readonly athlete: Athlete
  /** Newest first, by the start. */
  readonly all: () => ReadonlyArray<Activity>
  readonly find: (id: number) => Activity | undefined
  readonly add: (facts: Facts) => Activity
  readonly change: (id: number, facts: Partial<Facts>) => boolean
  readonly remove: (id: number) => boolean
  /** Metres that a piece of gear has gone so far; undefined where the athlete has no such gear. */
  readonly gone: (gear: string) => number | undefined
}

/** Ids go up by so much from one activity of an athlete to the next, and by `series` to the next athlete's. */
const step = 13
const series = 50_000_000

export const make = (athlete: Athlete): Diary => {
  const held = new Map<number, Activity>()
  let last = 17_000_000_000 + (athlete.id % 100) * series
  let sorted: ReadonlyArray<Activity> | undefined

  const put = (activity: Activity) => {
    held.set(activity.id, activity)
    sorted = undefined
    return activity
  }

  return {
    athlete,
    all: () => {
      sorted ??= [...held.values()].sort((one, other) => other.start_date - one.start_date || other.id - one.id)
      return sorted
    },
    find: (id) => held.get(id),
    add: (facts) => {
      last += step
      return put({ ...facts, id: last })
    },
    change: (id, facts) => {
      const activity = held.get(id)
      if (activity !== undefined) put({ ...activity, ...facts })
      return activity !== undefined
    },
    remove: (id) => {
      sorted = undefined
      return held.delete(id)
    },
    gone: (id) => {
      const gear = athlete.gear.find((gear) => gear.id === id)
      if (gear === undefined) return undefined
      let metres = gear.before
      for (const activity of held.values()) if (activity.gear_id === id) metres += activity.distance
      return Math.round(metres)
    }
  }
}
