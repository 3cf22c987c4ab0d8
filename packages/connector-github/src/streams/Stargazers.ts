// Who starred a repository and when. GitHub lists the oldest first, so the list is read from its last page on.
import { Column, Dataset, Order, Pages, RestStream } from "@inlet/sdk"
import * as Predicate from "effect/Predicate"

const dataset = Dataset.make(
  {
    stream: "stargazers",
    version: 1,
    primaryKey: ["repository_id", "user_id"],
    time: "starred_at",
    meaning: "The stars of the repositories, one row a repository and account.",
    cost:
      "2 requests a repository where nothing changed (1 with up to 100 stars), 1 more for each 100 new stars; and 1 for the " +
      "repository's id, which commits and traffic share.",
    gaps: [
      "A star that is taken back leaves no trace at GitHub: its row stays. The true number is stars in the dataset repositories.",
      "GitHub lists 40,000 stars of a repository at most, the oldest first: of one with more, the newest are missing."
    ],
    recipes: [
      {
        name: "New stars",
        aggregation: "count",
        date: "starred_at",
        dimensions: ["repository"],
        filters: [],
        reading: "How many stars a repository got in the period.",
        beware: "Stars that were taken back since are still counted."
      }
    ]
  },
  {
    repository_id: Column.id("@.repository_id", { meaning: "GitHub's id of the repository." }),
    user_id: Column.id("user.id", { meaning: "GitHub's id of the account.", personal: true }),
    repository: Column.text("@.repository", { meaning: "The repository as owner/name." }),
    login: Column.text("user.login", { meaning: "The account's login.", personal: true }),
    starred_at: Column.timestamp("starred_at", { meaning: "When the star was given." })
  }
)

export const stargazers = RestStream.make({
  dataset,
  template: "/repos/{owner}/{repo}/stargazers",
  // This form alone tells when.
  headers: { accept: "application/vnd.github.star+json" },
  pages: Pages.linkFromLast,
  order: Order.lookingBack("0 seconds"),
  id: "user.id",
  time: "starred_at",
  context: true,
  only: (star) => Predicate.hasProperty(star, "user") && star.user !== null
})
