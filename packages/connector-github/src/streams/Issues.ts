// Issues of a repository, by what changed since the last run.
import { Column, Dataset, Order, RestStream } from "@inlet/sdk"
import * as Predicate from "effect/Predicate"
import * as People from "./People.ts"
import { RepositoryName } from "./RepositoryName.ts"

const dataset = Dataset.make(
  {
    stream: "issues",
    version: 1,
    primaryKey: "issue_id",
    time: "updated_at",
    meaning: "The issues of the repositories as they are now, one row each; pull requests are not among them.",
    cost: "1 request a repository where nothing changed, else 1 for each 100 changed issues and pull requests.",
    gaps: [
      "GitHub lists no deleted or transferred issue: its row stays as it was.",
      "The row tells the present state. For a trend of open issues use open_issues of the dataset repositories."
    ],
    recipes: [
      {
        name: "Opened issues",
        aggregation: "count",
        date: "created_at",
        dimensions: ["repository", "author_association", "labels"],
        filters: [],
        reading: "How many issues were opened in the period."
      },
      {
        name: "Closed issues",
        aggregation: "count",
        date: "closed_at",
        dimensions: ["repository", "state_reason"],
        filters: [{ column: "state", is: ["closed"] }],
        reading: "How many issues were closed in the period and are closed now.",
        beware: "An issue that was opened again loses its closing date, so past numbers can fall."
      },
      {
        name: "Time to close an issue",
        value: "seconds_to_close",
        aggregation: "avg",
        date: "closed_at",
        dimensions: ["repository", "state_reason"],
        filters: [{ column: "state_reason", is: ["completed"] }],
        unit: "seconds",
        reading: "From opening to closing, on average over the issues closed in the period.",
        beware: "One old issue outweighs many quick ones: look at the highest value (max) as well."
      },
      {
        name: "Open issues by age",
        aggregation: "count",
        date: "created_at",
        dimensions: ["repository", "milestone"],
        filters: [{ column: "state", is: ["open"] }],
        reading:
          "Shown by month: how many of the issues opened in that month are open still. The left bars are the old ones.",
        beware: "The date is that of the opening; choose a range that is long enough, such as all time."
      }
    ]
  },
  {
    issue_id: Column.id("id", { meaning: "GitHub's id of the issue, the same for good." }),
    repository: Column.textOf("repository_url", RepositoryName, { meaning: "The repository as owner/name." }),
    number: Column.integer("number", { meaning: "The issue's number within its repository." }),
    title: Column.text("title", { meaning: "The title." }),
    state: Column.text("state", { meaning: "open or closed." }),
    state_reason: Column.text("state_reason", {
      meaning: "Why it is in this state: completed, not_planned, duplicate or reopened.",
      optional: true
    }),
    author: People.author("Login of who opened it"),
    author_association: People.association,
    assignees: People.assignees,
    labels: Column.joined("labels", { member: "name", meaning: "Names of its labels.", optional: true }),
    milestone: Column.text("milestone.title", { meaning: "Title of its milestone.", optional: true }),
    comments: Column.integer("comments", { meaning: "How many comments it has.", unit: "count", optional: true }),
    locked: Column.flag("locked", { meaning: "1 where the conversation is locked.", optional: true }),
    created_at: Column.timestamp("created_at", { meaning: "When it was opened." }),
    updated_at: Column.timestamp("updated_at", { meaning: "When anything about it changed last." }),
    closed_at: Column.timestamp("closed_at", { meaning: "When it was closed; absent while open.", optional: true }),
    seconds_to_close: Column.elapsed(["created_at", "closed_at"], {
      meaning: "From opening to closing; absent while open.",
      optional: true
    }),
    url: Column.text("html_url", { meaning: "Its page on GitHub.", optional: true })
  }
)

export const issues = RestStream.make({
  dataset,
  template: "/repos/{owner}/{repo}/issues",
  query: { state: "all", sort: "updated", direction: "asc" },
  order: Order.ascending("since"),
  time: "updated_at",
  // GitHub lists pull requests among the issues; only they have this member.
  only: (item) => !(Predicate.hasProperty(item, "pull_request") && item.pull_request !== null)
})
