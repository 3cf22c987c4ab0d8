// The reviews of the pull requests of a demo repository. A pull request is never older than its last review.
import { ghost, nodeId, person, stamp } from "./DemoCast.ts"
import * as DemoCollection from "./DemoCollection.ts"
import * as Random from "./DemoRandom.ts"
import { addresses, type Identity } from "./DemoRepository.ts"
import type { DemoTable } from "./DemoTable.ts"
import { body } from "./DemoText.ts"

export type State = "APPROVED" | "CHANGES_REQUESTED" | "COMMENTED" | "DISMISSED"

export interface Review extends DemoCollection.Entry {
  /** Number of the pull request. */
  readonly pull: number
  readonly state: State
}

export interface DemoReviews extends DemoCollection.DemoCollection<Review>, DemoCollection.Steered {
  /** Keeps a review; the pull request has been touched already. */
  readonly write: (pull: number, at: number, state: State) => void
  /** None to four reviews for each pull request, within its life. */
  readonly fill: (random: Random.Random) => void
}

const states = ["COMMENTED", "COMMENTED", "CHANGES_REQUESTED", "APPROVED", "APPROVED", "DISMISSED"] as const
const associations = ["CONTRIBUTOR", "MEMBER", "MEMBER", "OWNER"] as const

export const make = (seed: number, identity: Identity, table: DemoTable): DemoReviews => {
  const draw = Random.drawing(seed, identity.id)
  const { html, url } = addresses(identity)
  const id = ({ number }: Review) => DemoCollection.objectId(4, identity.id, number)

  const render = (review: Review) => {
    const { at, number, pull, state } = review
    const random = draw("review", number)
    const who = random.next()
    const user = who < 0.04 ? null : who < 0.06 ? ghost : person(random)
    const association = random.pick(associations)
    const page = `${html}/pull/${pull}#pullrequestreview-${id(review)}`
    const self = `${url}/pulls/${pull}`
    return {
      id: id(review),
      node_id: nodeId("PRR", identity.id, number),
      user,
      body: state === "APPROVED" && random.chance(0.6) ? "" : (body(random, 0) ?? ""),
      state,
      html_url: page,
      pull_request_url: self,
      author_association: user === null ? ("NONE" as const) : association,
      _links: { html: { href: page }, pull_request: { href: self } },
      submitted_at: stamp(at),
      commit_id: random.chance(0.03) ? null : Random.sha(random)
    }
  }

  const reviews = DemoCollection.make<Review>({ id, render })
  const append = (pull: number, at: number, state: State) => reviews.append((number) => ({ number, at, pull, state }))

  return {
    ...reviews,
    write: append,
    fill: (random) => {
      for (let number = 1; number <= table.highest(); number++) {
        const item = table.item(number)
        if (item === undefined || !item.isPull) continue
        const { closedAt, createdAt, merged, updatedAt } = item
        const times = Random.moments(random, createdAt, closedAt ?? updatedAt, random.below(5))
        for (const [nth, at] of times.entries()) {
          const last = nth === times.length - 1
          // Nobody reviews in the very second of the creation: the time would be after the last change.
          if (at <= updatedAt) append(number, at, merged && last ? "APPROVED" : random.pick(states))
        }
      }
    },
    add: (at, of = table.last("pulls")) => {
      if (!table.item(of)?.isPull) return undefined
      table.stir(of, at)
      return DemoCollection.added(reviews, append(of, at, "COMMENTED"))
    },
    // The one change that a review knows.
    touch: (which, at) => {
      const review = reviews.find(which)
      if (review === undefined) return false
      reviews.put({ ...review, state: "DISMISSED" })
      table.stir(review.pull, at)
      return true
    }
  }
}
