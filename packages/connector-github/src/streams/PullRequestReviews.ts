// Reviews of pull requests. GitHub lists them by pull request only, so those of each one that changed are read again.
import { Column, Dataset, RestStream } from "@inlet/sdk"
import * as Predicate from "effect/Predicate"
import * as People from "./People.ts"
import { list } from "./PullRequests.ts"
import { LastNumber, RepositoryName } from "./RepositoryName.ts"

const dataset = Dataset.make(
  {
    stream: "pull_request_reviews",
    version: 1,
    primaryKey: "review_id",
    time: "submitted_at",
    meaning: "The submitted reviews of pull requests, one row each, without their texts.",
    cost:
      "1 request a repository where nothing changed, else 1 for each 100 pull requests looked through and 1 for each changed " +
      "one; a first or full reading looks into the newest 500 of a repository only (setting details).",
    gaps: [
      "Reviews that nobody has submitted yet are left out.",
      "One that is submitted in the very second in which those before it were read comes with the next change of its pull request.",
      "A first reading leaves out the reviews of older pull requests. Raise the setting details and run " +
        "inlet sync --full --stream pull_request_reviews to get them."
    ],
    recipes: [
      {
        name: "Review turnaround",
        value: "seconds_since_opened",
        aggregation: "avg",
        date: "submitted_at",
        dimensions: ["repository", "state"],
        filters: [{ column: "first", is: [1] }],
        unit: "seconds",
        reading: "From the opening of a pull request to the first review by somebody else, on average.",
        beware: "Pull requests without any review are not in it. It counts from the opening, also of a draft."
      },
      {
        name: "Reviews",
        aggregation: "count",
        date: "submitted_at",
        dimensions: ["repository", "state", "reviewer"],
        filters: [],
        reading: "How many reviews were given in the period.",
        beware: "By reviewer it tells about persons: see who may look at the databoard."
      }
    ]
  },
  {
    review_id: Column.id("id", { meaning: "GitHub's id of the review." }),
    repository: Column.textOf("pull_request_url", RepositoryName, { meaning: "The repository as owner/name." }),
    pull_request_number: Column.numberOf("pull_request_url", LastNumber, { meaning: "Number of the pull request." }),
    reviewer: People.author("Login of who reviewed"),
    author_association: People.association,
    state: Column.text("state", { meaning: "APPROVED, CHANGES_REQUESTED, COMMENTED or DISMISSED." }),
    first: Column.flag("first", { meaning: "1 for a pull request's first review by somebody else than its author." }),
    submitted_at: Column.timestamp("submitted_at", { meaning: "When it was submitted." }),
    seconds_since_opened: Column.elapsed(["pull_request.created_at", "submitted_at"], {
      meaning: "From the opening of the pull request to this review."
    }),
    url: Column.text("html_url", { meaning: "Its place on GitHub.", optional: true })
  }
)

const submitted = (review: unknown) => Predicate.isRecord(review) && typeof review.submitted_at === "string"

export const pullRequestReviews = RestStream.make({
  ...list,
  dataset,
  details: {
    template: "/repos/{owner}/{repo}/pulls/{number}/reviews",
    params: (pull) => ({ number: String(RestStream.at(pull, "number")) }),
    query: { per_page: 100 },
    records: (pull, reviews) => {
      const author = RestStream.at(pull, "user.login")
      const all = (Array.isArray(reviews) ? reviews : []).filter(submitted)
      // GitHub lists them in the order of time.
      const first = all.findIndex((review) => RestStream.at(review, "user.login") !== author)
      const pullRequest = { created_at: RestStream.at(pull, "created_at") }
      return all.map((review, index) => ({ ...review, first: index === first, pull_request: pullRequest }))
    },
    lacking: "their reviews (see details in inlet.yaml)"
  }
})
