// What a demo athlete does on a day, and when it is uploaded: the same for the same seed, athlete and day.
// Beside the ordinary there is what makes days hard to tell: late evenings far from Greenwich, both ends of the days on
// which clocks are changed, hidden start times, and uploads that come days late.
import * as Random from "./DemoRandom.ts"
import { type Athlete, type Place, whereabouts } from "./StravaAthlete.ts"
import type { Facts } from "./StravaDiary.ts"
import * as Sport from "./StravaSport.ts"
import { changesOn, daySeconds, instant } from "./StravaZone.ts"

export interface Options {
  readonly seed: number
  readonly athlete: Athlete
  /** Activities a day, on average. */
  readonly rate: number
}

export interface Planned {
  readonly facts: Facts
  readonly uploadedAt: number
}

interface Session {
  /** Seconds of the wall clock since midnight. */
  readonly wall: number
  readonly commute: boolean
}

const clock = (hours: number, minutes: number) => hours * 3600 + minutes * 60
const late = clock(23, 30)
/** Where an evening belongs to another day in UTC, and everybody is up late now and then. */
const farZones = ["Asia/Kathmandu", "Pacific/Honolulu"]
/** Strava's place for a start time that the athlete hides. */
const hidden = 1

const parts = [
  [clock(5, 0), "Night"],
  [clock(11, 0), "Morning"],
  [clock(14, 0), "Lunch"],
  [clock(18, 0), "Afternoon"],
  [clock(22, 0), "Evening"],
  [daySeconds, "Night"]
] as const

export const names = [
  "Easy one",
  "Hills with Ana 🌄",
  "Čez hrib in nazaj",
  "Tempo 5 × 1000 m",
  "Rain, then more rain ☔",
  "नेपाल loop",
  "Coffee stop at the harbour",
  'Legs said "no"'
] as const

const descriptions = [
  "",
  "",
  "",
  "Felt good after the first half hour.",
  "Wind from everywhere.\nAgain on Sunday?"
] as const

const usualName = (sport: string, wall: number) => {
  const part = parts.find(([end]) => wall < end)?.[1] ?? "Night"
  return `${part} ${sport.replace(/([a-z])([A-Z])/g, "$1 $2")}`
}

const sessions = (random: Random.Random, { zone }: Place, day: number, rate: number): ReadonlyArray<Session> => {
  const at = (wall: number, commute = false): Session => ({ wall, commute })
  const count = Math.floor(rate) + (random.chance(rate % 1) ? 1 : 0)
  const commutes = random.chance(0.1)
  const evening = random.chance(0.04) || (farZones.includes(zone) && day % 10 === 0)
  if (rate > 0 && changesOn(zone, day)) return [at(clock(0, 30)), at(late)]
  const weekday = new Date(day * daySeconds * 1000).getUTCDay() % 6 !== 0
  if (count > 0 && commutes && weekday) return [at(clock(7, 40), true), at(clock(17, 10), true)]
  const others = Array.from({ length: count }, (_, nth) => {
    const wall = clock(6, 0) + Math.floor((nth * clock(14, 0)) / count) + random.below(clock(3, 0))
    return at(random.chance(0.03) ? hidden : wall)
  })
  return rate > 0 && evening ? [...others.slice(1), at(late)] : others
}

const tenths = (value: number) => Math.round(value * 10) / 10

const facts = (
  random: Random.Random,
  { gear }: Athlete,
  { latitude, longitude, zone }: Place,
  start: number,
  { commute, wall }: Session
): Facts => {
  const sport = commute ? "Ride" : Sport.pick(random.next())
  const kind = Sport.find(sport)
  const manual = random.chance(0.03) && !commute
  const trainer = sport === "VirtualRide" || (sport === "Run" && random.chance(0.06))
  const moving = Math.round(kind.minutes * 60 * (commute ? 0.3 : 0.5 + random.next()))
  // Who types one in does not always know how far it was.
  const speed = manual && random.chance(0.5) ? 0 : kind.speed
  const distance = tenths(speed * (0.85 + 0.3 * random.next()) * moving)
  const outside = !manual && !trainer && !kind.inside
  const fitting = gear.filter((one) => one.kind === kind.gear && !one.retired)
  const seen = random.next()
  const spread = () => (random.next() - 0.5) * 0.05
  return {
    name: random.chance(0.15) ? random.pick(names) : usualName(sport, wall),
    sport_type: sport,
    start_date: start,
    timezone: zone,
    start_latlng: outside ? [latitude + spread(), longitude + spread()] : null,
    distance,
    moving_time: moving,
    elapsed_time: moving + random.below(moving / 5),
    total_elevation_gain: outside ? tenths((distance / 1000) * kind.climb * (0.5 + random.next())) : 0,
    gear_id: random.chance(0.15) ? null : (fitting[random.below(fitting.length)]?.id ?? null),
    manual,
    trainer: trainer && !manual,
    commute,
    visibility: seen < 0.03 ? "only_me" : seen < 0.08 ? "followers_only" : "everyone",
    description: random.pick(descriptions),
    kudos_count: random.below(24),
    comment_count: Math.floor(random.next() ** 3 * 5)
  }
}

/** `day` is the number of a local day since 1970-01-01. */
export const planned = ({ athlete, rate, seed }: Options, day: number): ReadonlyArray<Planned> => {
  const random = Random.make(seed, athlete.id, day, 1)
  const place = whereabouts(athlete, day)
  return sessions(random, place, day, rate).map((session) => {
    const start = instant(place.zone, day * daySeconds + session.wall)
    const done = facts(random, athlete, place, start, session)
    const delay = 60 + random.below(600) + (random.chance(0.06) ? (1 + random.below(5)) * daySeconds : 0)
    return { facts: done, uploadedAt: start + done.elapsed_time + delay }
  })
}
