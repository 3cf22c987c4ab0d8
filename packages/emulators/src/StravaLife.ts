// What happens on Strava while time passes: uploads, kudos, edits and deletions. A day brings the same whether time
// passes in one go or in steps.
import * as Random from "./DemoRandom.ts"
import type { Activity, Diary, Facts } from "./StravaDiary.ts"
import { names, type Options, planned } from "./StravaPlan.ts"
import * as Sport from "./StravaSport.ts"
import { daySeconds } from "./StravaZone.ts"

interface Happening {
  readonly at: number
  readonly happen: () => void
}

/** Epoch seconds; everything happens after `from` and not after `until`. */
export interface Period {
  readonly from: number
  readonly until: number
}

/** Uploads come so many days after their local day at most, and a local day begins up to one before that of UTC. */
const longestDelay = 8
/** People look at what is new. */
const looked = 25

const within = (happenings: ReadonlyArray<Happening>, { from, until }: Period) =>
  happenings.filter(({ at }) => at > from && at <= until)

const days = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, nth) => first + nth)
const dayAt = (at: number) => Math.floor(at / daySeconds)

const uploads = (options: Options, diary: Diary, period: Period, kudos: boolean): ReadonlyArray<Happening> =>
  days(dayAt(period.from) - longestDelay, dayAt(period.until) + 1).flatMap((day) =>
    planned(options, day).map(({ facts, uploadedAt }) => ({
      at: uploadedAt,
      happen: () => {
        diary.add(kudos ? facts : { ...facts, kudos_count: 0, comment_count: 0 })
      }
    }))
  )

const edits: ReadonlyArray<(random: Random.Random, activity: Activity, diary: Diary) => Partial<Facts>> = [
  (random) => ({ name: random.pick(names) }),
  (random, { gear_id }, { athlete }) => {
    const others = athlete.gear.filter(({ id }) => id !== gear_id)
    return { gear_id: others[random.below(others.length)]?.id ?? null }
  },
  (_, { name, sport_type }) => {
    const { near } = Sport.find(sport_type)
    return near === null ? { name: `${name} 🌊` } : { sport_type: near }
  },
  (_, { visibility }) => ({ visibility: visibility === "only_me" ? "everyone" : "only_me" }),
  (_, { commute, description }) => ({ description: `${description}\nEdited later.`, commute: !commute })
]

const changes = ({ athlete, seed }: Options, diary: Diary, day: number): ReadonlyArray<Happening> => {
  const random = Random.make(seed, athlete.id, day, 5)
  const happening = (change: (activity: Activity, random: Random.Random) => void): Happening => {
    const own = Random.make(seed, athlete.id, day, random.below(2 ** 30))
    return {
      at: day * daySeconds + random.below(daySeconds),
      happen: () => {
        const activity = diary.all()[own.below(looked)]
        if (activity !== undefined) change(activity, own)
      }
    }
  }
  const kudos = () =>
    happening(({ comment_count, id, kudos_count }, random) => {
      diary.change(id, { kudos_count: kudos_count + 1, comment_count: comment_count + (random.chance(0.1) ? 1 : 0) })
    })
  const edit = happening((activity, random) => {
    diary.change(activity.id, edits[day % edits.length]?.(random, activity, diary) ?? {})
  })
  const deletion = happening(({ id }) => diary.remove(id))
  return [...Array.from({ length: 3 + random.below(6) }, kudos), edit, ...(day % 3 === 0 ? [deletion] : [])]
}

const happen = (happenings: ReadonlyArray<Happening>, period: Period) => {
  for (const { happen } of within(happenings, period).toSorted((one, other) => one.at - other.at)) happen()
}

/** The year that a diary begins with: what was uploaded, with the kudos that it has got. */
export const begin = (options: Options, diary: Diary, period: Period): void =>
  happen(uploads(options, diary, period, true), period)

/** Life goes on. */
export const pass = (options: Options, diary: Diary, period: Period): void =>
  happen(
    [
      ...uploads(options, diary, period, false),
      ...days(dayAt(period.from), dayAt(period.until)).flatMap((day) => changes(options, diary, day))
    ],
    period
  )
