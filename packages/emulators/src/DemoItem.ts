// One issue or pull request in the form of GitHub's REST API. Nothing is stored: the whole object follows from the seed,
// the repository and the item's few changing facts.

import { author, ghost, labels, milestone, nodeId, person, stamp } from "./DemoCast.ts"
import { objectId } from "./DemoCollection.ts"
import * as Random from "./DemoRandom.ts"
import { addresses, type Identity, repository, type Version } from "./DemoRepository.ts"
import type { Item } from "./DemoTable.ts"
import { body, branch, title } from "./DemoText.ts"

const associations = ["NONE", "CONTRIBUTOR", "MEMBER", "COLLABORATOR", "OWNER"] as const
const firstFork = 500_000_000

/** An issue's id and a pull request's id are different numbers even where both belong to one item, as on GitHub. */
export const issueId = (repositoryId: number, number: number): number => objectId(2, repositoryId, number)
export const pullId = (repositoryId: number, number: number): number => objectId(1, repositoryId, number)

/**
 * Draws an item's objects: `issue` as the issues list has it (pull requests too), `pull` as the pulls list has it,
 * `fullPull` as the pull request by itself. Without `deletedForks` every fork still exists.
 */
export const make = (seed: number, identity: Identity, deletedForks: boolean) => {
  const { id: repositoryId, owner } = identity
  const { html, url } = addresses(identity)
  const own = {
    "2026-03-10": repository(identity, "2026-03-10"),
    "2022-11-28": repository(identity, "2022-11-28")
  } satisfies Record<Version, unknown>

  const draw = Random.drawing(seed, repositoryId)

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
    const headSha = Random.sha(draw("git", number, revision + 1))
    const origin = git.next()
    const headOwner = origin < 0.7 ? owner : (common.user ?? person(git))
    // A fork that its owner has deleted leaves null behind.
    const headRepository =
      origin < 0.7
        ? own[version]
        : origin < 0.95 || !deletedForks
          ? repository(
              { ...identity, id: firstFork + (headOwner.id % 1000) * 10 + repositoryId, owner: headOwner, fork: true },
              version
            )
          : null
    const ref = branch(common.title, number)
    const baseSha = Random.sha(git)
    const mergeSha = Random.sha(git)
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

  /** What only a pull request by itself has. An author who is gone is the ghost here: this object always names one. */
  const fullPull = (item: Item, version: Version) => {
    const { closedAt, comments, isDraft, merged, number, revision } = item
    const listed = pull(item, version)
    const size = draw("size", number)
    const mergedBy = person(size)
    const commits = 1 + Math.floor(size.next() ** 2 * 20)
    const reviewComments = Math.floor(size.next() ** 3 * 12)
    // The service works out whether an open one can be merged; until it has, it says null.
    const mergeable = closedAt !== null || size.chance(0.1) ? null : size.chance(0.85)
    return {
      ...listed,
      user: listed.user ?? ghost,
      merged,
      mergeable,
      rebaseable: mergeable,
      mergeable_state: mergeable === null ? "unknown" : !mergeable ? "dirty" : isDraft ? "draft" : "clean",
      merged_by: merged ? mergedBy : null,
      comments,
      review_comments: reviewComments,
      maintainer_can_modify: size.chance(0.3),
      commits: commits + revision,
      additions: commits * (1 + size.below(60)) + revision,
      deletions: size.below(commits * 40),
      changed_files: 1 + size.below(commits * 3)
    }
  }

  return { issue, pull, fullPull }
}
