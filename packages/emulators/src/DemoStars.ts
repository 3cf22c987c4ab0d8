// Who starred a demo repository, and when. Whoever takes a star back is gone without a trace.
import { type Account, people, stamp, stranger } from "./DemoCast.ts"
import * as DemoCollection from "./DemoCollection.ts"
import * as Random from "./DemoRandom.ts"

export type Star = DemoCollection.Entry

export interface DemoStars extends DemoCollection.DemoCollection<Star>, DemoCollection.Steered {
  readonly pass: (random: Random.Random, from: number, until: number, count: number) => void
  readonly user: (star: Star) => Account
}

/** The first stars of a repository are its own people's, all others strangers'. */
const user = ({ number }: Star): Account => people[number - 1] ?? stranger(number)

/** The id of a star is that of its user. */
export const make = (): DemoStars => {
  const stars = DemoCollection.make<Star>({
    id: (star) => user(star).id,
    render: (star) => ({ starred_at: stamp(star.at), user: user(star) })
  })
  const append = (at: number) => stars.append((number) => ({ number, at }))
  return {
    ...stars,
    user,
    pass: (random, from, until, count) => {
      for (const at of Random.moments(random, from, until, count)) append(at)
    },
    add: (at) => DemoCollection.added(stars, append(at))
  }
}
