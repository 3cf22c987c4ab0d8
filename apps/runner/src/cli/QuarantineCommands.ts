// `inlet quarantine …`: rows that did not go out.
import * as Args from "@effect/cli/Args"
import * as Options from "@effect/cli/Options"
import { command, family, flag, text } from "./Define.ts"

const quarantineRows = Args.text({ name: "ROW" }).pipe(
  Args.withDescription("a row as inlet quarantine list names it; or --all"),
  Args.repeated
)
const quarantined = {
  items: quarantineRows,
  all: flag("all", "all that are open"),
  source: text("source", "SOURCE", "with --all: of this source").pipe(Options.optional)
}

const quarantineList = command("list", {
  summary: "Lists the rows in quarantine",
  examples: ["inlet quarantine list", "inlet quarantine list --json"],
  takes: {
    source: text("source", "SOURCE", "of this source").pipe(Options.optional),
    all: flag("all", "those too that were released or discarded")
  },
  load: () => import("../commands/QuarantineList.ts")
})

const quarantineShow = command("show", {
  summary: "Shows why a row is in quarantine",
  examples: ["inlet quarantine show 20261124T225501-k3f9q2/3/17 --raw"],
  takes: {
    row: Args.text({ name: "ROW" }).pipe(Args.withDescription("a row as inlet quarantine list names it")),
    raw: flag("raw", "with the source's record, which may hold personal data")
  },
  load: () => import("../commands/QuarantineShow.ts")
})

const quarantineRelease = command("release", {
  summary: "Maps and sends rows in quarantine again",
  details: ["As after a new mapping, or a repair at Databox."],
  examples: ["inlet quarantine release 20261124T225501-k3f9q2/3/17", "inlet quarantine release --all --source github"],
  takes: quarantined,
  load: () => import("../commands/QuarantineResolve.ts").then(({ release }) => release)
})

const quarantineDiscard = command("discard", {
  summary: "Gives rows in quarantine up",
  examples: ["inlet quarantine discard 20261124T225501-k3f9q2/3/17"],
  takes: quarantined,
  load: () => import("../commands/QuarantineResolve.ts").then(({ discard }) => discard)
})

export const quarantine = family("quarantine", {
  summary: "Settles rows that did not go out",
  examples: ["inlet quarantine list"],
  commands: [quarantineList, quarantineShow, quarantineRelease, quarantineDiscard]
})
