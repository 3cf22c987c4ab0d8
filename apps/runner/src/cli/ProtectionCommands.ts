// Data protection: what is past its time, and what somebody wants to be gone.
import * as Options from "@effect/cli/Options"
import { command, flag, text } from "./Define.ts"
import { source } from "./Names.ts"

export const prune = command("prune", {
  summary: "Removes raw data that is past its time",
  details: ["The time is retention.raw of inlet.yaml, or less where a connector demands it."],
  examples: ["inlet prune --dry-run", "inlet prune --json"],
  takes: { dryRun: flag("dry-run", "tell what would be removed") },
  load: () => import("../commands/Prune.ts")
})

export const erase = command("erase", {
  summary: "Erases a source's data, or a person's, here and at Databox",
  details: ["For good: nothing of it can be brought back from the store."],
  examples: ["inlet erase strava", "inlet erase strava --subject 1234567 --yes"],
  takes: {
    source,
    subject: text("subject", "SUBJECT", "only what is this person's, as the source names its people").pipe(
      Options.optional
    ),
    yes: flag("yes", "ask nothing")
  },
  load: () => import("../commands/Erase.ts")
})
