// Pull requests of a repository, by what changed since the last run. The list lacks their sizes, so those that changed are
// looked into one by one.
import { Column, Dataset, Order, RestStream } from "@inlet/sdk"
import * as People from "./People.ts"

const counted = (from: string, meaning: string) =>
  Column.integer(from, { meaning: `${meaning}; absent where detailed is 0.`, unit: "count", optional: true })

const dataset = Dataset.make(
  {
    stream: "pull_requests",
    version: 1,
    primaryKey: "pull_request_id",
    time: "updated_at",
    meaning: "The pull requests of the repositories as they are now, one row each.",
    cost:
      "1 request a repository where nothing changed, else 1 for each 100 pull requests looked through and 1 for each changed " +
      "one; a first or full reading looks into the newest 500 of a repository only (setting details).",
    gaps: [
      "The older pull requests of a first reading have detailed = 0 and lack additions, deletions, changed_files and the other counts. " +
        "Raise the setting details and run inlet sync --full --stream pull_requests to get them; a full reading with too low a number takes them away from older rows."
    ],
    recipes: [
      {
        name: "Merged pull requests",
        aggregation: "count",
        date: "merged_at",
        dimensions: ["repository", "base_ref", "author_association"],
        filters: [{ column: "merged", is: [1] }],
        reading: "How many pull requests were merged in the period."
      },
      {
        name: "Time to merge",
        value: "seconds_to_merge",
        aggregation: "avg",
        date: "merged_at",
        dimensions: ["repository", "base_ref"],
        filters: [{ column: "merged", is: [1] }],
        unit: "seconds",
        reading: "From opening to merging, on average over what was merged in the period.",
        beware: "It counts from the opening, also of a draft. One old pull request outweighs many quick ones."
      },
      {
        name: "Opened pull requests",
        aggregation: "count",
        date: "created_at",
        dimensions: ["repository", "author_association"],
        filters: [],
        reading: "How many pull requests were opened in the period."
      },
      {
        name: "Lines changed by a merge",
        value: "lines_added",
        aggregation: "avg",
        date: "merged_at",
        dimensions: ["repository"],
        filters: [{ column: "detailed", is: [1] }],
        unit: "count",
        reading: "How large a merged pull request is. Small ones are reviewed sooner and better.",
        beware:
          "Generated files and lock files count as well. Without the filter the older rows, which have no value, are left out anyway."
      },
      {
        name: "Waiting pull requests",
        aggregation: "count",
        date: "created_at",
        dimensions: ["repository"],
        filters: [
          { column: "state", is: ["open"] },
          { column: "draft", is: [0] }
        ],
        reading: "Shown by week: how many of the pull requests opened in that week are open still and no drafts."
      }
    ]
  },
  {
    pull_request_id: Column.id("id", { meaning: "GitHub's id of the pull request, the same for good." }),
    repository: Column.text("base.repo.full_name", { meaning: "The repository it goes to, as owner/name." }),
    number: Column.integer("number", { meaning: "Its number within the repository." }),
    title: Column.text("title", { meaning: "The title." }),
    state: Column.text("state", { meaning: "open or closed." }),
    draft: Column.flag("draft", { meaning: "1 while it is a draft.", optional: true }),
    merged: Column.present("merged_at", { meaning: "1 where it was merged." }),
    author: People.author("Login of who opened it"),
    author_association: People.association,
    base_ref: Column.text("base.ref", { meaning: "The branch it goes to.", optional: true }),
    head_ref: Column.text("head.ref", { meaning: "The branch it comes from.", optional: true }),
    assignees: People.assignees,
    requested_reviewers: Column.count("requested_reviewers", {
      meaning: "How many people are asked for a review and have given none.",
      optional: true
    }),
    labels: Column.joined("labels", { member: "name", meaning: "Names of its labels.", optional: true }),
    milestone: Column.text("milestone.title", { meaning: "Title of its milestone.", optional: true }),
    created_at: Column.timestamp("created_at", { meaning: "When it was opened." }),
    updated_at: Column.timestamp("updated_at", { meaning: "When anything about it changed last." }),
    closed_at: Column.timestamp("closed_at", {
      meaning: "When it was closed or merged; absent while open.",
      optional: true
    }),
    merged_at: Column.timestamp("merged_at", { meaning: "When it was merged; absent otherwise.", optional: true }),
    seconds_to_merge: Column.elapsed(["created_at", "merged_at"], {
      meaning: "From opening to merging; absent where it was not merged.",
      optional: true
    }),
    detailed: Column.present("changed_files", {
      meaning: "1 where it was looked into by itself, so that the following counts are known."
    }),
    lines_added: counted("additions", "Lines added"),
    lines_deleted: counted("deletions", "Lines deleted"),
    changed_files: counted("changed_files", "Files changed"),
    commits: counted("commits", "Commits in it"),
    comments: counted("comments", "Comments in its conversation"),
    review_comments: counted("review_comments", "Comments on its lines"),
    merged_by: Column.text("merged_by.login", { meaning: "Login of who merged it.", optional: true, personal: true }),
    url: Column.text("html_url", { meaning: "Its page on GitHub.", optional: true })
  }
)

/** The list of pull requests, which two streams begin with. */
export const list = {
  template: "/repos/{owner}/{repo}/pulls",
  query: { state: "all", sort: "updated", direction: "desc" },
  order: Order.newestFirst,
  time: "updated_at"
} as const

export const pullRequests = RestStream.make({
  ...list,
  dataset,
  details: {
    template: "/repos/{owner}/{repo}/pulls/{number}",
    params: (pull) => ({ number: String(RestStream.at(pull, "number")) }),
    records: (pull, details) => [details ?? pull],
    lacking: "additions, deletions and changed files (see details in inlet.yaml)"
  }
})
