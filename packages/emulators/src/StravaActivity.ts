// An activity in the forms of Strava's API: in a list, by itself, and its laps. All but its facts is drawn from the seed
// and its id, so that an edit changes nothing else.
import * as Random from "./DemoRandom.ts"
import type { Activity, Diary } from "./StravaDiary.ts"
import * as Gear from "./StravaGear.ts"
import * as Sport from "./StravaSport.ts"
import * as Track from "./StravaTrack.ts"
import * as Zone from "./StravaZone.ts"

const devices = ["Nordwatch 4", "Nordwatch 4", "Veloputer 520", "Pulsar Fit"] as const
/** Points of a track in a list and by itself. */
const rough = 14
const fine = 120
const mostLaps = 25

const tenths = (value: number) => Math.round(value * 10) / 10
const speed = (metres: number, seconds: number) => (seconds === 0 ? 0 : Math.round((1000 * metres) / seconds) / 1000)

const times = (start: number, zone: string) => ({
  start_date: Zone.stamp(start),
  start_date_local: Zone.stamp(start + Zone.offset(zone, start))
})

/** Cuts an activity into pieces of `metres`; the last is what is left. */
const pieces = ({ distance, elapsed_time, moving_time, total_elevation_gain }: Activity, metres: number) => {
  const count = metres > 0 ? Math.max(1, Math.ceil(distance / metres)) : 1
  /** How much of a whole is done before the nth piece. */
  const done = (whole: number, nth: number) => (nth === count ? whole : Math.round((whole * nth * metres) / distance))
  return Array.from({ length: count }, (_, nth) => {
    const length = count === 1 ? distance : tenths(Math.min(metres, distance - nth * metres))
    const moving = done(moving_time, nth + 1) - (nth === 0 ? 0 : done(moving_time, nth))
    return {
      distance: length,
      moving_time: moving,
      elapsed_time: done(elapsed_time, nth + 1) - (nth === 0 ? 0 : done(elapsed_time, nth)),
      climb: tenths(total_elevation_gain / count),
      average_speed: speed(length, moving),
      split: nth + 1,
      from: nth === 0 ? 0 : done(elapsed_time, nth)
    }
  })
}

export const laps = (activity: Activity, { athlete }: Diary) => {
  const { distance, id, manual, sport_type, start_date, timezone } = activity
  if (manual) return []
  const metres = Math.max(Sport.find(sport_type).lap, Math.ceil(distance / mostLaps))
  return pieces(activity, metres).map(({ climb, from, ...piece }) => ({
    id: id * 100 + piece.split,
    resource_state: 2,
    name: `Lap ${piece.split}`,
    activity: { id, resource_state: 1 },
    athlete: { id: athlete.id, resource_state: 1 },
    ...times(start_date + from, timezone),
    ...piece,
    max_speed: tenths(1.3 * piece.average_speed),
    lap_index: piece.split,
    start_index: from,
    end_index: from + Math.max(0, piece.elapsed_time - 1),
    total_elevation_gain: climb
  }))
}

const splits = (activity: Activity, metres: number) =>
  pieces(activity, metres).map(({ climb, from: _, ...piece }) => ({
    ...piece,
    elevation_difference: climb,
    pace_zone: 0
  }))

/** What a device measured; nothing where there was none. */
const measured = (random: Random.Random, { distance, manual, moving_time, sport_type, start_latlng }: Activity) => {
  const heart = random.chance(0.9)
  const average = tenths(105 + 55 * random.next())
  const cadence = tenths(60 + 35 * random.next())
  const temperature = random.below(28)
  const height = tenths(250 + 60 * random.next())
  const watts = tenths(110 + 120 * random.next())
  const device = random.pick(devices)
  const effort = random.below(160)
  const meter = sport_type === "VirtualRide"
  if (manual) return { has_heartrate: false }
  return {
    ...(distance > 0 ? { average_cadence: cadence } : {}),
    ...(start_latlng === null ? {} : { average_temp: temperature, elev_high: height, elev_low: tenths(height - 60) }),
    has_heartrate: heart,
    ...(heart ? { average_heartrate: average, max_heartrate: Math.round(average * 1.18), suffer_score: effort } : {}),
    ...(Sport.find(sport_type).gear === "bike"
      ? { average_watts: watts, kilojoules: tenths((watts * moving_time) / 1000), device_watts: meter }
      : {}),
    ...(meter ? { max_watts: Math.round(watts * 3.1), weighted_average_watts: Math.round(watts * 1.06) } : {}),
    device_name: device
  }
}

