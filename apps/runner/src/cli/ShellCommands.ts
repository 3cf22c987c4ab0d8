// What concerns the command line itself.
import * as Args from "@effect/cli/Args"
import { builtIn, choiceOf, command } from "./Define.ts"

export const SHELLS = ["bash", "zsh", "fish"] as const
export type Shell = (typeof SHELLS)[number]

export const help = builtIn("help", {
  summary: "Tells of commands, exit codes and variables of the environment",
  examples: ["inlet help sync", "inlet help quarantine release", "inlet help exit-codes", "inlet help environment"],
  takes: {
    words: Args.text({ name: "COMMAND" }).pipe(
      Args.withDescription("a command's name, or exit-codes, or environment; by default all commands"),
      Args.repeated
    )
  }
})

export const completion = command("completion", {
  summary: "Prints a script for completion by Tab in your shell",
  details: [
    "It completes commands, options, their values, and the names of sources, streams, runs and rows.",
    "The script asks inlet itself, so it need not be installed again with a newer version."
  ],
  examples: [
    "inlet completion bash >> ~/.bashrc",
    "inlet completion zsh >> ~/.zshrc",
    "inlet completion fish > ~/.config/fish/completions/inlet.fish"
  ],
  takes: {
    shell: choiceOf("completion", SHELLS, "the shell")
  },
  load: () => import("../commands/Completion.ts")
})
