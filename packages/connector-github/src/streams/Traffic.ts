// Visits and clones by day, which GitHub forgets after 14 days. Views and clones are two answers about the same days, so
// they are recorded and mapped together.
import { Column, Dataset, Pages, Policy, RestStream } from "@inlet/sdk"

const counted = <O extends boolean = false>(from: string, meaning: string, optional?: O) =>
  Column.integer<O>(from, { meaning, unit: "count", ...(optional !== undefined && { optional }) })

const dataset = Dataset.make(
  {
    stream: "traffic",
    version: 1,
    primaryKey: ["repository_id", "day"],
    time: "day",
    meaning: "Visits and clones, one row a repository and day on which there were any.",
    cost: "2 requests a repository, and 1 for the repository's id, which commits and stargazers share.",
    gaps: [
      "GitHub keeps 14 days: run it at least every 13 days, or days are lost for good.",
      "The present day is not complete; its row is corrected by later runs.",
      "It needs push access (Administration: read). Repositories without it are left out with a warning."
    ],
    recipes: [
      {
        name: "Views",
        value: "views",
        aggregation: "sum",
        date: "day",
        dimensions: ["repository"],
        filters: [],
        unit: "count",
        reading: "How often pages of the repository were looked at."
      },
      {
        name: "Clones",
        value: "clones",
        aggregation: "sum",
        date: "day",
        dimensions: ["repository"],
        filters: [],
        unit: "count",
        reading: "How often the repository was cloned.",
        beware: "Builds clone as well: most clones of an active repository are its own."
      },
      {
        name: "Visitors a day",
        value: "visitors",
        aggregation: "avg",
        date: "day",
        dimensions: ["repository"],
        filters: [],
        unit: "count",
        reading: "How many different visitors came a day, on average.",
        beware: "Do not sum it up: who comes on two days is counted on both."
      }
    ]
  },
  {
    repository_id: Column.id("@.repository_id", { meaning: "GitHub's id of the repository." }),
    day: Column.day("day", { meaning: "The day, in UTC." }),
    repository: Column.text("@.repository", { meaning: "The repository as owner/name." }),
    views: counted("views", "Page views."),
    visitors: counted("visitors", "Different visitors of the day."),
    clones: counted("clones", "Clones.", true),
    cloners: counted("cloners", "Different accounts or addresses that cloned it on the day.", true)
  }
)

const daysOf = (answer: unknown, list: string): ReadonlyMap<unknown, unknown> => {
  const days = RestStream.at(answer, list)
  return new Map((Array.isArray(days) ? days : []).map((day: unknown) => [RestStream.at(day, "timestamp"), day]))
}

export const traffic = RestStream.make({
  dataset,
  template: "/repos/{owner}/{repo}/traffic/views",
  query: { per: "day" },
  pages: Pages.single,
  // The answer is one item; what is asked about it are the clones of the same days.
  id: "count",
  context: true,
  details: {
    template: "/repos/{owner}/{repo}/traffic/clones",
    query: { per: "day" },
    records: (answer, details) => {
      const views = daysOf(answer, "views")
      const clones = daysOf(details, "clones")
      // A day that a list does not have had none; where there is no list, nothing is known.
      const none = details === undefined ? undefined : 0
      return [...new Set([...views.keys(), ...clones.keys()])].sort().map((day) => ({
        // GitHub writes the midnight with which the day begins in UTC.
        day: typeof day === "string" ? day.slice(0, 10) : day,
        views: RestStream.at(views.get(day), "count") ?? 0,
        visitors: RestStream.at(views.get(day), "uniques") ?? 0,
        clones: RestStream.at(clones.get(day), "count") ?? none,
        cloners: RestStream.at(clones.get(day), "uniques") ?? none
      }))
    }
  },
  errors: { ...Policy.usual, Forbidden: "skip" }
})
