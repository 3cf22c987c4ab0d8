// Deployments of a repository. How one ended is told by its statuses only, so those of the latest ones are read again.
import { Column, Dataset, Order, RestStream } from "@inlet/sdk"
import * as Predicate from "effect/Predicate"
import * as People from "./People.ts"
import { RepositoryName } from "./RepositoryName.ts"

const dataset = Dataset.make(
  {
    stream: "deployments",
    version: 1,
    primaryKey: "deployment_id",
    time: "created_at",
    meaning: "The deployments of the repositories with what became of them, one row each.",
    cost:
      "1 request a repository and 100 deployments, and 1 for each deployment of the last three days or still under way; a first " +
      "or full reading looks into the newest 500 of a repository only (setting details).",
    gaps: [
      "The older deployments of a first reading lack state and what follows from it.",
      "A status that is given more than three days after a deployment ended is not seen."
    ],
    recipes: [
      {
        name: "Deployment frequency",
        aggregation: "count",
        date: "created_at",
        dimensions: ["repository", "environment"],
        filters: [
          { column: "environment", is: ["production"] },
          { column: "succeeded", is: [1] }
        ],
        reading: "How often the team brings a change to production.",
        beware: "Put the name of your own production environment into the filter."
      },
      {
        name: "Failed deployments",
        value: "succeeded",
        aggregation: "avg",
        date: "created_at",
        dimensions: ["repository", "environment"],
        filters: [{ column: "state", is: ["success", "inactive", "failure", "error"] }],
        unit: "share",
        reading: "Share of the ended deployments that succeeded: 0.95 means that one of twenty failed."
      },
      {
        name: "Time to deploy",
        value: "seconds_to_end",
        aggregation: "avg",
        date: "created_at",
        dimensions: ["repository", "environment"],
        filters: [{ column: "succeeded", is: [1] }],
        unit: "seconds",
        reading: "From the begin of a deployment to its end."
      }
    ]
  },
  {
    deployment_id: Column.id("id", { meaning: "GitHub's id of the deployment." }),
    repository: Column.textOf("repository_url", RepositoryName, { meaning: "The repository as owner/name." }),
    environment: Column.text("environment", { meaning: "Where it goes: production, staging …" }),
    task: Column.text("task", { meaning: "What it does: deploy, or a name of the team's own." }),
    ref: Column.text("ref", { meaning: "The branch, tag or commit that is deployed." }),
    sha: Column.text("sha", { meaning: "The commit that is deployed." }),
    creator: People.author("Login of who began it", "creator.login"),
    state: Column.text("latest_status.state", {
      meaning: "Its newest status: success, failure, error, inactive, in_progress, queued, pending.",
      optional: true
    }),
    succeeded: Column.flag("succeeded", {
      meaning: "1 where it was successful, also if a later one has replaced it; 0 where it was not or not yet.",
      optional: true
    }),
    created_at: Column.timestamp("created_at", { meaning: "When it began." }),
    ended_at: Column.timestamp("ended_at", { meaning: "When its first final status was given.", optional: true }),
    seconds_to_end: Column.elapsed(["created_at", "ended_at"], {
      meaning: "From its begin to its first final status.",
      optional: true
    })
  }
)

const FINAL: ReadonlyArray<unknown> = ["success", "failure", "error", "inactive"]
const stateOf = (status: unknown) => RestStream.at(status, "state")

export const deployments = RestStream.make({
  dataset,
  template: "/repos/{owner}/{repo}/deployments",
  order: Order.lookingBack("3 days"),
  time: "created_at",
  // One without any status may never get one.
  settled: (deployment) => [...FINAL, undefined].includes(RestStream.at(deployment, "latest_status.state")),
  details: {
    template: "/repos/{owner}/{repo}/deployments/{deployment_id}/statuses",
    params: (deployment) => ({ deployment_id: String(RestStream.at(deployment, "id")) }),
    query: { per_page: 100 },
    records: (deployment, details) => {
      if (!Predicate.isRecord(deployment) || !Array.isArray(details)) return [deployment]
      // GitHub lists the newest first.
      const statuses: ReadonlyArray<unknown> = details
      const ended = statuses.findLast((status) => FINAL.includes(stateOf(status)))
      return [
        {
          ...deployment,
          latest_status: statuses[0],
          succeeded: statuses.some((status) => stateOf(status) === "success"),
          ended_at: RestStream.at(ended, "created_at")
        }
      ]
    },
    lacking: "their state (see details in inlet.yaml)"
  }
})
