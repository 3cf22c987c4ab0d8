// The laps of activities: one request each.
import { Column, Dataset, RestStream } from "@inlet/sdk"
import * as Predicate from "effect/Predicate"
import * as Listing from "../Listing.ts"
import * as LocalDay from "../LocalDay.ts"
import * as Measures from "./Measures.ts"

const dataset = Dataset.make(
  {
    stream: "laps",
    version: 1,
    primaryKey: ["activity_id", "lap"],
    time: "local_day",
    meaning:
      "The laps of the athlete's activities, one row each. Of those of an activity that Strava no longer lists only key, day and " +
      "the mark deleted are left.",
    cost:
      "1 request for each 20 activities of the latest 30 days (setting lookBackDays), and 1 for each whose length or time is new; a " +
      "run looks into about 200 (setting details), the newest first, and the next one goes on.",
    gaps: [
      "Where an activity has fewer laps after an edit, the rows of the others stay.",
      "A deletion shows where the activity is among those of the latest 30 days (setting lookBackDays).",
      "While a first or full reading takes several runs, what is new has to wait until it is through.",
      "Activities that were typed in have no laps."
    ],
    recipes: [
      {
        name: "Fastest lap",
        value: "average_speed",
        aggregation: "max",
        date: "local_day",
        dimensions: ["sport_type"],
        filters: [Measures.there],
        unit: "metres per second",
        reading: "The speed of the fastest lap of the period.",
        beware: "Laps are of any length: a short one is easily the fastest."
      },
      {
        name: "Laps",
        aggregation: "count",
        date: "local_day",
        dimensions: ["sport_type"],
        filters: [Measures.there],
        reading: "How many laps there were in the period."
      }
    ]
  },
  {
    activity_id: Column.id("activity.id", { meaning: "Strava's id of the activity." }),
    lap: Column.integer("lap_index", { meaning: "Which lap of the activity, from 1." }),
    local_day: Measures.localDay("activity.local_day"),
    start_date: Column.timestamp("start_date", { meaning: "When the lap began, in UTC.", optional: true }),
    sport_type: Measures.sport("activity.sport_type"),
    distance: Measures.distance,
    moving_time: Measures.movingTime,
    elapsed_time: Measures.elapsedTime,
    elevation_gain: Measures.elevationGain,
    average_speed: Measures.averageSpeed,
    max_speed: Measures.maxSpeed,
    average_heartrate: Measures.averageHeartrate,
    max_heartrate: Measures.maxHeartrate,
    average_cadence: Measures.averageCadence,
    average_watts: Measures.averageWatts,
    deleted: Measures.deleted
  }
)

const CHANGES = ["sport_type", "start_date", "distance", "moving_time", "elapsed_time"] as const

export const laps = RestStream.make({
  ...Listing.of(Listing.FEW),
  dataset,
  details: {
    template: "/activities/{activity_id}/laps",
    params: (activity) => ({ activity_id: String(RestStream.at(activity, "id")) }),
    by: (activity) => CHANGES.map((member) => RestStream.at(activity, member)),
    bounded: true,
    gone: {
      keep: (activity, laps) => `${LocalDay.of(activity) ?? ""} ${Array.isArray(laps) ? laps.length : 0}`,
      records: ({ id, kept }) => {
        const [local_day, laps] = kept.split(" ")
        return Array.from({ length: Number(laps) }, (_, index) => ({
          lap_index: index + 1,
          activity: { id, local_day },
          deleted: true
        }))
      }
    },
    records: (activity, laps) => {
      const [id, sport] = [RestStream.at(activity, "id"), RestStream.at(activity, "sport_type")]
      // All laps of an activity belong to the day of its beginning, as the activity itself does.
      const whole = { id, sport_type: sport, local_day: LocalDay.of(activity) }
      return (Array.isArray(laps) ? laps : []).filter(Predicate.isRecord).map((lap) => ({ ...lap, activity: whole }))
    }
  }
})
