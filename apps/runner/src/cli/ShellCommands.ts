// What concerns the command line itself.
import * as Args from "@effect/cli/Args"
import { told } from "./Define.ts"

export const help = told("help", {
  summary: "Tells how a command is used, what exit codes mean, and which variables count",
  examples: ["inlet help sync", "inlet help quarantine release", "inlet help exit-codes", "inlet help environment"],
  takes: {
    words: Args.text({ name: "COMMAND" }).pipe(
      Args.withDescription("a command's name, or exit-codes, or environment; by default all commands"),
      Args.repeated
    )
  }
})
