// What Strava tells of an activity by itself only: one request each.
import { Column, Dataset, RestStream } from "@inlet/sdk"
import * as Predicate from "effect/Predicate"
import * as Listing from "../Listing.ts"
import * as LocalDay from "../LocalDay.ts"
import * as Measures from "./Measures.ts"

const dataset = Dataset.make(
  {
    stream: "activity_details",
    version: 1,
    primaryKey: "activity_id",
    time: "local_day",
    meaning:
      "What the list of activities does not tell of each: energy, gear by name, efforts. One row an activity. Of one that Strava " +
      "no longer lists only key, day, start and the mark deleted are left.",
    cost:
      "1 request for each 20 activities of the latest 30 days (setting lookBackDays), and 1 for each that is new or was edited; a " +
      "run looks into about 200 (setting details), the newest first, and the next one goes on.",
    gaps: [
      "A change that the list does not show, such as another description or perceived exertion, is not seen.",
      "A deletion shows where the activity is among those of the latest 30 days (setting lookBackDays).",
      "While a first or full reading takes several runs, what is new has to wait until it is through.",
      "Descriptions, segments, splits and tracks have no columns."
    ],
    recipes: [
      {
        name: "Calories",
        value: "calories",
        aggregation: "sum",
        date: "local_day",
        dimensions: ["sport_type"],
        filters: [Measures.there],
        unit: "kilocalories",
        reading: "Energy used in the activities of the period.",
        beware: "Strava estimates it of weight, heart rate and pace."
      },
      {
        name: "Distance by gear",
        value: "distance",
        aggregation: "sum",
        date: "local_day",
        dimensions: ["gear_name", "sport_type"],
        filters: [Measures.there],
        unit: "metres",
        reading: "How far each bike and each pair of shoes went in the period."
      }
    ]
  },
  {
    activity_id: Column.id("id", { meaning: "Strava's id of the activity." }),
    local_day: Measures.localDay(),
    start_date: Column.timestamp("start_date", { meaning: "When it began, in UTC." }),
    sport_type: Measures.sport(),
    distance: Measures.distance,
    moving_time: Measures.movingTime,
    calories: Measures.measure("calories", "kilocalories", "Energy used."),
    perceived_exertion: Measures.measure(
      "perceived_exertion",
      "points",
      "How hard it felt, 1 to 10, as the athlete says."
    ),
    gear_name: Column.text("gear.name", { meaning: "Name of the bike or the shoes.", optional: true }),
    device_name: Column.text("device_name", { meaning: "The device that recorded it.", optional: true }),
    laps: Column.count("laps", { meaning: "Laps.", optional: true }),
    segment_efforts: Column.count("segment_efforts", { meaning: "Efforts on segments.", optional: true }),
    best_efforts: Column.count("best_efforts", { meaning: "Efforts over usual distances of a run.", optional: true }),
    photos: Measures.counted("photos.count", "Photos."),
    deleted: Measures.deleted
  }
)

const CHANGES = [
  "name",
  "sport_type",
  "workout_type",
  "start_date",
  "distance",
  "moving_time",
  "elapsed_time",
  "total_elevation_gain",
  "gear_id",
  "device_name",
  "total_photo_count"
] as const

export const activityDetails = RestStream.make({
  ...Listing.of(Listing.FEW),
  dataset,
  details: {
    template: "/activities/{activity_id}",
    params: (activity) => ({ activity_id: String(RestStream.at(activity, "id")) }),
    // Kudos come every hour and change nothing of what is asked for here.
    by: (activity) => CHANGES.map((member) => RestStream.at(activity, member)),
    bounded: true,
    gone: {
      keep: (_, detail) => LocalDay.of(detail) ?? "",
      records: ({ id, kept, updatedAt }) => [{ id, start_date: updatedAt, local_day: kept, deleted: true }]
    },
    records: (_, detail) => (Predicate.isRecord(detail) ? [{ ...detail, local_day: LocalDay.of(detail) }] : [])
  }
})
