// One issue or pull request in the form of GitHub's REST API. Nothing is stored: the whole object follows from the seed,
// the repository and the item's few changing facts.

import { api, author, labels, milestone, nodeId, person, stamp, web } from "./DemoCast.ts"
import * as Random from "./DemoRandom.ts"
import { type Identity, repository, type Version } from "./DemoRepository.ts"
import type { Item } from "./DemoTable.ts"
import { body, branch, title } from "./DemoText.ts"

// Each aspect of an item draws from its own sequence, so that a change of one does not move the others.
const aspect = { text: 1, people: 2, tags: 3, reactions: 4, git: 5, closing: 6 } as const

const associations = ["NONE", "CONTRIBUTOR", "MEMBER", "COLLABORATOR", "OWNER"] as const
const firstFork = 500_000_000

const range = 2 ** 21
/** An issue's id and a pull request's id are different numbers even where both belong to one item, as on GitHub. */
export const issueId = (repositoryId: number, number: number): number => 2_000_000_000 + repositoryId * range + number
export const pullId = (repositoryId: number, number: number): number => 1_000_000_000 + repositoryId * range + number

/** Draws an item's objects: `issue` as the issues list has it (pull requests too), `pull` as the pulls list has it. */
export const make = (seed: number, identity: Identity) => {
  const { id: repositoryId, name, owner } = identity
  const url = `${api}/repos/${owner.login}/${name}`
  const html = `${web}/${owner.login}/${name}`
  const own = {
    "2026-03-10": repository(identity, "2026-03-10"),
    "2022-11-28": repository(identity, "2022-11-28")
  } satisfies Record<Version, unknown>

  const draw = (which: keyof typeof aspect, number: number, revision = 0) =>
    Random.make(seed, repositoryId, number, aspect[which], revision)

  /** What both forms of an item have in common. */
  const shared = (item: Item, version: Version) => {
    const { closedAt, createdAt, isPull, number, revision, updatedAt } = item
    const text = draw("text", number)
    const people = draw("people", number)
    const tags = draw("tags", number, revision >> 1)
    const user = author(people)
    const assignees = Array.from({ length: people.chance(0.1) ? 1 + people.below(2) : 0 }, () => person(people)).filter(
      (one, at, all) => all.indexOf(one) === at
    )
    const locked = people.chance(0.02)
    return {
      node_id: nodeId(isPull ? "PR" : "I", repositoryId, number),
      number,
      title: title(text, isPull),
      user,
      labels: labels(tags, repositoryId, url),
      state: closedAt === null ? ("open" as const) : ("closed" as const),
      locked,
      ...(version === "2022-11-28" ? { assignee: assignees[0] ?? null } : {}),
      assignees,
      milestone: milestone(tags, repositoryId, url, html),
      created_at: stamp(createdAt),
      updated_at: stamp(updatedAt),
      closed_at: closedAt === null ? null : stamp(closedAt),
      author_association: user === null ? ("NONE" as const) : people.pick(associations),
      active_lock_reason: locked ? ("resolved" as const) : null,
      body: body(text, revision)
    }
  }

  const reactions = (number: number) => {
    const random = draw("reactions", number)
    const up = random.chance(0.3) ? random.below(12) : 0
    const heart = random.chance(0.1) ? random.below(4) : 0
    return {
      url: `${url}/issues/${number}/reactions`,
      total_count: up + heart,
      "+1": up,
      "-1": 0,
      laugh: 0,
      hooray: 0,
      confused: 0,
      heart,
      rocket: 0,
      eyes: 0
    }
  }

  const stateReason = ({ closedAt, isPull, reopened }: Item, random: Random.Random) => {
    if (isPull) return null
    if (closedAt === null) return reopened ? ("reopened" as const) : null
    return random.pick(["completed", "completed", "completed", "not_planned", "duplicate"] as const)
  }

  const issue = (item: Item, version: Version) => {
    const { closedAt, comments, isDraft, isPull, merged, number } = item
    const self = `${url}/issues/${number}`
    const page = `${html}/${isPull ? "pull" : "issues"}/${number}`
    const closing = draw("closing", number)
    const closer = closing.chance(0.5) ? null : person(closing)
    return {
      url: self,
      repository_url: url,
      labels_url: `${self}/labels{/name}`,
      comments_url: `${self}/comments`,
      events_url: `${self}/events`,
      html_url: page,
      id: issueId(repositoryId, number),
      ...shared(item, version),
      comments,
      ...(isPull
        ? {
            draft: isDraft,
            pull_request: {
              url: `${url}/pulls/${number}`,
              html_url: page,
              diff_url: `${page}.diff`,
              patch_url: `${page}.patch`,
              merged_at: merged && closedAt !== null ? stamp(closedAt) : null
            }
          }
        : {
            type: null,
            sub_issues_summary: { total: 0, completed: 0, percent_completed: 0 },
            issue_dependencies_summary: { blocked_by: 0, total_blocked_by: 0, blocking: 0, total_blocking: 0 }
          }),
      closed_by: closedAt === null ? null : closer,
      reactions: reactions(number),
      timeline_url: `${self}/timeline`,
      performed_via_github_app: null,
      state_reason: stateReason(item, closing)
    }
  }

  const pull = (item: Item, version: Version) => {
    const { closedAt, isDraft, merged, number, revision } = item
    const self = `${url}/pulls/${number}`
    const page = `${html}/pull/${number}`
    const common = shared(item, version)
    const git = draw("git", number)
    const sha = (random: Random.Random) =>
      Array.from({ length: 5 }, () =>
        random
          .below(2 ** 32)
          .toString(16)
          .padStart(8, "0")
      ).join("")
    const headSha = sha(draw("git", number, revision + 1))
    const origin = git.next()
    const headOwner = origin < 0.7 ? owner : (common.user ?? person(git))
    // A fork that its owner has deleted leaves null behind.
    const headRepository =
      origin < 0.7
        ? own[version]
        : origin < 0.95
          ? repository(
              { ...identity, id: firstFork + (headOwner.id % 1000) * 10 + repositoryId, owner: headOwner, fork: true },
              version
            )
          : null
    const ref = branch(common.title, number)
    const baseSha = sha(git)
    const mergeSha = sha(git)
    const link = (href: string) => ({ href })
    return {
      url: self,
      id: pullId(repositoryId, number),
      html_url: page,
      diff_url: `${page}.diff`,
      patch_url: `${page}.patch`,
      issue_url: `${url}/issues/${number}`,
      ...common,
      merged_at: merged && closedAt !== null ? stamp(closedAt) : null,
      ...(version === "2022-11-28" ? { merge_commit_sha: mergeSha } : {}),
      requested_reviewers: git.chance(0.3) ? [person(git)] : [],
      requested_teams: [],
      draft: isDraft,
      commits_url: `${self}/commits`,
      review_comments_url: `${self}/comments`,
      review_comment_url: `${url}/pulls/comments{/number}`,
      comments_url: `${url}/issues/${number}/comments`,
      statuses_url: `${url}/statuses/${headSha}`,
      head: { label: `${headOwner.login}:${ref}`, ref, sha: headSha, user: headOwner, repo: headRepository },
      base: {
        label: `${owner.login}:main`,
        ref: "main",
        sha: baseSha,
        user: owner,
        repo: own[version]
      },
      _links: {
        self: link(self),
        html: link(page),
        issue: link(`${url}/issues/${number}`),
        comments: link(`${url}/issues/${number}/comments`),
        review_comments: link(`${self}/comments`),
        review_comment: link(`${url}/pulls/comments{/number}`),
        commits: link(`${self}/commits`),
        statuses: link(`${url}/statuses/${headSha}`)
      },
      auto_merge: null
    }
  }

  return { issue, pull }
}
