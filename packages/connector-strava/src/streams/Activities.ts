// The activities of an athlete. Their list tells no changes: the latest days are read again in each run, so that edits, late
// uploads and deletions show.
import { Column, Dataset, RestStream } from "@inlet/sdk"
import * as Predicate from "effect/Predicate"
import * as Listing from "../Listing.ts"
import * as LocalDay from "../LocalDay.ts"
import * as Measures from "./Measures.ts"

const dataset = Dataset.make(
  {
    stream: "activities",
    version: 1,
    primaryKey: "activity_id",
    time: "local_day",
    meaning:
      "The athlete's activities as they are now, one row each. Of one that Strava no longer lists only key, day, start and the " +
      "mark deleted are left.",
    cost: "1 request for each 200 activities of the latest 30 days (setting lookBackDays); 1 for each 200 of all in a first or full reading. 1 more a run, for all streams together, to know the athlete.",
    gaps: [
      "An edit, a deletion or a late upload shows where the activity is among those of the latest 30 days (setting lookBackDays). " +
        "Older edits and uploads come with inlet sync --full --stream activities, older deletions do not.",
      "A deletion is found by comparing with the last recorded list; what was deleted before that list is not known.",
      "An activity whose start is moved to a time before those days counts as deleted until a full reading.",
      "deleted is 1 as well for an activity that this sign-in may no longer see, such as one made private without the scope " +
        "activity:read_all.",
      "Where it was is not told: places and tracks have no columns.",
      "A start that the athlete hides is told as one second past midnight."
    ],
    recipes: [
      {
        name: "Activities",
        aggregation: "count",
        date: "local_day",
        dimensions: ["sport_type"],
        filters: [Measures.there],
        reading: "How many activities there were in the period."
      },
      {
        name: "Distance",
        value: "distance",
        aggregation: "sum",
        date: "local_day",
        dimensions: ["sport_type", "gear_id"],
        filters: [Measures.there],
        unit: "metres",
        reading: "How far the athlete went in the period.",
        beware: "Show it by sport: a kilometre swum is not one ridden."
      },
      {
        name: "Moving time",
        value: "moving_time",
        aggregation: "sum",
        date: "local_day",
        dimensions: ["sport_type"],
        filters: [Measures.there],
        unit: "seconds",
        reading: "How long the athlete was under way in the period, without breaks."
      },
      {
        name: "Elevation gain",
        value: "elevation_gain",
        aggregation: "sum",
        date: "local_day",
        dimensions: ["sport_type"],
        filters: [Measures.there],
        unit: "metres",
        reading: "How many metres up in the period.",
        beware: "Devices measure heights differently; Strava corrects some of them."
      },
      {
        name: "Longest run",
        value: "distance",
        aggregation: "max",
        date: "local_day",
        dimensions: ["sport_type"],
        filters: [Measures.there, { column: "sport_type", is: ["Run", "TrailRun", "VirtualRun"] }],
        unit: "metres",
        reading: "The longest run of the period."
      },
      {
        name: "Average heart rate",
        value: "average_heartrate",
        aggregation: "avg",
        date: "local_day",
        dimensions: ["sport_type"],
        filters: [Measures.there],
        unit: "beats per minute",
        reading: "The heart rate on average over the activities of the period that have one.",
        beware:
          "A short activity counts as much as a long one. It tells about a person's health: see who may look at it."
      },
      {
        name: "Training load",
        value: "relative_effort",
        aggregation: "sum",
        date: "local_day",
        dimensions: ["sport_type"],
        filters: [Measures.there],
        reading: "Strava's relative effort, added up over the period.",
        beware: "Activities without a heart rate have none."
      },
      {
        name: "Commuting distance",
        value: "distance",
        aggregation: "sum",
        date: "local_day",
        dimensions: ["sport_type"],
        filters: [Measures.there, { column: "commute", is: [1] }],
        unit: "metres",
        reading: "How far the athlete went on the way to work and back.",
        beware: "Only what the athlete marked as a commute."
      }
    ]
  },
  {
    activity_id: Column.id("id", { meaning: "Strava's id of the activity." }),
    local_day: Measures.localDay(),
    start_date: Column.timestamp("start_date", { meaning: "When it began, in UTC." }),
    athlete_id: Column.id("athlete.id", { meaning: "Strava's id of the athlete.", optional: true, personal: true }),
    name: Column.text("name", {
      meaning: "Its title; people write names and places into it.",
      optional: true,
      personal: true
    }),
    sport_type: Measures.sport(),
    workout_type: Column.id("workout_type", {
      meaning: "Strava's number for a race, a workout, a long run …; differs between runs and rides.",
      optional: true
    }),
    distance: Measures.distance,
    moving_time: Measures.movingTime,
    elapsed_time: Measures.elapsedTime,
    elevation_gain: Measures.elevationGain,
    average_speed: Measures.averageSpeed,
    max_speed: Measures.maxSpeed,
    average_heartrate: Measures.averageHeartrate,
    max_heartrate: Measures.maxHeartrate,
    relative_effort: Measures.measure("suffer_score", "points", "Strava's relative effort."),
    average_cadence: Measures.averageCadence,
    average_watts: Measures.averageWatts,
    weighted_average_watts: Measures.measure("weighted_average_watts", "watts", "Power, weighted as Strava does it."),
    max_watts: Measures.measure("max_watts", "watts", "The highest power."),
    power_meter: Measures.flag("device_watts", "1 where the power was measured, 0 where it was estimated."),
    kilojoules: Measures.measure("kilojoules", "kilojoules", "Work on the pedals."),
    average_temperature: Measures.measure("average_temp", "degrees Celsius", "Temperature on average."),
    achievements: Measures.counted("achievement_count", "Achievements."),
    personal_records: Measures.counted("pr_count", "Personal records on segments."),
    kudos: Measures.counted("kudos_count", "Kudos, until now."),
    comments: Measures.counted("comment_count", "Comments, until now."),
    photos: Measures.counted("total_photo_count", "Photos."),
    athletes: Measures.counted("athlete_count", "Athletes who took part."),
    gear_id: Column.text("gear_id", { meaning: "Strava's id of the bike or the shoes.", optional: true }),
    device_name: Column.text("device_name", { meaning: "The device that recorded it.", optional: true }),
    trainer: Measures.flag("trainer", "1 on a trainer or a treadmill."),
    commute: Measures.flag("commute", "1 where the athlete marked it as a commute."),
    manual: Measures.flag("manual", "1 where it was typed in, 0 where it was recorded."),
    private: Measures.flag("private", "1 where only the athlete sees it."),
    visibility: Column.text("visibility", { meaning: "everyone, followers_only or only_me.", optional: true }),
    deleted: Measures.deleted
  }
)

export const activities = RestStream.make({
  ...Listing.of(Listing.MOST),
  dataset,
  record: (activity) => (Predicate.isRecord(activity) ? { ...activity, local_day: LocalDay.of(activity) } : activity),
  // What was deleted at Strava shall not live on here: no more is kept than the row needs to say so.
  gone: (activity) =>
    Object.fromEntries([
      ...["id", "start_date", "start_date_local", "timezone", "utc_offset"].map((member) => [
        member,
        RestStream.at(activity, member)
      ]),
      ["deleted", true]
    ])
})
