// The athlete's totals as Strava adds them up, once a day: it tells only how they stand now.
import { Column, Dataset, Pages, RestStream } from "@inlet/sdk"
import * as Predicate from "effect/Predicate"
import * as Measures from "./Measures.ts"

const dataset = Dataset.make(
  {
    stream: "athlete_stats",
    version: 1,
    primaryKey: ["athlete_id", "day", "period", "sport"],
    time: "day",
    meaning:
      "The athlete's totals on a day, one row for each of three periods and three sports, as they last stood on that day.",
    cost: "2 requests; nothing is sent again on a day unless something changed.",
    gaps: [
      "Days on which nothing ran are missing: Strava does not tell the past.",
      "As far as is known Strava counts what everybody may see only; other sports than rides, runs and swims have no totals."
    ],
    recipes: [
      {
        name: "Distance this year",
        value: "distance",
        aggregation: "max",
        date: "day",
        dimensions: ["sport"],
        filters: [{ column: "period", is: ["ytd"] }],
        unit: "metres",
        reading: "How far the athlete went since the beginning of the year.",
        beware: "Take the maximum, not the sum, and show it by sport: each day has the whole number."
      },
      {
        name: "Activities of all time",
        value: "activities",
        aggregation: "max",
        date: "day",
        dimensions: ["sport"],
        filters: [{ column: "period", is: ["all"] }],
        unit: "count",
        reading: "How many activities there are altogether.",
        beware: "Take the maximum, not the sum, and show it by sport: each day has the whole number."
      }
    ]
  },
  {
    athlete_id: Column.id("athlete_id", { meaning: "Strava's id of the athlete.", personal: true }),
    day: Column.day("@.day", { meaning: "The day on which it was read, in UTC." }),
    period: Column.text("period", { meaning: "recent (four weeks), ytd (this year) or all." }),
    sport: Column.text("sport", { meaning: "ride, run or swim." }),
    activities: Measures.counted("count", "Activities."),
    distance: Measures.distance,
    moving_time: Measures.movingTime,
    elapsed_time: Measures.elapsedTime,
    elevation_gain: Measures.measure("elevation_gain", "metres", "How far up, altogether."),
    achievements: Measures.counted("achievement_count", "Achievements; of the recent period only."),
    longest: Measures.measure("longest", "metres", "The longest ride; of all rides only."),
    highest_climb: Measures.measure("highest_climb", "metres", "The highest climb; of all rides only.")
  }
)

const PERIODS = ["recent", "ytd", "all"] as const
const SPORTS = ["ride", "run", "swim"] as const

export const athleteStats = RestStream.make({
  dataset,
  template: "/athlete",
  pages: Pages.single,
  daily: true,
  details: {
    template: "/athletes/{athlete_id}/stats",
    params: (athlete) => ({ athlete_id: String(RestStream.at(athlete, "id")) }),
    records: (athlete, stats) =>
      PERIODS.flatMap((period) =>
        SPORTS.flatMap((sport) => {
          const totals = RestStream.at(stats, `${period}_${sport}_totals`)
          if (!Predicate.isRecord(totals)) return []
          const records = period === "all" && sport === "ride"
          return [
            {
              ...totals,
              athlete_id: RestStream.at(athlete, "id"),
              period,
              sport,
              ...(records && {
                longest: RestStream.at(stats, "biggest_ride_distance"),
                highest_climb: RestStream.at(stats, "biggest_climb_elevation_gain")
              })
            }
          ]
        })
      )
  }
})
