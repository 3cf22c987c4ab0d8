// Runs of GitHub Actions. A run changes until it is completed, and again when it is repeated, without a sign in the list.
import { Column, Dataset, Order, RestStream } from "@inlet/sdk"

const dataset = Dataset.make(
  {
    stream: "workflow_runs",
    version: 1,
    primaryKey: "run_id",
    time: "created_at",
    meaning:
      "The runs of GitHub Actions as they are now, one row each; a repeated run stays one row with a higher attempt.",
    cost: "1 request a repository and 100 runs of the last three days; further back while an older run is not completed.",
    gaps: ["A repetition that begins more than three days after the run was made is not seen."],
    recipes: [
      {
        name: "Build success rate",
        value: "succeeded",
        aggregation: "avg",
        date: "created_at",
        dimensions: ["repository", "workflow", "branch"],
        filters: [{ column: "status", is: ["completed"] }],
        unit: "share",
        reading: "Share of the completed runs that succeeded: 0.9 means nine of ten. Format it as a percentage.",
        beware:
          "Cancelled and skipped runs count as not succeeded; filter conclusion to success and failure to leave them out."
      },
      {
        name: "Build time",
        value: "run_seconds",
        aggregation: "avg",
        date: "created_at",
        dimensions: ["repository", "workflow"],
        filters: [{ column: "conclusion", is: ["success"] }],
        unit: "seconds",
        reading: "How long a successful run takes, from its start to its last change.",
        beware: "It includes waiting for a free machine or for an approval."
      },
      {
        name: "Failed builds",
        aggregation: "count",
        date: "created_at",
        dimensions: ["repository", "workflow", "branch"],
        filters: [{ column: "conclusion", is: ["failure", "timed_out"] }],
        reading: "How many runs failed in the period."
      }
    ]
  },
  {
    run_id: Column.id("id", { meaning: "GitHub's id of the run." }),
    repository: Column.text("repository.full_name", { meaning: "The repository as owner/name." }),
    workflow: Column.text("name", { meaning: "Name of the workflow.", optional: true }),
    workflow_id: Column.id("workflow_id", { meaning: "GitHub's id of the workflow." }),
    number: Column.integer("run_number", { meaning: "Number of the run within its workflow." }),
    attempt: Column.integer("run_attempt", { meaning: "1, or higher where it was repeated.", optional: true }),
    event: Column.text("event", { meaning: "What set it off: push, pull_request, schedule …" }),
    branch: Column.text("head_branch", { meaning: "The branch it ran for.", optional: true }),
    status: Column.text("status", { meaning: "queued, in_progress, completed …" }),
    conclusion: Column.text("conclusion", {
      meaning: "success, failure, cancelled, skipped …; absent until it is completed.",
      optional: true
    }),
    succeeded: Column.among("conclusion", ["success"], {
      meaning: "1 where it succeeded, 0 where it ended otherwise; absent until it is completed.",
      optional: true
    }),
    actor: Column.text("actor.login", { meaning: "Login of who set it off.", optional: true, personal: true }),
    created_at: Column.timestamp("created_at", { meaning: "When it was made." }),
    started_at: Column.timestamp("run_started_at", { meaning: "When its newest attempt began.", optional: true }),
    updated_at: Column.timestamp("updated_at", { meaning: "When it changed last." }),
    run_seconds: Column.elapsed(["run_started_at", "updated_at"], {
      meaning: "From the begin of its newest attempt to its last change.",
      optional: true
    }),
    url: Column.text("html_url", { meaning: "Its page on GitHub.", optional: true })
  }
)

export const workflowRuns = RestStream.make({
  dataset,
  template: "/repos/{owner}/{repo}/actions/runs",
  items: "workflow_runs",
  // Without a filter, since GitHub shows 1,000 results at most where there is one.
  order: Order.lookingBack("3 days"),
  time: "created_at",
  settled: (run) => RestStream.at(run, "status") === "completed"
})
