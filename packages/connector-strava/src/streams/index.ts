// All streams, in the order in which they are shown.
import type { RestStream } from "@inlet/sdk"
import { activities } from "./Activities.ts"
import { activityDetails } from "./ActivityDetails.ts"
import { athleteStats } from "./AthleteStats.ts"
import { gear } from "./Gear.ts"
import { laps } from "./Laps.ts"

type Name = "activities" | "activity_details" | "laps" | "athlete_stats" | "gear"

export const streams: { readonly [name in Name]: RestStream.RestStream } = {
  activities,
  activity_details: activityDetails,
  laps,
  athlete_stats: athleteStats,
  gear
}
