// The source as the harness changes it and knows it: which rows there have to be, and which versions of them there were.
import connector from "@inlet/connector-github"
import { REPOSITORIES } from "./world.mjs"

const { map } = connector.streams.get("issues")

/** The issues of the world as rows, by key. `comments` counts the versions of a row: nothing else changes one here. */
const rowsOf = async (world) => {
  const rows = new Map()
  for (const repository of REPOSITORIES) {
    const items = await world.source("GET", `items?repository=${repository}&kind=issues&full=1`)
    for (const item of items.filter(({ pull_request }) => pull_request === undefined)) {
      const { row } = map(item)
      rows.set(row.issue_id, { ...row, repository })
    }
  }
  return rows
}

/** Follows the source of a fresh world. */
export const follow = async (world) => {
  const first = await rowsOf(world)
  const known = [...first.values()].map(({ number, repository }) => ({ number, repository }))
  const hot = known[0]
  const changes = { hot: 0, touched: 0, together: 0, added: 0 }
  let versions = first.size
  let now = (await world.source("POST", "advance", { days: 1 / 86_400 })).now

  const touch = async ({ number, repository }, at) => {
    versions += 1
    now = (await world.source("POST", "touch", { repository, number, ...(at && { at }) })).now
  }
  const someone = (dice) => dice.pick(known)

  const kinds = {
    hot: () => touch(hot),
    touched: (dice) => touch(someone(dice)),
    // Of one and the same second, the last one that was served: more than a page can hold.
    together: async (dice) => {
      const at = now
      for (let left = 2 + dice.below(10); left > 0; left--) await touch(someone(dice), at)
    },
    // Written once: new entries of one second that nothing touches afterwards, unless they are refused.
    added: async (dice) => {
      const repository = dice.pick(REPOSITORIES)
      const count = 1 + dice.below(3)
      versions += count
      const answer = await world.source("POST", "add", {
        repository,
        kind: "issues",
        count,
        ...(dice.chance(0.5) && { at: now })
      })
      now = answer.now
    }
  }

  return {
    dataset: "github_issues",
    key: "issue_id",
    version: "comments",
    changes,
    versions: () => versions,
    rows: () => rowsOf(world),
    first,
    touch,
    /** One change, of any kind. */
    change: async (dice) => {
      const kind = dice.pick(Object.keys(kinds))
      changes[kind] += 1
      await kinds[kind](dice)
    }
  }
}
