// The athlete's bikes and shoes, once a day: Strava tells only how far each has gone until now.
import { Column, Dataset, Pages, RestStream } from "@inlet/sdk"
import * as Predicate from "effect/Predicate"
import * as Measures from "./Measures.ts"

const text = (from: string, meaning: string) => Column.text(from, { meaning, optional: true })

const dataset = Dataset.make(
  {
    stream: "gear",
    version: 1,
    primaryKey: ["gear_id", "day"],
    time: "day",
    meaning: "One row for each bike and each pair of shoes on a day, as it last was on that day.",
    cost: "1 request, and 1 for each bike and each pair of shoes; nothing is sent again on a day unless something changed.",
    gaps: [
      "Days on which nothing ran are missing: Strava does not tell the past.",
      "Without the scope profile:read_all Strava lists no gear, and there are no rows.",
      "Gear that the athlete removed is not listed any more; its rows of earlier days stay."
    ],
    recipes: [
      {
        name: "Distance of gear",
        value: "distance",
        aggregation: "max",
        date: "day",
        dimensions: ["name", "kind"],
        filters: [],
        unit: "metres",
        reading: "How far a bike or a pair of shoes has gone until now: when is it time for new ones?",
        beware: "Take the maximum, not the sum, and show it by name: each day has the whole number."
      }
    ]
  },
  {
    gear_id: Column.text("id", { meaning: "Strava's id, as gear_id in activities." }),
    day: Column.day("@.day", { meaning: "The day on which it was read, in UTC." }),
    kind: Column.text("kind", { meaning: "bike or shoes." }),
    name: text("name", "The name that the athlete gave it."),
    brand: text("brand_name", "Who made it."),
    model: text("model_name", "Which model it is."),
    distance: Measures.distance,
    primary: Measures.flag("primary", "1 where activities get it unless told."),
    retired: Measures.flag("retired", "1 where it is not used any more.")
  }
)

const of = (athlete: unknown, member: string, kind: string) => {
  const found = RestStream.at(athlete, member)
  return (Array.isArray(found) ? found : []).filter(Predicate.isRecord).map((gear) => ({ ...gear, kind }))
}

export const gear = RestStream.make({
  dataset,
  template: "/athlete",
  pages: Pages.single,
  items: (athlete) => [...of(athlete, "bikes", "bike"), ...of(athlete, "shoes", "shoes")],
  daily: true,
  details: {
    template: "/gear/{gear_id}",
    params: (gear) => ({ gear_id: String(RestStream.at(gear, "id")) }),
    records: (listed, detail) => [
      {
        ...(Predicate.isRecord(listed) && listed),
        ...(Predicate.isRecord(detail) && detail),
        kind: RestStream.at(listed, "kind")
      }
    ]
  }
})
