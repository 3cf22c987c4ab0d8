// The demo behind the Strava emulator: some athletes with a year of activities each, generated from a seed. Two demos with
// the same options and the same calls hold exactly the same.
import { athletes } from "./StravaAthlete.ts"
import * as StravaDiary from "./StravaDiary.ts"
import * as Life from "./StravaLife.ts"
import { daySeconds } from "./StravaZone.ts"

export interface Options {
  /** Default 1. */
  readonly seed?: number | undefined
  /** How many athletes, 1 to 4. Default 2: one at home in Europe/Ljubljana, one in Pacific/Honolulu. */
  readonly athletes?: number | undefined
  /** About how many activities an athlete has at first, 0 to 4000; they fill the year before. Default 400. */
  readonly activities?: number | undefined
}

export interface Demo {
  readonly seed: number
  readonly diaries: ReadonlyArray<StravaDiary.Diary>
  /** By the athlete's id. */
  readonly find: (athlete: number) => StravaDiary.Diary | undefined
  /** Whose activity this is. */
  readonly ownerOf: (activity: number) => StravaDiary.Diary | undefined
  /** Lets everything happen up to `until` (epoch seconds) that has not. */
  readonly live: (until: number) => void
}

const yearDays = 365

/** `now` in epoch seconds is where the demo begins. */
export const make = ({ activities = 400, athletes: count = 2, seed = 1 }: Options, now: number): Demo => {
  let lived = now
  const lives = athletes.slice(0, count).map((athlete) => {
    const diary = StravaDiary.make(athlete)
    const options = { seed, athlete, rate: activities / yearDays }
    Life.begin(options, diary, { from: now - yearDays * daySeconds, until: now })
    return { diary, pass: (period: Life.Period) => Life.pass(options, diary, period) }
  })
  const diaries = lives.map(({ diary }) => diary)
  return {
    seed,
    diaries,
    find: (id) => diaries.find(({ athlete }) => athlete.id === id),
    ownerOf: (activity) => diaries.find(({ find }) => find(activity) !== undefined),
    live: (until) => {
      for (const { pass } of lives) pass({ from: lived, until })
      lived = Math.max(lived, until)
    }
  }
}
