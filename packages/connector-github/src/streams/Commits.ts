// Commits of the default branch. A commit never changes, but it can arrive late: its time is that of its author's clock.
import { Column, Dataset, Order, RestStream } from "@inlet/sdk"
import * as Schema from "effect/Schema"

const FirstLine = Schema.transform(Schema.String, Schema.String, {
  strict: true,
  decode: (message) => (message.split(/\r?\n/, 1)[0] ?? "").slice(0, 500),
  encode: (line) => line
})

const HasSeveral = Schema.transform(Schema.Array(Schema.Unknown), Schema.Number, {
  strict: true,
  decode: ({ length }) => (length > 1 ? 1 : 0),
  encode: (several) => Array.from({ length: several + 1 })
})

const dataset = Dataset.make(
  {
    stream: "commits",
    version: 1,
    primaryKey: ["repository_id", "sha"],
    time: "committed_at",
    meaning: "The commits on the default branches, one row each.",
    cost:
      "1 request a repository and 100 commits of the last two weeks, and 1 for the repository's id, which stargazers and " +
      "traffic share.",
    gaps: [
      "A commit that arrives on the branch more than two weeks after it was made is found by inlet sync --full --stream commits only.",
      "Commits that a forced push took away stay as rows.",
      "Which files and how many lines a commit changed is not told by the list."
    ],
    recipes: [
      {
        name: "Commits",
        aggregation: "count",
        date: "committed_at",
        dimensions: ["repository", "author"],
        filters: [{ column: "merge", is: [0] }],
        reading: "How many commits reached the default branch, merges left out.",
        beware: "It measures activity, not value; by author it tells about persons."
      }
    ]
  },
  {
    repository_id: Column.id("@.repository_id", { meaning: "GitHub's id of the repository." }),
    sha: Column.text("sha", { meaning: "The commit's hash." }),
    repository: Column.text("@.repository", { meaning: "The repository as owner/name." }),
    title: Column.textOf("commit.message", FirstLine, { meaning: "The first line of its message." }),
    author: Column.text("author.login", {
      meaning: "Login of who wrote it; absent where no account has the address.",
      optional: true,
      personal: true
    }),
    author_name: Column.text("commit.author.name", {
      meaning: "Name of who wrote it, as git has it.",
      optional: true,
      personal: true
    }),
    merge: Column.numberOf("parents", HasSeveral, { meaning: "1 for one with several parents." }),
    verified: Column.flag("commit.verification.verified", {
      meaning: "1 where GitHub could verify its signature.",
      optional: true
    }),
    comments: Column.integer("commit.comment_count", { meaning: "Comments on it.", unit: "count", optional: true }),
    authored_at: Column.timestamp("commit.author.date", { meaning: "When it was written.", optional: true }),
    committed_at: Column.timestamp("commit.committer.date", { meaning: "When it was put where it is." }),
    url: Column.text("html_url", { meaning: "Its page on GitHub.", optional: true })
  }
)

export const commits = RestStream.make({
  dataset,
  template: "/repos/{owner}/{repo}/commits",
  order: Order.lookingBack("14 days"),
  id: "sha",
  time: "commit.committer.date",
  context: true
})
