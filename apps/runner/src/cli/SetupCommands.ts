// The first steps: an example, a configuration, a check of it.
import * as Options from "@effect/cli/Options"
import { command, flag, text } from "./Define.ts"

export const demo = command("demo", {
  summary: "Shows the whole pipeline on this computer; needs no account",
  details: ["It copies from emulators of GitHub and Strava to one of Databox, in a temporary folder."],
  examples: ["inlet demo", "inlet demo --serve"],
  takes: { serve: flag("serve", "keep the emulators and the temporary folder until Ctrl-C, to play with") },
  load: () => import("../commands/Demo.ts")
})

export const init = command("init", {
  summary: "Writes inlet.yaml and .env.example here",
  examples: ["inlet init", "inlet init --yes --connector @inlet/connector-github --repository acme/app"],
  takes: {
    connector: text("connector", "PACKAGE", "connector to configure; asked for on a terminal").pipe(Options.repeated),
    repository: text("repository", "OWNER/NAME", "repository of GitHub to copy").pipe(Options.repeated),
    yes: flag("yes", "ask nothing"),
    force: flag("force", "replace files that are there already")
  },
  load: () => import("../commands/Init.ts")
})

export const doctor = command("doctor", {
  summary: "Checks all that a run needs; changes nothing",
  details: ["It goes from the configuration to what Databox and the sources answer, each failure with its fix."],
  examples: ["inlet doctor", "inlet doctor --offline"],
  takes: { offline: flag("offline", "ask nobody: only what this computer knows") },
  load: () => import("../commands/Doctor.ts")
})
