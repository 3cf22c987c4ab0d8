// What concerns the command line itself.
import * as Args from "@effect/cli/Args"
import { choiceOf, command, told } from "./Define.ts"

export const SHELLS = ["bash", "zsh", "fish"] as const
export type Shell = (typeof SHELLS)[number]

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

export const completion = command("completion", {
  summary: "Prints a script that makes the Tab key complete commands, options and names in your shell",
  examples: [
    'eval "$(inlet completion bash)"',
    "source <(inlet completion zsh)",
    "inlet completion fish | source",
    "inlet completion bash >> ~/.bashrc"
  ],
  takes: {
    shell: choiceOf("completion", SHELLS, "the shell; its script goes where the examples put it")
  },
  load: () => import("../commands/Completion.ts")
})
