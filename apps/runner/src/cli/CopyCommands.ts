// What copies: from the sources into the log, and from the log to Databox.
import * as Options from "@effect/cli/Options"
import { command, family, flag, oneOf, text, whole } from "./Define.ts"
import { sources } from "./Names.ts"

const noWait = flag("no-wait", "end when Databox has accepted the rows; the next run confirms them")

export const sync = command("sync", {
  summary: "Copies what is new from the sources to Databox",
  examples: [
    "inlet sync",
    "inlet sync github --stream issues --stream pull_requests",
    "inlet sync --from 2026-01-01 --to 2026-02-01",
    "inlet sync --dry-run --limit 10"
  ],
  takes: {
    sources,
    stream: text("stream", "STREAM", "only this stream").pipe(Options.repeated),
    full: flag("full", "read everything again instead of what is new"),
    from: text("from", "TIME", "read records of this time on, beside what is new: a backfill").pipe(Options.optional),
    to: text("to", "TIME", "read records before this time").pipe(Options.optional),
    limit: whole("limit", 1, "read about so many records of a stream (whole pages); the next sync goes on there"),
    dryRun: flag("dry-run", "read and map, and print the rows; records and sends nothing"),
    noWait
  },
  load: () => import("../commands/Sync.ts")
})

export const send = command("send", {
  summary: "Sends what is recorded and not confirmed, asking no source",
  examples: ["inlet send", "inlet send github"],
  takes: { sources, noWait },
  load: () => import("../commands/Send.ts")
})

const replayViews = command("views", {
  summary: "Makes all views again from the events and tells how they differed",
  examples: ["inlet replay views"],
  takes: {},
  load: () => import("../commands/ReplayViews.ts")
})

const replaySends = command("sends", {
  summary: "Sends recorded rows again, the newest of each key, without asking any source",
  examples: [
    "inlet replay sends --source github --stream issues --dry-run",
    "inlet replay sends --stream issues --mapping current --into github_issues_v2",
    "inlet replay sends --stream issues --purge"
  ],
  takes: {
    run: text("run", "RUN", "what this run recorded").pipe(Options.optional),
    source: text("source", "SOURCE", "of this source").pipe(Options.optional),
    stream: text("stream", "STREAM", "of this stream").pipe(Options.repeated),
    from: text("from", "TIME", "recorded at or after").pipe(Options.optional),
    to: text("to", "TIME", "recorded before").pipe(Options.optional),
    mapping: oneOf("mapping", ["recorded", "current"], "what was sent, or mapped anew; by default recorded").pipe(
      Options.optional
    ),
    into: text("into", "DATASET", "title of another dataset to fill").pipe(Options.optional),
    purge: flag("purge", "remove all rows of the dataset first"),
    dryRun: flag("dry-run", "tell what would be sent")
  },
  load: () => import("../commands/ReplaySends.ts")
})

export const replay = family("replay", {
  summary: "Does again what the log tells, asking no source",
  examples: ["inlet replay views", "inlet replay sends --dry-run"],
  commands: [replayViews, replaySends]
})
