// Comments on issues and on the conversations of pull requests, by what changed since the last run.
import { Column, Dataset, Order, RestStream } from "@inlet/sdk"
import * as People from "./People.ts"
import { LastNumber, RepositoryName } from "./RepositoryName.ts"

const dataset = Dataset.make(
  {
    stream: "issue_comments",
    version: 1,
    primaryKey: "comment_id",
    time: "created_at",
    meaning: "The comments on issues and in the conversations of pull requests, one row each, without their texts.",
    cost: "1 request a repository where nothing changed, else 1 for each 100 new or changed comments.",
    gaps: [
      "Comments on lines of code are not among them: GitHub keeps those with the reviews.",
      "GitHub lists no deleted comment: its row stays."
    ],
    recipes: [
      {
        name: "Comments",
        aggregation: "count",
        date: "created_at",
        dimensions: ["repository", "author_association"],
        filters: [],
        reading: "How much is discussed; by author_association: how much of it comes from outside the team."
      }
    ]
  },
  {
    comment_id: Column.id("id", { meaning: "GitHub's id of the comment." }),
    repository: Column.textOf("issue_url", RepositoryName, { meaning: "The repository as owner/name." }),
    issue_number: Column.numberOf("issue_url", LastNumber, { meaning: "Number of the issue or pull request." }),
    author: People.author("Login of who wrote it"),
    author_association: People.association,
    reactions: Column.integer("reactions.total_count", { meaning: "Reactions to it.", unit: "count", optional: true }),
    created_at: Column.timestamp("created_at", { meaning: "When it was written." }),
    updated_at: Column.timestamp("updated_at", { meaning: "When it was changed last." }),
    url: Column.text("html_url", { meaning: "Its place on GitHub.", optional: true })
  }
)

export const issueComments = RestStream.make({
  dataset,
  template: "/repos/{owner}/{repo}/issues/comments",
  query: { sort: "updated", direction: "asc" },
  order: Order.ascending("since"),
  time: "updated_at"
})
