// What shows the log: where pipelines stand, runs, sends, and the events themselves.
import * as Args from "@effect/cli/Args"
import * as Options from "@effect/cli/Options"
import { command, flag, oneOf, text, whole } from "./Define.ts"

export const status = command("status", {
  summary: "Shows where each pipeline stands",
  examples: ["inlet status", "inlet status --json"],
  takes: {},
  load: () => import("../commands/Status.ts")
})

export const runs = command("runs", {
  summary: "Lists the runs, newest first, or shows one in full",
  examples: ["inlet runs", "inlet runs 20261124T225501-k3f9q2"],
  takes: {
    run: Args.text({ name: "RUN" }).pipe(
      Args.withDescription("id of a run, to see it in full; by default all are listed"),
      Args.optional
    )
  },
  load: () => import("../commands/Runs.ts")
})

export const sends = command("sends", {
  summary: "Shows the send log: every attempt to send rows to Databox",
  examples: ["inlet sends --since 24h", "inlet sends --outcome failed", "inlet sends --format csv > sends.csv"],
  takes: {
    source: text("source", "SOURCE", "of this source").pipe(Options.optional),
    dataset: text("dataset", "TITLE", "to this dataset").pipe(Options.optional),
    since: text("since", "TIME", "at or after: 2026-11-24, 2026-11-24T22:55:01Z, or 24h for the last day").pipe(
      Options.optional
    ),
    outcome: oneOf(
      "outcome",
      ["started", "accepted", "confirmed", "failed", "quarantined"],
      "that ended like this"
    ).pipe(Options.optional),
    run: text("run", "RUN", "of this run").pipe(Options.optional),
    format: oneOf("format", ["table", "json", "csv"], "how to print; by default a table").pipe(Options.optional)
  },
  load: () => import("../commands/Sends.ts")
})

export const events = command("events", {
  summary: "Shows the log itself",
  examples: ["inlet events --type RunEnded", "inlet events --json --follow"],
  takes: {
    run: text("run", "RUN", "of this run").pipe(Options.optional),
    source: text("source", "SOURCE", "of this source").pipe(Options.optional),
    type: text("type", "TYPE", "of this type, like SendConfirmed").pipe(Options.optional),
    trace: text("trace", "ID", "appended under this trace, or under this span of one").pipe(Options.optional),
    after: whole("after", 0, "behind this position"),
    follow: flag("follow", "wait for more, until Ctrl-C")
  },
  load: () => import("../commands/Events.ts")
})

export const trace = command("trace", {
  summary: "Shows what a run did and how long it took, as a tree",
  details: [
    "With --export it goes to a collector instead, also of a run that was made while none was up (OTEL_EXPORTER_OTLP_ENDPOINT, or telemetry.otlp in inlet.yaml).",
    "Where its file is gone it is rebuilt from the events, as far as they tell."
  ],
  examples: [
    "inlet trace last",
    "inlet trace 20261124T225501-k3f9q2 --all",
    "inlet trace 4bf92f3577b34da6a3ce929d0e0e4736 --export"
  ],
  takes: {
    run: Args.text({ name: "RUN" }).pipe(Args.withDescription("id of a run, id of a trace, or last for the last run")),
    all: flag("all", "every span, and everything that happened in them"),
    export: flag("export", "send it to the collector instead")
  },
  load: () => import("../commands/Trace.ts")
})
