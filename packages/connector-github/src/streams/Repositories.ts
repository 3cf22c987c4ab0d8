// The repositories themselves, once a day: GitHub tells only how many stars, forks and open issues there are now.
import { Column, Dataset, Pages, RestStream } from "@inlet/sdk"

const counted = (from: string, meaning: string) => Column.integer(from, { meaning, unit: "count" })

const dataset = Dataset.make(
  {
    stream: "repositories",
    version: 1,
    primaryKey: ["repository_id", "day"],
    time: "day",
    meaning: "One row a repository and day, as it was when it was last read on that day.",
    cost: "1 request a repository; nothing is sent again on a day unless something changed.",
    gaps: ["Days on which nothing ran are missing: GitHub does not tell the past."],
    recipes: [
      {
        name: "Stars",
        value: "stars",
        aggregation: "max",
        date: "day",
        dimensions: ["repository"],
        filters: [],
        unit: "count",
        reading:
          "How many stars a repository has. Show it by repository: the highest value of several is not their sum.",
        beware: "Take the maximum, not the sum: each day has the whole number."
      },
      {
        name: "Open issues and pull requests",
        value: "open_issues",
        aggregation: "avg",
        date: "day",
        dimensions: ["repository"],
        filters: [],
        unit: "count",
        reading: "How many issues and pull requests are open, over time.",
        beware: "GitHub counts both together. Show it by repository; the average is that of the days in the period."
      },
      {
        name: "Forks",
        value: "forks",
        aggregation: "max",
        date: "day",
        dimensions: ["repository"],
        filters: [],
        unit: "count",
        reading: "How many forks a repository has.",
        beware: "Take the maximum, not the sum: each day has the whole number."
      }
    ]
  },
  {
    repository_id: Column.id("id", { meaning: "GitHub's id of the repository, the same after a renaming." }),
    day: Column.day("@.day", { meaning: "The day on which it was read, in UTC." }),
    repository: Column.text("full_name", { meaning: "The repository as owner/name." }),
    visibility: Column.text("visibility", { meaning: "public, private or internal.", optional: true }),
    archived: Column.flag("archived", { meaning: "1 where it is archived, so that nothing can change." }),
    fork: Column.flag("fork", { meaning: "1 for a fork." }),
    language: Column.text("language", { meaning: "The language most of it is written in.", optional: true }),
    topics: Column.joined("topics", { meaning: "Its topics.", optional: true }),
    stars: counted("stargazers_count", "How many have starred it."),
    forks: counted("forks_count", "How many forks it has."),
    watchers: Column.integer("subscribers_count", { meaning: "How many watch it.", unit: "count", optional: true }),
    open_issues: counted("open_issues_count", "How many issues and pull requests are open, together."),
    size_kb: Column.integer("size", { meaning: "Its size.", unit: "kilobytes" }),
    created_at: Column.timestamp("created_at", { meaning: "When it was made." }),
    pushed_at: Column.timestamp("pushed_at", { meaning: "When something was last pushed to it.", optional: true }),
    url: Column.text("html_url", { meaning: "Its page on GitHub.", optional: true })
  }
)

export const repositories = RestStream.make({
  dataset,
  template: "/repos/{owner}/{repo}",
  pages: Pages.single,
  daily: true
})
