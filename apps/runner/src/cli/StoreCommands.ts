// What concerns the store as a file: proofs, copies, exports.
import * as Args from "@effect/cli/Args"
import * as Options from "@effect/cli/Options"
import { command, flag, text } from "./Define.ts"

const force = flag("force", "replace a file that is there already")

export const verify = command("verify", {
  summary: "Checks that the store is what was written; changes nothing",
  details: ["It looks at events, raw pages, views, and the file itself."],
  examples: ["inlet verify", "inlet verify --json"],
  takes: {},
  load: () => import("../commands/Verify.ts")
})

export const backup = command("backup", {
  summary: "Copies the store, also while it is written; checks the copy",
  details: ["The copy holds raw data of the sources."],
  examples: ["inlet backup inlet.bak"],
  takes: {
    file: Args.text({ name: "FILE" }).pipe(Args.withDescription("where the copy goes; readable for you alone")),
    force
  },
  load: () => import("../commands/Backup.ts")
})

export const exportLog = command("export", {
  summary: "Writes the log as lines of JSON, raw data included",
  examples: ["inlet export log.jsonl", "inlet export - --source github | gzip > github.jsonl.gz"],
  takes: {
    file: Args.text({ name: "FILE" }).pipe(
      Args.withDescription("where the log goes, readable for you alone; - for standard output")
    ),
    source: text("source", "SOURCE", "only what concerns this source; such a file cannot be imported").pipe(
      Options.optional
    ),
    force
  },
  load: () => import("../commands/Export.ts")
})

export const importLog = command("import", {
  summary: "Fills an empty store from an export, after checking all of it",
  details: ["The next sync goes on where the export ends."],
  examples: ["inlet import log.jsonl", "inlet import log.jsonl --store other.db"],
  takes: { file: Args.text({ name: "FILE" }).pipe(Args.withDescription("what inlet export wrote")) },
  load: () => import("../commands/Import.ts")
})
