// A demo repository in the form of GitHub's REST API: the object at /repos/{owner}/{repo}, which also sits inside each
// pull request.

import { type Account, api, nodeId, organisation, stamp, web } from "./DemoCast.ts"

/**
 * The calendar versions of the API that the emulator knows. 2026-03-10 left out `assignee`, `merge_commit_sha`,
 * `has_downloads`, `use_squash_pr_title_as_default` and `rate` (changelog of GitHub's API description).
 */
export const versions = ["2026-03-10", "2022-11-28"] as const
export type Version = (typeof versions)[number]

/** What names a repository. */
export interface Identity {
  readonly id: number
  readonly owner: Account
  readonly name: string
  readonly fork: boolean
  readonly archived: boolean
  readonly topics: ReadonlyArray<string>
  /** Epoch seconds. */
  readonly createdAt: number
}

/** Where the repository is, in the API and on the web. */
export const addresses = ({ name, owner }: Pick<Identity, "name" | "owner">) => ({
  url: `${api}/repos/${encodeURIComponent(owner.login)}/${name}`,
  html: `${web}/${encodeURIComponent(owner.login)}/${name}`
})

const paths = {
  archive_url: "{archive_format}{/ref}",
  assignees_url: "assignees{/user}",
  blobs_url: "git/blobs{/sha}",
  branches_url: "branches{/branch}",
  collaborators_url: "collaborators{/collaborator}",
  comments_url: "comments{/number}",
  commits_url: "commits{/sha}",
  compare_url: "compare/{base}...{head}",
  contents_url: "contents/{+path}",
  contributors_url: "contributors",
  deployments_url: "deployments",
  downloads_url: "downloads",
  events_url: "events",
  forks_url: "forks",
  git_commits_url: "git/commits{/sha}",
  git_refs_url: "git/refs{/sha}",
  git_tags_url: "git/tags{/sha}",
  hooks_url: "hooks",
  issue_comment_url: "issues/comments{/number}",
  issue_events_url: "issues/events{/number}",
  issues_url: "issues{/number}",
  keys_url: "keys{/key_id}",
  labels_url: "labels{/name}",
  languages_url: "languages",
  merges_url: "merges",
  milestones_url: "milestones{/number}",
  notifications_url: "notifications{?since,all,participating}",
  pulls_url: "pulls{/number}",
  releases_url: "releases{/id}",
  stargazers_url: "stargazers",
  statuses_url: "statuses/{sha}",
  subscribers_url: "subscribers",
  subscription_url: "subscription",
  tags_url: "tags",
  teams_url: "teams",
  trees_url: "git/trees{/sha}"
}

/** How many accounts starred a repository as the demo begins. */
export const starsAtFirst = (id: number): number => 40 + (id % 100)

/** The short form, as it sits inside a workflow run. */
export const minimal = (identity: Identity) => {
  const { fork, id, name, owner } = identity
  const { html, url } = addresses(identity)
  return {
    id,
    node_id: nodeId("R", id),
    name,
    full_name: `${owner.login}/${name}`,
    private: false,
    owner,
    html_url: html,
    description: fork ? null : `The ${name} of ${owner === organisation ? "Acme" : owner.login}`,
    fork,
    url,
    ...Object.fromEntries(Object.entries(paths).map(([key, path]) => [key, `${url}/${path}`]))
  }
}

/** The repository object; its counts belong to the demo as it began, so that a pull request around it stays the same. */
export const repository = (identity: Identity, version: Version) => {
  const { archived, createdAt, fork, id, topics } = identity
  const short = minimal(identity)
  const stars = fork ? 0 : starsAtFirst(id)
  return {
    ...short,
    created_at: stamp(createdAt),
    updated_at: stamp(createdAt + 3600),
    pushed_at: stamp(createdAt + 7200),
    git_url: `git://github.com/${short.full_name}.git`,
    ssh_url: `git@github.com:${short.full_name}.git`,
    clone_url: `${short.html_url}.git`,
    svn_url: short.html_url,
    homepage: null,
    size: 1024 + id,
    stargazers_count: stars,
    watchers_count: stars,
    language: "TypeScript",
    has_issues: !fork,
    has_projects: true,
    ...(version === "2022-11-28" ? { has_downloads: true, use_squash_pr_title_as_default: false } : {}),
    has_wiki: false,
    has_pages: false,
    has_discussions: false,
    forks_count: fork ? 0 : 6,
    mirror_url: null,
    archived: archived && !fork,
    disabled: false,
    open_issues_count: 0,
    license: null,
    allow_forking: true,
    is_template: false,
    web_commit_signoff_required: false,
    topics: fork ? [] : topics,
    visibility: "public",
    forks: fork ? 0 : 6,
    open_issues: 0,
    watchers: stars,
    default_branch: "main"
  }
}

/** What is so now; times in epoch seconds. */
export interface Present {
  /** Open pull requests included, as on GitHub. */
  readonly openIssues: number
  readonly stars: number
  readonly updatedAt: number
  readonly pushedAt: number
  /** Whether the caller may push. */
  readonly push: boolean
}

/** The object in a list of repositories. */
export const listed = (identity: Identity, version: Version, present: Present) => ({
  ...repository(identity, version),
  updated_at: stamp(present.updatedAt),
  pushed_at: stamp(present.pushedAt),
  stargazers_count: present.stars,
  watchers_count: present.stars,
  watchers: present.stars,
  open_issues: present.openIssues,
  open_issues_count: present.openIssues,
  permissions: { admin: false, maintain: false, push: present.push, triage: present.push, pull: true }
})

/** The object at /repos/{owner}/{repo}. */
export const full = (identity: Identity, version: Version, present: Present) => ({
  ...listed(identity, version, present),
  network_count: 6,
  subscribers_count: 12,
  ...(identity.owner === organisation ? { organization: identity.owner } : {})
})
