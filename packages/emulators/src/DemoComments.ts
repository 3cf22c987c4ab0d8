// The comments under the issues and pull requests of a demo repository: as many as each item counts.
import { author, nodeId, stamp } from "./DemoCast.ts"
import * as DemoCollection from "./DemoCollection.ts"
import * as Random from "./DemoRandom.ts"
import { addresses, type Identity } from "./DemoRepository.ts"
import type { DemoTable } from "./DemoTable.ts"
import { body } from "./DemoText.ts"

export interface Comment extends DemoCollection.Entry {
  /** Number of the issue or pull request it is about. */
  readonly item: number
  readonly updatedAt: number
  /** How often it was edited. */
  readonly revision: number
}

export interface DemoComments extends DemoCollection.DemoCollection<Comment>, DemoCollection.Steered {
  /** Keeps the comment that the table has counted already. */
  readonly write: (item: number, at: number) => void
  /** As many comments as the table counts, within the life of each item. */
  readonly fill: (random: Random.Random) => void
  /** Some of the comments are edited within the period. */
  readonly edit: (random: Random.Random, from: number, until: number) => void
}

const associations = ["NONE", "CONTRIBUTOR", "MEMBER", "MEMBER"] as const

export const make = (seed: number, identity: Identity, table: DemoTable): DemoComments => {
  const draw = Random.drawing(seed, identity.id)
  const { html, url } = addresses(identity)
  const id = ({ number }: Comment) => DemoCollection.objectId(3, identity.id, number)

  const render = (comment: Comment) => {
    const { at, item, number, revision, updatedAt } = comment
    const random = draw("comment", number)
    const user = author(random)
    const association = random.pick(associations)
    const ups = random.chance(0.2) ? 1 + random.below(5) : 0
    const self = `${url}/issues/comments/${id(comment)}`
    const page = `${html}/${table.item(item)?.isPull ? "pull" : "issues"}/${item}`
    return {
      url: self,
      html_url: `${page}#issuecomment-${id(comment)}`,
      issue_url: `${url}/issues/${item}`,
      id: id(comment),
      node_id: nodeId("IC", identity.id, number),
      user,
      created_at: stamp(at),
      updated_at: stamp(updatedAt),
      author_association: user === null ? ("NONE" as const) : association,
      body: body(random, revision) ?? "+1",
      reactions: {
        url: `${self}/reactions`,
        total_count: ups,
        "+1": ups,
        "-1": 0,
        laugh: 0,
        hooray: 0,
        confused: 0,
        heart: 0,
        rocket: 0,
        eyes: 0
      },
      performed_via_github_app: null
    }
  }

  const edited = (comment: Comment, at: number): Comment => ({
    ...comment,
    updatedAt: at,
    revision: comment.revision + 1
  })
  const comments = DemoCollection.make<Comment>({ id, render, change: edited })
  const append = (item: number, at: number) =>
    comments.append((number) => ({ number, at, item, updatedAt: at, revision: 0 }))

  return {
    ...comments,
    write: append,
    fill: (random) => {
      const written: Array<{ readonly item: number; readonly at: number }> = []
      for (let number = 1; number <= table.highest(); number++) {
        const item = table.item(number)
        if (item === undefined) continue
        const life = item.updatedAt - item.createdAt
        for (let nth = 0; nth < item.comments; nth++)
          written.push({ item: number, at: item.createdAt + Math.floor(random.next() * (life + 1)) })
      }
      written.sort((one, other) => one.at - other.at)
      for (const { at, item } of written) {
        const comment = append(item, at)
        const last = table.item(item)?.updatedAt ?? at
        if (last > at && random.chance(0.1)) comments.put(edited(comment, at + 1 + random.below(last - at)))
      }
    },
    edit: (random, from, until) => {
      const all = comments.entries()
      for (const at of Random.moments(random, from, until, all.length === 0 ? 0 : 3)) {
        const comment = all[random.below(all.length)]
        if (comment !== undefined && comment.at < at) comments.put(edited(comment, at))
      }
    },
    add: (at, of = table.last()) => {
      const item = table.item(of)
      if (item === undefined) return undefined
      table.comment(of, Math.max(at, item.updatedAt))
      return DemoCollection.added(comments, append(of, at))
    },
    remove: (which, at) => {
      const comment = comments.find(which)
      if (comment === undefined) return false
      table.uncomment(comment.item, at)
      return comments.remove(which, at)
    }
  }
}