const uploaded = (id: number) => ({
  upload_id: id + 1_500_000_000,
  upload_id_str: String(id + 1_500_000_000),
  external_id: `nordwatch_${id}.fit`
})

/** What lists and the activity by itself have in common. */
const object = (seed: number, activity: Activity, { athlete }: Diary) => {
  const { comment_count, description: _, kudos_count, start_date, start_latlng, timezone, ...facts } = activity
  const { distance, gear_id, id, manual, moving_time, sport_type, visibility } = facts
  const random = Random.make(seed, id, 2)
  const { type } = Sport.find(sport_type)
  const racing = random.chance(0.05)
  const ends = start_latlng === null ? [] : start_latlng.map((degrees) => Math.round(degrees * 100) / 100)
  const average = speed(distance, moving_time)
  return {
    athlete: { id: athlete.id, resource_state: 1 },
    ...facts,
    type,
    ...(type === "Run" || type === "Ride" ? { workout_type: racing ? (type === "Run" ? 1 : 11) : null } : {}),
    ...times(start_date, timezone),
    timezone: Zone.label(timezone, start_date),
    utc_offset: Zone.offset(timezone, start_date),
    location_city: null,
    location_state: null,
    location_country: null,
    achievement_count: random.below(4),
    kudos_count,
    comment_count,
    athlete_count: random.chance(0.15) ? 2 : 1,
    photo_count: 0,
    private: visibility === "only_me",
    flagged: false,
    gear_id,
    start_latlng: ends,
    end_latlng: ends,
    average_speed: average,
    max_speed: tenths(average * (1.3 + random.next() / 2)),
    ...measured(random, activity),
    heartrate_opt_out: false,
    display_hide_heartrate_option: !manual,
    ...(manual ? { upload_id: null, external_id: null } : uploaded(id)),
    from_accepted_tag: false,
    pr_count: random.below(2),
    total_photo_count: random.chance(0.2) ? 1 : 0,
    has_kudoed: false
  }
}

const track = (seed: number, { distance, id, start_latlng }: Activity, points: number): string =>
  start_latlng === null ? "" : Track.encode(Track.loop(Random.make(seed, id, 3), start_latlng, distance, points))

/** As the list of activities has it. */
export const summary = (seed: number, activity: Activity, diary: Diary) => ({
  resource_state: 2,
  ...object(seed, activity, diary),
  map: { id: `a${activity.id}`, summary_polyline: track(seed, activity, rough), resource_state: 2 }
})

/** The activity by itself. */
export const detail = (seed: number, activity: Activity, diary: Diary) => {
  const { description, gear_id, id, manual, moving_time, sport_type } = activity
  const gear = gear_id === null ? undefined : Gear.summary(diary, gear_id)
  const splitted = Sport.find(sport_type).type === "Run" && !manual
  return {
    resource_state: 3,
    ...object(seed, activity, diary),
    map: {
      id: `a${id}`,
      polyline: track(seed, activity, fine),
      resource_state: 3,
      summary_polyline: track(seed, activity, rough)
    },
    description,
    calories: tenths((moving_time * 11) / 60),
    ...(gear === undefined ? {} : { gear }),
    segment_efforts: [],
    ...(splitted
      ? { splits_metric: splits(activity, 1000), splits_standard: splits(activity, 1609.344), best_efforts: [] }
      : {}),
    laps: laps(activity, diary),
    photos: { count: 0 },
    hide_from_home: false,
    embed_token: Random.sha(Random.make(seed, id, 4))
  }
}
