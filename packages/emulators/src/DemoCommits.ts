// The commits on the main branch of a demo repository. Each names its parents by what they were, so that a force push
// that drops some leaves the others as they are.
import { type Account, nodeId, person, stamp, webFlow } from "./DemoCast.ts"
import * as DemoCollection from "./DemoCollection.ts"
import * as Random from "./DemoRandom.ts"
import { addresses, type Identity } from "./DemoRepository.ts"
import { body, title } from "./DemoText.ts"

/** `at` is the committer date. */
export type Commit = DemoCollection.Entry

export interface DemoCommits extends DemoCollection.DemoCollection<Commit>, DemoCollection.Steered {
  readonly pass: (random: Random.Random, from: number, until: number, count: number) => void
  readonly sha: (number: number) => string
  /** The short form, as it sits inside a workflow run. */
  readonly short: (commit: Commit) => object
  /** One of those made last. */
  readonly recent: (random: Random.Random) => Commit | undefined
}

const nameOf = ({ login }: Account) =>
  login
    .split("-")
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join(" ")

const signature = (who: Account, at: number) => ({
  name: who === webFlow ? "GitHub" : nameOf(who),
  email: who === webFlow ? "noreply@github.com" : `${who.id}+${who.login}@users.noreply.github.com`,
  date: stamp(at)
})

export const make = (seed: number, identity: Identity): DemoCommits => {
  const draw = Random.drawing(seed, identity.id)
  const { html, url } = addresses(identity)
  const sha = (number: number) => Random.sha(draw("commit", number))

  const facts = ({ at, number }: Commit) => {
    const random = draw("commit", number)
    const own = Random.sha(random)
    const tree = Random.sha(random)
    const writer = person(random)
    // Merged on the web, or pushed by whoever wrote it; a rebased commit was written earlier than it was committed.
    const committer = random.chance(0.6) ? webFlow : writer
    const writtenAt = at - (random.chance(0.3) ? random.below(5 * 86_400) : 0)
    const isMerge = number > 2 && random.chance(0.1)
    const subject = title(random, true)
    return {
      random,
      sha: own,
      tree,
      writer,
      committer,
      author: signature(writer, writtenAt),
      commit: signature(committer, at),
      parents: number === 1 ? [] : isMerge ? [number - 1, number - 2] : [number - 1],
      message: random.chance(0.4) ? `${subject}\n\n${body(random, 0) ?? ""}`.trimEnd() : subject
    }
  }

  const render = (entry: Commit) => {
    const { author, commit, committer, message, parents, random, sha: own, tree, writer } = facts(entry)
    const verified = committer === webFlow
    return {
      sha: own,
      node_id: nodeId("C", identity.id, own),
      commit: {
        author,
        committer: commit,
        message,
        tree: { sha: tree, url: `${url}/git/trees/${tree}` },
        url: `${url}/git/commits/${own}`,
        comment_count: random.chance(0.05) ? 1 + random.below(3) : 0,
        verification: {
          verified,
          reason: verified ? "valid" : "unsigned",
          signature: verified ? "-----BEGIN PGP SIGNATURE-----\n\ndemo\n-----END PGP SIGNATURE-----\n" : null,
          payload: verified ? `tree ${tree}\n` : null,
          verified_at: verified ? commit.date : null
        }
      },
      url: `${url}/commits/${own}`,
      html_url: `${html}/commit/${own}`,
      comments_url: `${url}/commits/${own}/comments`,
      // An address that no account has leaves null.
      author: random.chance(0.06) ? null : writer,
      committer: random.chance(0.04) ? null : committer,
      parents: parents.map((number) => ({
        sha: sha(number),
        url: `${url}/commits/${sha(number)}`,
        html_url: `${html}/commit/${sha(number)}`
      }))
    }
  }

  const commits = DemoCollection.make<Commit>({ id: ({ number }) => sha(number), render })
  const append = (at: number) => commits.append((number) => ({ number, at }))

  return {
    ...commits,
    sha,
    short: (entry) => {
      const { author, commit, message, sha, tree } = facts(entry)
      const identify = ({ email, name }: ReturnType<typeof signature>) => ({ name, email })
      return {
        id: sha,
        tree_id: tree,
        message,
        timestamp: commit.date,
        author: identify(author),
        committer: identify(commit)
      }
    },
    recent: (random) => {
      const last = commits.entries().slice(-10)
      return last[random.below(last.length)]
    },
    pass: (random, from, until, count) => {
      for (const at of Random.moments(random, from, until, count)) append(at)
    },
    add: (at) => DemoCollection.added(commits, append(at))
  }
}
