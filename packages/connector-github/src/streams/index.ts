// All streams, in the order in which they are shown.
import type { RestStream } from "@inlet/sdk"
import { commits } from "./Commits.ts"
import { deployments } from "./Deployments.ts"
import { issueComments } from "./IssueComments.ts"
import { issues } from "./Issues.ts"
import { pullRequestReviews } from "./PullRequestReviews.ts"
import { pullRequests } from "./PullRequests.ts"
import { releases } from "./Releases.ts"
import { repositories } from "./Repositories.ts"
import { stargazers } from "./Stargazers.ts"
import { traffic } from "./Traffic.ts"
import { workflowRuns } from "./WorkflowRuns.ts"

type Name =
  | "repositories"
  | "issues"
  | "issue_comments"
  | "pull_requests"
  | "pull_request_reviews"
  | "commits"
  | "releases"
  | "workflow_runs"
  | "deployments"
  | "stargazers"
  | "traffic"

export const streams: { readonly [name in Name]: RestStream.RestStream } = {
  repositories,
  issues,
  issue_comments: issueComments,
  pull_requests: pullRequests,
  pull_request_reviews: pullRequestReviews,
  commits,
  releases,
  workflow_runs: workflowRuns,
  deployments,
  stargazers,
  traffic
}
