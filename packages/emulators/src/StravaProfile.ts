// An athlete in the forms of Strava's API, and the totals of what the athlete did.
import type { Activity, Diary } from "./StravaDiary.ts"
import * as Gear from "./StravaGear.ts"
import * as Sport from "./StravaSport.ts"
import { dayOf, daySeconds } from "./StravaZone.ts"

/** What everybody may see, and what a token exchange gives. */
export const summary = ({ athlete }: Diary) => ({
  id: athlete.id,
  username: null,
  resource_state: 2,
  firstname: athlete.firstname,
  lastname: athlete.lastname,
  bio: null,
  city: athlete.city,
  state: "",
  country: athlete.country,
  sex: athlete.sex,
  premium: true,
  summit: true,
  created_at: "2019-05-04T08:12:33Z",
  updated_at: "2026-01-17T19:40:02Z",
  badge_type_id: 1,
  weight: 68.5,
  profile_medium: `https://demo.invalid/athletes/${athlete.id}/medium.jpg`,
  profile: `https://demo.invalid/athletes/${athlete.id}/large.jpg`,
  friend: null,
  follower: null
})

export const detail = (diary: Diary) => ({
  ...summary(diary),
  resource_state: 3,
  follower_count: 41,
  friend_count: 38,
  mutual_friend_count: 0,
  athlete_type: 1,
  date_preference: "%d/%m/%Y",
  measurement_preference: "meters",
  clubs: [],
  ftp: 230,
  bikes: Gear.ofKind(diary, "bike"),
  shoes: Gear.ofKind(diary, "shoes")
})

const sum = (activities: ReadonlyArray<Activity>, by: (activity: Activity) => number) =>
  Math.round(activities.reduce((total, activity) => total + by(activity), 0) * 10) / 10

const total = (activities: ReadonlyArray<Activity>) => ({
  count: activities.length,
  distance: sum(activities, ({ distance }) => distance),
  moving_time: sum(activities, ({ moving_time }) => moving_time),
  elapsed_time: sum(activities, ({ elapsed_time }) => elapsed_time),
  elevation_gain: sum(activities, ({ total_elevation_gain }) => total_elevation_gain)
})

const recentDays = 28

/** Totals at `now` (epoch seconds) of what everybody may see. */
export const stats = ({ all, athlete }: Diary, now: number) => {
  const seen = all().filter(({ visibility }) => visibility === "everyone")
  const year = new Date(dayOf(athlete.home.zone, now) * daySeconds * 1000).getUTCFullYear()
  const inYear = ({ start_date, timezone }: Activity) =>
    new Date(dayOf(timezone, start_date) * daySeconds * 1000).getUTCFullYear() === year
  const recent = ({ start_date }: Activity) => start_date > now - recentDays * daySeconds
  const of = (type: string) =>
    seen.filter(({ sport_type }) => sport_type === `Virtual${type}` || Sport.find(sport_type).type === type)
  const [rides, runs, swims] = [of("Ride"), of("Run"), of("Swim")]
  const totals = (fits: (activity: Activity) => boolean) => [rides, runs, swims].map((kind) => total(kind.filter(fits)))
  const [recentTotals, yearTotals, allTotals] = [totals(recent), totals(inYear), totals(() => true)]
  return {
    biggest_ride_distance: Math.max(0, ...rides.map(({ distance }) => distance)),
    biggest_climb_elevation_gain: Math.max(0, ...rides.map(({ total_elevation_gain }) => total_elevation_gain)),
    recent_ride_totals: { ...recentTotals[0], achievement_count: 0 },
    recent_run_totals: { ...recentTotals[1], achievement_count: 0 },
    recent_swim_totals: { ...recentTotals[2], achievement_count: 0 },
    ytd_ride_totals: yearTotals[0],
    ytd_run_totals: yearTotals[1],
    ytd_swim_totals: yearTotals[2],
    all_ride_totals: allTotals[0],
    all_run_totals: allTotals[1],
    all_swim_totals: allTotals[2]
  }
}
